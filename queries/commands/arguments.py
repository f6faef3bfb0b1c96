"""Read words of the command line, most of them ``key=value``, as parameters of a query."""

import json
import math
import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from queries.core.address import is_name, may_be_address, repeatable
from queries.core.properties import is_property_name
from queries.core.wording import option
from queries.errors import ParameterError, listed
from queries.library.declaration import Declaration
from queries.library.queries import Query

if TYPE_CHECKING:
    from queries.core.model_input import ModelInput
    from queries.core.neuron_filter import NeuronFilter

FIELDS: Final = ("layer", "channel", "x", "y", "z", "bias", "id", "name")
"""The fields of a ``NeuronFilter``, in its order."""

_LISTS: Final = ("layer", "channel", "x", "y", "z", "id")
"""The fields of which a word may hold several values."""

_OPTIONS: Final = ("sort", "limit")
"""What Python takes beside the parameters of a query, and the command line as an option."""

_IDS: Final = "id:"
_COMPARISON: Final = re.compile(r"(?P<field>\w+) *(?P<sign>[<>])=? *(?P<end>-?[\d.]+)")
"""How somebody may write an interval."""

_FIELD: Final = re.compile(r"(?P<parameter>\w+)\.(?P<field>\w+)")


def query_values(
    declaration: Declaration, words: Iterable[str], model_input: "ModelInput | None" = None
) -> dict[str, Any]:
    """Return the parameters of a query, plot or export that some words say, checked.

    Parameters
    ----------
    declaration
        The query, plot or export.
    words
        Words such as ``k=5``, ``source=conv_0[3]``, ``source=id:12,14``, ``source.x=0..5``,
        or ``x=0..5`` where the query has but one parameter of the type ``neurons``. Such a
        parameter may come several times, each time with another name. A word without a key is
        the value of the first parameter that no key names, of those that may go without.
    model_input
        What the model computes with, which options say.

    Returns
    -------
    dict
        Values by parameter. Parameters that no word names are not in it.

    Raises
    ------
    ParameterError
        If a word has no key and none is to be guessed, or a key or value does not fit the query.
    """
    values = _with_input(declaration, model_input)
    neurons = declaration.neurons
    texts: dict[str, list[str]] = {}
    fields: dict[str, dict[str, str]] = {}
    for key, text in _pairs(_with_keys(declaration, words), several=neurons):
        name, field = _parameter_of(declaration, key, text)
        if field in fields.get(name, {}):
            raise _twice(f"{name}.{field}", [fields[name][field], text])
        if field:
            fields.setdefault(name, {})[field] = text
        elif name in neurons:
            texts.setdefault(name, []).append(text)
        else:
            values[name] = text
    for name in dict.fromkeys([*texts, *fields]):
        values[name] = _filter(name, texts.get(name, []), fields.get(name, {}))
    declaration.checked(values)
    return values


def _with_input(declaration: Declaration, model_input: "ModelInput | None") -> dict[str, Any]:
    """Return the value of the parameter that is an input, where there is one."""
    if model_input is None:
        return {}
    if declaration.input is None:
        raise ParameterError(
            f"{declaration.kind} {declaration.name!r} is about weights, and takes no input; leave "
            f"{option('input')} out"
        )
    return {declaration.input: model_input}


def cypher_values(words: Iterable[str]) -> dict[str, Any]:
    """Return the parameters of a Cypher statement: JSON where that works, else text.

    Parameters
    ----------
    words
        Words such as ``layer=conv_0``, ``k=5`` or ``ids=[1,2]``.

    Returns
    -------
    dict
        Values by parameter.

    Raises
    ------
    ParameterError
        If a word is not ``key=value``.
    """
    return {key.removeprefix("$"): _json_or_text(text) for key, text in _pairs(words)}


def _with_keys(declaration: Declaration, words: Iterable[str]) -> list[str]:
    """Return the words, each with the key that it may go without."""
    given = list(words)
    named = {word.partition("=")[0] for word in given if "=" in word}
    names = [parameter.name for parameter in declaration.parameters]
    free = [name for name in declaration.without_names if name not in named]
    keyed: list[str] = []
    for word in given:
        _refuse_comparison(word)
        if "=" in word or not word:
            keyed.append(word)
        elif word in names:
            raise ParameterError(f"{word} has no value; write {word}=VALUE, without spaces")
        elif free:
            keyed.append(f"{free.pop(0)}={word}")
        else:
            meant = _as_meant(declaration, keyed, word)
            raise ParameterError(_no_pair(word, declaration.without_names) + meant)
    return keyed


def _refuse_comparison(word: str) -> None:
    """Say how an interval is written, of a word that compares as programs do."""
    if match := _COMPARISON.fullmatch(word):
        ends = f"{match['end']}.." if match["sign"] == ">" else f"..{match['end']}"
        raise ParameterError(
            f"{word!r} is no parameter; did you mean {match['field']}={ends}, where the end is "
            "included?"
        )


def _as_meant(declaration: Declaration, keyed: Sequence[str], word: str) -> str:
    """Say how several layers are written, where a word has no key."""
    if len(declaration.neurons) != 1:
        return ""
    key = f"{declaration.neurons[0]}="
    before = next((each.removeprefix(key) for each in keyed if each.startswith(key)), "")
    if not before.isidentifier() or not word.isidentifier():
        return ""
    return f"; several layers stand in one word: layer={before},{word}"


def _no_pair(word: str, without: Sequence[str] = ()) -> str:
    """Say that a word has no key, and which parameters go without."""
    one = "one value each" if len(without) > 1 else "one value"
    goes = f"; without a key goes {one} of {listed(list(without))}" if without else ""
    return f"{repeatable(word)} is no parameter; write key=value, without spaces{goes}"


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _pairs(words: Iterable[str], several: Collection[str] = ()) -> list[tuple[str, str]]:
    pairs = [_pair(word) for word in words]
    keys = [key for key, _ in pairs if key not in several]
    for key in keys:
        if keys.count(key) > 1:
            raise _twice(key, [text for each, text in pairs if each == key])
    return pairs


def _twice(key: str, texts: Sequence[str]) -> ParameterError:
    """Return the error for a key that stands in several words."""
    values, word = " and as ".join(map(repeatable, texts)), f"{key}={','.join(texts)}"
    if (
        key.rpartition(".")[2] in _LISTS
        and ".." not in word
        and (is_name(word) or not may_be_address(word))
    ):
        return ParameterError(f"{key} is given as {values}; several stand in one word: {word}")
    return ParameterError(f"{key} is given as {values}; it takes one value")


def _pair(word: str) -> tuple[str, str]:
    key, equals, text = word.partition("=")
    if not equals or not key:
        raise ParameterError(_no_pair(word))
    return key, text


def _parameter_of(declaration: Declaration, key: str, text: str) -> tuple[str, str]:
    """Return the parameter that a key is about, and the field or property of its neurons or ''."""
    declared = [parameter.name for parameter in declaration.parameters]
    neurons = declaration.neurons
    match = _FIELD.fullmatch(key)
    if key == declaration.input:
        raise ParameterError(f"{key} is an option of the command; write --{key} and its value")
    if key in declared:
        return key, ""
    if match and match["parameter"] in neurons and _is_field(match["field"], text):
        return match["parameter"], match["field"]
    if len(neurons) == 1 and _is_field(key, text):
        return neurons[0], key
    if key in _OPTIONS and isinstance(declaration, Query):
        raise ParameterError(f"{key} is an option of the command; write --{key} and its value")
    raise ParameterError(declaration.no_parameter(key, FIELDS if neurons else (), _more(neurons)))


def _is_field(key: str, text: str) -> bool:
    """Tell whether a key is a field, or may be a property that was written to neurons."""
    return key in FIELDS or (".." in text and is_property_name(key))


def _more(neurons: Sequence[str]) -> str:
    """Say which fields a query takes beside its parameters."""
    if not neurons:
        return ""
    way = "by field" if len(neurons) == 1 else f"by field, such as {neurons[0]}.x"
    return (
        f"; {' and '.join(neurons)} also {way}: {', '.join(FIELDS)}, or a property that was "
        "written, as an interval: katz=0.5.."
    )


def _filter(name: str, texts: list[str], fields: dict[str, str]) -> "NeuronFilter":
    """Return the filter that some texts and some fields say together."""
    from dataclasses import replace

    from queries.core.neuron_filter import NeuronFilter, as_filter, parse_range

    try:
        if not texts:
            base = NeuronFilter()
        elif not any(text.startswith(_IDS) for text in texts):
            base = as_filter(texts)
        elif len(texts) == 1:
            base = NeuronFilter(id=parse_range("id", texts[0].removeprefix(_IDS)))
        else:
            raise ParameterError(f"{listed(texts)}: write ids in one list, such as id:12,14")
        for field in (each for each in fields if each in FIELDS):
            if any(getattr(each, field) is not None for each in (base, *(base.either or ()))):
                names, word = ", ".join(map(repr, texts)), f"{field}={fields[field]}"
                raise ParameterError(
                    f"{field} is given by {names} and by {repeatable(word)}; leave one of them out"
                )
        values = {field: _field(field, part) for field, part in fields.items() if field in FIELDS}
        written = {key: _interval(key, part) for key, part in fields.items() if key not in values}
        return replace(base, **values, properties=written)
    except ParameterError as error:
        raise ParameterError(f"{name}: {error}") from None


def _field(field: str, text: str) -> Any:
    from queries.core.neuron_filter import parse_range

    if field == "layer":
        return text.split(",") if "," in text else text
    if field == "name":
        return text
    return _interval(field, text) if field == "bias" else parse_range(field, text)


def _interval(field: str, text: str) -> tuple[float | None, float | None]:
    """Return the ends of ``low..high``, of which either may be left out."""
    low, dots, high = text.partition("..")
    try:
        ends = (float(low) if low else None, float(high) if high else None)
    except ValueError:
        dots = ""
    if not dots or any(end is not None and math.isnan(end) for end in ends):
        raise ParameterError(f"{field}: {text!r} is no interval; write -0.5..0.5, or 0.1.., or ..0")
    if low and high and float(low) > float(high):
        raise ParameterError(
            f"{field}: {text!r} ends before it begins; did you mean {high}..{low}?"
        )
    return ends

"""Say which neurons are meant: comparisons, which become the WHERE clause of a query."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries.core.properties import check_property_name, quoted
from queries.errors import ParameterError

Range = int | Sequence[int] | NDArray[np.integer[Any]] | range | slice
"""One number, some numbers, or a ``range`` or ``slice``, whose end is left out as ever."""

_LARGEST: Final = (1 << 63) - 1
_MOST_STEPS: Final = 10_000_000
"""Numbers that a range of another step than 1 may name."""

Names = str | Sequence[str] | None
Interval = tuple[float | None, float | None]
"""A smallest and a largest value, both included; None leaves a side open."""

Selection = int | tuple[int, ...] | range | slice
"""What of a ``Range`` a filter keeps, so that it can be compared and be a key."""

# A name such as lstm@t3/matmul is that of a part of a step, and ends in no place.
_NAME: Final = re.compile(
    r"^(?P<layer>.+?)(?:\[(?P<channel>[^\]]*)\])?(?:@(?P<place>[^@\[\]/]*))?$"
)
_NAMES: Final = ("layer", "name")
INTEGERS: Final = ("id", "channel", "x", "y", "z")
_SUFFIXES: Final = {"=": "", "IN": "", ">=": "_from", "<=": "_to"}


@dataclass(frozen=True)
class Comparison:
    """What must hold of a neuron; it does not where the neuron lacks the field.

    Parameters
    ----------
    field
        A property of neurons.
    operator, value
        How it compares with what; the value is a list where the operator is ``IN``.
    """

    field: str
    operator: Literal["=", "IN", ">=", "<="]
    value: Any


@dataclass(frozen=True, kw_only=True)
class NeuronFilter:
    """A set of neurons; what is not said is not filtered. Two that say the same are equal.

    Parameters
    ----------
    layer
        Name of a layer, or several.
    channel, x, y, z
        A number, several, a ``range`` or a ``slice`` (``slice(2, None)``: 2 and above).
    bias
        Smallest and largest bias, both included; None leaves a side open.
    properties
        The same of properties that were written to neurons, by name.
    id
        Neuron ids.
    name
        Names such as ``conv_0[3]@12,7``.
    either
        Other filters, of which at least one must hold as well.

    Raises
    ------
    ParameterError
        If a value is of the wrong type.

    Examples
    --------
    >>> NeuronFilter(layer="conv_0", channel=3, x=range(0, 5))
    NeuronFilter(layer='conv_0', channel=3, x=range(0, 5))
    """

    layer: Names = None
    channel: Range | None = None
    x: Range | None = None
    y: Range | None = None
    z: Range | None = None
    bias: Interval | None = None
    properties: Mapping[str, Interval] | None = None
    id: Range | None = None
    name: Names = None
    either: "Sequence[NeuronFilter] | None" = None

    def __post_init__(self) -> None:
        values: dict[str, Any] = {field: _names(field, getattr(self, field)) for field in _NAMES}
        values |= {field: _integers(field, getattr(self, field)) for field in INTEGERS}
        values["bias"] = None if self.bias is None else _interval("bias", self.bias)
        values["properties"] = _intervals(self.properties)
        values["either"] = None if self.either is None else _filters(self.either)
        for field, value in values.items():
            object.__setattr__(self, field, value)

    def __hash__(self) -> int:
        return hash(tuple(_hashable(getattr(self, field.name)) for field in fields(self)))

    def __bool__(self) -> bool:
        """Tell whether anything is filtered at all."""
        return any(getattr(self, field.name) is not None for field in fields(self))

    def __repr__(self) -> str:
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        inner = ", ".join(f"{name}={value!r}" for name, value in values if value is not None)
        return f"NeuronFilter({inner})"

    @property
    def layers(self) -> list[str] | None:
        """The names of the layers; None where layers are not filtered."""
        if self.layer is not None:
            return list(_several(self.layer))
        of_each = [each.layers for each in self.either or ()]
        if not of_each or None in of_each:
            return None
        return list(dict.fromkeys(name for names in of_each for name in names or ()))

    def comparisons(self) -> Iterator[Comparison]:
        """Yield what must hold of a neuron, one by one, ``either`` left out."""
        for field in _NAMES:
            value = getattr(self, field)
            if value is not None:
                yield _among(field, _several(value))
        for field in INTEGERS:
            low, high, values = bounds(getattr(self, field))
            if values is not None:
                yield _among(field, values)
            yield from _within(field, low, high)
        if self.bias is not None:
            yield from _within("bias", *self.bias)
        for name, interval in (self.properties or {}).items():
            yield from _within(name, *interval)

    @property
    def property_names(self) -> set[str]:
        """The names of the written properties that it compares."""
        of_each = (each.property_names for each in self.either or ())
        return set(self.properties or ()).union(*of_each)

    def ways(self) -> list[list[Comparison]]:
        """Return comparisons of which all those of one list, or of another, hold of a neuron."""
        own = list(self.comparisons())
        if self.either is None:
            return [own]
        return [own + way for each in self.either for way in each.ways()]

    def conditions(self, variable: str, prefix: str) -> tuple[list[str], dict[str, Any]]:
        """Return Cypher conditions on a node variable, and the parameters they name.

        Parameters
        ----------
        variable
            The variable of the node in the statement; chosen by the query's author.
        prefix
            What the parameters' names begin with.
        """
        conditions: list[str] = []
        parameters: dict[str, Any] = {}
        for each in self.comparisons():
            parameter = f"{prefix}_{each.field}{_SUFFIXES[each.operator]}"
            written = each.field in (self.properties or ())
            left = f"{variable}.{quoted(each.field) if written else each.field}"
            compared = f"{left} {each.operator} ${parameter}"
            # To LadybugDB NaN, which a bias may be, is at most any number.
            if (written or each.field == "bias") and each.operator == "<=":
                compared = f"${parameter} >= {left}"
            conditions.append(compared)
            parameters[parameter] = each.value
        if self.either is not None:
            ways = []
            for number, other in enumerate(self.either):
                more, values = other.conditions(variable, f"{prefix}_{number}")
                ways.append(" AND ".join(more) or "true")
                parameters |= values
            conditions.append(f"({' OR '.join(ways) or 'false'})")
        return conditions, parameters


NeuronsLike = NeuronFilter | str | int | Iterable[int] | Iterable[str] | pd.DataFrame | None
"""What is taken where neurons are meant: see ``as_filter``."""


def as_filter(neurons: NeuronsLike) -> NeuronFilter:
    """Return the filter that is meant by anything that names neurons.

    Parameters
    ----------
    neurons
        A filter; a layer's or neuron's name, in which any part may be a range of inclusive
        ends (``conv_0``, ``conv_0[3]``, ``conv_0[0..3]@2..5,7``), or several; one id or several;
        a frame with a column ``id``; None for all neurons.

    Returns
    -------
    NeuronFilter
        The filter.

    Raises
    ------
    ParameterError
        If it names no neurons.
    """
    if neurons is None:
        return NeuronFilter()
    if isinstance(neurons, NeuronFilter):
        return neurons
    if isinstance(neurons, str):
        return _parsed(neurons)
    if isinstance(neurons, pd.DataFrame):
        if (count := list(neurons.columns).count("id")) != 1:
            has = f"{count} columns" if count else "no column"
            raise ParameterError(
                f"the frame has {has} 'id', but {', '.join(map(str, neurons.columns))}"
            )
        return NeuronFilter(id=neurons["id"].unique().tolist())
    if isinstance(neurons, (int, np.integer)) and not isinstance(neurons, bool):
        return NeuronFilter(id=int(neurons))
    if isinstance(neurons, range):
        return NeuronFilter(id=neurons)
    if isinstance(neurons, Iterable) and not isinstance(neurons, (Mapping, bytes)):
        return _filter_of(neurons)
    raise ParameterError(
        f"{neurons!r} names no neurons; give a NeuronFilter, a name such as "
        "'conv_0[3]@12,7', ids, or a frame with a column 'id'"
    )


def _filter_of(neurons: Iterable[Any]) -> NeuronFilter:
    """Return the filter of several names, or of several ids."""
    values = neurons.tolist() if isinstance(neurons, np.ndarray) else list(neurons)
    names = [value for value in values if isinstance(value, str)]
    if not names:
        return NeuronFilter(id=values)
    if len(names) < len(values):
        other = next(value for value in values if not isinstance(value, str))
        raise ParameterError(
            f"{other!r} stands in one list with the name {names[0]!r}; give names or ids"
        )
    filters = dict.fromkeys(_parsed(name) for name in names)
    if len(filters) == 1:
        return next(iter(filters))
    if all(each == NeuronFilter(layer=each.layer) for each in filters):
        return NeuronFilter(layer=[name for each in filters for name in each.layers or ()])
    return NeuronFilter(either=tuple(filters))


def parse_range(field: str, text: str) -> int | slice | list[int]:
    """Return the numbers that ``3``, ``1,4``, ``0..5``, ``2..`` or ``..7`` names, ends included."""
    try:
        if ".." in text:
            low, high = text.split("..")
            if low and high and int(low) > int(high):
                raise ParameterError(
                    f"{field}: {text!r} ends before it begins; did you mean {high}..{low}?"
                )
            return slice(int(low) if low else None, int(high) + 1 if high else None)
        values = [int(part) for part in text.split(",")]
    except ValueError:
        raise ParameterError(
            f"{field}: {text!r} is no number, list or range; write 3, or 1,4, or 0..5, or 2.."
        ) from None
    return values[0] if len(values) == 1 else values


def _parsed(text: str) -> NeuronFilter:
    match = _NAME.match(text)
    if match is None:
        raise ParameterError(f"{text!r} names no layer and no neuron")
    layer, channel, place = match["layer"], match["channel"], match["place"]
    places = place.split(",") if place else []
    if len(places) > len("xyz"):
        raise ParameterError(f"{text!r} has {len(places)} coordinates; there are x, y, z")
    axes = dict(zip("xyz", places, strict=False))
    texts = {"channel": channel, **axes}
    ranges = {key: parse_range(key, part) for key, part in texts.items() if part}
    return NeuronFilter(
        layer=layer,
        channel=ranges.get("channel"),
        x=ranges.get("x"),
        y=ranges.get("y"),
        z=ranges.get("z"),
    )


def _among(field: str, values: Sequence[Any]) -> Comparison:
    if len(values) == 1:
        return Comparison(field, "=", values[0])
    return Comparison(field, "IN", list(values))


def _within(field: str, low: Any, high: Any) -> Iterator[Comparison]:
    if low is not None:
        yield Comparison(field, ">=", low)
    if high is not None:
        yield Comparison(field, "<=", high)


def bounds(value: Selection | None) -> tuple[int | None, int | None, list[int] | None]:
    """Return the lowest number, the highest, and the list, of which some are None."""
    if isinstance(value, slice) or (isinstance(value, range) and value.step == 1):
        last = None if value.stop is None else value.stop - 1
        return _within_largest(value.start), _within_largest(last), None
    if value is None or isinstance(value, int):
        return None, None, None if value is None else [value]
    return None, None, list(value)


def _within_largest(number: int | None) -> int | None:
    """Return a number, or the largest that stores compare with; none has any beyond."""
    return None if number is None else max(-_LARGEST, min(number, _LARGEST))


def _several(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names


def _names(field: str, value: Any) -> str | tuple[str, ...] | None:
    """Return one name or several, as a filter keeps them."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Iterable):
        names = tuple(value)
        if all(isinstance(name, str) for name in names):
            return tuple(map(str, names))
    raise ParameterError(f"{field}: {value!r} is no name, and no list of names")


def _filters(value: Any) -> tuple[NeuronFilter, ...]:
    """Return other filters, as a filter keeps them."""
    if isinstance(value, Iterable):
        filters = tuple(value)
        if all(isinstance(each, NeuronFilter) for each in filters):
            return filters
    raise ParameterError(f"either: {value!r} is no list of filters")


def _integers(field: str, value: Any) -> Selection | None:
    """Return one whole number, several or a range, as a filter keeps them."""
    if isinstance(value, range) and value.step != 1 and value[_MOST_STEPS:]:
        raise ParameterError(f"{field}: {value!r} names more than {_MOST_STEPS:,} numbers")
    if value is None or isinstance(value, range):
        return value
    if isinstance(value, slice):
        ends = value.start, value.stop
        if value.step in (None, 1) and all(end is None or _is_from_0_up(end) for end in ends):
            return slice(*(None if end is None else int(end) for end in ends))
    elif isinstance(value, np.ndarray):
        if np.issubdtype(value.dtype, np.integer) or not value.size:
            return tuple(value.ravel().tolist())
    elif _is_integer(value):
        return int(value)
    elif isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)):
        numbers = tuple(value)
        if all(map(_is_integer, numbers)):
            return tuple(map(int, numbers))
    raise ParameterError(
        f"{field}: {value!r} is no whole number, list of them, range, or slice from 0 up of step 1"
    )


def _is_integer(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _is_from_0_up(value: Any) -> bool:
    return _is_integer(value) and value >= 0


def _interval(field: str, value: Any) -> Interval:
    """Return a smallest and a largest value, as a filter keeps them."""
    if (
        isinstance(value, (tuple, list))
        and len(value) == len(("smallest", "largest"))
        and all(bound is None or _is_number(bound) for bound in value)
    ):
        low, high = (None if bound is None else float(bound) for bound in value)
        return low, high
    raise ParameterError(
        f"{field}: {value!r} is no pair of a smallest and a largest value, such as (-0.5, None)"
    )


def _intervals(properties: Any) -> dict[str, Interval] | None:
    """Return an interval a property, as a filter keeps them."""
    if not properties and (properties is None or isinstance(properties, Mapping)):
        return None
    if not isinstance(properties, Mapping):
        raise ParameterError(
            f"properties: {properties!r} has no names; write {{'katz': (0.5, None)}}"
        )
    for name in properties:
        check_property_name(name)
    return {name: _interval(name, properties[name]) for name in sorted(properties)}


def _hashable(value: Any) -> Any:
    # A slice has no hash before Python 3.12, and a mapping none at all.
    if isinstance(value, slice):
        return value.start, value.stop
    return tuple(value.items()) if isinstance(value, dict) else value


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and not math.isnan(value)

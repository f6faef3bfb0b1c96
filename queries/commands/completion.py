"""What the shell offers when a user presses Tab; never slow, never an error."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import typer

from queries.commands.arguments import FIELDS
from queries.commands.stored_names import StoredNames
from queries.core.keras_cache import KERAS, at_hand
from queries.library import history, properties, pruning, records
from queries.library.declaration import Column, Declaration
from queries.library.exports import export
from queries.library.plots import plots
from queries.library.queries import queries

_OTHER: Final = "other"
"""The parameter that names another model of the graph."""

_COLUMNS: Final[Mapping[str, Sequence[Column]]] = {
    "circuits": records.CIRCUITS,
    "history": history.COLUMNS,
    "inputs": records.INPUTS,
    "properties": properties.COLUMNS,
    "prune-cost": (*pruning.COLUMNS, *pruning.OF_LABELS),
}
"""The columns of the answers to commands that run no query."""

_DOWN: Final = "-"


def query_names(incomplete: str) -> list[tuple[str, str]]:
    """Return the names of the queries, each with its summary."""
    return _names(queries(), incomplete)


def plot_names(incomplete: str) -> list[tuple[str, str]]:
    """Return the names of the plots, each with its summary."""
    return _names(plots(), incomplete)


def dask_addresses(incomplete: str) -> list[tuple[str, str]]:
    """Complete where processes are; the address of a scheduler is not known."""
    addresses = [("local", "One process a core of this machine.")]
    return [(address, help_) for address, help_ in addresses if address.startswith(incomplete)]


def input_words(incomplete: str) -> list[tuple[str, str]]:
    """Return the datasets that Keras has on this machine; the shell itself offers files."""
    name, equals, samples = incomplete.rpartition("=")
    if not samples.startswith(KERAS[:1]):
        return []
    words = [f"{name}{equals}{KERAS}{each}:" for each in at_hand()]
    return [(word, "a dataset of Keras") for word in words if word.startswith(incomplete)]


def _names(declared: Mapping[str, Declaration], incomplete: str) -> list[tuple[str, str]]:
    return [(name, each.summary) for name, each in declared.items() if name.startswith(incomplete)]


def query_words(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the ``key=value`` words that the query on the command line takes.

    Parameters
    ----------
    ctx
        What has been typed before.
    incomplete
        What has been typed of the word.
    """
    return _words(queries().get(str(ctx.params.get("name"))), ctx, incomplete)


def plot_words(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the ``key=value`` words that the plot takes; the parameters are as above."""
    return _words(plots().get(str(ctx.params.get("name"))), ctx, incomplete)


def export_words(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the ``key=value`` words that an export takes; the parameters are as above."""
    words = [*(ctx.params.get("words") or ())]
    meant = "export_circuit" if words[:1] == ["circuit"] else "export"
    return _words(export(meant), ctx, incomplete)


def neuron_words(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the ``key=value`` words that name neurons; the parameters are as above."""
    return _words(queries()["neurons"], ctx, incomplete)


def model_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the models of the graph; the parameters are as above."""
    return [name for name in StoredNames(ctx).models if name.startswith(incomplete)]


def run_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the runs of the graph; the parameters are as above."""
    return [name for name in StoredNames(ctx).runs if name.startswith(incomplete)]


def sort_columns(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the columns by which the command sorts; the parameters are as above.

    Behind a comma is another one; behind - are those that are sorted from the largest down.
    """
    before, comma, last = incomplete.rpartition(",")
    typed = {name.removeprefix(_DOWN) for name in before.split(",")}
    start = before + comma + _DOWN * last.startswith(_DOWN)
    words = [(start + name, help_) for name, help_ in _columns(ctx) if name not in typed]
    return [(word, help_) for word, help_ in words if word.startswith(incomplete)]


def _columns(ctx: typer.Context) -> list[tuple[str, str]]:
    """Return the columns of the answer to a command, each with its help."""
    name = ctx.info_name or ""
    if name in _COLUMNS:
        return [(column.name, column.help) for column in _COLUMNS[name]]
    # An option without a value keeps the words before it from becoming parameters.
    asked = queries().get(next(iter(ctx.args), "") if name == "query" else name)
    if asked is None:
        return []
    columns = [(each.name, each.help) for each in asked.columns if not each.grouped]
    written = StoredNames(ctx).properties if asked.with_properties else []
    return [*columns, *((each, "a property that was written") for each in written)]


def property_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the properties that were written to neurons; the parameters are as above."""
    return [name for name in StoredNames(ctx).properties if name.startswith(incomplete)]


def input_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the inputs that are stored; the parameters are as above."""
    return [name for name in StoredNames(ctx).inputs if name.startswith(incomplete)]


def circuit_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the circuits that are stored; the parameters are as above."""
    return [name for name in StoredNames(ctx).circuits if name.startswith(incomplete)]


def _words(
    declaration: Declaration | None, ctx: typer.Context, incomplete: str
) -> list[tuple[str, str]]:
    if declaration is None:
        return []
    stored = StoredNames(ctx)
    typed = [str(word) for word in ctx.params.get("words") or ()]
    value_of = _unfinished(typed, declaration)
    key, equals, _ = incomplete.partition("=")
    if value_of is not None:
        words = _values(declaration, value_of, stored)
    elif equals:
        words = [(f"{key}={each}", help_) for each, help_ in _values(declaration, key, stored)]
    else:
        words = [
            *_known_words(declaration),
            *_written_words(declaration, stored),
            *_bare_values(declaration, stored),
        ]
    return [(word, help_) for word, help_ in words if word.startswith(incomplete)]


def _bare_values(declaration: Declaration, stored: StoredNames) -> list[tuple[str, str]]:
    """Return what may stand without a key."""
    every = [_values(declaration, name, stored) for name in declaration.without_names]
    # Several parameters may be neurons.
    return list({word: (word, help_) for values in every for word, help_ in values}.values())


def _values(declaration: Declaration, key: str, stored: StoredNames) -> list[tuple[str, str]]:
    """Return what may stand behind a key: choices, layers, models, and written properties."""
    parameter = next((each for each in declaration.parameters if each.name == key), None)
    if parameter is None:
        of, _, field = key.rpartition(".")
        is_layer = field == "layer" and (of in declaration.neurons or not of)
        return [(layer, "a layer") for layer in stored.layers] if is_layer else []
    values = [*parameter.choices, *(stored.properties if parameter.or_property else ())]
    if parameter.type == "neurons":
        values += stored.layers
    if parameter.record:
        values += stored.inputs if parameter.record == "Input" else stored.circuits
    if parameter.name == _OTHER:
        values += stored.models
    if parameter.name == history.RUN.name:
        values += stored.runs
    return [(value, parameter.help) for value in values]


def _unfinished(typed: list[str], declaration: Declaration) -> str | None:
    """Return the key whose value is being typed, where the shell split ``key=value``.

    Bash takes ``=`` for the end of a word and hands over its left side as a word of its own,
    sometimes followed by the ``=`` as another. Other words are values without a key.
    """
    if typed and typed[-1] == "=":
        typed = typed[:-1]
    keys = {word.partition("=")[0] for word, _ in _known_words(declaration)}
    return typed[-1] if typed and typed[-1] in keys else None


def _known_words(declaration: Declaration) -> list[tuple[str, str]]:
    """Return the parameters, with their choices, and the fields of neurons."""
    words: list[tuple[str, str]] = []
    for parameter in declaration.parameters:
        # An input is an option.
        if parameter.type == "input":
            continue
        words += [
            (f"{parameter.name}={choice}", parameter.help) for choice in parameter.choices or ("",)
        ]
    return words + _fields(declaration, FIELDS)


def _written_words(declaration: Declaration, stored: StoredNames) -> list[tuple[str, str]]:
    """Return the properties by which neurons may be chosen."""
    return _fields(declaration, stored.properties) if declaration.neurons else []


def _fields(declaration: Declaration, fields: Iterable[str]) -> list[tuple[str, str]]:
    neurons = declaration.neurons
    return [
        (f"{'' if len(neurons) == 1 else f'{name}.'}{field}=", f"{field} of {name}")
        for name in neurons
        for field in fields
    ]

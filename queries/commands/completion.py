"""What the shell offers when a user presses Tab; never slow, never an error."""

from collections.abc import Mapping

import typer

from queries.commands.arguments import FIELDS
from queries.library.declaration import Declaration
from queries.library.exports import export
from queries.library.plots import plots
from queries.library.queries import queries


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
    return _words(export("export"), ctx, incomplete)


def neuron_words(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the ``key=value`` words that name neurons; the parameters are as above."""
    return _words(queries()["neurons"], ctx, incomplete)


def _words(
    declaration: Declaration | None, ctx: typer.Context, incomplete: str
) -> list[tuple[str, str]]:
    if declaration is None:
        return []
    typed = [str(word) for word in ctx.params.get("words") or ()]
    value_of = _unfinished(typed, declaration)
    words = _all_words(declaration) if value_of is None else _choices(declaration, value_of)
    return [(word, help_) for word, help_ in words if word.startswith(incomplete)]


def _choices(declaration: Declaration, name: str) -> list[tuple[str, str]]:
    parameters = (parameter for parameter in declaration.parameters if parameter.name == name)
    return [(choice, parameter.help) for parameter in parameters for choice in parameter.choices]


def _unfinished(typed: list[str], declaration: Declaration) -> str | None:
    """Return the key whose value is being typed, where the shell split ``key=value``.

    Bash takes ``=`` for the end of a word and hands over its left side as a word of its own,
    sometimes followed by the ``=`` as another. Other words are values without a key.
    """
    if typed and typed[-1] == "=":
        typed = typed[:-1]
    keys = {word.partition("=")[0] for word, _ in _all_words(declaration)}
    return typed[-1] if typed and typed[-1] in keys else None


def _all_words(declaration: Declaration) -> list[tuple[str, str]]:
    words: list[tuple[str, str]] = []
    neurons = declaration.neurons
    for parameter in declaration.parameters:
        words += [
            (f"{parameter.name}={choice}", parameter.help) for choice in parameter.choices or ("",)
        ]
    for name in neurons:
        prefix = "" if len(neurons) == 1 else f"{name}."
        words += [(f"{prefix}{field}=", f"{field} of {name}") for field in FIELDS]
    return words

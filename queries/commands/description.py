"""Say what a query is: its parameters, its columns, an example, and its Cypher."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from queries.commands.arguments import FIELDS
from queries.core.wording import command_line
from queries.library.declaration import Declaration
from queries.library.queries import Query, by_theme, queries

_SUFFIXES: Final = {"plot": ".html", "export": ".json"}
"""How the name of the file of an example ends."""


def print_list(declared: Iterable[Declaration]) -> None:
    """Print the name and the summary of every plot."""
    console, declarations = _console(), list(declared)
    console.print(_rows([(each.name, each.summary) for each in declarations]))
    _more_about_one(console, declarations[0].kind)


def print_themes() -> None:
    """Print the name and the summary of every query, those about one thing together."""
    console, themes = _console(), by_theme()
    # All names are of one width, so that summaries begin in one column.
    width = max(len(name) for name in queries())
    for number, (heading, found) in enumerate(themes.items()):
        if number:
            console.print()
        console.print(Text(heading, "bold"))
        rows = [(f"  {each.name.ljust(width)}", each.summary) for each in found]
        console.print(_rows(rows))
    _more_about_one(console, Query.kind)


def _more_about_one(console: Console, kind: str) -> None:
    console.print()
    console.print(f"More about one: neurongraph {kind} NAME --describe", style="dim")


def print_options_hint(command: str) -> None:
    """Print where the options of a command are told.

    Parameters
    ----------
    command
        Its name.
    """
    console = _console()
    console.print()
    console.print(f"Options: neurongraph {command} --help", style="dim")


def print_description(declaration: Declaration) -> None:
    """Print all that is known of a query, plot or export.

    Parameters
    ----------
    declaration
        What is described.
    """
    console = _console()
    console.print(Text(_called(declaration), "bold"))
    console.print(Text(declaration.summary))
    if isinstance(declaration, Query) and declaration.definition:
        console.print(Text(f"Definition: {declaration.definition}"))
    if isinstance(declaration, Query) and declaration.not_finite:
        console.print(Text(f"Weights that are NaN or infinite: {declaration.not_finite}"))
    if declaration.parameters:
        _headed(console, "Parameters", [(p.name, p.meaning) for p in declaration.parameters])
    if declaration.neurons:
        _headed(console, "Neurons", _ways_to_say_neurons(declaration))
    if isinstance(declaration, Query):
        _headed(
            console, "Columns", [(c.name, f"{c.meaning} ({c.kind})") for c in declaration.columns]
        )
        console.print()
        console.print(Text(f"Order of the rows: {declaration.order}; --sort gives another."))
    if isinstance(declaration, Query) and declaration.score:
        console.print()
        console.print(Text(f"--write-property writes the column {declaration.score}."))
    console.print()
    console.print(Text("Example", "bold"))
    console.print(Text(f"  {example(declaration)}"), soft_wrap=True)


def _console() -> Console:
    console = Console(highlight=False)
    # Without a terminal there is no width to keep to.
    return console if console.is_terminal else Console(highlight=False, width=10_000)


def example(declaration: Declaration) -> str:
    """Return a command line that asks, draws or exports, about samples/digits.keras.

    Parameters
    ----------
    declaration
        The query, plot or export.
    """
    suffix, name = _SUFFIXES.get(declaration.kind), _called(declaration)
    output = None if suffix is None else f"{name}{suffix}"
    words = name, *_example_words(declaration)
    return command_line(declaration.kind, *words, **_example_input(declaration), output=output)


def _called(declaration: Declaration) -> str:
    """Return what a command calls a query, a plot or an export."""
    return declaration.name.removeprefix(f"{declaration.kind}_")


def example_words(declaration: Declaration) -> list[str]:
    """Return the ``key=value`` words of the example, behind them its input.

    Parameters
    ----------
    declaration
        The query or plot.
    """
    options = _example_input(declaration).items()
    flags = [word for name, value in options for word in (f"--{name}", value)]
    return [*_example_words(declaration), *flags]


def _example_words(declaration: Declaration) -> list[str]:
    example = declaration.example.items()
    return [f"{name}={value}" for name, value in example if name != declaration.input]


def _example_input(declaration: Declaration) -> dict[str, str]:
    example = declaration.example.items()
    return {name: value for name, value in example if name == declaration.input}


def _headed(console: Console, heading: str, rows: Iterable[tuple[str, str]]) -> None:
    console.print()
    console.print(Text(heading, "bold"))
    console.print(_rows([(f"  {name}", text) for name, text in rows]))


def _rows(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for name, text in rows:
        table.add_row(Text(name), Text(text))
    return table


def _ways_to_say_neurons(declaration: Declaration) -> list[tuple[str, str]]:
    names = declaration.neurons
    name = names[0]
    prefix = "" if len(names) == 1 else f"{name}."
    return [
        (f"{name}=conv_0", "a layer; conv_0 alone does as well"),
        (f"'{name}=conv_0[3]@0..5,2'", "channel 3 at x 0 to 5 and y 2"),
        (f"{name}=id:12,14", "ids"),
        (f"{prefix}x=0..5", f"by field; the fields are {', '.join(FIELDS)}"),
        (f"{prefix}bias=0.1..", "from 0.1 on"),
        (f"{prefix}katz=0.5..", "the same of a property that was written to neurons"),
    ]

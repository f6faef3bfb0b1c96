"""The command ``check``."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from exporter.commands.options import PANEL
from queries.commands.completion import model_names
from queries.commands.options import FormatOption, GraphOption, OutputOption
from queries.commands.output import destination, write
from queries.commands.terminal import Commands, examples, fail, say

_MAIN: Final = ("layer", "passed", "damage")

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph check --graph digits.lbug",
        "neurongraph check digits --graph bolt://localhost:7687 --format json",
    ),
)
def check(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            autocompletion=model_names,
            help="The model's name in the graph.",
            show_default="all that are complete",
        ),
    ] = None,
    graph: GraphOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Compare a graph with the checksums that its load wrote; the model file is not needed.

    All neurons and relationships are read. Ends with exit code 1 where something differs.
    """
    to = destination(format_name, output)
    from exporter.verifying.checking import check as check_graph
    from queries.commands.progress_bar import ProgressBar
    from queries.stores.location import locate

    location = locate(graph)
    if not location.kind.is_loaded:
        say(f"{location.text} is a model file, which holds no graph that could be damaged.")
        return
    with ProgressBar(f"Checking {location.text}") as progress:
        report = check_graph(graph, name=name, progress=progress)
    write(report.frame, to, main=_MAIN)
    if not report.passed:
        repairs = [_repair(location.text, each, report.edited) for each in report.damaged]
        fail("; ".join([f"{location.text} is damaged: {'; '.join(report.damage)}", *repairs]))
    say(f"{location.text} holds what its loads wrote.")


def _repair(location: str, name: str, edited: Sequence[str]) -> str:
    """Say how a model is made what its file is."""
    from queries.stores.remedies import to_load

    # A load that goes on does not write over what somebody has changed on purpose.
    again = to_load(location, name, replace=name in edited, resume=name not in edited)
    return f"to have {name!r} as its file is, load that, with the same options, again: {again}"

"""The command ``properties``."""

from typing import Annotated

import typer

from queries.commands.ask import PANEL
from queries.commands.completion import property_names
from queries.commands.options import (
    FormatOption,
    GraphOption,
    LimitOption,
    ModelOption,
    OutputOption,
    RawOption,
    SortOption,
    row_order,
)
from queries.commands.output import destination, write
from queries.commands.terminal import Commands, echo, examples, reporting

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples("neurongraph properties", "neurongraph properties --remove katz"),
)
def properties(
    graph: GraphOption = None,
    model: ModelOption = None,
    remove: Annotated[
        str | None,
        typer.Option(
            "--remove",
            metavar="NAME",
            autocompletion=property_names,
            help="Remove this one from all neurons.",
        ),
    ] = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
) -> None:
    """List the properties that were written to the neurons of a model, or remove one."""
    to = destination(format_name, output, raw=raw)
    from queries.neurongraph import NeuronGraph

    with NeuronGraph(graph, model=model) as session:
        if remove is not None:
            session.remove_property(remove)
            with reporting(f"{remove} is removed"):
                echo(f"Removed {remove}.")
            return
        frame = session.properties(**row_order(sort, limit))
    write(frame, to)

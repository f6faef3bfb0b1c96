"""The command ``history``."""

from typing import Annotated

import typer

from queries.commands.completion import run_names
from queries.commands.options import (
    FormatOption,
    GraphOption,
    LimitOption,
    OutputOption,
    RawOption,
    SortOption,
    row_order,
)
from queries.commands.output import destination, write
from queries.commands.session import open_graph
from queries.commands.terminal import Commands, examples, say
from queries.library.declaration import BY, Weighing

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel="Ask",
    epilog=examples(
        "neurongraph history digits --graph digits.lbug",
        "neurongraph history digits --by l2 --format csv",
        "neurongraph history digits --sort -relative_change --limit 5",
    ),
)
def history(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            autocompletion=run_names,
            help="The name of the run: the models RUN@1, RUN@2 and so on.",
            show_default=False,
        ),
    ],
    by: Annotated[Weighing, typer.Option(help=f"{BY.help.capitalize()}.")] = "weight",
    graph: GraphOption = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
) -> None:
    """Show how the weights of a model change from epoch to epoch, layer by layer.

    Its checkpoints stand in one graph under the names RUN@1, RUN@2 and so on: load each with
    --name, or let neurongraph.load_epochs do it while Keras trains.
    """
    to = destination(format_name, output, raw=raw)
    with open_graph(graph, None) as session:
        frame = session.history(run, by=by, **row_order(sort, limit))
    write(frame, to)
    if note := frame.attrs.get("note"):
        say(note)

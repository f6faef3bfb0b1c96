"""The command ``history``."""

from typing import Annotated

import typer

from queries.commands.options import FormatOption, GraphOption, OutputOption, RawOption
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
    ),
)
def history(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="The name of the run: the models RUN@1, RUN@2 and so on.",
            show_default=False,
        ),
    ],
    by: Annotated[Weighing, typer.Option(help=f"{BY.help.capitalize()}.")] = "weight",
    graph: GraphOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
) -> None:
    """Show how the weights of a model change from epoch to epoch, layer by layer.

    Its checkpoints stand in one graph under the names RUN@1, RUN@2 and so on: load each with
    --name, or let exporter.load_epochs do it while Keras trains.
    """
    to = destination(format_name, output, raw=raw)
    with open_graph(graph, None) as session:
        frame = session.history(run, by=by)
    write(frame, to)
    if note := frame.attrs.get("note"):
        say(note)

"""The command ``view``."""

from contextlib import ExitStack
from typing import Annotated

import typer

from queries.commands.completion import model_names
from queries.commands.options import GraphOption
from queries.commands.stopping import until_ctrl_c
from queries.commands.terminal import Commands, examples, say

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel="Ask",
    epilog=examples(
        "neurongraph view",
        "neurongraph view digits --graph digits.lbug",
        "neurongraph view --graph bolt://localhost:7687 --port 8080 --no-open",
    ),
)
def view(
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            autocompletion=model_names,
            help="The model's name in the graph; the page can change to another one.",
            show_default="the first",
        ),
    ] = None,
    graph: GraphOption = None,
    port: Annotated[
        int,
        typer.Option(
            "--port", min=0, max=65535, help="Where to serve; by default a port that is free."
        ),
    ] = 0,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Print the address, and open no browser.")
    ] = False,
) -> None:
    """Look at a model in the browser, from its inputs to its outputs; Ctrl-C ends it.

    Only who has the printed address can open the page, and only on this machine. It needs no
    other host, and only reads the graph.
    """
    from queries.viewer.server import Viewer

    with ExitStack() as stack:
        viewer = stack.enter_context(Viewer(graph, model, port=port))
        say(f"The page is at {viewer.address} until you press Ctrl-C.")
        if not no_open:
            from queries.commands.opening import open_browser

            stack.enter_context(open_browser(viewer.address))
        with until_ctrl_c():
            viewer.serve()

"""The command ``view``."""

from contextlib import suppress
from typing import Annotated

import typer

from queries.options import GraphOption
from queries.terminal import Commands, examples, say

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

    The page is served to this machine alone, needs no other host, and cannot write.
    """
    from queries.viewer.server import Viewer

    with Viewer(graph, model, port=port) as viewer:
        say(f"The page is at {viewer.address} until you press Ctrl-C.")
        if not no_open:
            import webbrowser

            webbrowser.open(viewer.address)
        with suppress(KeyboardInterrupt):
            viewer.serve()

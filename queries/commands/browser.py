"""The command ``browser``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from queries.commands.ask import PANEL
from queries.commands.completion import model_names
from queries.commands.options import GraphOption
from queries.commands.stopping import until_ctrl_c
from queries.commands.terminal import Commands, examples, say
from queries.core.files import check_file

if TYPE_CHECKING:
    from queries.neurongraph import NeuronGraph

_PORT: Final = 7475

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph browser --graph bolt://localhost:7687",
        "neurongraph browser --graph bolt://localhost:7687 --favourites favourites.zip",
    ),
)
def browser(
    graph: GraphOption = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME",
            autocompletion=model_names,
            show_default="the one loaded last",
            help="The model that the guide begins with, or the favourites are about.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Where to serve; 0 for any free port.")
    ] = _PORT,
    favourites: Annotated[
        Path | None,
        typer.Option(
            "--favourites",
            metavar="FILE",
            help="Write queries for Browser's favourites to this .zip file, and serve nothing.",
        ),
    ] = None,
) -> None:
    """Serve a guide and a style sheet to Neo4j Browser, on this machine only.

    Two lines are printed, to be pasted into Browser. The guide has statements to run, made from
    the models that stand in the graph. Their addresses have a token, another one each time unless
    NEURONGRAPH_SECRET gives one.
    """
    if favourites is not None:
        favourites = _checked_archive(favourites)
    from queries.browser.serve import open_server

    with open_server(graph) as server:
        if favourites is None:
            _serve(server, port, model)
        else:
            _write_favourites(server, favourites, model)


def _checked_archive(path: Path) -> Path:
    """Return the file that favourites are to go to, checked before the work for them begins."""
    if path.suffix.lower() != ".zip":
        raise typer.BadParameter(
            f"{path} must end in .zip; Browser takes a .cypher file for a single favourite",
            param_hint="--favourites",
        )
    return check_file(path)


def _write_favourites(graph: "NeuronGraph", file: Path, model: str | None) -> None:
    from queries.browser.favourites import favourites, save

    texts = favourites(graph, model)
    save(texts, file)
    say(f"Wrote {len(texts)} favourites to {file}. Drop it onto the page of Browser.")


def _serve(graph: "NeuronGraph", port: int, model: str | None) -> None:
    from queries.browser.serve import serve

    with serve(graph, port, model) as server:
        say("Paste these two lines into Neo4j Browser, one after the other:")
        for line in server.lines:
            typer.echo(line)
        # A program that waits for the lines gets them at once, also through a pipe.
        sys.stdout.flush()
        say("Serving until Ctrl-C.", "dim")
        with until_ctrl_c():
            server.serve_forever()

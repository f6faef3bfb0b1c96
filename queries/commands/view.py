"""The command ``view``."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from queries.commands.completion import model_names
from queries.commands.input_shapes import InputShapeOption, input_shapes
from queries.commands.misplaced import EITHER
from queries.commands.model_input import (
    InputOption,
    LabelOption,
    PixelsOption,
    ResizeOption,
    model_input,
    with_files,
)
from queries.commands.options import GraphOption
from queries.commands.stopping import until_ctrl_c
from queries.commands.terminal import Commands, examples, say
from queries.errors import listed
from queries.stores.location import is_place

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel="Ask",
    epilog=examples(
        "neurongraph view",
        "neurongraph view samples/digits.keras",
        "neurongraph view digits --graph digits.lbug",
        "neurongraph view samples/digits.keras --input samples/digit_7.png --pixels 0..1",
        "neurongraph view --graph bolt://localhost:7687 --port 8080 --no-open",
    ),
)
def view(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=EITHER,
            autocompletion=model_names,
            help="The model's name in the graph; the page can change to another one. A model file, "
            "an embedded graph or an address is taken as --graph is.",
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
    classes: Annotated[
        Path | None,
        typer.Option(
            "--classes",
            metavar="FILE",
            help="A text file with what the outputs stand for: a name on each line, in their "
            "order.",
        ),
    ] = None,
    samples: InputOption = None,
    pixels: PixelsOption = None,
    resize: ResizeOption = False,
    label: LabelOption = None,
    input_shape: InputShapeOption = None,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Print the address, and open no browser.")
    ] = False,
) -> None:
    """Look at a model in the browser, from its inputs to its outputs; Ctrl-C ends it.

    With --input it shows what neurons do at that input, and the circuit of the answer; of two
    inputs the second one stands beside.

    Only who has the printed address can open the page, and only on this machine. It needs no
    other host, and only reads the graph.
    """
    from queries.viewer.class_names import read_class_names
    from queries.viewer.server import Viewer

    samples, words = with_files(samples, words)
    if len(words) > 1:
        raise typer.BadParameter(
            f"{listed(words)} are several; one model or graph is shown", param_hint=EITHER
        )
    model = words[0] if words else None
    how = model_input(samples, pixels, label, resize=resize)
    names = [] if classes is None else read_class_names(classes)
    if model is not None and _is_graph(model) and not _was_written(ctx, "graph"):
        graph, model = model, None
    shapes = input_shapes(input_shape)
    with ExitStack() as stack:
        viewer = stack.enter_context(
            Viewer(graph, model, port=port, classes=names, input_shape=shapes, model_input=how)
        )
        for text in viewer.unfinished:
            say(text)
        say(f"The page is at {viewer.address} until you press Ctrl-C.")
        if not no_open:
            from queries.commands.opening import open_browser

            stack.enter_context(open_browser(viewer.address))
        with until_ctrl_c():
            viewer.serve()


def _is_graph(word: str) -> bool:
    """Tell whether a word names a graph, or a file, rather than a model in a graph."""
    return is_place(word) or (bool(Path(word).suffix) and Path(word).is_file())


def _was_written(ctx: typer.Context, name: str) -> bool:
    """Tell whether an option stands on the command line, and not in the environment."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"

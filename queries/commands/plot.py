"""The command that draws: ``plot``."""

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from queries.commands.completion import plot_names, plot_words
from queries.commands.input_shapes import InputShapeOption
from queries.commands.model_input import (
    InputOption,
    LabelOption,
    PixelsOption,
    ResizeOption,
    model_input,
    with_files,
)
from queries.commands.named_help import NamedHelp
from queries.commands.options import DaskOption, GraphOption, ModelOption
from queries.commands.session import open_graph
from queries.commands.terminal import Commands, examples, say
from queries.core.files import check_file
from queries.library.plots import SUFFIXES

_PAGE: Final = ".html"

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    cls=NamedHelp,
    rich_help_panel="Ask",
    epilog=examples(
        "neurongraph plot",
        "neurongraph plot adjacency --describe",
        "neurongraph plot adjacency --output adjacency.html",
        "neurongraph plot strongest_paths input_layer dense_1 --input samples/digits.npz:7",
        "neurongraph plot adjacency source=conv_1 target=dense_0 -o conv_1.png --size 800x600",
    ),
)
def plot(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            autocompletion=plot_names,
            help="The plot; without it all are listed.",
        ),
    ] = None,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            autocompletion=plot_words,
            help="Parameters of the plot; --describe tells which there are.",
        ),
    ] = None,
    graph: GraphOption = None,
    model: ModelOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Ends in .html, .png or .svg. PNG and SVG need Chromium or Chrome.",
            show_default="NAME.html",
        ),
    ] = None,
    size: Annotated[
        str, typer.Option("--size", metavar="WIDTHxHEIGHT", help="In pixels.")
    ] = "1280x800",
    samples: InputOption = None,
    pixels: PixelsOption = None,
    resize: ResizeOption = False,
    label: LabelOption = None,
    dask: DaskOption = None,
    input_shape: InputShapeOption = None,
    describe: Annotated[
        bool, typer.Option("--describe", help="Say what the plot is, and draw nothing.")
    ] = False,
) -> None:
    """Draw a picture of a model as a page, PNG or SVG, or list the plots.

    Without --output the page opens in your browser, where there is a display.

    A page works without a network; move the mouse over it to see names and numbers. Neurons are
    named as in a query.
    """
    from queries.library import plots as library

    if name is None:
        from queries.commands.description import print_list

        print_list(library.plots().values())
        return
    declaration = library.plot(name)
    if describe:
        from queries.commands.description import print_description

        print_description(declaration)
        return
    file, width_and_height = _checked_file(output or Path(f"{name}{_PAGE}")), _pixels(size)
    from queries.commands.arguments import query_values

    samples, words = with_files(samples, words)
    given = model_input(samples, pixels, label, resize=resize)
    values = query_values(declaration, words, given)
    with open_graph(graph, model, dask, input_shape) as session:
        # Every plot has a method of its name.
        picture = getattr(session.plot, name)(**values)
    say(f"Wrote {picture.save(file, size=width_and_height)}.")
    if picture.note:
        say(picture.note)
    if output is None:
        _show(file)


def _show(page: Path) -> None:
    """Open a page that nobody gave a name, or say how it is opened."""
    from queries.commands.opening import has_display, open_page

    address = page.absolute().as_uri()
    if not (has_display() and open_page(address)):
        say(f"Open it in a browser: {address}")


def _checked_file(file: Path) -> Path:
    """Check where a picture is to go, before the work for it begins."""
    if file.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(f"{file} must end in {', '.join(SUFFIXES)}", param_hint="--output")
    return check_file(file)


def _pixels(size: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9]\d{1,4})x([1-9]\d{1,4})", size)
    if match is None:
        raise typer.BadParameter(
            f"{size!r} is no size in pixels; write 1280x800", param_hint="--size"
        )
    return int(match[1]), int(match[2])

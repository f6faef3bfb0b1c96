"""The commands about stored inputs and circuits."""

from pathlib import Path
from typing import Annotated

import typer

from queries.commands.ask import PANEL
from queries.commands.completion import circuit_names, input_names
from queries.commands.model_input import (
    InputOption,
    LabelOption,
    PixelsOption,
    ResizeOption,
    model_input,
)
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
from queries.commands.output import Format, destination, write
from queries.commands.session import open_graph
from queries.commands.terminal import Commands, echo, examples, reporting

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph activate --input samples/digits.npz:0..9 --graph digits.lbug",
        "neurongraph activate --input samples/digit_7.png --pixels 0..1 --name seven",
    ),
)
def activate(
    samples: InputOption = None,
    pixels: PixelsOption = None,
    resize: ResizeOption = False,
    label: LabelOption = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="What the input is called; several get NAME:0, NAME:1 and so on. By default it is "
            "its file and row.",
        ),
    ] = None,
    graph: GraphOption = None,
    model: ModelOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
) -> None:
    """Store inputs beside a model, with what its neurons put out at them.

    Cypher then answers from (:Input)-[:ACTIVATES]->(:Neuron) which neurons an input makes fire, and
    what made them do so.
    """
    to = destination(format_name, output, raw=raw)
    given = model_input(samples, pixels, label, resize=resize)
    if given is None:
        raise typer.BadParameter("say at which samples", param_hint="--input")
    with open_graph(graph, model) as session:
        frame = session.activate(given, name=name)
    write(frame, to, main=("name", "label", "predicted", "neurons"))


@app.command(rich_help_panel=PANEL, epilog=examples("neurongraph inputs --graph digits.lbug"))
def inputs(
    graph: GraphOption = None,
    model: ModelOption = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
) -> None:
    """List the inputs that are stored with a model."""
    _list("inputs", graph, model, row_order(sort, limit), (format_name, output, raw))


@app.command(rich_help_panel=PANEL, epilog=examples("neurongraph circuits --graph digits.lbug"))
def circuits(
    graph: GraphOption = None,
    model: ModelOption = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
) -> None:
    """List the circuits that are stored with a model."""
    _list("circuits", graph, model, row_order(sort, limit), (format_name, output, raw))


@app.command(rich_help_panel=PANEL, epilog=examples("neurongraph drop-input seven"))
def drop_input(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", autocompletion=input_names, help="The input's name."),
    ],
    graph: GraphOption = None,
    model: ModelOption = None,
) -> None:
    """Remove an input that is stored with a model, and what neurons put out at it."""
    _drop("drop_input", name, graph, model)


@app.command(rich_help_panel=PANEL, epilog=examples("neurongraph drop-circuit why_seven"))
def drop_circuit(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", autocompletion=circuit_names, help="The circuit's name."),
    ],
    graph: GraphOption = None,
    model: ModelOption = None,
) -> None:
    """Remove a circuit that is stored with a model; its input stays."""
    _drop("drop_circuit", name, graph, model)


def _list(
    method: str,
    graph: str | None,
    model: str | None,
    order: dict[str, object],
    form: tuple[Format | None, Path | None, bool],
) -> None:
    format_name, output, raw = form
    to = destination(format_name, output, raw=raw)
    from queries.neurongraph import NeuronGraph

    with NeuronGraph(graph, model=model) as session:
        frame = getattr(session, method)(**order)
    write(frame, to)


def _drop(method: str, name: str, graph: str | None, model: str | None) -> None:
    from queries.neurongraph import NeuronGraph

    with NeuronGraph(graph, model=model) as session:
        getattr(session, method)(name)
    with reporting(f"{name} is removed"):
        echo(f"Removed {name}.")

"""The command ``load``."""

from typing import Annotated

import typer

from exporter.commands.load_report import print_report
from exporter.commands.options import PANEL, GranularityOption, ModelArgument, NameOption
from exporter.commands.remainder import left_of_load
from queries.commands.completion import dask_addresses
from queries.commands.input_shapes import InputShapeOption, input_shapes
from queries.commands.options import GraphOption
from queries.commands.terminal import (
    Commands,
    examples,
    fail,
    interrupted,
    reporting,
    show_records,
)
from queries.core.file_format import FileFormat
from queries.core.granularity import NEURON_GRAPH
from queries.errors import GraphError

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph load samples/digits.keras --graph digits.lbug",
        "neurongraph load samples/digits.keras --name digits-head --from-layer conv_1",
        "neurongraph load samples/digits.keras --name digits-strong --top 10",
        "neurongraph load samples/digits.keras --name digits-channels --granularity channel",
        "neurongraph load samples/digits.keras --graph bolt://localhost:7687 --replace",
        "neurongraph load samples/digits.keras --graph bolt://localhost:7687 --resume",
        "neurongraph load samples/digits.keras --graph bolt://localhost:7687 --label Digits",
        "neurongraph load samples/digits.keras --graph digits_files/",
        "neurongraph load samples/digits.keras --graph digits_files/ --dask local",
    ),
)
def load(
    model: ModelArgument,
    graph: GraphOption = None,
    name: NameOption = None,
    granularity: GranularityOption = NEURON_GRAPH,
    from_layer: Annotated[
        str | None,
        typer.Option(
            metavar="LAYER",
            help="The first layer to load, with all parts of it.",
        ),
    ] = None,
    to_layer: Annotated[
        str | None,
        typer.Option(
            metavar="LAYER",
            help="The last layer to load, with all parts of it.",
        ),
    ] = None,
    partial: Annotated[
        bool,
        typer.Option("--partial", help="Load what stands before layers that cannot be wired."),
    ] = False,
    min_weight: Annotated[
        float,
        typer.Option(
            min=0,
            metavar="WEIGHT",
            help="Leave out relationships of a smaller absolute weight; it is rounded to single "
            "precision, as weights are.",
        ),
    ] = 0.0,
    top: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Keep the N strongest relationships into each neuron."
        ),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Relationships a transaction; by default what suits the store."
        ),
    ] = None,
    writers: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Transactions at once on a server; by default what it takes."
        ),
    ] = None,
    file_format: Annotated[
        FileFormat | None,
        typer.Option(
            help="What files a folder gets for Neo4j's import.",
            show_default="what it has already, else parquet",
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            "--label",
            metavar="LABEL",
            help="A label that every node of the model gets, and no other has: on a Neo4j server, "
            "and in a folder of files for its import. An embedded graph takes none.",
            show_default="none",
        ),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Replace a model of that name; the old one stays until then."
        ),
    ] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Go on with a load that was interrupted; begin one if there is none."
        ),
    ] = False,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            autocompletion=dask_addresses,
            help="Write a folder of files by many processes: local, or those of a Dask scheduler "
            "such as tcp://localhost:8786.",
            show_default="one process",
        ),
    ] = None,
    input_shape: InputShapeOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was done as JSON, for scripts.")
    ] = False,
) -> None:
    """Load a trained model into a graph.

    A graph that is a path is made if it is missing. A folder that ends in / gets files for
    Neo4j's import, which is the fastest way to load a big model; its README says how to go on.
    """
    from exporter.loading import load as load_model
    from queries.commands.progress_bar import ProgressBar
    from queries.core.log import notices

    if quiet:
        show_records("ERROR")
    else:
        notices.setLevel("INFO")
    shapes = input_shapes(input_shape)
    try:
        with ProgressBar(f"Opening {model.name}", quiet=quiet) as progress:
            report = load_model(
                model,
                graph,
                name=name,
                granularity=granularity,
                from_layer=from_layer,
                to_layer=to_layer,
                partial=partial,
                min_weight=min_weight,
                top=top,
                batch_size=batch_size,
                writers=writers,
                file_format=file_format,
                label=label,
                replace=replace,
                resume=resume,
                dask=dask,
                input_shape=shapes,
                progress=progress,
            )
    except KeyboardInterrupt as interrupt:
        interrupted(interrupt, left_of_load(graph, name or model.stem))
    except GraphError as error:
        if not progress.begun:
            raise
        fail(f"{error}. {left_of_load(graph, name or model.stem)}")
    with reporting(f"{report.model!r} is loaded"):
        if as_json:
            typer.echo(report.json)
        elif not quiet:
            print_report(graph, report)

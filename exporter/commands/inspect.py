"""The command ``inspect``."""

from typing import Final

import typer

from exporter.commands.load_report import say_precision
from exporter.commands.options import PANEL, GranularityOption, ModelArgument
from queries.commands.input_shapes import InputShapeOption, input_shapes
from queries.commands.options import FormatOption, OutputOption, RawOption
from queries.commands.output import destination, write
from queries.commands.terminal import Commands, examples
from queries.core.granularity import NEURON_GRAPH, nodes_text
from queries.core.text import size_text

_MAIN: Final = ("layer", "neurons", "edges", "class_name", "parameters", "shape")

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph inspect samples/digits.keras",
        "neurongraph inspect samples/digits.keras --granularity channel",
        "neurongraph inspect samples/digits.keras --format json",
    ),
)
def inspect(
    model: ModelArgument,
    granularity: GranularityOption = NEURON_GRAPH,
    input_shape: InputShapeOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
) -> None:
    """Show the layers of a model, and how many neurons and relationships a load makes.

    A dash stands where a layer only moves data, so that it makes neither.
    """
    to = destination(format_name, output, raw=raw)
    from exporter.inspection import NOT_FINITE
    from exporter.inspection import inspect as inspect_model
    from exporter.sinks.sizes import too_large_text

    report = inspect_model(model, granularity=granularity, input_shape=input_shapes(input_shape))
    sizes = ", ".join(f"{size_text(size)} {store}" for store, size in report.sizes.items())
    totals = (
        f"{len(report.frame)} layers, {nodes_text(report.neurons, report.granularity)}, "
        f"{report.edges:,} relationships, {report.parameters:,} parameters; "
        f"density {report.density:.6g}\n"
        f"A load takes about this much on disk: {sizes}."
    )
    if report.granularity == NEURON_GRAPH and (too_large := too_large_text(report.sizes)):
        totals += f"\n{too_large}"
    frame = report.frame
    if report.not_finite:
        totals += f"\n{report.not_finite}"
    elif to.format == "table":
        # Two columns of zeros say nothing to a reader.
        frame = frame.drop(columns=list(NOT_FINITE))
    write(frame, to, note=totals, main=_MAIN)
    say_precision(report.half_precisions)

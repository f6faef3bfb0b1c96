"""The command ``verify``."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from exporter.commands.options import PANEL, ModelArgument, NameOption
from queries.commands.options import FormatOption, GraphOption, OutputOption, RawOption
from queries.commands.output import destination, write
from queries.commands.terminal import Commands, examples, fail, say
from queries.errors import listed

if TYPE_CHECKING:
    from exporter.verifying.verification import VerifyReport

_ONE: Final = {
    "neurons": "neuron",
    "properties": "property",
    "relationships": "relationship",
}

_MAIN: Final = ("layer", "relative_difference", "passed", "changes")

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph verify samples/digits.keras --graph digits.lbug",
        "neurongraph verify samples/digits.keras --name digits --samples 16 --format json",
    ),
)
def verify(
    model: ModelArgument,
    graph: GraphOption = None,
    name: NameOption = None,
    samples: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many random inputs to try.")
    ] = 4,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed of the random inputs.")] = 0,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
) -> None:
    """Compute every tensor of the model from the graph alone, and compare it with its library.

    An ONNX file is compared with onnxruntime.

    Compares as well what the graph holds with what the model holds: layers, neurons, biases,
    relationships, weights. Ends with exit code 1 where anything differs, or a layer's values by
    more than the tolerance.
    """
    to = destination(format_name, output, raw=raw)
    from exporter.verifying.verification import verify as verify_model
    from queries.commands.progress_bar import ProgressBar
    from queries.core.layer import INPUT_CLASSES

    with ProgressBar(f"Opening {model}") as progress:
        report = verify_model(
            model, graph, name=name, samples=samples, seed=seed, progress=progress
        )
    write(report.frame, to, main=_MAIN)
    inputs = report.frame["class_name"].isin(INPUT_CLASSES)
    seeded = [name for name in report.seeded if name not in set(report.frame["layer"][inputs])]
    if seeded:
        say(f"Fed from the model, since what feeds them is not in the graph: {listed(seeded)}.")
    for difference in report.differences.itertuples():
        say(_difference(difference))
    if not report.passed:
        fail(f"the graph does not agree with {model}: {_failure(report)}")
    say(f"The graph agrees with {model}: {_verdict(report)}")


def _difference(row: Any) -> str:
    """Return a row of what differs in words, such as ``dense: 2 neurons missing, such as ...``."""
    what = _ONE.get(row.kind, row.kind) if row.count == 1 else row.kind
    example = f", such as {row.example}" if row.example else ""
    return f"{row.layer or 'the model'}: {row.count:,} {what} {row.change}{example}"


def _failure(report: "VerifyReport") -> str:
    """Name the first layer that fails, behind which others may fail because of it."""
    failed = report.frame[~report.frame["passed"]]
    if failed.empty:
        return "all layers compute the same, but what it holds differs"
    first = failed.iloc[0]
    return (
        f"{len(failed)} of {len(report.frame)} layers fail, the first is {first['layer']} "
        f"({first['class_name']}): relative difference {first['relative_difference']:.2g}, "
        f"{report.tolerance:.2g} is allowed; {first['changes']:,} changes."
    )


def _verdict(report: "VerifyReport") -> str:
    position = int(report.frame["relative_difference"].to_numpy().argmax())
    worst = report.frame.iloc[position]
    return (
        f"the largest relative difference is {worst['relative_difference']:.2g}, in layer "
        f"{worst['layer']}; {report.tolerance:.2g} is allowed."
    )

"""The command line: load, verify, check and drop models; and the commands of queries."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from exporter.sinks.file_format import FileFormat
from queries.commands import ask as queries_cli
from queries.commands import browser as browser_cli
from queries.commands import export as export_cli
from queries.commands import plot as plots_cli
from queries.commands import view as viewer_cli
from queries.commands.completion import dask_addresses
from queries.commands.options import FormatOption, GraphOption, OutputOption, RawOption
from queries.commands.output import destination, write
from queries.commands.terminal import (
    Commands,
    LogLevelOption,
    confirmed,
    echo,
    examples,
    fail,
    interrupted,
    say,
    show_records,
    whole_run,
)
from queries.core.address import repeatable
from queries.core.granularity import NEURON_GRAPH, Granularity
from queries.core.text import pasteable, size_text
from queries.errors import (
    GraphError,
    GraphNotFoundError,
    ModelNotFoundError,
    NeurongraphError,
    listed,
)

if TYPE_CHECKING:
    from exporter.loading import LoadReport
    from exporter.verifying.verification import VerifyReport

_PANEL: Final = "Load"
_ONE: Final = {
    "neurons": "neuron",
    "properties": "property",
    "relationships": "relationship",
}

app = typer.Typer(
    name="neurongraph",
    cls=Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    # Local variables can hold a password.
    pretty_exceptions_show_locals=False,
    epilog=examples(
        "neurongraph inspect samples/digits.keras",
        "neurongraph load samples/digits.keras --graph digits.lbug",
        "neurongraph query strongest_edges -g digits.lbug target=dense_1 k=5",
    ),
)

ModelArgument = Annotated[
    Path, typer.Argument(metavar="MODEL", help="A .keras or HDF5 model file.", show_default=False)
]

NameOption = Annotated[
    str | None,
    typer.Option(
        "--name",
        "-n",
        help="What the model is called in the graph.",
        show_default="the file's name without suffix",
    ),
]


GranularityOption = Annotated[
    Granularity,
    typer.Option(
        "--granularity",
        help="What a node stands for: a neuron, all neurons of a channel, or of a layer.",
    ),
]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"neurongraph {version('neurongraph')}")
        except PackageNotFoundError:
            typer.echo("neurongraph, not installed")
        raise typer.Exit


@app.callback()
def _about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version.")
    ] = False,
    log_level: LogLevelOption = None,
) -> None:
    """Load the neurons and weights of a trained Keras model as a graph, and query it.

    The graph is in a file of its own, or in Neo4j. NEURONGRAPH_GRAPH says where, if --graph
    does not; the credentials of a server are taken from NEO4J_USERNAME, NEO4J_PASSWORD and
    NEO4J_DATABASE.
    """


@app.command(
    rich_help_panel=_PANEL,
    epilog=examples(
        "neurongraph inspect samples/digits.keras",
        "neurongraph inspect samples/digits.keras --granularity channel",
        "neurongraph inspect samples/digits.keras --format json",
    ),
)
def inspect(
    model: ModelArgument,
    granularity: GranularityOption = NEURON_GRAPH,
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

    seen = inspect_model(model, granularity=granularity)
    sizes = ", ".join(f"{size_text(size)} {store}" for store, size in seen.sizes.items())
    totals = (
        f"{len(seen.frame)} layers, {_nodes(seen.neurons, seen.granularity)}, "
        f"{seen.edges:,} relationships, {seen.parameters:,} parameters; "
        f"density {seen.density:.6g}\n"
        f"A load takes about this much on disk: {sizes}."
    )
    frame = seen.frame
    if seen.not_finite:
        totals += f"\n{seen.not_finite}"
    elif to.format == "table":
        # Two columns of zeros say nothing to a reader.
        frame = frame.drop(columns=list(NOT_FINITE))
    write(frame, to, note=totals)
    _say_precision(seen.half_precisions)


@app.command(
    rich_help_panel=_PANEL,
    epilog=examples(
        "neurongraph load samples/digits.keras --graph digits.lbug",
        "neurongraph load samples/digits.keras --name digits-head --from-layer conv_1",
        "neurongraph load samples/digits.keras --name digits-strong --top 10",
        "neurongraph load samples/digits.keras --name digits-channels --granularity channel",
        "neurongraph load samples/digits.keras --graph bolt://localhost:7687 --replace",
        "neurongraph load samples/digits.keras --graph bolt://localhost:7687 --resume",
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
        str | None, typer.Option(metavar="LAYER", help="The first layer to load.")
    ] = None,
    to_layer: Annotated[
        str | None, typer.Option(metavar="LAYER", help="The last layer to load.")
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
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was done as JSON, for scripts.")
    ] = False,
) -> None:
    """Load a trained Keras model into a graph.

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
                replace=replace,
                resume=resume,
                dask=dask,
                progress=progress,
            )
    except KeyboardInterrupt as interrupt:
        interrupted(interrupt, _state_left(graph, name or model.stem))
    except GraphError as error:
        if not progress.begun:
            raise
        fail(f"{error}. {_state_left(graph, name or model.stem)}")
    if as_json:
        typer.echo(report.json)
    elif not quiet:
        _print_report(graph, report)


def _print_report(graph: str | None, report: "LoadReport") -> None:
    there = f"; {report.resumed:,} of them were there already" if report.resumed else ""
    echo(
        f"Loaded {report.model!r} into {report.graph}: {len(report.layers)} layers, "
        f"{_nodes(report.neurons, report.granularity)}, {report.edges:,} relationships "
        f"in {report.seconds:.1f} s ({report.edges_per_second:,.0f} relationships/s){there}."
    )
    for damage in report.repaired:
        echo(f"Repaired: {damage}.")
    if report.not_finite:
        echo(report.not_finite)
    if report.left_out:
        echo(f"Left out {report.left_out:,} weaker relationships: it cannot be verified.")
    if report.refused:
        echo(
            "Left out what cannot be wired, and what stands behind it: "
            f"{listed(report.refused)}. It cannot be verified."
        )
    _say_precision(report.half_precisions)
    from queries.core.location import locate
    from queries.stores.dataset import README

    kind = locate(report.graph).kind
    if kind == "dataset":
        say(f"Now import it: {Path(report.graph, README)} has the commands.", "dim")
        return
    model = _unless_alone(graph, report.model)
    say(f"Look: {pasteable('view', *model, graph=graph)}", "dim")
    if kind == "server":
        say(f"In Neo4j Browser: {pasteable('browser', graph=graph)}", "dim")
    option = ["--model", *model] if model else []
    say(f"Ask: {pasteable(*_first_question(report), *option, graph=graph)}", "dim")


def _say_precision(names: tuple[str, ...]) -> None:
    """Say of a model of half precision how it is read."""
    if names:
        from exporter.reading.half_precision import precision_note

        say(precision_note(names))


def _nodes(count: int, granularity: Granularity) -> str:
    """Say how many nodes there are, and what each stands for."""
    return f"{count:,} {'nodes' if granularity == 'layer' else f'{granularity}s'}"


def _unless_alone(graph: str | None, model: str) -> list[str]:
    """Return the name of a model, and nothing where the graph holds no other."""
    from queries.neurongraph import NeuronGraph

    try:
        with NeuronGraph(graph) as opened:
            return [model] if len(opened.models()) > 1 else []
    except NeurongraphError:
        # The load went well, whatever happened since: a cluster may need a moment to show it.
        return []


def _first_question(report: "LoadReport") -> list[str]:
    """Return the words of a query that shows something of what was just loaded."""
    ends = [report.layers[0], report.layers[-1]]
    # Of a name with other signs only a part may be read as the layer.
    if len(report.layers) > 1 and all(end.replace("-", "_").isidentifier() for end in ends):
        return ["query", "strongest_paths", f"source={ends[0]}", f"target={ends[1]}", "k=3"]
    return ["query", "summary"]


def _state_left(graph: str | None, name: str) -> str:
    """Say what a load that did not end has left behind, and what to do."""
    from exporter.sinks import STAGED
    from queries.core.schema import COMPLETE, LOADING
    from queries.neurongraph import NeuronGraph

    try:
        with NeuronGraph(graph) as opened:
            models = opened.models()
            states = dict(zip(models["name"], models["state"], strict=True))
    except GraphNotFoundError:
        return "Nothing was written."
    except NeurongraphError:
        return f"What is left of {name!r}, if anything, is in state loading; see --resume."
    for left in (name + STAGED, name):
        if states.get(left) == LOADING:
            kept = f", and {name!r} is as it was" if states.get(name) == COMPLETE else ""
            return (
                f"{left!r} is in state loading{kept}. Go on with the same command and --resume, "
                f"without --replace; or remove it: {pasteable('drop', left, graph=graph)}"
            )
    return f"{name!r} is {'as it was' if name in states else 'not in the graph'}."


@app.command(
    rich_help_panel=_PANEL,
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
    """Compute every tensor of the model from the graph alone, and compare it with Keras.

    Compares as well what the graph holds with what the model holds: layers, neurons, biases,
    relationships, weights. Ends with exit code 1 where anything differs, or a layer's values by
    more than the tolerance.
    """
    to = destination(format_name, output, raw=raw)
    from exporter.verifying.verification import verify as verify_model
    from queries.commands.progress_bar import ProgressBar

    with ProgressBar(f"Opening {model}") as progress:
        report = verify_model(
            model, graph, name=name, samples=samples, seed=seed, progress=progress
        )
    write(report.frame, to)
    inputs = report.frame["class_name"] == "InputLayer"
    seeded = [name for name in report.seeded if name not in set(report.frame["layer"][inputs])]
    if seeded:
        say(f"Fed from Keras, since what feeds them is not in the graph: {listed(seeded)}.")
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


@app.command(
    rich_help_panel=_PANEL,
    epilog=examples(
        "neurongraph check --graph digits.lbug",
        "neurongraph check digits --graph bolt://localhost:7687 --format json",
    ),
)
def check(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="The model's name in the graph.",
            show_default="all that are complete",
        ),
    ] = None,
    graph: GraphOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Compare a graph with the checksums that its load wrote; the model file is not needed.

    All neurons and relationships are read. Ends with exit code 1 where something differs.
    """
    to = destination(format_name, output)
    from exporter.verifying.checking import check as check_graph
    from queries.commands.progress_bar import ProgressBar
    from queries.core.location import locate

    location = locate(graph)
    if location.kind == "file":
        say(f"{location.text} is a model file, which holds no graph that could be damaged.")
        return
    with ProgressBar(f"Checking {location.text}") as progress:
        report = check_graph(graph, name=name, progress=progress)
    write(report.frame, to)
    if not report.passed:
        # A load that goes on does not write over what somebody has changed on purpose.
        repair = "--replace" if report.edited else "--resume, which repairs it, or with --replace"
        fail(
            f"{location.text} is damaged: {'; '.join(report.damage)}. To have it as the model file "
            f"is, load that again with {repair}."
        )
    say(f"{location.text} holds what its loads wrote.")


@app.command(
    rich_help_panel=_PANEL,
    epilog=examples(
        "neurongraph drop digits --graph digits.lbug",
        "neurongraph drop digits-head --yes",
    ),
)
def drop(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The model's name in the graph.")],
    graph: GraphOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a model from a graph, complete or not."""
    edges = _edges(graph, name)
    if not yes and not confirmed(f"Remove {name!r} and its {edges:,} relationships?"):
        fail(f"{name!r} was not removed")
    from exporter.removal import drop as drop_model
    from queries.commands.progress_bar import ProgressBar

    removed = 0
    try:
        with ProgressBar(f"Removing {name}") as progress:

            def count(more: int) -> None:
                nonlocal removed
                removed += more
                progress("relationships", removed, edges)

            dropped = drop_model(name, graph, progress=count)
    except KeyboardInterrupt as interrupt:
        interrupted(interrupt, f"What is left of {name!r} is in state dropping; drop it again.")
    echo(f"Removed {name!r} with {dropped:,} relationships.")


def _edges(graph: str | None, name: str) -> int:
    """Return how many relationships a model has, or was to have."""
    from exporter.sinks import require_store
    from queries.core.location import locate
    from queries.neurongraph import NeuronGraph

    require_store(locate(graph))
    with NeuronGraph(graph) as opened:
        models = opened.models().set_index("name")
    if name not in models.index:
        raise ModelNotFoundError(
            f"there is no model {repeatable(name)} in the graph; it holds "
            f"{listed(list(models.index))}"
        )
    return int(models["edges"][name])


app.add_typer(queries_cli.app)
app.add_typer(plots_cli.app)
app.add_typer(export_cli.app)
app.add_typer(viewer_cli.app)
app.add_typer(browser_cli.app)


def main() -> None:
    """Run the command line: the entry point of ``neurongraph``."""
    with whole_run():
        app(prog_name="neurongraph")


if __name__ == "__main__":
    main()

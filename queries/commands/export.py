"""The command ``export``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from queries.commands.ask import PANEL
from queries.commands.completion import export_words
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
from queries.errors import ParameterError

_CIRCUIT: Final = "circuit"
"""The word that says that a circuit is meant."""

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    cls=NamedHelp,
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph export k=60 -o strongest.dot",
        "neurongraph export source=dense_0 target=dense_1 min_weight=0.5 -o layer.graphml",
        "neurongraph export 'target=conv_1[3]' source.x=0..3 -o part.gexf",
        "neurongraph export circuit --input samples/digits.npz:7 -o circuit.json",
        "neurongraph export circuit level=neuron --input samples/digits.npz:7 -o circuit.graphml",
    ),
)
def export(
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            show_default=False,
            help="Ends in .graphml, .gexf, .dot, .png or .svg; the last two need Graphviz. Of a "
            "circuit also in .json, the graph JSON of circuit-tracer and Neuronpedia.",
        ),
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[circuit] KEY=VALUE",
            autocompletion=export_words,
            help="circuit: the circuit of an answer at --input, with the parameters of the query "
            "circuit. Else source= and target=: where relationships begin and end, said as in "
            "query; min_weight=: smallest absolute weight; k=: how many of the strongest; by=: the "
            "property that weighs them, in a channel or layer graph.",
        ),
    ] = None,
    graph: GraphOption = None,
    model: ModelOption = None,
    dask: DaskOption = None,
    input_shape: InputShapeOption = None,
    samples: InputOption = None,
    pixels: PixelsOption = None,
    resize: ResizeOption = False,
    label: LabelOption = None,
) -> None:
    """Write a graph, a part of it, or a circuit for other tools, or draw it.

    A drawing has the layers from left to right, with red for positive and blue for negative
    weights. It may have 10,000 relationships, the other files 1,000,000.
    """
    output = check_file(output)
    from queries.commands.arguments import query_values
    from queries.export.files import CIRCUIT_SUFFIXES, SUFFIXES, suffix_of
    from queries.library.exports import export as declared

    samples, given_words = with_files(samples, words)
    name, rest = _meant(given_words)
    try:
        suffix_of(output, CIRCUIT_SUFFIXES if name == "export_circuit" else SUFFIXES)
    except ParameterError as error:
        raise typer.BadParameter(str(error), param_hint="--output") from None
    given = model_input(samples, pixels, label, resize=resize)
    if given is not None and name != "export_circuit":
        raise typer.BadParameter("only a circuit has one: export circuit", param_hint="--input")
    values = query_values(declared(name), rest, given)
    with open_graph(graph, model, dask, input_shape) as session:
        edges = getattr(session, name)(output, **values)
    say(f"Wrote {output} with {edges:,} relationship{'s' * (edges != 1)}.")


def _meant(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return which export some words mean, and the others."""
    if words[:1] == [_CIRCUIT]:
        return "export_circuit", words[1:]
    return "export", words

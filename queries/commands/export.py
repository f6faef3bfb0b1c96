"""The command ``export``."""

from pathlib import Path
from typing import Annotated

import typer

from queries.commands.ask import PANEL
from queries.commands.completion import export_words
from queries.commands.input_shapes import InputShapeOption
from queries.commands.options import DaskOption, GraphOption, ModelOption
from queries.commands.session import open_graph
from queries.commands.terminal import Commands, examples, say
from queries.core.files import check_file
from queries.errors import ParameterError

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph export k=60 -o strongest.dot",
        "neurongraph export source=dense_0 target=dense_1 min_weight=0.5 -o layer.graphml",
        "neurongraph export 'target=conv_1[3]' source.x=0..3 -o part.gexf",
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
            help="Ends in .graphml, .gexf, .dot, .png or .svg; the last two need Graphviz.",
        ),
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            autocompletion=export_words,
            help="source= and target=: where relationships begin and end, said as in query; "
            "min_weight=: smallest absolute weight; k=: how many of the strongest; by=: the "
            "property that weighs them, in a channel or layer graph.",
        ),
    ] = None,
    graph: GraphOption = None,
    model: ModelOption = None,
    dask: DaskOption = None,
    input_shape: InputShapeOption = None,
) -> None:
    """Write a graph, or a part of it, as GraphML or GEXF, or draw it.

    A drawing has the layers from left to right, with red for positive and blue for negative
    weights. It may have 10,000 relationships, the other files 1,000,000.
    """
    output = check_file(output)
    from queries.commands.arguments import query_values
    from queries.export.files import suffix_of
    from queries.library.exports import export as declared

    try:
        suffix_of(output)
    except ParameterError as error:
        raise typer.BadParameter(str(error), param_hint="--output") from None
    values = query_values(declared("export"), words or ())
    with open_graph(graph, model, dask, input_shape) as session:
        edges = session.export(output, **values)
    say(f"Wrote {output} with {edges:,} relationship{'s' * (edges != 1)}.")

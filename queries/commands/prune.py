"""The command ``prune-cost``."""

from pathlib import Path
from typing import Annotated

import typer

from queries.commands.completion import neuron_words
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
from queries.commands.output import destination, write
from queries.commands.session import open_graph
from queries.commands.terminal import Commands, examples

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    "prune-cost",
    rich_help_panel="Ask",
    epilog=examples(
        "neurongraph prune-cost samples/digits.npz --graph digits.lbug",
        "neurongraph prune-cost samples/digits.npz layer=conv_1 --limit 5 --format csv",
        "neurongraph prune-cost samples/digits.npz 'neurons=conv_1[3]' -g samples/digits.keras",
    ),
)
def prune_cost(
    samples: Annotated[
        Path,
        typer.Argument(
            metavar="SAMPLES",
            help="An .npz file with the array x, or x_test, or one by the name of each input, and "
            "if there are labels y, y_test or labels: numpy.savez(FILE, x=..., y=...). Or what "
            "else query takes behind --input, such as rows of a file.",
            show_default=False,
        ),
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            autocompletion=neuron_words,
            help="Which channels: those that some neurons are in, named as in a query; by default "
            "all of layers that have parameters, but the outputs.",
        ),
    ] = None,
    graph: GraphOption = None,
    model: ModelOption = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
) -> None:
    """Say what it costs to prune each channel: how far outputs change when it is set to 0.

    The model computes with the samples that you give, by the graph alone; a few hundred rank
    channels well. With labels the accuracy is told as well.

    mean_change is the mean absolute change of the outputs, rms_change the root of their mean
    squared change. The cheapest channel comes first: with labels the one that costs the least
    accuracy, without them, and among equals, the one of the smallest rms_change.
    """
    to = destination(format_name, output, raw=raw)
    from queries.commands.arguments import query_values
    from queries.library import queries as library

    values = query_values(library.query("neurons"), words or ())
    with open_graph(graph, model) as session:
        frame = session.prune_cost(samples, **values, **row_order(sort, limit))
    write(frame, to, main=("name", "accuracy_after", "mean_change", "rms_change"))

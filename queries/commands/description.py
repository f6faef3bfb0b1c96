"""Say what a query is: its parameters, its columns, an example, and its Cypher."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from queries.commands.arguments import FIELDS
from queries.core.text import pasteable, shortened
from queries.library.queries import Asked, Parameter, Query, Statement

_EXAMPLE_VALUES: Final = {
    "neurons": "dense_0",
    "source": "dense_0",
    "target": "dense_1",
    "first": "conv_1",
    "second": "dense_0",
    "other": "digits",
    "k": "5",
    "threshold": "0.1",
    "over": "conv_0",
    "centrality.neurons": None,
    "centrality.classes": "0,1,2,3,4,5,6,7,8,9",
    "channel_importance.target": None,
    "channel_importance.k": "2",
    "dead_neurons.neurons": "conv_1",
    "dead_neurons.threshold": "0.5",
    "degree.neurons": "input_layer",
    "duplicate_channels.neurons": "conv_1",
    "duplicate_channels.least": "0.6",
    "edges.min_weight": "0.7",
    "effective_weights.source": "conv_1",
    "eigenvector_centrality.neurons": "dense_1",
    "eigenvector_centrality.weights": "absolute",
    "field_neurons.among": "input_layer",
    "field_neurons.neurons": "conv_1[3]@1,1",
    "katz.neurons": "dense_1",
    "laplacian.neurons": "id:768..809",
    "neighbours.neurons": "dense_1[3]",
    "neurons.neurons": "conv_0[3]@0..5,1",
    "pagerank.neurons": "dense_1",
    "path_counts.source": "input_layer",
    "path_norm.source": "input_layer",
    "projective_field.neurons": "input_layer[0]@3,3",
    "receptive_field.neurons": "conv_1[3]@1,1",
    "receptive_field.over": "input_layer",
    "shortest_paths.source": "input_layer",
    "strength.neurons": "dense_1",
    "strongest_paths.source": "input_layer",
    "top_neurons.k": "2",
    "top_neurons.measure": "path_centrality",
    "top_neurons.neurons": None,
    "weight_distribution.neurons": None,
    "widest_path.source": "input_layer",
    "zero_channels.neurons": "dense_0",
    "zero_channels.threshold": "3",
}
"""What an example says for a parameter, or for that of one query.

The layers are those of samples/digits.keras.
"""


def print_list(found: Iterable[Asked]) -> None:
    """Print the name and the summary of every query, or of every plot."""
    console, listed = _console(), list(found)
    console.print(_rows([(asked.name, asked.summary) for asked in listed]))
    console.print()
    console.print(f"More about one: neurongraph {listed[0].kind} NAME --describe", style="dim")


def print_description(asked: Asked) -> None:
    """Print all that is known of a query or plot.

    Parameters
    ----------
    asked
        The query or plot.
    """
    console = _console()
    console.print(Text(asked.name, "bold"))
    console.print(Text(asked.summary))
    if isinstance(asked, Query) and asked.definition:
        console.print(Text(f"Definition: {asked.definition}"))
    if isinstance(asked, Query) and asked.not_finite:
        console.print(Text(f"Weights that are NaN or infinite: {asked.not_finite}"))
    if asked.parameters:
        _headed(console, "Parameters", [(p.name, _said(p)) for p in asked.parameters])
    if any(parameter.type == "neurons" for parameter in asked.parameters):
        _headed(console, "Neurons", _ways_to_say_neurons(asked))
    if isinstance(asked, Query):
        _headed(console, "Columns", [(c.name, f"{c.meaning} ({c.type})") for c in asked.columns])
    console.print()
    console.print(Text("Example", "bold"))
    console.print(Text(f"  {example(asked)}"), soft_wrap=True)


def _console() -> Console:
    console = Console(highlight=False)
    # Without a terminal there is no width to keep to.
    return console if console.is_terminal else Console(highlight=False, width=10_000)


def example(asked: Asked) -> str:
    """Return a command line that runs a query on samples/digits.keras, or draws a plot.

    Parameters
    ----------
    asked
        The query or plot.
    """
    to = [] if isinstance(asked, Query) else ["--output", f"{asked.name}.html"]
    return pasteable(asked.kind, asked.name, *example_words(asked), *to)


def example_words(asked: Asked) -> list[str]:
    """Return the ``key=value`` words of the example.

    Parameters
    ----------
    asked
        The query.
    """
    said = {
        parameter.name: _EXAMPLE_VALUES.get(
            f"{asked.name}.{parameter.name}", _EXAMPLE_VALUES.get(parameter.name)
        )
        for parameter in asked.parameters
    }
    return [f"{name}={value}" for name, value in said.items() if value is not None]


def _headed(console: Console, heading: str, rows: Iterable[tuple[str, str]]) -> None:
    console.print()
    console.print(Text(heading, "bold"))
    console.print(_rows([(f"  {name}", text) for name, text in rows]))


def _rows(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for name, text in rows:
        table.add_row(Text(name), Text(text))
    return table


def _said(parameter: Parameter) -> str:
    """Return help, type or choices, and the default of a parameter, in one line."""
    kind = " or ".join(parameter.choices) or parameter.type
    least = "" if parameter.least is None else f", at least {parameter.least:g}"
    least += "" if parameter.most is None else f", at most {parameter.most:,}"
    default = "" if parameter.default is None else f", default {parameter.default}"
    needed = ", required" if parameter.required else default
    if parameter.type == "neurons" and not parameter.required:
        needed = f", default {parameter.otherwise}"
    return f"{parameter.help} ({kind}{least}{needed})"


def _ways_to_say_neurons(asked: Asked) -> list[tuple[str, str]]:
    names = [parameter.name for parameter in asked.parameters if parameter.type == "neurons"]
    name = names[0]
    prefix = "" if len(names) == 1 else f"{name}."
    return [
        (f"{name}=conv_0", "a layer"),
        (f"'{name}=conv_0[3]@0..5,2'", "channel 3 at x 0 to 5 and y 2"),
        (f"{name}=id:12,14", "ids"),
        (f"{prefix}x=0..5", f"by field; the fields are {', '.join(FIELDS)}"),
        (f"{prefix}bias=0.1..", "from 0.1 on"),
    ]


def cypher_text(statement: Statement) -> str:
    """Return a statement as text, its parameters in comments before it.

    Parameters
    ----------
    statement
        What ``NeuronGraph.statement`` returns.
    """
    lines = [f"// ${name} = {shortened(value)}" for name, value in statement.parameters.items()]
    names = dict.fromkeys(re.findall(r"\$\w+", statement.cypher))
    set_by_us = [name for name in names if name[1:] not in statement.parameters]
    if set_by_us:
        lines.append(f"// run for each part of each layer, which sets {', '.join(set_by_us)}")
    return "\n".join([*lines, statement.cypher])

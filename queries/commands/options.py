"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Any

import typer

from queries.commands.completion import dask_addresses, model_names, sort_columns
from queries.commands.output import Format
from queries.core.text import GRAPH_VARIABLE

GraphOption = Annotated[
    str | None,
    typer.Option(
        "--graph",
        "-g",
        metavar="GRAPH",
        envvar=GRAPH_VARIABLE,
        show_default="neurons.lbug",
        help="A path that ends in .lbug, a bolt:// or neo4j:// URI, a folder of files for Neo4j's "
        "import, which ends in / or exists, or, to ask only, a model file.",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        metavar="NAME",
        autocompletion=model_names,
        help="The model to ask about; needed where the graph holds several.",
    ),
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        autocompletion=dask_addresses,
        help="Pass over a model file by many processes: local, or those of a Dask scheduler such "
        "as tcp://localhost:8786.",
        show_default="one process",
    ),
]
FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format",
        "-f",
        show_default="table, or what FILE ends in",
        help="How the result is written.",
    ),
]
RawOption = Annotated[
    bool,
    typer.Option(
        "--raw",
        help="Write texts in CSV as they are. Without it, what a spreadsheet would run as a "
        "formula begins with an apostrophe, and control characters are escaped.",
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write the result to this file; - is stdout."
    ),
]
SortOption = Annotated[
    str | None,
    typer.Option(
        "--sort",
        metavar="COLUMNS",
        autocompletion=sort_columns,
        help="Sort the rows: a column, or several as in layer,-edges; - before one means the "
        "largest first. NaN and what is missing come last.",
        show_default="the answer's own order",
    ),
]
LimitOption = Annotated[
    int | None,
    typer.Option(
        "--limit",
        min=1,
        metavar="ROWS",
        help="How many rows, the first ones.",
        show_default="all",
    ),
]


def row_order(sort: str | None, limit: int | None) -> dict[str, Any]:
    """Return ``sort`` and ``limit`` as a method takes them.

    Parameters
    ----------
    sort, limit
        What stands behind the options.
    """
    return {"sort": [each.strip() for each in sort.split(",")] if sort else None, "limit": limit}

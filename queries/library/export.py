"""The parameters of an export, declared as those of a query are."""

from typing import Final

from queries.library.queries import Asked, Parameter, query

EXPORT: Final = Asked(
    name="export",
    summary="Part of a graph as a file for other tools.",
    parameters=(
        Parameter("source", "neurons", "where relationships begin"),
        Parameter("target", "neurons", "where they end"),
        query("edges").parameter("min_weight"),
        Parameter("k", "int", "how many of the strongest relationships", least=1),
        query("adjacency").parameter("by"),
    ),
)

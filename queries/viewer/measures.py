"""The measures by which neurons are coloured: those of the query library, and what is stored."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from queries.library.queries import queries

if TYPE_CHECKING:
    import pandas as pd

    from queries.analysis.operators import Ids, Scores
    from queries.neurongraph import NeuronGraph

_KEYS: Final = ("id", "name", "layer")


@dataclass(frozen=True)
class ColorMeasure:
    """A number of each neuron.

    Parameters
    ----------
    name
        What it is called.
    query, column
        The query that answers it, and the column.
    parameters
        Values of parameters, where they are not the usual ones.
    """

    name: str
    query: str
    column: str
    parameters: tuple[tuple[str, str], ...] = ()

    def of(self, graph: "NeuronGraph", model: str, by: str, ids: "Ids") -> "Scores":
        """Return its value by id; not a number where there is none."""
        takes = {parameter.name for parameter in queries()[self.query].parameters}
        parameters = dict(self.parameters) | ({"by": by} if "by" in takes else {})
        # Every query of the library has a method of its name.
        frame: pd.DataFrame = getattr(graph, self.query)(model=model, **parameters)
        values = frame.set_index("id")[self.column].reindex(ids)
        return values.to_numpy(np.float64, na_value=np.nan)


@cache
def measures() -> dict[str, ColorMeasure]:
    """Return each measure by its name: every query that gives a number of all neurons.

    A measure that a query is added for appears here by itself.
    """
    measures_by_name = {
        "bias": ColorMeasure("bias", "neurons", "bias"),
        "in_strength": ColorMeasure("in_strength", "strength", "strength", (("direction", "in"),)),
        "out_strength": ColorMeasure(
            "out_strength", "strength", "strength", (("direction", "out"),)
        ),
    }
    for query in queries().values():
        columns = tuple(column.name for column in query.columns)
        needed = any(parameter.required for parameter in query.parameters)
        filtered = any(parameter.name == "neurons" for parameter in query.parameters)
        if columns[:3] != _KEYS or needed or not filtered or query.name in {"neurons", "strength"}:
            continue
        for column in query.columns[3:]:
            if column.type in {"int", "float"}:
                measures_by_name[column.name] = ColorMeasure(column.name, query.name, column.name)
    return measures_by_name

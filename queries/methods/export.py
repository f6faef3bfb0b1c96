"""Part of a graph for other tools."""

import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from queries.core.files import check_file
from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronFilter, NeuronsLike
from queries.export import files, subgraph
from queries.export.subgraph import MOST_EDGES, Subgraph
from queries.library.checks import require_count
from queries.library.declaration import Weighing
from queries.library.exports import export
from queries.library.queries import query
from queries.methods.base import Methods

if TYPE_CHECKING:
    import networkx as nx

_LARGEST_BOUND: Final = 2.0**62
"""More than this no query takes as a smallest weight."""


class ExportMethods(Methods):
    """A graph, or a part of it, as a NetworkX graph or a file."""

    def to_networkx(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        min_weight: float = 0.0,
        k: int | None = None,
        by: Weighing = "weight",
        most: int = MOST_EDGES,
        model: str | None = None,
    ) -> "nx.MultiDiGraph[int]":
        """Return a model's graph, or a part of it, with all properties.

        Nodes are neuron ids. Neurons that are named are there even if nothing joins them, unless
        ``min_weight`` or ``k`` thins the graph out.

        Parameters
        ----------
        source, target
            Where relationships begin and end; None means all neurons.
        min_weight
            Smallest absolute weight.
        k
            How many of the strongest relationships; None for all.
        by
            Which property of the relationships weighs them.
        most
            How many relationships are allowed; each takes about 1 kB.
        model
            The model to ask about.

        Raises
        ------
        ParameterError
            If there are more than ``most`` relationships, or a value is wrong.
        """
        require_count("most", most)
        return self._subgraph(source, target, min_weight, k, by, most, model).to_networkx()

    def export(
        self,
        output: str | os.PathLike[str],
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        min_weight: float = 0.0,
        k: int | None = None,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> None:
        """Write a part of a graph to a file: GraphML, GEXF, or a drawing.

        Parameters
        ----------
        output
            Ends in .graphml, .gexf, .dot, .png or .svg; the last two need Graphviz. A drawing has
            layers from left to right, red for positive and blue for negative weights.
        source, target, min_weight, k, by, model
            As in ``to_networkx``.

        Raises
        ------
        ParameterError
            If the suffix says no format, a value is wrong, or there are more
            relationships than 1,000,000, or 10,000 in a drawing.
        OutputError
            If the file cannot be written.
        NeurongraphError
            If Graphviz is missing or fails.
        """
        file = check_file(output)
        suffix = files.suffix_of(file)
        files.check_tools(suffix)
        most = files.most_edges(suffix)
        files.write(self._subgraph(source, target, min_weight, k, by, most, model), file)

    def _subgraph(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        min_weight: float,
        k: int | None,
        by: Weighing,
        most: int,
        model: str | None,
    ) -> Subgraph:
        given = {"source": source, "target": target, "min_weight": min_weight, "k": k, "by": by}
        values = export("export").checked(given)
        about = self._about(model)
        self._check_against(values, about)
        ends = [values["source"], values["target"]]
        thinned = values["min_weight"] > 0 or values["k"] is not None
        if not any(ends) and not thinned:
            # All relationships may be too many to be read at all.
            subgraph.check_size(sum(layer.edges for layer in self._layers(about)), most)
        read = self._strong_edges(values, about)
        edges = subgraph.strongest(read, by, values["min_weight"], values["k"])
        subgraph.check_size(len(edges), most)
        joined = [edges["source"], edges["target"]]
        if not thinned:
            named = [neurons for neurons in ends if neurons] or [None]
            joined += [self._neurons(neurons, about, ["id"])["id"] for neurons in named]
        return Subgraph(about, by, self._of_ids(pd.concat(joined), about), edges)

    def _strong_edges(self, values: dict[str, Any], about: StoredModel) -> pd.DataFrame:
        """Return relationships with all properties, of which the store leaves weak ones out."""
        ends = {name: values[name] for name in ("source", "target")}
        least = values["min_weight"]
        if values["k"] is not None:
            asked = query("strongest_edges")
            wanted = asked.checked({**ends, "k": values["k"], "by": values["by"]})
            weights = abs(self._answer(asked, wanted, about)["weight"].to_numpy())
            # Infinite weights may be all that is taken.
            weakest = min(weights.min(), _LARGEST_BOUND) if len(weights) else 0.0
            least = max(least, weakest)
        # The statement looks at the weight itself; a graph that has more properties is small.
        by_weight = values["by"] == "weight"
        edges = query("edges")
        read = edges.checked({**ends, "min_weight": least if by_weight else 0.0})
        return self._answer(edges, read, about)

    def _of_ids(self, ids: "pd.Series[int]", about: StoredModel) -> pd.DataFrame:
        """Return neurons by their ids, which may be too many to be listed in a statement."""
        wanted = np.unique(ids)
        layers = [
            layer.name
            for layer in self._layers(about)
            if ((wanted >= layer.first) & (wanted <= layer.last)).any()
        ]
        neurons = self._neurons(NeuronFilter(layer=layers), about)
        kept: pd.DataFrame = neurons[neurons["id"].isin(wanted)].reset_index(drop=True)
        return kept

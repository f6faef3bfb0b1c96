"""Part of a graph for other tools."""

import os
from typing import TYPE_CHECKING

from queries.answers.subgraph import part
from queries.core.files import check_file
from queries.core.neuron_filter import NeuronsLike
from queries.export import files
from queries.export.subgraph import MOST_EDGES, Subgraph
from queries.library.checks import require_count
from queries.library.declaration import Weighing
from queries.library.exports import Export, export
from queries.methods.base import Methods

if TYPE_CHECKING:
    import networkx as nx


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
        source
            Where relationships begin (neurons, default all). Neurons are a name such as
            ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        target
            Where they end (neurons, default all).
        min_weight
            Smallest absolute weight, rounded to single precision as weights are (float, in units of
            the weights, at least 0, default 0).
        k
            How many of the strongest (int, in relationships, at least 1).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        most
            How many relationships are allowed; each takes about 1 kB (int, in relationships, at
            least 1, default 1,000,000).
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        networkx.MultiDiGraph
            Its nodes and relationships have the properties that they have in the graph, named as
            the columns of ``neurons`` and ``edges``.

        Raises
        ------
        ParameterError
            If there are more than ``most`` relationships, or a value is wrong.

        Examples
        --------
        >>> graph.to_networkx("dense_0", "dense_1", k=60)
        """
        require_count("most", most)
        return self._subgraph(
            export("to_networkx"), source, target, min_weight, k, by, most, model
        ).to_networkx()

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
    ) -> int:
        """Write a part of a graph to a file: GraphML, GEXF, or a drawing.

        Parameters
        ----------
        output
            Ends in .graphml, .gexf, .dot, .png or .svg; the last two need Graphviz. A drawing has
            layers from left to right, red for positive and blue for negative weights.
        source
            Where relationships begin (neurons, default all). Neurons are a name such as
            ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        target
            Where they end (neurons, default all).
        min_weight
            Smallest absolute weight, rounded to single precision as weights are (float, in units of
            the weights, at least 0, default 0).
        k
            How many of the strongest (int, in relationships, at least 1).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        int
            Number of relationships in the file.

        Raises
        ------
        ParameterError
            If the suffix says no format, a value is wrong, or there are more
            relationships than 1,000,000, or 10,000 in a drawing.
        OutputError
            If the file cannot be written.
        NeurongraphError
            If Graphviz is missing or fails.

        Examples
        --------
        >>> graph.export("part.graphml", "dense_0", "dense_1", k=60)
        """
        file = check_file(output, "output")
        suffix = files.suffix_of(file)
        files.check_tools(suffix)
        most = files.most_edges(suffix)
        part = self._subgraph(export("export"), source, target, min_weight, k, by, most, model)
        files.write(part, file)
        return len(part.edges)

    def _subgraph(
        self,
        declaration: Export,
        source: NeuronsLike,
        target: NeuronsLike,
        min_weight: float,
        k: int | None,
        by: Weighing,
        most: int,
        model: str | None,
    ) -> Subgraph:
        given = {"source": source, "target": target, "min_weight": min_weight, "k": k, "by": by}
        values = declaration.checked(given)
        least = values.pop("min_weight")
        question = self._ask("strongest_edges", model, **values)
        return part(question, least, values["k"], most)

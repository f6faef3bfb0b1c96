"""Circuits for other tools."""

import os
from typing import TYPE_CHECKING

from queries.answers.circuit_graph import circuit_graph
from queries.core.files import check_file
from queries.core.memory import too_little_memory_named
from queries.core.model_input import InputLike
from queries.export import files
from queries.export.subgraph import MOST_EDGES
from queries.library.declaration import (
    AttributionRule,
    CircuitLevel,
    ProductsRule,
    Pruning,
)
from queries.methods.base import Methods

if TYPE_CHECKING:
    import networkx as nx


class CircuitExchangeMethods(Methods):
    """A circuit as a NetworkX graph, and as a file."""

    def circuit_graph(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        towards: str | None = None,
        level: CircuitLevel = "channel",
        prune: Pruning = "influence",
        node_share: float = 0.8,
        edge_share: float = 0.98,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        model: str | None = None,
    ) -> "nx.MultiDiGraph[int]":
        """Return the circuit of an answer as a graph of NetworkX.

        It is what ``circuit`` and ``circuit_nodes`` say of one sample. Neurons that are joined more
        than once have a relationship for each.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        level
            What a node of the circuit is (neuron or channel or layer, default channel).
        prune
            By what relationships are kept: the share of the answer that flows over them, or of each
            layer the largest attributions into it (influence or attribution, default influence).
        node_share
            Nodes are kept until they have this share of all influence; with attribution all are
            (float, no unit, at least 0, at most 1, default 0.8).
        edge_share
            Relationships between them are kept until they have this share (float, no unit, at least
            0, at most 1, default 0.98).
        rule
            What stands for an activation function: its derivative, the line from 0, that from its
            value at the baseline, or such lines in steps on the way from there, which come close to
            integrated gradients (gradient or secant or rescale or ig, default gradient).
        products
            What passes on through a product: equal shares of it through its factors; all through
            those that are no gates, which come out of a sigmoid, a softmax, one over a size or a
            comparison; or its derivative (half or frozen or gradient, default half).
        baseline
            One sample that rescale and ig compare with; by default zeros (input).
        steps
            How many equal steps ig takes; 0 for those from kink to kink of a piecewise linear
            model, which give the integral exactly (int, in steps, at least 0, default 32).
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        networkx.MultiDiGraph
            Its nodes have the columns of ``circuit_nodes``, and y and z; targets also ``answer``,
            how much of the answer each is, and ``probability``, what a softmax or a sigmoid makes
            of it. Its relationships have those of ``circuit``. It says itself which model, input
            and rules it is of, its ``target``, ``replacement`` and ``completeness``.

        Raises
        ------
        ParameterError
            As ``circuit``; also if there are several samples, or more than 1,000,000 relationships.

        Examples
        --------
        >>> graph.circuit_graph("samples/digits.npz:7")
        """
        question = self._ask(
            "circuit",
            model,
            input=input,
            towards=towards,
            level=level,
            prune=prune,
            node_share=node_share,
            edge_share=edge_share,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
        )
        with self._showing(), too_little_memory_named():
            return circuit_graph(question, MOST_EDGES).to_networkx()

    def export_circuit(
        self,
        output: str | os.PathLike[str],
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        towards: str | None = None,
        level: CircuitLevel = "channel",
        prune: Pruning = "influence",
        node_share: float = 0.8,
        edge_share: float = 0.98,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        model: str | None = None,
    ) -> int:
        """Write the circuit of an answer to a file: graph JSON, GraphML, GEXF, or a drawing.

        Parameters
        ----------
        output
            Ends in .json, the graph JSON of circuit-tracer and Neuronpedia, or in .graphml, .gexf,
            .dot, .png or .svg; the last two need Graphviz.
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        level
            What a node of the circuit is (neuron or channel or layer, default channel).
        prune
            By what relationships are kept: the share of the answer that flows over them, or of each
            layer the largest attributions into it (influence or attribution, default influence).
        node_share
            Nodes are kept until they have this share of all influence; with attribution all are
            (float, no unit, at least 0, at most 1, default 0.8).
        edge_share
            Relationships between them are kept until they have this share (float, no unit, at least
            0, at most 1, default 0.98).
        rule
            What stands for an activation function: its derivative, the line from 0, that from its
            value at the baseline, or such lines in steps on the way from there, which come close to
            integrated gradients (gradient or secant or rescale or ig, default gradient).
        products
            What passes on through a product: equal shares of it through its factors; all through
            those that are no gates, which come out of a sigmoid, a softmax, one over a size or a
            comparison; or its derivative (half or frozen or gradient, default half).
        baseline
            One sample that rescale and ig compare with; by default zeros (input).
        steps
            How many equal steps ig takes; 0 for those from kink to kink of a piecewise linear
            model, which give the integral exactly (int, in steps, at least 0, default 32).
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        int
            Number of relationships in the circuit.

        Raises
        ------
        ParameterError
            As ``circuit``; also if the suffix says no format, there are several samples, or more
            relationships than 1,000,000, or 10,000 in a drawing.
        OutputError
            If the file cannot be written.
        NeurongraphError
            If Graphviz is missing or fails.

        Examples
        --------
        >>> graph.export_circuit("circuit.json", "samples/digits.npz:7")
        """
        file = check_file(output, "output")
        suffix = files.suffix_of(file, files.CIRCUIT_SUFFIXES)
        files.check_tools(suffix)
        question = self._ask(
            "circuit",
            model,
            input=input,
            towards=towards,
            level=level,
            prune=prune,
            node_share=node_share,
            edge_share=edge_share,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
        )
        with self._showing(), too_little_memory_named():
            circuit = circuit_graph(question, files.most_edges(suffix))
            files.write(circuit, file)
        return len(circuit.edges)

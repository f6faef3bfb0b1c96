"""Circuits: the parts of a model that explain its answers at inputs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from queries.analysis.circuit.extract import Chosen, Pruning, extract
from queries.analysis.circuit.flow import Flow, add_sums, flow, sums, through_nodes
from queries.analysis.circuit.grouped import Between
from queries.analysis.circuit.pairs import ends_of, pairs_of
from queries.analysis.circuit.passing import influence_of_neurons
from queries.analysis.circuit.scores import carried_within, explanation
from queries.analysis.intervention import CarriedBy, MixedPass
from queries.analysis.operators import Flags, Ids, NodeOf, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.answers.at_input import batches
from queries.answers.attribution import Sample, answer_of_samples, samples_of
from queries.answers.model import Model
from queries.answers.question import Question
from queries.answers.samples import one_beside
from queries.core.layer import runs_of
from queries.core.neuron_filter import NeuronFilter
from queries.errors import ParameterError

_NEURONS_AT_ONCE: Final = 1 << 20
"""Neurons of which the channels are read at once."""

_RESOLVED: Final = 1e-5
"""By what share of the larger two numbers differ that single precision tells apart."""

_COORDINATES: Final = ("channel", "x", "y", "z")


@dataclass(frozen=True)
class Nodes:
    """What the nodes of a circuit are.

    Parameters
    ----------
    table
        A row a node: id (of its first neuron), name, layer, layer_index, and what else there is
        of ``channel``, ``x``, ``y`` and ``z``, by id.
    node
        The row of each neuron, counted from the model's first.
    apart
        Whether each neuron is a node.
    """

    table: pd.DataFrame
    node: NodeOf
    apart: bool

    @property
    def layer(self) -> Ids:
        """The position of the layer of each node."""
        return self.table["layer_index"].to_numpy(np.int64)

    def pairs(self, first: NodeOf, second: NodeOf) -> Ids:
        """Return a number for each pair of nodes, ascending by the first, then by the second."""
        return pairs_of(first, second, len(self.table))

    def ends(self, pairs: Ids) -> tuple[Ids, Ids]:
        """Return the first and the second node of pairs that ``pairs`` numbers."""
        return ends_of(pairs, len(self.table))

    def placed(self, source: Ids, target: Ids) -> pd.DataFrame:
        """Return id and name of both ends of relationships."""
        ids, names = self.table["id"].to_numpy(), self.table["name"].to_numpy(dtype=object)
        return pd.DataFrame(
            {
                "source": ids[source],
                "source_name": names[source],
                "target": ids[target],
                "target_name": names[target],
            }
        )


def nodes_of(model: Model, level: str) -> Nodes:
    """Return the nodes of the circuits of a model.

    Parameters
    ----------
    model
        The model.
    level
        What a node is: ``neuron``, ``channel`` or ``layer``.
    """
    if level == "neuron":
        columns = ("id", "name", "layer", "layer_index", *_COORDINATES)
        frame = model.neurons(NeuronFilter(), columns)
        return Nodes(frame[list(columns)], np.arange(len(frame)), apart=True)
    if level == "channel":
        return _channels(model)
    rows = [(each.first, each.name, each.name, each.index) for each in model.layers]
    table = pd.DataFrame(rows, columns=["id", "name", "layer", "layer_index"])
    sizes = [each.neurons for each in model.layers]
    return Nodes(table, np.repeat(np.arange(len(sizes), dtype=np.int32), sizes), apart=False)


def _channels(model: Model) -> Nodes:
    """Return the channels of a model; the names of its neurons are not read."""
    first, last = model.layers[0].first, model.layers[-1].last
    node = np.empty(last + 1 - first, dtype=np.int32)
    tables: list[pd.DataFrame] = []
    nodes = 0
    for layers in runs_of(model.layers, _NEURONS_AT_ONCE, lambda layer: layer.neurons):
        ids = range(layers[0].first, layers[-1].last + 1)
        channel = model.neurons(NeuronFilter(id=ids), ("id", "channel"))["channel"].to_numpy(
            np.int64
        )
        for layer in layers:
            own = channel[layer.places(ids.start)]
            begin = np.full(own.max() + 1, -1)
            # The last one that is written is the first neuron of the channel.
            begin[own[::-1]] = np.arange(layer.last, layer.first - 1, -1)
            there = np.flatnonzero(begin >= 0)
            number = np.cumsum(begin >= 0) - 1 + nodes
            node[layer.places(first)] = number[own]
            nodes += len(there)
            tables.append(
                pd.DataFrame(
                    {
                        "id": begin[there],
                        "name": [f"{layer.name}[{each}]" for each in there],
                        "layer": layer.name,
                        "layer_index": layer.index,
                        "channel": there,
                    }
                )
            )
    return Nodes(pd.concat(tables, ignore_index=True), node, apart=False)


@dataclass(frozen=True)
class Explained:
    """The answer at a sample, and its circuit.

    Parameters
    ----------
    sample
        The model at the input.
    nodes
        What the nodes are.
    known
        What is known already of what flows, as ``flow`` takes it.
    """

    sample: Sample
    nodes: Nodes
    known: Mapping[int, Between] | None = None

    @property
    def flow(self) -> Flow:
        """What of the target flows between nodes."""
        return self._by_node[0]

    @property
    def values(self) -> Scores:
        """What each node puts out, outputs before their activation function."""
        return self._by_node[1]

    @cached_property
    def answer(self) -> Scores:
        """How much of the answer each node is."""
        own = self.sample.towards.own
        neurons = np.flatnonzero(own)
        size = np.abs(own[neurons])
        return sums(self.nodes.node[neurons], size / size.sum(), len(self.nodes.table))

    @cached_property
    def inputs(self) -> Flags:
        """Which nodes are inputs, or tokens in one."""
        inputs = np.zeros(len(self.nodes.table), dtype=bool)
        inputs[self.nodes.node[self.sample.begins]] = True
        return inputs

    @cached_property
    def chosen(self) -> Chosen:
        """The circuit."""
        values = self.sample.question.values
        return self.choose(values["prune"], values["node_share"], values["edge_share"])

    def choose(self, prune: Pruning, node_share: float, edge_share: float) -> Chosen:
        """Return a circuit of other shares than those of the question; what flows is the same."""
        return extract(
            self.flow,
            self.answer,
            inputs=self.inputs,
            group=self.nodes.layer,
            by=prune,
            nodes=node_share,
            edges=edge_share,
        )

    def size_of(self, chosen: Chosen) -> dict[str, float]:
        """Return how large a circuit is, and what it explains by its relationships alone.

        Returns
        -------
        dict
            Values of columns of the query ``circuit_scores``: ``nodes`` and ``edges``, ``nodes_of``
            and ``edges_of`` of what takes part, ``kept``, ``replacement`` and ``completeness``.
        """
        whole = self.flow
        share, found = (np.abs(each).sum() for each in (chosen.share, whole.edges.data))
        flows = (whole.attribution != 0) | (self.answer > 0)
        explains = explanation(chosen, whole, self.answer, self.inputs)
        return {
            "nodes": len(chosen.nodes),
            "nodes_of": int(flows.sum()),
            "edges": len(chosen.share),
            "edges_of": whole.edges.nnz,
            "kept": share / found if found else np.nan,
            **explains._asdict(),
        }

    @cached_property
    def _by_node(self) -> tuple[Flow, Scores]:
        """What flows, and what nodes put out; the sample then forgets what its neurons have."""
        sample, node = self.sample, self.nodes.node
        found, network = sample.attributed, sample.question.network
        through, values = through_nodes(found, network, node), np.zeros(len(self.nodes.table))
        for layer in network.layers:
            own = found.value if network.fed_by(layer) else found.pre_activation
            place = network.neurons_of(layer)
            add_sums(values, node[place], own[place])
        flowing = found.flowing
        # Of a large model what is not needed any more makes room for the relationships.
        del found, own
        sample.forget()
        flows = flow(flowing, through, network, node, apart=self.nodes.apart, known=self.known)
        return flows, values


def explained_of(question: Question) -> Iterator[Explained]:
    """Yield the answer at each sample that is asked about, with its circuit.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, or samples do not fit.
    """
    nodes = nodes_of(question.model, question.values["level"])
    for sample in samples_of(question):
        yield Explained(sample, nodes)


def circuit(question: Question, each: Iterable[Explained] | None = None) -> pd.DataFrame:
    """Return the relationships of the circuits of samples.

    Parameters
    ----------
    question
        What is asked.
    each
        The answers at the samples, where they are at hand.
    """
    return _answer(question, edges_of, each)


def edges_of(explained: Explained) -> pd.DataFrame:
    """Return the relationships of a circuit, by source and target."""
    chosen = explained.chosen
    frame = explained.nodes.placed(chosen.source, chosen.target).assign(
        contribution=chosen.contribution,
        attribution=chosen.share,
        influence=chosen.edge_influence,
    )
    return frame.sort_values(["source", "target"], kind="stable")


def circuit_nodes(question: Question) -> pd.DataFrame:
    """Return the nodes of the circuits of samples."""
    return _answer(question, nodes_in)


def nodes_in(explained: Explained) -> pd.DataFrame:
    """Return the nodes of a circuit, by id."""
    chosen, whole = explained.chosen, explained.flow
    own = chosen.nodes
    kind = np.where(explained.inputs, "input", "inner")
    kind = np.where(explained.answer > 0, "target", kind)
    table = explained.nodes.table.iloc[own]
    missing = [name for name in _COORDINATES if name not in table]
    return table.reindex(columns=[*table.columns, *missing]).assign(
        kind=kind[own],
        value=explained.values[own],
        attribution=whole.attribution[own],
        bias_part=whole.bias[own],
        left_out=chosen.left_out,
        influence=chosen.node_influence,
    )


def circuit_scores(question: Question) -> pd.DataFrame:
    """Return how much of the answers at samples their circuits explain.

    Raises
    ------
    ParameterError
        If both a patch and the mean are wanted.
    """
    others = rest_of(question)

    def rows(explained: Explained) -> pd.DataFrame:
        sample, chosen, whole = explained.sample, explained.chosen, explained.flow
        inner = chosen.nodes[~explained.inputs[chosen.nodes]]
        nodes = len(explained.nodes.table)
        within = carried_within(chosen, explained.nodes.node, nodes)
        # All three in the same precision, so that they are equal where nothing is left out.
        target, empty, recovered = (
            target_where(question, sample, carried, others)
            for carried in (everything, nothing, within)
        )
        row = {
            **explained.size_of(chosen),
            "target": target,
            "bias_part": whole.bias[inner].sum(),
            "empty": empty,
            "recovered": recovered,
            "recovery": recovery_of(target, empty, recovered),
        }
        return pd.DataFrame([row])

    return _answer(question, rows)


def rest_of(question: Question) -> Scores:
    """Return what relationships outside of a circuit carry, by source: shape (neurons, 1)."""
    patch, mean = question.values["patch"], question.values["rest"] == "mean"
    if patch is not None and mean:
        raise ParameterError("patch: what they carry is the mean already; leave one of them out")
    if patch is None and not mean:
        return np.zeros((question.network.neurons, 1))
    if mean:
        given = question.given()
        if given.samples == 1:
            raise ParameterError("rest: mean needs several samples, and of one it changes nothing")
    else:
        beside = question.values["input"]
        given = one_beside(question.model, patch, beside, "patch", "one is meant")
    forward = question.forward_pass()
    total = np.zeros(question.network.neurons)
    for _, values, _ in batches(forward, given, question.network.neurons - 1):
        total += values.sum(axis=1)
    return total[:, np.newaxis] / given.samples


def recovery_of(target: float, empty: float, recovered: float) -> float:
    """Return how much of the way from nothing to the target a circuit goes."""
    if abs(target - empty) <= _RESOLVED * max(abs(target), abs(empty)):
        return np.nan
    return (recovered - empty) / (target - empty)


def everything(part: WeightMatrix) -> Flags:
    """Tell that all relationships carry their sources."""
    return np.ones(part.matrix.nnz, dtype=bool)


def nothing(part: WeightMatrix) -> Flags:
    """Tell that none does."""
    return np.zeros(part.matrix.nnz, dtype=bool)


def target_where(question: Question, sample: Sample, carried: CarriedBy, others: Scores) -> float:
    """Return the target where some relationships carry their sources, and the others do not."""
    mixed = MixedPass(question.network, sample.own.bias, sample.own.slope, carried, others)
    values = mixed.begun({name: each[np.newaxis] for name, each in sample.inputs.items()})
    pre_activations = values.copy()
    layers = [layer for layer in question.network.layers if layer.name not in sample.inputs]
    mixed.compute(layers, values, pre_activations)
    own = sample.towards.own
    return float(own[own != 0] @ pre_activations[own != 0, 0])


def influence(question: Question) -> pd.DataFrame:
    """Compute the share of an answer that flows through each neuron."""
    ids = np.flatnonzero(question.among("neurons"))

    def rows(sample: Sample) -> pd.DataFrame:
        found = influence_of_neurons(sample.conserving, sample.towards.answer)
        return pd.DataFrame({"id": ids, "influence": found[ids], "towards": sample.towards.name})

    return answer_of_samples(question, rows, ends=("",))


def _answer(
    question: Question,
    rows: Callable[[Explained], pd.DataFrame],
    known: Iterable[Explained] | None = None,
) -> pd.DataFrame:
    frames = [
        rows(each).assign(input=each.sample.name, towards=each.sample.towards.name)
        for each in (explained_of(question) if known is None else known)
    ]
    return question.typed_answer(pd.concat(frames, ignore_index=True))

"""Circuits: the parts of a model that explain its answers at inputs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from queries.analysis.at_input.attribution import Attribution
from queries.analysis.channels import channels_of
from queries.analysis.circuit.extract import Chosen, extract
from queries.analysis.circuit.flow import Flow, flow, sums
from queries.analysis.circuit.passing import influence_of_neurons
from queries.analysis.circuit.scores import carried_within, explanation
from queries.analysis.forward import ForwardPass
from queries.analysis.intervention import CarriedBy, MixedPass
from queries.analysis.operators import Flags, Ids, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.answers.at_input import batches
from queries.answers.attribution import Sample, answer_of_samples, samples_of
from queries.answers.model import Model
from queries.answers.question import Question
from queries.answers.samples import one_beside
from queries.core.neuron_filter import NeuronFilter
from queries.errors import ParameterError

_RESOLVED: Final = 1e-5
"""By what share of the larger two numbers differ that single precision tells apart."""


@dataclass(frozen=True)
class Nodes:
    """What the nodes of a circuit are.

    Parameters
    ----------
    table
        A row a node: id (of its first neuron), name, layer, layer_index, and what else there is
        of ``channel`` and ``x``, by id.
    node
        The row of each neuron, counted from the model's first.
    apart
        Whether each neuron is a node.
    """

    table: pd.DataFrame
    node: Ids
    apart: bool

    @property
    def layer(self) -> Ids:
        """The position of the layer of each node."""
        return self.table["layer_index"].to_numpy(np.int64)


def nodes_of(model: Model, level: str) -> Nodes:
    """Return the nodes of the circuits of a model.

    Parameters
    ----------
    model
        The model.
    level
        What a node is: ``neuron``, ``channel`` or ``layer``.
    """
    first = model.layers[0].first
    if level == "neuron":
        columns = ("id", "name", "layer", "layer_index", "channel", "x")
        frame = model.neurons(NeuronFilter(), columns)
        return Nodes(frame[list(columns)], np.arange(len(frame)), apart=True)
    if level == "channel":
        channels = channels_of(model.neurons(NeuronFilter()), first)
        node = np.empty(len(channels.neuron), dtype=np.int64)
        node[channels.neuron] = channels.number
        ids = first + np.array([each.min() for each in channels.members])
        return Nodes(channels.table.assign(id=ids), node, apart=False)
    rows = [(each.first, each.name, each.name, each.index) for each in model.layers]
    table = pd.DataFrame(rows, columns=["id", "name", "layer", "layer_index"])
    return Nodes(
        table, np.repeat(table.index, [each.neurons for each in model.layers]), apart=False
    )


@dataclass(frozen=True)
class Explained:
    """The answer at a sample, and its circuit.

    Parameters
    ----------
    sample
        The model at the input.
    nodes
        What the nodes are.
    """

    sample: Sample
    nodes: Nodes

    @cached_property
    def flow(self) -> Flow:
        """What of the target flows between nodes."""
        network = self.sample.question.network
        return flow(
            self.sample.attributed, network, self.nodes.node, self._factor, apart=self.nodes.apart
        )

    @cached_property
    def answer(self) -> Scores:
        """How much of the answer each node is."""
        return sums(self.nodes.node, self.sample.towards.answer, len(self.nodes.table))

    @cached_property
    def inputs(self) -> Flags:
        """Which nodes are inputs."""
        flags = self.sample.frozen.inputs.astype(np.float64)
        return sums(self.nodes.node, flags, len(self.nodes.table)) > 0

    @cached_property
    def chosen(self) -> Chosen:
        """The circuit."""
        values = self.sample.question.values
        return extract(
            self.flow,
            self.answer,
            inputs=self.inputs,
            group=self.nodes.layer,
            by=values["prune"],
            nodes=values["node_share"],
            edges=values["edge_share"],
        )

    @property
    def values(self) -> Scores:
        """What each node puts out, outputs before their activation function."""
        found, outputs = self.sample.attributed, self.sample.question.network.outputs
        value = np.where(outputs, found.pre_activation, found.value)
        return sums(self.nodes.node, value, len(self.nodes.table))

    @property
    def _factor(self) -> Scores:
        """Return what a unit of the target is of the value of each neuron; NaN where none says."""
        found = self.sample.attributed
        if not isinstance(found, Attribution):
            return np.full(len(self.nodes.node), np.nan)
        slope, gradient = found.frozen.unit_slope, found.inner_gradient
        return np.divide(slope, gradient, out=np.zeros_like(slope), where=gradient != 0)


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

    def rows(explained: Explained) -> pd.DataFrame:
        chosen, table = explained.chosen, explained.nodes.table
        ids, names = table["id"].to_numpy(), table["name"].to_numpy()
        frame = pd.DataFrame(
            {
                "source": ids[chosen.source],
                "source_name": names[chosen.source],
                "target": ids[chosen.target],
                "target_name": names[chosen.target],
                "contribution": chosen.contribution,
                "attribution": chosen.share,
                "influence": chosen.edge_influence,
            }
        )
        return frame.sort_values(["source", "target"], kind="stable")

    return _answer(question, rows, each)


def circuit_nodes(question: Question) -> pd.DataFrame:
    """Return the nodes of the circuits of samples."""

    def rows(explained: Explained) -> pd.DataFrame:
        chosen, whole = explained.chosen, explained.flow
        own = chosen.nodes
        kind = np.where(explained.inputs, "input", "inner")
        kind = np.where(explained.answer > 0, "target", kind)
        table = explained.nodes.table.iloc[own]
        return table.reindex(columns=[*table.columns, *{"channel", "x"}.difference(table)]).assign(
            kind=kind[own],
            value=explained.values[own],
            attribution=whole.attribution[own],
            bias_part=whole.bias[own],
            left_out=chosen.left_out,
            influence=chosen.node_influence,
        )

    return _answer(question, rows)


def circuit_scores(question: Question) -> pd.DataFrame:
    """Return how much of the answers at samples their circuits explain.

    Raises
    ------
    ParameterError
        If both a patch and the mean are wanted.
    """
    others = _others(question)

    def rows(explained: Explained) -> pd.DataFrame:
        sample, chosen, whole = explained.sample, explained.chosen, explained.flow
        inner = chosen.nodes[~explained.inputs[chosen.nodes]]
        nodes = len(explained.nodes.table)
        within = carried_within(chosen, explained.nodes.node, nodes)
        # All three in the same precision, so that they are equal where nothing is left out.
        target, empty, recovered = (
            _target(question, sample, carried, others)
            for carried in (_everything, _nothing, within)
        )
        share, found = (np.abs(each).sum() for each in (chosen.share, whole.edges.data))
        flows = (whole.attribution != 0) | (explained.answer > 0)
        explains = explanation(chosen, whole, explained.answer, explained.inputs)
        row = {
            "nodes": len(chosen.nodes),
            "nodes_of": int(flows.sum()),
            "edges": len(chosen.share),
            "edges_of": whole.edges.nnz,
            "kept": share / found if found else np.nan,
            **explains._asdict(),
            "target": target,
            "bias_part": whole.bias[inner].sum(),
            "empty": empty,
            "recovered": recovered,
            "recovery": _recovery(target, empty, recovered),
        }
        return pd.DataFrame([row])

    return _answer(question, rows)


def _others(question: Question) -> Scores:
    """Return what relationships outside of a circuit carry, by source: shape (neurons, 1)."""
    patch, mean = question.values["patch"], question.values["rest"] == "mean"
    if patch is not None and mean:
        raise ParameterError("patch: what they carry is the mean already; leave one of them out")
    if patch is None and not mean:
        return np.zeros((question.network.neurons, 1))
    if mean:
        given = question.given()
    else:
        beside = question.values["input"]
        given = one_beside(question.model, patch, beside, "patch", "one is meant")
    forward = ForwardPass(question.network, question.model.biases()[0], question.model.slopes())
    total = np.zeros(question.network.neurons)
    for _, values, _ in batches(forward, given, question.network.neurons - 1):
        total += values.sum(axis=1)
    return total[:, np.newaxis] / given.samples


def _recovery(target: float, empty: float, recovered: float) -> float:
    """Return how much of the way from nothing to the target a circuit goes."""
    if abs(target - empty) <= _RESOLVED * max(abs(target), abs(empty)):
        return np.nan
    return (recovered - empty) / (target - empty)


def _everything(part: WeightMatrix) -> Flags:
    return np.ones(part.matrix.nnz, dtype=bool)


def _nothing(part: WeightMatrix) -> Flags:
    return np.zeros(part.matrix.nnz, dtype=bool)


def _target(question: Question, sample: Sample, carried: CarriedBy, others: Scores) -> float:
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

"""Inputs, with what neurons put out at them, and circuits, stored beside their model."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from queries.analysis.at_input.attribution import Attribution
from queries.analysis.at_input.frozen import FrozenModel
from queries.analysis.operators import Ids
from queries.answers.attribution import AGAINST, INTEGRATED, Sample, samples_of
from queries.answers.circuit import Explained
from queries.answers.question import Question
from queries.answers.towards import largest
from queries.core.neuron_filter import NeuronFilter
from queries.core.record_schema import ACTIVATES, ACTIVE, CONTRIBUTES
from queries.core.records import LONGEST_NAME
from queries.core.schema import COMPLETE
from queries.core.wording import option
from queries.errors import ParameterError

_PICKS: Final = {"max", "min"}
_MULTIPLIES: Final = "product"

Rows = Sequence[Mapping[str, Any]]


def store_inputs(question: Question, name: str | None = None) -> list[str]:
    """Store the inputs that a question is about, and what neurons put out at them.

    Parameters
    ----------
    question
        One of the query ``contributions``, of which the neurons do not matter.
    name
        What the input is called; of several that, a colon and the place of each, counted from 0.
        By default its file and row, or its number.

    Returns
    -------
    list of str
        The names of the inputs.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, or samples do not fit.
    GraphError
        If the graph is none that is written.
    """
    names: list[str] = []
    question.model.store.write_inputs(question.model.stored, _inputs(question, name, names))
    return names


def _inputs(
    question: Question, name: str | None, names: list[str]
) -> Iterator[tuple[Mapping[str, Any], pa.Table]]:
    given = question.given()
    labels = given.labels
    for place, sample in enumerate(samples_of(question)):
        numbered = name if given.samples == 1 else f"{name}:{place}"
        own = sample.name if name is None else str(numbered)
        names.append(own)
        properties = {
            "name": own,
            "label": None if labels is None else str(np.asarray(labels[place]).tolist()),
            "predicted": _predicted(sample),
            "sha256": _sha256(sample.inputs),
            "source": given.sources[place],
        }
        yield properties, activations_of(sample)


def activations_of(sample: Sample) -> pa.Table:
    """Return what neurons put out at a sample: the columns of ``ACTIVATES``.

    An output, and a neuron of a softmax, has the slope 1, which counts before its activation
    function. A neuron that multiplies has none: what its factors pass on has no slope in common. So
    its bias is in the residual: value less residual is what the factors pass on, in equal shares.
    """
    model, at = sample.frozen, sample.at
    first = model.network.first
    slope = model.unit_slope
    multiplies = _of_layers(model, {_MULTIPLIES})
    own = np.where(multiplies, model.bias, 0.0)
    table = pd.DataFrame(
        {
            "neuron": np.arange(len(slope)) + first,
            "value": at.value,
            "slope": np.where(multiplies, np.nan, slope),
            "residual": at.value - slope * (at.pre_activation - own),
        }
    )
    table["winner"] = pd.array(_winners(model) + first, dtype="Int64")
    table.loc[~_of_layers(model, _PICKS), "winner"] = pd.NA
    return pa.Table.from_pandas(table, preserve_index=False).cast(ACTIVATES)


def check_circuit(question: Question) -> None:
    """Raise an error, before the work begins, where a circuit cannot be stored.

    Parameters
    ----------
    question
        As in ``store_circuit``.

    Raises
    ------
    ParameterError
        If there are several samples.
    GraphError
        If the graph is none that is written.
    """
    question.model.store.check_keeps_circuits(question.model.stored)
    if (samples := question.given().samples) != 1:
        raise ParameterError(
            f"{option('store')}: {samples:,} samples, and one circuit has a name; give one"
        )


def store_circuit(question: Question, explained: Explained, name: str) -> str:
    """Store the circuit of a question, and its input if that is not stored.

    Parameters
    ----------
    question
        One of the query ``circuit``, about one sample, which ``check_circuit`` lets pass.
    explained
        The answer at the sample.
    name
        What the circuit is called.

    Returns
    -------
    str
        What was stored, in words.

    Raises
    ------
    GraphError
        If the graph is none that is written.
    """
    model, values = question.model, question.values
    sample = explained.sample
    rows = model.store.inputs(model.stored).to_pylist()
    if (at := _stored_as(rows, sample)) is None:
        also = question.also("contributions", input=values["input"], neurons=NeuronFilter())
        (at,) = store_inputs(also, _free_name(rows, sample, name))
    nodes, relationships = _nodes(explained), _relationships(explained)
    properties = {
        "name": name,
        "input": at,
        "target": sample.towards.name,
        "rule": values["rule"],
        "products": values["products"],
        "baseline": baseline_text(question),
        "by": values["prune"],
        "level": values["level"],
        "node_share": values["node_share"],
        "edge_share": values["edge_share"],
        "value": float(sample.towards.own @ sample.at.pre_activation),
        "bias": float(np.nansum(nodes["bias"].to_numpy())),
        "left_out": float(explained.chosen.left_out.sum()),
    }
    model.store.write_circuit(model.stored, properties, nodes, relationships)
    return (
        f"stored circuit {name!r} at input {at!r}: {len(nodes):,} nodes, "
        f"{len(relationships):,} relationships"
    )


def _stored_as(rows: Rows, sample: Sample) -> str | None:
    """Return the name under which a sample is stored wholly, its own if it can be; else None."""
    sha256 = _sha256(sample.inputs)
    names = [str(row["name"]) for row in rows if row["sha256"] == sha256 and _whole(row)]
    return sample.name if sample.name in names else next(iter(names), None)


def _free_name(rows: Rows, sample: Sample, circuit: str) -> str:
    """Return a name for a sample under which no other is stored: its own, or by its circuit."""
    sha256 = _sha256(sample.inputs)
    # What was never whole has no checksum.
    taken = {
        row["name"] for row in rows if row["sha256"] != sha256 and (row["sha256"] or _whole(row))
    }
    numbered = (f"{circuit[: LONGEST_NAME - 8]} ({number})" for number in count(2))
    return next(each for each in chain((sample.name, circuit), numbered) if each not in taken)


def _whole(row: Mapping[str, Any]) -> bool:
    return bool(row["state"] == COMPLETE)


def _nodes(explained: Explained) -> pa.Table:
    chosen, own = explained.chosen, explained.chosen.nodes
    table = explained.nodes.table.iloc[own]
    frame = pd.DataFrame(
        {
            "id": table["id"].to_numpy(),
            "neuron": table["id"].to_numpy() if explained.nodes.apart else None,
            "name": table["name"].to_numpy(),
            "layer": table["layer"].to_numpy(),
            "channel": table["channel"].to_numpy() if "channel" in table else None,
            "value": explained.values[own],
            "slope": np.nan,
            "gradient": np.nan,
            "attribution": explained.flow.attribution[own],
            "bias": explained.flow.bias[own],
            "left_out": np.where(explained.inputs[own], np.nan, chosen.left_out),
            "influence": chosen.node_influence,
        }
    )
    if (found := _of_one_step(explained)) is not None:
        frame["slope"] = found.frozen.unit_slope[own]
        frame["gradient"] = found.total_gradient[own]
    return pa.Table.from_pandas(frame, preserve_index=False).cast(ACTIVE)


def _relationships(explained: Explained) -> pa.Table:
    chosen, ids = explained.chosen, explained.nodes.table["id"].to_numpy()
    frame = pd.DataFrame(
        {
            "source": ids[chosen.source],
            "target": ids[chosen.target],
            "weight": np.nan,
            "contribution": chosen.contribution,
            "attribution": chosen.share,
            "influence": chosen.edge_influence,
        }
    )
    if (found := _of_one_step(explained)) is not None:
        passes = found.value[chosen.source] * found.inner_gradient[chosen.target]
        frame["weight"] = chosen.share / passes
    return pa.Table.from_pandas(frame, preserve_index=False).cast(CONTRIBUTES)


def _of_one_step(explained: Explained) -> Attribution | None:
    """Return what neurons have to do with the target, where nodes are neurons of one slope each."""
    if not explained.nodes.apart or explained.sample.question.values["rule"] == INTEGRATED:
        return None
    return explained.sample.conserving


def baseline_text(question: Question) -> str | None:
    """Return what an input was compared with, None where with nothing."""
    if question.values["rule"] not in AGAINST:
        return None
    how = question.values["baseline"]
    if how is None:
        return "zeros"
    return how.samples if isinstance(how.samples, str) else "an array"


def _predicted(sample: Sample) -> str | None:
    """Return the output that is the largest, None where a model has several layers of them."""
    model = sample.question.model
    return None if len(model.outputs) > 1 else largest(model, sample.at).name


def _sha256(inputs: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of the numbers of a sample."""
    digest = hashlib.sha256()
    for name in sorted(inputs):
        digest.update(f"{name} {inputs[name].shape}".encode())
        digest.update(np.ascontiguousarray(inputs[name], dtype=np.float32).tobytes())
    return digest.hexdigest()


def _of_layers(model: FrozenModel, reduces: set[str]) -> NDArray[np.bool_]:
    """Tell which neurons join what feeds them in one of some ways."""
    flags = np.zeros(model.network.neurons, dtype=bool)
    for layer in model.network.layers:
        if layer.reduce in reduces:
            flags[model.network.neurons_of(layer)] = True
    return flags


def _winners(model: FrozenModel) -> Ids:
    """Return the neuron that each maximum or minimum passes on; 0 elsewhere."""
    winners = np.zeros(model.network.neurons, dtype=np.int64)
    for layer in model.network.layers:
        for part in model.network.matrices(layer) if layer.reduce in _PICKS else ():
            source, target, weight = part.columns
            passes = np.flatnonzero(weight)
            winners[target[passes]] = source[passes]
    return winners

"""What stored inputs and circuits say, read from the store alone."""

from typing import Final

import numpy as np
import pandas as pd

from queries.answers.question import Question
from queries.core.neuron_filter import NeuronFilter
from queries.core.records import CircuitRecord
from queries.errors import GraphDamagedError, ParameterError
from queries.stores.records import no_record_error, require_whole

_DECIMALS: Final = 12
_LARGEST_ERROR: Final = 1e-6
"""As a share of the largest attribution in a circuit."""


def in_store(question: Question) -> pd.DataFrame:
    """Let the store answer, where what is named is stored wholly."""
    store, about = question.model.store, question.model.stored
    for each in question.query.parameters:
        if each.record:
            rows = store.inputs(about) if each.record == "Input" else store.circuits(about)
            states = dict(zip(*(rows[of].to_pylist() for of in ("name", "state")), strict=True))
            name = question.values[each.name]
            if name not in states:
                raise no_record_error(each.record, about.name, name, states)
            require_whole(each.record, name, states[name], about.name, store.location)
    return question.in_store_answer()


def stored_contributions(question: Question) -> pd.DataFrame:
    """Return what relationships pass on into some neurons at a stored input."""
    network = question.network
    first, count = network.first, network.neurons
    rows = question.model.store.activations_of(question.model.stored, question.values["at"])
    at = pd.DataFrame(
        {
            name: rows[name].to_numpy(zero_copy_only=False)
            for name in ("value", "slope", "residual", "winner")
        },
        index=rows["neuron"].to_numpy() - first,
    )
    value = at["value"].reindex(range(count), fill_value=0.0).to_numpy()
    slope, residual, winner = (
        at[name].reindex(range(count)).to_numpy() for name in ("slope", "residual", "winner")
    )
    is_stored = np.isin(np.arange(count), at.index)
    targets = question.among("neurons") & is_stored
    source, target, weight = network.edges_between(np.ones(count, dtype=bool), targets)
    weight = weight.astype(np.float64)
    factors = np.bincount(target, minlength=count)
    passes = np.isnan(winner[target]) | (winner[target] == source + first)
    share = (value - np.nan_to_num(residual))[target] / factors[target]
    product = np.isnan(slope[target]) & is_stored[source]
    contribution = np.where(product, share, weight * value[source] * slope[target])
    frame = pd.DataFrame(
        {
            "source": source + first,
            "target": target + first,
            "weight": weight,
            "value": value[source],
            "contribution": contribution,
        }
    ).loc[passes & (contribution != 0) & ~np.isnan(contribution)]
    for end in ("source", "target"):
        ids, places = np.unique(frame[end].to_numpy(), return_inverse=True)
        names = question.model.neurons(NeuronFilter(id=ids), ("id", "name"))["name"].to_numpy()
        frame[f"{end}_name"] = names[places]
    frame = frame.assign(size=frame["contribution"].abs()).sort_values(
        ["target", "size", "source"], ascending=[True, False, True], kind="stable"
    )
    return question.typed_answer(frame.reset_index(drop=True))


def stored_circuit(question: Question) -> pd.DataFrame:
    """Return the strongest relationships of a stored circuit."""
    record = _circuit(question, "circuit")
    names = dict(zip(*(record.nodes[of].to_pylist() for of in ("id", "name")), strict=True))
    frame = record.relationships.to_pandas()
    frame = frame.assign(
        source_name=frame["source"].map(names),
        target_name=frame["target"].map(names),
        size=frame["attribution"].abs().fillna(frame["weight"].abs()).fillna(-1.0),
    ).sort_values(["size", "source", "target"], ascending=[False, True, True], kind="stable")
    return question.typed_answer(frame.head(question.values["k"]).reset_index(drop=True))


def stored_nodes(question: Question) -> pd.DataFrame:
    """Return the nodes of a stored circuit."""
    frame = _circuit(question, "circuit").nodes.to_pandas()
    return question.typed_answer(frame.rename(columns={"bias": "bias_part"}))


def stored_conservation(question: Question) -> pd.DataFrame:
    """Check whether a stored circuit adds up.

    Raises
    ------
    GraphDamagedError
        If it does not, or is not as it was written.
    ParameterError
        If it was traced elsewhere: no attributions are stored then.
    """
    store = question.model.store
    try:
        record, changed = _circuit(question, "circuit"), None
    except GraphDamagedError as error:
        with store.uncompared():
            record, changed = _circuit(question, "circuit"), error
    if record.nodes["attribution"].null_count == len(record.nodes) > 0:
        if changed is not None:
            raise changed
        raise ParameterError(
            f"the circuit {record.name!r} of {question.model.name!r} was traced elsewhere: no "
            "attributions are stored that could add up"
        )
    nodes = _errors(record)
    worst = nodes.sort_values(["error", "id"], ascending=[False, True]).drop_duplicates("layer")
    broken = worst[worst["error"] > _LARGEST_ERROR]
    if len(broken):
        row = broken.iloc[0]
        raise GraphDamagedError(
            f"the circuit {record.name!r} of {question.model.name!r} does not add up at "
            f"{row['name']}: what is stored there misses its attribution by {row['error']:.2g} of "
            f"the largest one; {changed or 'store it again, or remove it'}"
        )
    if changed is not None:
        raise changed
    counts = nodes.groupby("layer")["id"].agg(nodes="size", first="min")
    frame = worst.join(counts, on="layer").sort_values("first")
    return question.typed_answer(frame.reset_index(drop=True))


def shared_channels(question: Question) -> pd.DataFrame:
    """Return the channels that are in two stored circuits."""
    ends = ("first", "second")
    records = [_circuit(question, end) for end in ends]
    both = [record.nodes.to_pandas() for record in records]
    by = ["layer", "channel"]
    sums = [
        each.groupby(by, dropna=False)
        .agg(
            **{
                f"{end}_nodes": ("id", "size"),
                f"{end}_attribution": ("attribution", lambda part: part.sum(min_count=1)),
            }
        )
        .reset_index()
        for end, each in zip(ends, both, strict=True)
    ]
    frame = sums[0].merge(sums[1], on=by)
    # An id is that of a neuron, of the first one of a channel, or a place in somebody's file.
    if records[0].properties["level"] == records[1].properties["level"]:
        names = pd.concat(both).groupby(by, dropna=False)["name"].nunique().reset_index()
        frame = frame.merge(names, on=by)
        shared = frame["first_nodes"] + frame["second_nodes"] - frame["name"]
    else:
        shared = 0
    positions = {layer.name: layer.index for layer in question.layers}
    frame = frame.assign(
        shared_nodes=shared, position=frame["layer"].map(positions).astype(float)
    ).sort_values(["position", *by], kind="stable")
    return question.typed_answer(frame.reset_index(drop=True))


def _circuit(question: Question, parameter: str) -> CircuitRecord:
    return question.model.store.circuit(question.model.stored, question.values[parameter])


def _errors(record: CircuitRecord) -> pd.DataFrame:
    """Return by how much each node misses its attribution, as a share of the largest one."""
    nodes = record.nodes.to_pandas()
    joined = record.relationships.select(["target", "attribution"]).to_pandas()
    arriving = joined.groupby("target")["attribution"].sum()
    sums = nodes["id"].map(arriving).fillna(0.0)
    own = nodes["attribution"] - nodes["bias"] - nodes["left_out"]
    error = np.where(nodes["left_out"].isna(), sums, own - sums)
    largest = nodes["attribution"].abs().max()
    share = np.abs(error) / (largest if largest > 0 else 1.0)
    errors: pd.DataFrame = nodes[["id", "name", "layer"]].assign(error=share.round(_DECIMALS))
    return errors

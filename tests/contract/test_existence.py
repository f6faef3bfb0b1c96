"""Neurons that a model does not have, lists of names, and values that only look like numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queries import NeuronFilter, NeuronGraph
from queries.errors import LayerNotFoundError, NeuronNotFoundError, ParameterError
from tests.contract.reference import Reference

# Of the model pooled: pixels is 5 wide, 6 high and has 2 channels; pool is 2 by 2 with 3.
MISSING: dict[str, tuple[Any, str]] = {
    "channel": ("digits[99]", "layer 'digits' of model '{model}' has channels 0 to 3, not 99"),
    "one channel of a list": ("digits[1,4]", "has channels 0 to 3, not 4"),
    "range of channels": ("digits[4..9]", "has channels 0 to 3, not 4 to 9"),
    "open range": ("digits[7..]", "has channels 0 to 3, not 7 to"),
    "channel of several axes": ("pixels[2]", "has channels 0 to 1, not 2"),
    "x": ("pool@2,0", "layer 'pool' of model '{model}' has x 0 to 1, not 2"),
    "y of the longer axis": ("pixels@4,6", "has y 0 to 5, not 6"),
    "x of the shorter axis": ("pixels@5,5", "has x 0 to 4, not 5"),
    "coordinate of a vector": ("digits@0", "layer 'digits' of model '{model}' has no x"),
    "third coordinate": ("pool@0,0,0", "has no z"),
    "negative channel": (NeuronFilter(layer="digits", channel=-1), "not -1"),
    "channel of no layer": (NeuronFilter(channel=6), "they have channels 0 to 5"),
    "channel of two layers": (NeuronFilter(layer=["digits", "odds"], channel=5), "0 to 3"),
    "id beyond all stores": (2**70, "not 1180591620717411303424"),
    "channel beyond all stores": (NeuronFilter(layer="digits", channel=[2**70]), "not 1180"),
    "id": (9999, "has the ids 0 to {last}, not 9999"),
    "ids": ([0, 9999], "has the ids 0 to {last}, not 9999"),
    "negative id": ([-1, 2], "not -1"),
    "range of ids": (NeuronFilter(id=range(900, 905)), "not 900 to 904"),
    "frame of ids": (pd.DataFrame({"id": [3, 5000]}), "not 5000"),
    "name": (NeuronFilter(name="digits[4]"), "has no neuron 'digits[4]'"),
    "name of a layer": (NeuronFilter(name="digits"), "layer 'digits' has channel 0 to 3"),
    "name with zeros": (NeuronFilter(name="digits[03]"), "has no neuron"),
    "one name of two": (NeuronFilter(name=["digits[3]", "pool[0]@0,2"]), "'pool[0]@0,2'"),
    "name of nothing": (NeuronFilter(name="nobody[0]"), "its layers are pixels, conv"),
    "one of a list": (["digits[1]", "pool@0,9"], "layer 'pool' of model '{model}' has y 0 to 1"),
}

THERE: dict[str, tuple[Any, int]] = {
    "layer": ("digits", 4),
    "layers": (["digits", "hidden"], 10),
    "neurons": (["digits[1]", "hidden[2]", "pool[0]@1,1"], 3),
    "tuple, one of them twice": (("digits[1]", "digits[1..2]", "hidden"), 8),
    "array of names": (np.array(["digits", "odds[0]"]), 5),
    "set": ({"digits[0]", "odds"}, 5),
    "numbers of NumPy": ([np.int64(0), np.int32(3)], 2),
    "no neurons": ([], 0),
    "range that is partly there": ("digits[2..9]", 2),
    "range over the end": (NeuronFilter(layer="pool", x=range(1, 50)), 6),
    "range of ids over all numbers": (range(2**70), 125),
    "channels over all numbers": (NeuronFilter(layer="digits", channel=slice(1, 2**70)), 3),
    "empty range": (NeuronFilter(layer="pool", x=range(5, 5)), 0),
    "x of the layers that have it": (NeuronFilter(x=4), 12),
    "names": (NeuronFilter(name=["digits[3]", "pool[0]@0,1"]), 2),
    "either": (NeuronFilter(either=(NeuronFilter(id=0), NeuronFilter(layer="odds"))), 5),
    "either and more": (
        NeuronFilter(channel=0, either=[NeuronFilter(layer="odds"), NeuronFilter(layer="pool")]),
        5,
    ),
}

NO_NUMBERS: dict[str, Callable[[NeuronGraph], object]] = {
    "True": lambda graph: graph.strength(True),
    "True of NumPy": lambda graph: graph.strength(np.True_),  # type: ignore[arg-type]
    "True in a list": lambda graph: graph.strength([1, True]),
    "a float": lambda graph: graph.strength(1.0),  # type: ignore[arg-type]
    "a float in a list": lambda graph: graph.strength([1.0]),  # type: ignore[arg-type]
    "floats of NumPy": lambda graph: graph.strength(np.array([1.0])),
    "names and ids": lambda graph: graph.strength(["digits", 3]),  # type: ignore[arg-type]
    "k": lambda graph: graph.strongest_edges(k=True),
    "k of NumPy": lambda graph: graph.strongest_edges(k=np.True_),  # type: ignore[arg-type]
    "min_weight": lambda graph: graph.edges(min_weight=True),
    "not a weight": lambda graph: graph.edges(min_weight=float("nan")),
    "alpha": lambda graph: graph.katz(alpha=True),
    "channel": lambda graph: graph.strength(NeuronFilter(channel=True)),
    "bias": lambda graph: graph.strength(NeuronFilter(bias=(True, None))),
    "not a bias": lambda graph: graph.strength(NeuronFilter(bias=(float("nan"), None))),
    "layer": lambda graph: graph.strength(NeuronFilter(layer=5)),  # type: ignore[arg-type]
    "most": lambda graph: graph.to_networkx("hidden", "odds", most=True),
    "bins": lambda graph: graph.weight_distribution(bins=10**12),
    "k beyond all stores": lambda graph: graph.strongest_edges(k=2**63),
    "too many steps": lambda graph: graph.neurons(range(0, 10**15, 2)),
    "by": lambda graph: graph.strength(by=5),  # type: ignore[arg-type]
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("case", MISSING)
def test_what_is_not_there_is_said(
    pooled: NeuronGraph, references: dict[str, Reference], case: str
) -> None:
    neurons, said = MISSING[case]
    last = references["pooled"].layers[-1].last
    with pytest.raises(NeuronNotFoundError) as caught:
        pooled.strength(neurons)
    model = pooled.models()["name"].tolist()
    assert any(said.format(model=name, last=last) in str(caught.value) for name in model)


@pytest.mark.parametrize("ask", ["edges", "strongest_edges", "strongest_paths", "adjacency"])
def test_both_sides_are_looked_at(pooled: NeuronGraph, ask: str) -> None:
    with pytest.raises(NeuronNotFoundError, match=r"^source: layer 'hidden'"):
        getattr(pooled, ask)("hidden[6]", "digits")
    with pytest.raises(NeuronNotFoundError, match=r"^target: layer 'digits'"):
        getattr(pooled, ask)("hidden", "digits[4]")


@pytest.mark.one_in(4)
@pytest.mark.parametrize("case", THERE)
def test_what_is_there_is_found(pooled: NeuronGraph, case: str) -> None:
    neurons, number = THERE[case]
    found = pooled.neurons(neurons)
    assert len(found) == number
    assert found["id"].is_monotonic_increasing
    assert found["id"].is_unique
    ids = found["id"].tolist()
    pd.testing.assert_frame_equal(pooled.strength(neurons), pooled.strength(ids))


def test_relationships_between_neurons_of_lists(pooled: NeuronGraph) -> None:
    sources, targets = ["hidden[1]", "hidden[4..5]"], ["digits[0]", "digits[3]"]
    found = pooled.edges(sources, targets)
    assert len(found) == 6
    assert set(found["source"]) == set(pooled.neurons("hidden[1,4,5]")["id"])
    assert set(found["target"]) == set(pooled.neurons("digits[0,3]")["id"])


@pytest.mark.one_in(4)
@pytest.mark.parametrize("case", NO_NUMBERS)
def test_what_only_looks_like_a_number_is_refused(pooled: NeuronGraph, case: str) -> None:
    with pytest.raises(ParameterError):
        NO_NUMBERS[case](pooled)


def test_more_than_there_is_gives_all(pooled: NeuronGraph) -> None:
    edges = len(pooled.edges())
    assert len(pooled.strongest_edges(k=10**12)) == edges
    assert len(pooled.neighbours("digits", k=10**12)) == 24
    assert len(pooled.top_neurons(k=10**12)) == len(pooled.neurons())
    assert set(pooled.strongest_paths("hidden[0]", "digits[1]", k=10**12)["path"]) <= {1}


def test_a_layer_in_a_list_must_exist(pooled: NeuronGraph) -> None:
    with pytest.raises(LayerNotFoundError, match="no layer 'nobody'"):
        pooled.strength(["digits", "nobody"])

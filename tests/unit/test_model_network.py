"""Passes over a model file, against the same over sparse matrices of all its relationships."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.model_graph import ModelNetwork
from exporter.model_graph.node_blocks import _NodeSums
from exporter.planning.plan import Plan
from exporter.planning.push import plan
from queries.analysis import passes
from queries.analysis.network import Network, ReadEdges, ReadOutgoing
from queries.analysis.operators import (
    A_HOP_MORE,
    ABSOLUTE_TOTAL,
    LESS_WEIGHT,
    LOG_PRODUCT,
    TOTAL,
    WEAKEST,
    Combine,
    EdgeColumns,
    Flags,
    Ids,
    NodeOf,
    Scores,
    WeightKind,
)
from queries.analysis.path import Step, best_path, strongest
from queries.analysis.scaled_network import ScaledNetwork
from tests.contract.diverged import save_diverged
from tests.models import save_attention, save_pooled
from tests.opening import open_model
from tests.unit.builders import randomized

Pair = tuple[Network, Network]


def save_branched(path: Path) -> None:
    """Save a model of which a layer feeds several others, two of them by way of a Concatenate."""
    import keras

    layers = keras.layers
    pixels = keras.Input((6, 5, 2), name="pixels")
    one = layers.Conv2D(3, 3, padding="same", name="one")(pixels)
    normed = layers.BatchNormalization(name="normed")(one)
    other = layers.DepthwiseConv2D(3, padding="same", name="other")(normed)
    added = layers.Add(name="added")([one, other])
    both = layers.Concatenate(name="both")([added, layers.ZeroPadding2D(1)(pixels)[:, 1:-1, 1:-1]])
    pooled = layers.AveragePooling2D(3, strides=2, padding="same", name="pooled")(both)
    grown = layers.Conv2DTranspose(2, 2, strides=2, name="grown")(pooled)
    out = layers.Dense(3, name="out")(layers.Flatten()(grown))
    randomized(keras.Model(pixels, out)).save(path)


MODELS: dict[str, Callable[[Path], None]] = {
    "branched": save_branched,
    "attention": save_attention,
    "a part": save_pooled,
    "scaled": save_pooled,
}


@pytest.fixture(scope="module", params=MODELS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A model, as its file has it and with all relationships in memory."""
    path = tmp_path_factory.mktemp("model") / "model.keras"
    MODELS[request.param](path)
    planned = plan(open_model(path))
    if request.param == "a part":
        planned = planned.between("pool", "digits")
    if request.param == "scaled":
        return scaled(planned)
    network = ModelNetwork(planned)
    return network, Network(network.layers, *readers(planned))


def scaled(planned: Plan) -> Pair:
    """Return a model with scaled relationships, and with all their products in memory."""
    network = ModelNetwork(planned)
    source, target = np.random.default_rng(1).normal(size=(2, network.neurons))
    explicit = readers(planned, lambda begin, weight, end: source[begin] * weight * target[end])
    return (
        ScaledNetwork(network, source=source, target=target),
        Network(network.layers, *explicit),
    )


def readers(
    planned: Plan, scale: Callable[[Ids, Scores, Ids], Scores] = lambda _, weight, __: weight
) -> tuple[ReadEdges, ReadOutgoing]:
    """Return what reads the edges of a plan, which are built once, their weights scaled."""
    blocks = [into.block(*part) for into in planned.layers for part in into.ranges(50)]
    columns = [np.concatenate([b.columns[name] for b in blocks]) for name in blocks[0].columns]
    source, target, weight = columns
    first = planned.layers[0].first
    weight = scale(source - first, weight.astype(np.float64), target - first)

    def of(chosen: Any) -> EdgeColumns:
        return source[chosen], target[chosen], weight[chosen]

    return (
        lambda _, first, last: of((first <= target) & (target <= last)),
        lambda neurons: of(np.isin(source, neurons)),
    )


Sums = Callable[[Network, Scores], Scores]


def weighed(sums: Callable[..., Scores], weights: WeightKind) -> Sums:
    return lambda network, own: sums(network, own, weights=weights)


KINDS: list[WeightKind] = ["absolute", "signed", "count"]
SUMS: dict[str, Sums] = {
    **{f"forward {kind}": weighed(passes.sums_forward, kind) for kind in KINDS},
    **{f"backward {kind}": weighed(passes.sums_backward, kind) for kind in KINDS},
    "shares": lambda network, own: passes.shares_forward(network, own, 0.85),
    "in_degree": lambda network, _: passes.in_strength(network, "count"),
    "out_degree": lambda network, _: passes.out_strength(network, "count"),
    "in_strength": lambda network, _: passes.in_strength(network),
    "out_strength": lambda network, _: passes.out_strength(network),
}


@pytest.mark.parametrize("name", SUMS)
def test_sums(pair: Pair, name: str) -> None:
    own = np.random.default_rng(0).random(pair[0].neurons)
    found, expected = (SUMS[name](network, own) for network in pair)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())


def test_path_masses(pair: Pair) -> None:
    begin, end = pair[1].inputs, pair[1].outputs
    found, expected = (passes.log_path_masses(network, begin, end) for network in pair)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("above", [-1.0, 0.0, 0.5])
def test_reach(pair: Pair, above: float) -> None:
    some = np.random.default_rng(0).random(pair[0].neurons) < 0.01
    for reach in (passes.reach_forward, passes.reach_backward):
        found, expected = (reach(network, some, above=above) for network in pair)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "combine", [LOG_PRODUCT, TOTAL, ABSOLUTE_TOTAL, LESS_WEIGHT, A_HOP_MORE, WEAKEST]
)
def test_maxima(pair: Pair, combine: Combine) -> None:
    random = np.random.default_rng(0)
    own = np.where(random.random(pair[0].neurons) < 0.2, random.normal(), -np.inf)
    for maxima in (passes.maxima_forward, passes.maxima_backward):
        found, expected = (maxima(network, own, combine) for network in pair)
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_best_path(pair: Pair) -> None:
    own = np.zeros(pair[0].neurons)
    paths = []
    for network in pair:
        arriving = passes.maxima_forward(network, own, TOTAL)
        paths.append(best_path(network, own, arriving, TOTAL, int(arriving.argmax())))
    found, expected = map(hops, paths)
    assert found == expected


def test_strongest_paths(pair: Pair) -> None:
    begin, end = pair[1].inputs, pair[1].outputs
    found, expected = ([hops(path) for path in islice(found_by(n, begin, end), 20)] for n in pair)
    assert len(expected) == 20
    assert found == expected


def test_scaled_weights_that_are_not_finite(tmp_path: Path) -> None:
    save_diverged(tmp_path / "model.keras")
    pair = scaled(plan(open_model(tmp_path / "model.keras")))
    own = np.random.default_rng(0).normal(size=pair[0].neurons)
    with np.errstate(invalid="ignore"):
        for sums in SUMS.values():
            found, expected = (sums(network, own) for network in pair)
            np.testing.assert_allclose(found, expected, rtol=1e-9)
        found, expected = (passes.in_strength(network, "signed") for network in pair)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert {np.inf, -np.inf} & set(found)
    assert 0 < np.isnan(found).sum() < len(found)
    for maxima in (passes.maxima_forward, passes.maxima_backward):
        for combine in (LOG_PRODUCT, TOTAL, WEAKEST):
            found, expected = (maxima(network, own, combine) for network in pair)
            np.testing.assert_allclose(found, expected, rtol=1e-12)


def found_by(network: Network, begin: Flags, end: Flags) -> Iterator[list[Step]]:
    """Return the strongest paths, strongest first."""
    own = np.where(end, 0.0, -np.inf)
    onward = passes.maxima_backward(network, own, LOG_PRODUCT)
    return strongest(np.flatnonzero(begin), np.flatnonzero(end), onward, network)


def hops(path: list[Step]) -> list[tuple[int, float]]:
    """Return the neurons of a path, with the weights that lead there."""
    return [(step.neuron, step.weight) for step in path]


def test_parts_are_matrices_of_the_same_relationships(pair: Pair) -> None:
    for layer in pair[1].layers:
        if layer.edges:
            columns = [[part.columns for part in network.matrices(layer)] for network in pair]
            found, expected = (map(np.concatenate, zip(*each, strict=True)) for each in columns)
            for one, other in zip(found, expected, strict=True):
                np.testing.assert_array_equal(one, other)


def test_between(pair: Pair) -> None:
    random = np.random.default_rng(0)
    begin, end = (random.random(pair[0].neurons) < share for share in (0.5, 0.1))
    found, expected = (
        sorted(zip(*network.edges_between(begin, end), strict=True)) for network in pair
    )
    assert found == expected


def channels(network: Network) -> NodeOf:
    """Return the channel of each neuron, of layers that have it last, numbered throughout."""
    nodes, begin = [], 0
    for layer in network.layers:
        nodes.append(begin + np.arange(layer.neurons) % layer.shape[-1])
        begin += layer.shape[-1]
    return np.concatenate(nodes).astype(np.int32)


def of_layers(network: Network) -> NodeOf:
    return np.repeat(np.arange(len(network.layers)), [each.neurons for each in network.layers])


def by_chance(network: Network) -> NodeOf:
    return np.random.default_rng(3).integers(0, 9, size=network.neurons)


@pytest.mark.parametrize("nodes", [channels, of_layers, by_chance])
def test_relationships_between_nodes_are_added_up(
    pair: Pair, nodes: Callable[[Network], NodeOf]
) -> None:
    network, explicit = pair
    node = nodes(network)
    source, *targets = np.random.default_rng(2).normal(size=(3, network.neurons))
    source[::5] = 0.0
    for layer in [each for each in network.layers if each.edges]:
        of_layer = [target[network.neurons_of(layer)] for target in targets]
        begin, end, weight = joined(explicit.edge_blocks(layer, explicit.inputs))
        expected = np.zeros((2, node.max() + 1, node.max() + 1))
        for total, target in zip(expected, targets, strict=True):
            np.add.at(total, (node[begin], node[end]), source[begin] * weight * target[end])
        for one in pair:
            sums = np.zeros_like(expected)
            for begins, ends, *scores in one.node_blocks(layer, node, source, of_layer):
                for total, score in zip(sums, scores, strict=True):
                    np.add.at(total, (begins, ends), score)
            np.testing.assert_allclose(sums, expected, atol=1e-12)


def joined(blocks: Iterator[EdgeColumns]) -> EdgeColumns:
    """Return all relationships of some blocks; none of none."""
    none = np.empty(0, dtype=np.int64)
    source, target, weight = map(
        np.concatenate, zip((none, none, np.empty(0)), *blocks, strict=True)
    )
    return source, target, weight


def test_of_a_convolution_no_relationship_is_built_to_add_up_its_channels(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, _ = pair
    convolutions = [each for each in network.layers if each.class_name == "Conv2D"]
    if not convolutions or not isinstance(network, ModelNetwork):
        pytest.skip("no convolution, or one whose relationships are scaled")
    monkeypatch.setattr(_NodeSums, "one_by_one", None)
    for layer in convolutions:
        ones = np.ones(network.neurons)
        of_layer = ones[: layer.neurons]
        assert list(network.node_blocks(layer, channels(network), ones, [of_layer]))

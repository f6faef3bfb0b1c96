"""Paths of a target at an input are those of an enumeration, and add up to the target."""

from collections import defaultdict
from collections.abc import Callable
from itertools import islice
from math import prod
from pathlib import Path
from typing import Any, Final

import keras
import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

from queries import NeuronGraph
from queries.analysis.at_input.activity import activity_at
from queries.analysis.at_input.attribution import attribution
from queries.analysis.at_input.frozen import FrozenModel, frozen
from queries.analysis.at_input.paths import NeuronPaths
from queries.analysis.at_input.rule import Rule
from queries.analysis.circuit.flow import Flow, flow, through_nodes
from queries.analysis.circuit.paths import FlowPaths
from queries.analysis.operators import Scores
from queries.analysis.path_graph import (
    MASS,
    NUMBER,
    BegunPath,
    PathGraph,
    over_all_paths,
    strongest_begun,
)
from tests.unit.at_input import edges_of, of_keras, random_case
from tests.unit.builders import randomized, saved

layers = keras.layers
_ROUNDING: Final = 1e-12
RULES: Final = [
    Rule("gradient", "half"),
    Rule("secant", "frozen"),
    Rule("rescale", "half"),
    Rule("gradient", "gradient"),
]
Route = tuple[int, ...]


def target_of(model: FrozenModel, seed: int) -> Scores:
    """Return a target: some outputs, and a neuron that may stand before them."""
    random = np.random.default_rng(seed)
    own = np.where(model.network.outputs, random.normal(size=model.network.neurons), 0.0)
    own[random.integers(model.network.neurons)] = 1.0
    return own


def everything(graph: PathGraph) -> list[BegunPath]:
    return list(strongest_begun(graph))


def enumerated(model: FrozenModel, own: Scores) -> list[tuple[Route, float]]:
    """Return the neurons and the product of each path, by walking along the affine map.

    A neuron has a pre-activation and a value. What begins at both and goes on from the value is
    one path.
    """
    function = np.diag(model.slope)
    for layer in model.network.layers:
        if layer.index in model.over_axis:
            place = model.network.neurons_of(layer)
            pulled = model.over_axis[layer.index].pulled_back
            function[place, place] = np.stack([pulled(unit) for unit in np.eye(layer.neurons)])
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    for number, (source, target, weight) in enumerate(zip(*edges_of(model.network), strict=True)):
        graph.add_edge(("value", source), ("pre", target), number, weight=weight)
    for value, pre in zip(*np.nonzero(function), strict=True):
        graph.add_edge(("pre", pre), ("value", value), "function", weight=function[value, pre])
    for neuron in np.flatnonzero(own).tolist():
        graph.add_edge(("pre", neuron), "target", "end", weight=own[neuron])
    inside = np.where(model.inputs, model.pre_activation, model.bias + model.rest)
    left = model.value - function @ model.pre_activation
    products: defaultdict[Any, float] = defaultdict(float)
    for neuron in range(model.network.neurons):
        for kind, begun in (("pre", inside[neuron]), ("value", left[neuron])):
            node = (kind, neuron)
            walks: Any = nx.all_simple_edge_paths(graph, node, "target") if node in graph else ()
            for path in walks:
                weight = prod(graph.edges[edge]["weight"] for edge in path)
                route: list[Any] = [neuron]
                for _, end, key in path:
                    if end != "target" and (key != "function" or end[1] != route[-1]):
                        route += [key, end[1]]
                products[tuple(route)] += begun * weight
    return [(route[::2], each) for route, each in products.items() if abs(each) > _ROUNDING]


def assert_same(found: list[BegunPath], expected: list[tuple[Route, float]]) -> None:
    """Compare paths, and the order by what they come to."""
    found = [path for path in found if abs(path.product) > _ROUNDING]
    np.testing.assert_allclose(
        [abs(path.product) for path in found],
        sorted((abs(each) for _, each in expected), reverse=True),
        rtol=1e-9,
    )
    assert sorted(path.parts for path in found) == sorted(route for route, _ in expected)
    by_route = sorted((path.parts, path.product) for path in found)
    np.testing.assert_allclose(
        [each for _, each in by_route], [each for _, each in sorted(expected)], rtol=1e-9
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.slope}-{rule.products}")
@pytest.mark.parametrize("seed", [*range(1, 7), 12, 18])
def test_are_those_of_an_enumeration(seed: int, rule: Rule) -> None:
    model = random_case(seed).frozen(rule)
    own = target_of(model, seed)
    graph, attributed = NeuronPaths(model, own), attribution(model, own)
    expected, found = enumerated(model, own), everything(graph)
    assert_same(found, expected)
    size = sum(abs(each) for _, each in expected)
    assert over_all_paths(graph, MASS) == pytest.approx(size)
    assert over_all_paths(graph, NUMBER) == len(found)
    assert sum(path.product for path in found) == pytest.approx(attributed.target)
    begun = sum(path.product for path in found if model.inputs[path.parts[0]])
    assert begun == pytest.approx(attributed.neurons[model.inputs].sum(), abs=1e-9)
    k = len(found) // 2
    few = list(islice(strongest_begun(graph, np.flatnonzero(model.inputs)), k))
    of_inputs = [path for path in found if model.inputs[path.parts[0]]]
    assert [path.product for path in few] == [path.product for path in of_inputs[:k]]


def test_some_go_over_a_softmax_a_product_and_a_maximum() -> None:
    """What is enumerated above has all of it."""
    across, reduces = 0, set()
    for seed in [*range(1, 7), 12, 18]:
        model = random_case(seed).frozen(RULES[0])
        layer_of = np.concatenate([[each.index] * each.neurons for each in model.network.layers])
        for path in everything(NeuronPaths(model, target_of(model, seed))):
            indices = layer_of[list(path.parts)]
            across += int((np.diff(indices) == 0).any())
            reduces |= {model.network.layers[index].reduce for index in indices[1:]}
    assert across > 10
    assert reduces == {"sum", "max", "min", "product"}


def convolutional() -> Any:
    pixels = keras.Input((3, 3, 1), name="x")
    conv = layers.Conv2D(2, 2, activation="relu")(pixels)
    pool, side = layers.MaxPooling2D(2)(conv), layers.AveragePooling2D(2)(conv)
    flat = layers.Flatten()(layers.Add()([pool, side]))
    return keras.Model(pixels, layers.Dense(2, name="out")(layers.Dense(3, "gelu")(flat)))


def attending() -> Any:
    tokens = keras.Input((2, 2), name="x")
    heard = layers.MultiHeadAttention(1, 1)(tokens, tokens)
    stream = layers.Flatten()(layers.Add()([tokens, heard]))
    return keras.Model(tokens, layers.Dense(2, name="out")(stream))


def recurrent() -> Any:
    steps = keras.Input((2, 1), name="x")
    return keras.Model(steps, layers.Dense(2, name="out")(layers.LSTM(1)(steps)))


MODELS: Final[dict[str, Callable[[], Any]]] = {
    "attending": attending,
    "convolutional": convolutional,
    "recurrent": recurrent,
}


@pytest.mark.parametrize("name", MODELS)
def test_those_of_keras_add_up_to_what_it_says(name: str, tmp_path: Path) -> None:
    import tensorflow as tf

    model = randomized(MODELS[name]())
    x = np.random.default_rng(2).normal(size=(1, *model.input_shape[1:])).astype(np.float32)
    tensor = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        said = model(tensor)[0, 1]
    passed_on = float(np.asarray(tape.gradient(said, tensor)).ravel() @ x.ravel())
    network, own = of_keras(model, tmp_path)
    at = activity_at(network, own, {"x": x[0].astype(np.float64)})
    towards = np.zeros(network.neurons)
    towards[-1] = 1.0
    for rule in RULES:
        if rule.slope == "rescale":
            continue
        one = frozen(network, own, at, rule)
        found = everything(NeuronPaths(one, towards))
        assert len(found) < 50_000
        assert sum(path.product for path in found) == pytest.approx(float(said), rel=1e-4)
        if rule == Rule("gradient", "gradient"):
            begun = sum(path.product for path in found if one.inputs[path.parts[0]])
            assert begun == pytest.approx(passed_on, rel=1e-4)


def test_equal_ones_come_in_the_order_of_their_neurons(tmp_path: Path) -> None:
    inputs = keras.Input((2,), name="x")
    hidden = layers.Dense(2, kernel_initializer="ones")(inputs)
    out = layers.Dense(2, kernel_initializer="ones", name="out")(hidden)
    path = saved(keras.Model(inputs, out), tmp_path / "ones.keras")
    with NeuronGraph(path) as graph:
        frame = graph.attribution_paths([[1.0, -1.0]], towards="out[0]", k=3)
    assert frame.groupby("path")["id"].agg(list).tolist() == [[0, 2, 4], [0, 3, 4], [1, 2, 4]]
    assert frame.groupby("path")["attribution"].first().tolist() == [1.0, 1.0, -1.0]
    # As much comes as goes: no share of the target is defined.
    assert frame["share"].isna().all()
    assert frame["mass_share"].unique().tolist() == [0.25]


def grouped(seed: int) -> tuple[FlowPaths, Flow, float]:
    """Return what flows between two parts of each layer of a random model, and the target."""
    model = random_case(seed).frozen(RULES[0])
    own = np.where(model.network.outputs, 1.0, 0.0)
    attributed = attribution(model, own)
    each = [
        2 * layer.index + np.arange(layer.neurons) % min(2, layer.neurons)
        for layer in model.network.layers
    ]
    numbers, node = np.unique(np.concatenate(each), return_inverse=True)
    through = through_nodes(attributed, model.network, node)
    whole = flow(attributed.flowing, through, model.network, node, apart=False)
    inputs = np.bincount(node, model.inputs) > 0
    ending = np.bincount(node, own * attributed.pre_activation).astype(np.float64)
    return FlowPaths(whole, inputs, ending, numbers // 2), whole, attributed.target


def shared_out(paths: FlowPaths, whole: Flow) -> list[tuple[Route, float]]:
    """Return all paths, each node passing on what comes to it by shares."""
    through = whole.attribution
    graph: nx.DiGraph[Any] = nx.DiGraph()
    rows, columns = whole.edges.nonzero()
    for target, source in zip(rows.tolist(), columns.tolist(), strict=True):
        share = whole.edges[target, source] / through[source]
        graph.add_edge(source, target, weight=share)
    for node in np.flatnonzero(paths.ending).tolist():
        graph.add_edge(node, "target", weight=paths.ending[node] / through[node])
    begun = np.where(paths.inputs, through, whole.bias)
    return [
        (
            tuple(edge[0] for edge in path),
            float(begun[node]) * prod(graph.edges[edge]["weight"] for edge in path),
        )
        for node in np.flatnonzero(np.abs(begun) > _ROUNDING).tolist()
        if node in graph
        for path in nx.all_simple_edge_paths(graph, node, "target")
    ]


@pytest.mark.parametrize("seed", [*range(1, 7), 12, 18])
def test_between_parts_are_shared_out_and_add_up(seed: int) -> None:
    graph, whole, target = grouped(seed)
    expected, found = shared_out(graph, whole), everything(graph)
    assert_same(found, expected)
    assert sum(path.product for path in found) == pytest.approx(target)
    size = sum(abs(each) for _, each in expected)
    assert over_all_paths(graph, MASS) == pytest.approx(size)


def test_no_path_goes_over_a_part_where_attributions_cancel() -> None:
    """Nodes: two inputs, one to which 5 and -5 flow, two that it feeds, and the target."""
    edges = np.zeros((6, 6))
    edges[2, :2] = 5.0, -5.0
    edges[3:5, 2] = 2.0, -2.0
    edges[5, 3:5] = 2.0, 1.0
    bias = np.array([0.0, 0.0, 0.0, 0.0, 3.0, 0.0])
    through = np.array([5.0, -5.0, 0.0, 2.0, 1.0, 3.0])
    contribution = np.zeros(np.count_nonzero(edges))
    whole = Flow(csr_array(edges), contribution, through, bias)
    inputs, ending = np.arange(6) < 2, np.array([0.0, 0.0, 0.0, 0.0, 0.0, 3.0])
    graph = FlowPaths(whole, inputs, ending, np.array([0, 0, 1, 2, 2, 3]))
    assert graph.cancelled.tolist() == [False, False, True, False, False, False]
    found = [(path.parts, path.product) for path in everything(graph)]
    assert found == [((4, 5), 3.0), ((2, 3, 5), 2.0), ((2, 4, 5), -2.0)]
    assert over_all_paths(graph, MASS) == 7.0

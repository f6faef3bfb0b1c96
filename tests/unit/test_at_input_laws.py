"""Laws of a model at an input, on random models with maxima, products, softmax and branches."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
import pytest

from queries.analysis import linear, passes
from queries.analysis.at_input.activity import activity_at
from queries.analysis.at_input.attribution import Attribution, attribution
from queries.analysis.at_input.frozen import FrozenModel, frozen
from queries.analysis.at_input.integrated import integrated
from queries.analysis.at_input.laws import conserved
from queries.analysis.at_input.rule import Products, Rule, Slope
from queries.analysis.at_input.strongest_edges import strongest_edges
from queries.analysis.linear_bias import values_at_rest
from queries.analysis.operators import Scores
from queries.errors import ParameterError
from tests.unit.at_input import added_up, edges_of, of_keras, random_case
from tests.unit.builders import chain, layer

RULES: Final = [Rule(slope, of) for slope in get_args(Slope) for of in get_args(Products)]


def assert_same(found: Any, expected: Any) -> None:
    """Compare numbers that differ by rounding alone."""
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.fixture(params=range(6))
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(params=RULES, ids=lambda rule: f"{rule.slope}-{rule.products}")
def model(request: pytest.FixtureRequest, seed: int) -> FrozenModel:
    return random_case(seed).frozen(request.param)


def target_of(model: FrozenModel, seed: int) -> Scores:
    """Return a target: some outputs, and perhaps neurons before them."""
    random = np.random.default_rng(seed)
    own = np.where(model.network.outputs, random.normal(size=model.network.neurons), 0.0)
    own[random.integers(model.network.neurons)] = 1.0
    return own


@pytest.fixture
def attributed(model: FrozenModel, seed: int) -> Attribution:
    return attribution(model, target_of(model, seed))


def test_local(model: FrozenModel) -> None:
    """Each neuron is made up of what is passed on to it, its bias and what is left."""
    assert_same(
        added_up(model, np.zeros(model.network.neurons)),
        [model.value, model.pre_activation],
    )


def test_flow(attributed: Attribution) -> None:
    """What comes into a neuron, and begins there, is what it has, and what goes out of it."""
    source, target, weight = edges_of(attributed.relationships())
    size = attributed.frozen.network.neurons
    into, out = np.bincount(target, weight, size), np.bincount(source, weight, size)
    hidden = ~attributed.frozen.inputs
    has = attributed.neurons
    assert_same((into + attributed.biases)[hidden], has[hidden])
    ends = attributed.own * attributed.frozen.pre_activation
    assert_same(out + ends, has)


def test_nothing_begins_at_a_bias_against_a_baseline(seed: int) -> None:
    model = random_case(seed).frozen(Rule("rescale", "half"))
    attributed = attribution(model, target_of(model, seed))
    for one in model.network.layers:
        begins = attributed.biases[model.network.neurons_of(one)]
        # A softmax moves some from one of its neurons to another.
        over_axis = one.index in model.over_axis
        assert_same(begins.sum() if over_axis else begins, 0)


def test_cut_and_completeness(attributed: Attribution) -> None:
    """Across each cut goes what of the target does not begin or end before it."""
    model = attributed.frozen
    source, target, weight = edges_of(attributed.relationships())
    inputs = np.where(model.inputs, attributed.neurons, 0.0)
    assert inputs.sum() + attributed.biases.sum() == pytest.approx(attributed.target, abs=1e-9)
    ends = attributed.own * model.pre_activation
    for one in model.network.layers[1:]:
        start = model.network.neurons_of(one).start
        crossing = weight[(source < start) & (target >= start)].sum()
        begins = attributed.biases[start:].sum() + inputs[start:].sum()
        total = crossing + begins + ends[:start].sum()
        assert total == pytest.approx(attributed.target, abs=1e-9)


def test_intervention(model: FrozenModel, seed: int) -> None:
    """A number added to a value moves the target by the gradient times it."""
    attributed = attribution(model, target_of(model, seed))
    size = model.network.neurons
    for neuron in np.random.default_rng(seed).integers(size, size=4).tolist():
        for delta in (0.7, float(model.value[neuron])):
            added = np.zeros(size)
            added[neuron] = delta
            _, pre_activation = added_up(model, added)
            moved = attributed.own @ (pre_activation - model.pre_activation)
            assert moved == pytest.approx(attributed.gradient[neuron] * delta, abs=1e-9)


def test_paths(model: FrozenModel) -> None:
    """The products along all paths, and what begins on the way, add up to what a neuron says."""
    scaled = model.scaled()
    inputs, outputs = np.flatnonzero(model.inputs), np.flatnonzero(model.network.outputs)
    weights = linear.effective_weights(scaled, inputs, outputs).toarray()
    bias = values_at_rest(scaled, model.offsets(), inputs, 0.0, outputs)
    found = model.value[inputs] @ weights + bias
    assert_same(found, model.pre_activation[outputs])
    own = np.where(model.network.outputs, 1.0, 0.0)
    sums = passes.sums_backward(scaled, own, weights="signed")
    if not model.over_axis:
        gradient = attribution(model, own).gradient
        assert_same(sums, gradient)


def test_channels_obey_the_same_laws(attributed: Attribution) -> None:
    """Sums over groups of neurons are made up of sums over their relationships."""
    _, target, weight = edges_of(attributed.relationships())
    size = attributed.frozen.network.neurons
    group = np.arange(size) // 2
    hidden = ~attributed.frozen.inputs
    into = np.bincount(group[target], weight, size)
    begins = np.bincount(group[hidden], attributed.biases[hidden], size)
    inputs = np.bincount(group[~hidden], attributed.neurons[~hidden], size)
    has = np.bincount(group, attributed.neurons, size)
    assert_same(into + begins + inputs, has)


def test_laws_are_checked_layer_by_layer(attributed: Attribution) -> None:
    for each in conserved(attributed):
        assert max(each.local, each.flow, each.cut) < 1e-9


def test_a_neuron_that_breaks_a_law_is_named(seed: int) -> None:
    model = random_case(seed).frozen(Rule())
    layer = model.network.layers[-1]
    broken = model.network.neurons_of(layer).stop - 1
    wrong = model.pre_activation.copy()
    wrong[broken] += 1.0
    target = np.where(np.arange(len(wrong)) == broken, 1.0, 0.0)
    found = list(conserved(attribution(replace(model, pre_activation=wrong), target)))
    assert found[-1].worst == broken
    assert min(found[-1].local, found[0].cut) > 1e-3


@pytest.mark.parametrize("steps", [1, 5])
def test_steps_of_integrated_gradients_add_up(seed: int, steps: int) -> None:
    case = random_case(seed)
    target = target_of(case.frozen(Rule()), seed)
    inputs = [
        {
            one.name: at.value[case.network.neurons_of(one)]
            for one in case.network.layers
            if one.class_name == "InputLayer"
        }
        for at in (case.baseline, case.at)
    ]
    found = integrated(case.network, case.own, (inputs[0], inputs[1]), target, steps=steps)
    moved = case.at.pre_activation - case.baseline.pre_activation
    assert found.target == pytest.approx(target @ moved, abs=1e-9)
    first = case.frozen(Rule()).inputs
    assert found.neurons[first].sum() + found.biases.sum() == pytest.approx(found.target, abs=1e-9)
    shares = np.zeros(case.network.neurons)
    for one in case.network.layers:
        for source, _, share in found.edge_blocks(one) if one.edges else ():
            shares += np.bincount(source, share, len(shares))
    assert_same(shares + target * moved, found.neurons)


def test_many_steps_come_close_to_the_integral(tmp_path: Path) -> None:
    """Of a smooth model, whose gradients on the line Gauss and Legendre add up."""
    dense = [layer("Dense", units=4, activation="tanh"), layer("Dense", units=3, activation="gelu")]
    network, own = of_keras(chain((3,), *dense, layer("Dense", units=1)), tmp_path)
    name, end = network.layers[0].name, np.array([1.5, -1.0, 2.0])
    target = np.zeros(network.neurons)
    target[-1] = 1.0
    expected = np.zeros(3)
    for node, weight in zip(*np.polynomial.legendre.leggauss(40), strict=True):
        at = activity_at(network, own, {name: (node + 1) / 2 * end})
        expected += (
            weight / 2 * end * attribution(frozen(network, own, at, Rule()), target).gradient[:3]
        )
    errors = [
        np.abs(
            integrated(network, own, ({name: 0 * end}, {name: end}), target, steps=steps).neurons[
                :3
            ]
            - expected
        ).max()
        for steps in (4, 16, 64)
    ]
    # Twice as many steps leave a quarter of the error.
    assert errors[1] < errors[0] / 8
    assert errors[2] < min(errors[1] / 8, 1e-4)


def test_strongest_relationships_are_the_first_of_all(attributed: Attribution) -> None:
    network = attributed.frozen.network
    source, target, share = edges_of(attributed.relationships())
    order = np.lexsort((target, source, -np.abs(share)))
    order = order[share[order] != 0][:7]
    found = strongest_edges(attributed, network, 7)
    assert_same(found[2], share[order])
    assert_same(np.abs(found[2]), np.sort(np.abs(share))[::-1][: len(order)])


def test_steps_from_kink_to_kink_are_exact(tmp_path: Path) -> None:
    """Of a piecewise linear model the gradient is the same in all of each step."""
    specs = [
        layer("Conv1D", filters=3, kernel_size=2, activation="relu"),
        layer("MaxPooling1D", pool_size=2),
        layer("Flatten"),
        layer("Dense", units=4, activation="leaky_relu"),
        layer("Dense", units=2, activation="softmax"),
    ]
    network, own = of_keras(chain((6, 2), *specs), tmp_path)
    name, random = network.layers[0].name, np.random.default_rng(2)
    start, end = random.normal(size=(2, 12)) * 2
    target = np.zeros(network.neurons)
    target[-1] = 1.0
    found = integrated(network, own, ({name: start}, {name: end}), target, steps=0)
    assert 3 < len(found.steps) < 40
    begun = start.copy()
    for step in found.steps:
        # Where nothing bends, the gradient is the same everywhere.
        for share in (0.01, 0.5, 0.99):
            at = activity_at(network, own, {name: begun + share * step.value[:12]})
            gradient = attribution(frozen(network, own, at, Rule()), target).gradient[:12]
            assert_same(step.gradient[:12], gradient)
        begun += step.value[:12]
    assert_same(begun, end)
    assert_same(found.total_gradient[:12] * (end - start), found.neurons[:12])
    changes = [np.abs(a.gradient - b.gradient).max() for a, b in pairwise(found.steps)]
    assert max(changes) > 1e-2


def test_curved_models_have_no_kinks_to_go_by(tmp_path: Path) -> None:
    specs = [layer("Dense", units=2, activation="tanh", name="curved"), layer("Dense", units=1)]
    network, own = of_keras(chain((2,), *specs), tmp_path)
    ends = {network.layers[0].name: np.zeros(2)}, {network.layers[0].name: np.ones(2)}
    with pytest.raises(ParameterError, match="'curved' is not; say how many steps"):
        integrated(network, own, ends, np.ones(network.neurons), steps=0)

"""Direct effects are what the frozen affine map says after a change, neuron by neuron."""

from dataclasses import replace
from typing import Final, get_args

import numpy as np
import pytest

from queries.analysis.at_input.direct_effect import direct_effects
from queries.analysis.at_input.frozen import FrozenModel
from queries.analysis.at_input.rule import Products, Rule, Slope
from queries.analysis.changed_pass import Change, Changed
from queries.analysis.operators import Flags, Scores
from tests.unit.at_input import Case, added_up, edges_of, random_case

SEEDS: Final = range(6)
RULES: Final = [
    Rule(slope, products) for slope in get_args(Slope) for products in get_args(Products)
]


@pytest.fixture(params=SEEDS)
def case(request: pytest.FixtureRequest) -> Case:
    return random_case(request.param)


def of_neurons(case: Case, model: FrozenModel, change: Change, among: Flags) -> Scores:
    """Return the pre-activations of the affine map where some neurons are changed."""
    added = np.zeros(len(among))
    for layer in case.network.layers:
        own = _within(among, case.network.neurons_of(layer))
        now = case.at.value + added_up(model, added)[0] - model.value
        added[own] = (change.share - 1) * now[own] + change.offset[own]
    return np.asarray(added_up(model, added)[1])


def of_relationships(case: Case, model: FrozenModel, change: Change, among: Flags) -> Scores:
    """Return the same where some relationships are changed: they add to what their ends get."""
    source, target, weight = edges_of(model.network)
    bias = model.bias.copy()
    for layer in case.network.layers:
        into = np.flatnonzero(among & _ends_in(target, case.network.neurons_of(layer)))
        now = case.at.value + added_up(replace(model, bias=bias), 0 * bias)[0] - model.value
        own = source[into]
        more = weight[into] * ((change.share - 1) * now[own] + change.offset[own])
        np.add.at(bias, target[into], more)
    return np.asarray(added_up(replace(model, bias=bias), 0 * bias)[1])


def _within(among: Flags, place: slice) -> np.ndarray:
    return np.flatnonzero(among & _ends_in(np.arange(len(among)), place))


def _ends_in(target: np.ndarray, place: slice) -> Flags:
    return np.asarray((target >= place.start) & (target < place.stop))


@pytest.mark.parametrize("share", [0.0, 1.8])
@pytest.mark.parametrize("neurons", [True, False], ids=["neurons", "relationships"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.slope}-{rule.products}")
def test_is_that_of_the_affine_map(case: Case, rule: Rule, neurons: bool, share: float) -> None:
    random = np.random.default_rng(5)
    model, own = case.frozen(rule), random.normal(size=case.network.neurons)
    change = Change(share, random.normal(size=len(own)))
    source, target, weight = edges_of(case.network)
    if neurons:
        source = target = np.arange(len(own))
        weight = np.ones(len(own))
    drawn = random.random((len(own), len(own))) < 0.4
    among = drawn[source, target]
    by_definition = of_neurons if neurons else of_relationships
    before = added_up(model, np.zeros(len(own)))[1]
    number = np.zeros(among.sum(), dtype=np.int64)
    at_once = Changed(
        source[among], target[among], weight[among].astype(np.float64), number, 1, neurons=neurons
    )
    (found,) = direct_effects(model, own, case.at.value, change, at_once)
    after = by_definition(case, model, change, among)
    assert found == pytest.approx(own @ (after - before), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("rule", RULES[:4], ids=lambda rule: f"{rule.slope}-{rule.products}")
def test_of_each_neuron_is_gradient_times_change(case: Case, rule: Rule) -> None:
    random = np.random.default_rng(6)
    model, own = case.frozen(rule), random.normal(size=case.network.neurons)
    every = np.arange(len(own))
    changed = Changed(every, every, np.ones(len(own)), every, len(own), neurons=True)
    change = Change(0.5, random.normal(size=len(own)))
    found = direct_effects(model, own, case.at.value, change, changed)
    before = added_up(model, np.zeros(len(own)))[1]
    for neuron in random.choice(every, size=3, replace=False).tolist():
        after = of_neurons(case, model, change, every == neuron)
        assert found[neuron] == pytest.approx(own @ (after - before), rel=1e-9, abs=1e-9)

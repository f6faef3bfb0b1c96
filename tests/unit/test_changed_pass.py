"""Changed neurons and relationships, against plain Python over the graph of NetworkX."""

from typing import Final

import numpy as np
import pytest

from queries.analysis import changed_pass
from queries.analysis.changed_pass import Change, Changed, ChangedPass
from queries.analysis.operators import Ids
from tests.unit.test_intervention import Case

SEEDS: Final = range(8)
SHARES: Final = (0.0, 1.0, -0.7)
INTERVENTIONS: Final = 5


@pytest.fixture(params=SEEDS)
def case(request: pytest.FixtureRequest) -> Case:
    return Case(request.param)


def some_of(case: Case, whole: Changed, numbers: Ids) -> Changed:
    """Return interventions, each on a part of a whole that is drawn for it."""
    order = np.argsort(numbers, kind="stable")
    drawn = Changed(
        whole.source[order],
        whole.target[order],
        whole.weight[order],
        numbers[order],
        INTERVENTIONS,
        neurons=whole.neurons,
    )
    # The first is left out, so that what it would change is changed by none.
    return drawn.some(case.random.permutation(np.arange(1, INTERVENTIONS)))


def check(case: Case, changed: Changed, share: float) -> None:
    """Compare what neurons get with the definition, neuron by neuron."""
    offset = case.random.normal(size=case.network.neurons)
    change = Change(share, offset)
    forward = ChangedPass(case.network, case.bias, np.zeros_like(case.bias), change)
    value = np.array(case.by_neuron(lambda *edge: edge[-1]))
    found = forward.pre_activations(value, value, changed)
    assert found.shape == (len(value), changed.count)
    for layer in case.layers:
        if layer.activation == "relu" and layer.name not in case.given:
            own = case.network.neurons_of(layer)
            found[own] = np.maximum(found[own], 0)
    for number in range(changed.count):
        own = changed.number == number
        source, target = changed.source[own].tolist(), changed.target[own].tolist()
        ends = set(zip(source, source if changed.neurons else target, strict=True))

        def carry(
            source: int, target: int, value: float, ends: set[tuple[int, int]] = ends
        ) -> float:
            among = (source, source if changed.neurons else target) in ends
            return share * value + offset[source] if among else value

        np.testing.assert_allclose(found[:, number], case.by_neuron(carry), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("share", SHARES)
def test_neurons_pass_on_what_they_are_changed_to(case: Case, share: float) -> None:
    every = np.arange(case.network.neurons)
    whole = Changed(every, every, np.ones(len(every)), every, len(every), neurons=True)
    check(case, some_of(case, whole, case.random.integers(INTERVENTIONS, size=len(every))), share)


@pytest.mark.parametrize("share", SHARES)
def test_relationships_carry_what_they_are_changed_to(case: Case, share: float) -> None:
    everyone = np.ones(case.network.neurons, dtype=bool)
    source, target, weight = case.network.edges_between(everyone, everyone)
    whole = Changed(source, target, weight.astype(float), source, len(source), neurons=False)
    # Two between the same neurons are part of the same.
    drawn = case.random.integers(INTERVENTIONS, size=(len(everyone), len(everyone)))
    check(case, some_of(case, whole, drawn[source, target]), share)


def test_interventions_are_computed_a_few_at_a_time(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = Change(0.0, np.zeros(case.network.neurons))
    forward = ChangedPass(case.network, case.bias, np.zeros_like(case.bias), nothing)
    monkeypatch.setattr(changed_pass, "_VALUES", 3 * case.network.neurons)
    blocks = list(forward.blocks(np.arange(7)))
    assert [each.tolist() for each in blocks] == [[0, 1, 2], [3, 4, 5], [6]]
    monkeypatch.setattr(changed_pass, "_VALUES", 1)
    assert len(list(forward.blocks(np.arange(7)))) == 7

"""Interventions in each store, against what Keras predicts of inputs that are changed."""

from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed

TOWARDS: Final = "odds[1]-odds[0]"


def sample(reference: Reference) -> NDArray[np.float32]:
    """Return an input of a model."""
    random = np.random.default_rng(6)
    return random.standard_normal((1, *reference.layers[0].shape)).astype(np.float32)


def target(reference: Reference, x: NDArray[Any]) -> NDArray[Any]:
    """Return what Keras says of the target."""
    said = reference.keras.predict(x, verbose=0)
    assert reference.layers[-1].activation == "softmax"
    return np.asarray(np.log(said[:, 1]) - np.log(said[:, 0]))


def test_numbers_of_the_input_are_changed_one_by_one(
    graph: NeuronGraph, reference: Reference
) -> None:
    x = sample(reference)
    size = x[0].size
    frame = graph.intervene(
        x, reference.layers[0].name, each="neuron", how="scale", amount=-2, towards=TOWARDS
    )
    factors = 1 - 3 * np.eye(size).reshape(size, *x.shape[1:])
    after = target(reference, (x * factors).astype(np.float32))
    np.testing.assert_allclose(frame["after"], after, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(frame["before"], target(reference, x)[0], rtol=1e-3, atol=1e-3)


def test_relationships_out_of_the_input_carry_nothing(
    graph: NeuronGraph, reference: Reference
) -> None:
    x = sample(reference)
    without = graph.intervene(x, source=reference.layers[0].name, towards=TOWARDS)
    np.testing.assert_allclose(without["after"], target(reference, 0 * x), rtol=1e-3, atol=1e-3)
    assert without["changed"].tolist() == [len(graph.edges(source=reference.layers[0].name))]


def test_curves_lead_from_the_input_to_nothing(graph: NeuronGraph, reference: Reference) -> None:
    x = sample(reference)
    frame = graph.deletion_curve(x, points=3, towards="odds[1]")
    ends = reference.keras.predict(np.concatenate([x, 0 * x]), verbose=0)[:, 1]
    np.testing.assert_allclose(frame["value"].iloc[[0, -1]], ends, rtol=1e-3, atol=1e-5)
    circuits = graph.recovery_curve(x, points=3, towards="odds[1]", level="neuron")
    scores = graph.circuit_scores(
        x, towards="odds[1]", level="neuron", node_share=19 / 27, edge_share=19 / 27
    )
    assert circuits["recovered"][1] == pytest.approx(scores["recovered"][0])

"""What it costs to prune a channel, in each store, against Keras."""

import numpy as np
import pytest

from queries import NeuronGraph
from tests.contract.reference import Reference
from tests.pruned import changes, predicted

pytestmark = pytest.mark.computed


def test_prune_cost_is_what_keras_says(graph: NeuronGraph, reference: Reference) -> None:
    random = np.random.default_rng(5)
    x = random.standard_normal((6, *reference.keras.inputs[0].shape[1:])).astype(np.float32)
    before = predicted(reference.keras, [x])
    y = random.integers(0, before.shape[1], 6)
    frame = graph.prune_cost(x, y)
    having = {each.name for each in reference.layers if each.parameters}
    assert set(frame["layer"]) == having - {reference.layers[-1].name}
    assert (frame["accuracy_before"] == (before.argmax(axis=1) == y).mean()).all()
    for row in frame.itertuples():
        change = changes(reference.keras, str(row.layer), int(str(row.channel)), [x])
        expected = np.abs(change).mean(), np.sqrt((change**2).mean())
        assert (row.mean_change, row.rms_change) == pytest.approx(expected, rel=1e-6, abs=2e-6)
        assert row.accuracy_after == ((before + change).argmax(axis=1) == y).mean()

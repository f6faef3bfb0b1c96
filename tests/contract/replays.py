"""How far a graph's forward pass is from what Keras predicts, told without `verify`."""

from pathlib import Path

import numpy as np

from exporter.planning.push import plan
from exporter.verifying.graph_source import ReadGraph, StoredSource, StreamSource
from exporter.verifying.replay import replay
from queries.stores import open_store
from queries.stores.models import find_model
from tests.opening import open_model

SAMPLES = 5


def streamed(file: Path) -> StreamSource:
    """Return the graph of a model file as it is built."""
    return StreamSource(plan(open_model(file)))


def worst_difference(file: Path, graph: ReadGraph) -> float:
    """Return the largest difference of any neuron, as a share of the scale of its layer."""
    import keras

    model = open_model(file).keras
    inputs = np.random.default_rng(3).standard_normal((SAMPLES, *model.inputs[0].shape[1:]))
    names = [layer.name for layer in graph.layers()]
    replayed = replay(graph, {names[0]: inputs.astype(np.float32).astype(np.float64)})
    probe = keras.Model(model.inputs, [model.get_layer(name).output for name in names[1:]])
    expected = probe([inputs.astype(np.float32)], training=False)
    predicted = np.asarray(model(inputs.astype(np.float32), training=False)).reshape(SAMPLES, -1)
    np.testing.assert_allclose(np.asarray(expected[-1]).reshape(SAMPLES, -1), predicted, atol=1e-6)
    return max(
        float(np.abs(replayed[name] - output.reshape(SAMPLES, -1)).max() / np.abs(output).max())
        for name, output in zip(names[1:], map(np.asarray, expected), strict=True)
    )


def worst_stored_difference(file: Path, location: str, name: str) -> float:
    """Return the same for a graph that is read back from its store."""
    with open_store(location) as store:
        return worst_difference(file, StoredSource(store, find_model(store, name)))

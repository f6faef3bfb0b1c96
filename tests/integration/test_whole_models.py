"""Whole models, loaded into a store and replayed from there, say what Keras predicts."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

import exporter
from exporter.planning.push import trace
from exporter.verifying.graph_source import StoredSource
from exporter.verifying.replay import replay
from queries.stores import open_store
from queries.stores.models import find_model
from tests.docs.sample import ROOT
from tests.opening import open_model
from tests.unit.builders import saved
from tests.unit.wholes import WHOLE
from tests.unit.wholes.parts import TOKENS
from tests.weights import livened

SAMPLES = 3
TOLERANCE = 1e-5
"""Of the largest value that an output has; Keras computes in single precision."""

Values = NDArray[Any]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", WHOLE)
def test_a_stored_graph_computes_what_keras_predicts(name: str, tmp_path: Path) -> None:
    model = livened(WHOLE[name]())
    path = saved(model, tmp_path / "whole.keras")
    exporter.load(path, tmp_path / "whole.lbug", progress=False)
    inputs = drawn(model)
    # Else most of the time goes into the compilation of it.
    model.run_eagerly = True
    given = inputs if len(inputs) > 1 else next(iter(inputs.values()))
    predicted = keras.tree.flatten(model.predict(given, verbose=0))
    for ours, theirs in zip(stored(path, inputs), predicted, strict=True):
        assert np.ptp(theirs, axis=0).max() > 1e-3, "the output says nothing of the input"
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() <= TOLERANCE * np.abs(theirs).max()


def test_the_docs_list_them() -> None:
    page = (ROOT / "docs" / "measured.md").read_text("utf-8")
    assert f": {', '.join(WHOLE)}." in " ".join(page.split())


def drawn(model: Any) -> dict[str, Values]:
    """Draw inputs; texts end before the sequence does, and one of them is empty."""
    random = np.random.default_rng(1)
    inputs: dict[str, Values] = {}
    for tensor in model.inputs:
        shape = (SAMPLES, *tensor.shape[1:])
        if "int" not in tensor.dtype:
            inputs[tensor.name] = random.standard_normal(shape).astype(np.float32)
            continue
        ends = np.arange(SAMPLES)[::-1, None] * shape[1] // (SAMPLES - 1)
        tokens = random.integers(1, TOKENS, shape, dtype=np.int32)
        inputs[tensor.name] = tokens * (np.arange(shape[1]) < ends)
    return inputs


def stored(path: Path, inputs: dict[str, Values]) -> list[Values]:
    """Replay what is stored, and return the values at the neurons of each output."""
    opened = open_model(path)
    traced = trace(opened)
    seeds = {name: values.astype(np.float64) for name, values in inputs.items()}
    with open_store(path.with_suffix(".lbug")) as store:
        values = replay(StoredSource(store, find_model(store, path.stem)), seeds)
    neurons = np.concatenate(list(values.values()), axis=1)
    return [neurons[:, traced.ids[output.position]] for output in opened.outputs]

"""Attention and what comes through heads, alike in each store and from the model file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from exporter import load
from queries import NeuronGraph
from tests.contract.stores import GraphStore
from tests.contract.test_frames import assert_declared
from tests.unit.builders import randomized, saved

pytestmark = pytest.mark.computed

TOKENS = [[3, 1, 4, 1], [0, 2, 2, 4]]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a transformer of one block, as a file."""
    import keras

    layers = keras.layers
    tokens = keras.Input((4,), dtype="int32", name="tokens")
    stream = layers.Embedding(5, 4)(tokens)
    normed = layers.LayerNormalization(epsilon=0.1)(stream)
    heard = layers.MultiHeadAttention(2, 2, name="heads")(normed, normed, use_causal_mask=True)
    logits = layers.Dense(5, name="logits")(layers.Add()([stream, heard]))
    model = randomized(keras.Model(tokens, logits))
    return saved(model, tmp_path_factory.mktemp("attention") / "gpt.keras")


@pytest.fixture
def graph(store: GraphStore, scratch: str, file: Path) -> Iterator[NeuronGraph]:
    """Give the transformer in each store."""
    load(file, store.location, name=scratch)
    with NeuronGraph(store.location, model=scratch) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("attention", {}),
        ("head_loadings", {"split": "position", "towards": "logits[2]@3"}),
    ],
)
def test_is_what_the_file_says(
    graph: NeuronGraph, file: Path, query: str, values: dict[str, Any]
) -> None:
    found = getattr(graph, query)(TOKENS, **values)
    with NeuronGraph(file) as direct:
        expected = getattr(direct, query)(TOKENS, **values)
    assert len(found) == 2 * 2 * 4 * 4
    assert np.abs(found[found.columns[-1]]).max() > 1e-3
    pd.testing.assert_frame_equal(found, expected)
    assert_declared(found, query)

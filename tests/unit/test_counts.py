"""Neurons and relationships of attention and recurrent layers are those of closed formulas."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import exporter
from tests.docs.sample import ROOT
from tests.formulas import (
    Counts,
    attention,
    counts,
    language_model,
    recurrent,
    vision_transformer,
)
from tests.unit.builders import saved
from tests.unit.wholes import transformers

layers = keras.layers


def inspected(model: Any, folder: Path) -> Counts:
    report = exporter.inspect(saved(model, folder / "model.keras"))
    assert report.parameters == model.count_params()
    return np.array([report.neurons, report.edges])


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    ("queries", "keys", "features", "heads", "size", "groups"),
    [(5, 5, 6, 2, 3, None), (1, 1, 4, 1, 2, None), (3, 7, 5, 3, 2, None), (6, 4, 8, 4, 3, 2)],
)
def test_attention(
    queries: int,
    keys: int,
    features: int,
    heads: int,
    size: int,
    groups: int | None,
    causal: bool,
    tmp_path: Path,
) -> None:
    query, value = keras.Input((queries, features)), keras.Input((keys, features))
    layer = (
        layers.GroupQueryAttention(size, heads, groups)
        if groups
        else layers.MultiHeadAttention(heads, size)
    )
    read = counts((queries + keys) * features)
    expected = attention(queries, keys, features, heads, size, groups=groups, causal=causal)
    model = keras.Model([query, value], layer(query, value, use_causal_mask=causal))
    np.testing.assert_array_equal(inspected(model, tmp_path), read + expected)


@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU", "GRU, reset first"])
@pytest.mark.parametrize(("steps", "features", "units"), [(1, 2, 3), (4, 3, 2), (7, 1, 5)])
def test_recurrent_layers(kind: str, steps: int, features: int, units: int, tmp_path: Path) -> None:
    name, _, reset_first = kind.partition(", ")
    settings = {"reset_after": False} if reset_first else {}
    read = keras.Input((steps, features))
    model = keras.Model(read, getattr(layers, name)(units, **settings)(read))
    expected = counts(steps * features) + recurrent(kind, steps, features, units)
    np.testing.assert_array_equal(inspected(model, tmp_path), expected)


@pytest.mark.parametrize("sizes", [(8, 4, 8, 2, 2), (12, 3, 6, 3, 1)])
def test_a_vision_transformer(sizes: tuple[int, ...], tmp_path: Path) -> None:
    model = transformers.vision_transformer(*sizes)
    np.testing.assert_array_equal(inspected(model, tmp_path), vision_transformer(*sizes))


@pytest.mark.parametrize("sizes", [(6, 8, 2, 2, 9), (3, 12, 4, 1, 5)])
def test_a_language_model(sizes: tuple[int, ...], tmp_path: Path) -> None:
    model = transformers.language_model(*sizes)
    np.testing.assert_array_equal(inspected(model, tmp_path), language_model(*sizes))


@pytest.mark.parametrize(
    "expected",
    [language_model(*transformers.GPT), vision_transformer(*transformers.VIT_TINY)],
    ids=["GPT", "ViT-tiny"],
)
def test_the_docs_have_the_counts_of_the_formulas(expected: Counts) -> None:
    neurons, relationships = expected
    page = (ROOT / "docs" / "measured.md").read_text("utf-8")
    assert f" | {neurons:,} | {relationships:,} |\n" in page

"""Attention of the size of real models is counted by formula, in a small part of its memory."""

import tracemalloc
from pathlib import Path
from typing import Any

import keras
import pytest

import exporter
from exporter.planning.grouping import grouped
from exporter.planning.layer import BLOCK_EDGES, PlannedLayer
from exporter.planning.push import plan
from queries.core.granularity import Granularity
from tests.opening import open_model
from tests.unit.builders import saved

HEADS, FEATURES, WIDTH = 12, 64, 8
MOST = 1 << 28
"""Bytes: of the products alone the ids take 3 GB for GPT-2, 0.5 GB for a ViT."""

LENGTHS = {"gpt-2": (1024, True), "vit-b": (197, False)}

Figures = dict[str, tuple[int, int]]


def attention_file(length: int, causal: bool, folder: Path) -> Path:
    read = keras.Input((length, WIDTH))
    attention = keras.layers.MultiHeadAttention(HEADS, FEATURES, flash_attention=False, name="mha")
    mixed = attention(read, read, use_causal_mask=causal)
    return saved(keras.Model(read, mixed), folder / "attention.keras")


def by_formula(length: int, causal: bool) -> Figures:
    """Return neurons and relationships of each step of one attention."""
    pairs = length * (length + 1) // 2 if causal else length**2
    products, values = HEADS * FEATURES * pairs, length * HEADS * FEATURES
    return {
        "query": (values, values * WIDTH),
        "key": (values, values * WIDTH),
        "value": (values, values * WIDTH),
        "dot_product_attention/products": (products, 2 * products),
        "dot_product_attention/scores": (HEADS * length**2, products),
        "dot_product_attention/weighed": (products, 2 * products),
        "dot_product_attention": (values, products),
        "attention_output": (length * WIDTH, values * WIDTH),
    }


def counted(file: Path, granularity: Granularity) -> tuple[Figures, list[PlannedLayer], int]:
    """Return the counts of a plan by step, its layers, and the most memory that it took."""
    model = open_model(file)
    tracemalloc.start()
    try:
        layers = [*grouped(plan(model), granularity).layers]
        figures = {
            layer.name.removeprefix("mha/"): (layer.neurons, layer.edges) for layer in layers[1:]
        }
        for layer in layers:
            start, stop = next(layer.ranges(), (0, 0))
            if stop:
                assert 0 < len(layer.block(start, stop)) <= BLOCK_EDGES
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return figures, layers, peak


@pytest.mark.parametrize(("length", "causal"), LENGTHS.values(), ids=LENGTHS)
def test_neurons_and_relationships_are_counted(length: int, causal: bool, tmp_path: Path) -> None:
    file = attention_file(length, causal, tmp_path)
    figures, _, peak = counted(file, "neuron")
    assert figures == by_formula(length, causal)
    assert peak < MOST


@pytest.mark.parametrize(("length", "causal"), LENGTHS.values(), ids=LENGTHS)
def test_heads_are_counted(length: int, causal: bool, tmp_path: Path) -> None:
    file = attention_file(length, causal, tmp_path)
    figures, layers, peak = counted(file, "channel")
    expected = by_formula(length, causal)
    inner = {name: each for name, each in figures.items() if name.startswith("dot_product")}
    # Each head reads itself, by two factors or by one.
    assert inner == {
        "dot_product_attention/products": (HEADS, 2 * HEADS),
        "dot_product_attention/scores": (HEADS, HEADS),
        "dot_product_attention/weighed": (HEADS, 2 * HEADS),
        "dot_product_attention": (HEADS, HEADS),
    }
    for layer in layers[4:8]:
        block: Any = layer.block(0, layer.neurons)
        neurons, edges = expected[layer.name.removeprefix("mha/")]
        assert set(block.edges) == {edges // figures[layer.name.removeprefix("mha/")][1]}
        assert layer.neurons_at("", block.target[:1] - layer.first, ["neurons"])[
            "neurons"
        ].to_pylist() == [neurons // HEADS]
    assert peak < MOST


def test_what_no_store_holds_is_inspected(tmp_path: Path) -> None:
    length, causal = LENGTHS["gpt-2"]
    report = exporter.inspect(attention_file(length, causal, tmp_path))
    expected = by_formula(length, causal)
    assert report.neurons == length * WIDTH + sum(neurons for neurons, _ in expected.values())
    assert report.edges == sum(edges for _, edges in expected.values())

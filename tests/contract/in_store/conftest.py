"""Models on which each statement is compared, in each store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter import drop, load
from queries import NeuronGraph
from tests.contract import foreign
from tests.contract.diverged import save_diverged
from tests.contract.stores import GraphStore

MODELS = ("pooled", "dilated", "branched", "channels", "layers")
"""Two chains, a model with several inputs and outputs and layers that skip others, and two graphs
of channels and of layers."""


@pytest.fixture(scope="session")
def branched_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a model of two inputs and two outputs, with a skip, a product and a maximum."""
    import keras

    layers = keras.layers
    random = np.random.default_rng(3)
    left, right = keras.Input((4, 4, 2), name="left"), keras.Input((3,), name="right")
    conv = layers.Conv2D(2, 2, activation="relu", name="conv")(left)
    pool = layers.MaxPooling2D(2, strides=1, name="pool")(conv)
    flat = layers.Flatten(name="flat")(pool)
    first = layers.Dense(3, name="first")(flat)
    gate = layers.Multiply(name="gate")([first, right])
    early = layers.Dense(2, name="early")(first)
    joined = layers.Concatenate(name="joined")([gate, flat])
    late = layers.Dense(3, use_bias=False, name="late")(joined)
    model: Any = keras.Model([left, right], [early, late])
    for variable in model.weights:
        values = random.normal(0.0, 0.7, variable.shape)
        values[random.random(variable.shape) < 0.15] = 0.0
        variable.assign(values)
    file = tmp_path_factory.mktemp("branched") / "branched.keras"
    model.save(file)
    return file


@pytest.fixture(scope="session")
def stated(
    store: GraphStore, small_files: dict[str, Path], branched_file: Path
) -> Iterator[GraphStore]:
    """Give each store with all of `MODELS` in it, under names of their own."""
    coarse = {"channels": "channel", "layers": "layer"}
    files = {**small_files, "branched": branched_file}
    for name in MODELS:
        load(
            files.get(name, small_files["pooled"]),
            store.location,
            name=f"stated-{name}",
            granularity=coarse.get(name, "neuron"),  # type: ignore[arg-type]
        )
        if store.server is not None:
            foreign.join(store.server, f"stated-{name}")
    yield store
    for name in MODELS:
        drop(f"stated-{name}", store.location)


@pytest.fixture(params=MODELS)
def graph(stated: GraphStore, request: pytest.FixtureRequest) -> Iterator[NeuronGraph]:
    """Give each model in each store, open for queries."""
    with NeuronGraph(stated.location, model=f"stated-{request.param}") as opened:
        yield opened


@pytest.fixture(scope="session", params=["neuron", "channel"])
def diverged(
    store: GraphStore, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NeuronGraph]:
    """Give a model with weights that are NaN or infinite in each store, and its channel graph."""
    file, name = tmp_path_factory.mktemp("diverged") / "diverged.keras", "stated-diverged"
    save_diverged(file)
    load(file, store.location, name=name, granularity=request.param)
    with NeuronGraph(store.location, model=name) as opened:
        yield opened
    drop(name, store.location)

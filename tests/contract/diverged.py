"""A small branched model with weights and biases that are not finite, and its graph by hand."""

from pathlib import Path
from typing import Any, Final

import networkx as nx
import numpy as np
from numpy.typing import NDArray

NAN, INF = np.nan, np.inf

LEFT: Final = np.array([[[0.5, NAN], [-0.7, 0.3]], [[0.25, 0.9], [INF, -0.3]]], np.float32)
"""By filter, row and column."""

RIGHT: Final = np.array([[[0.3, -0.6], [0.0, 0.8]]], np.float32)
BIASES: Final = {
    "left": [NAN, 0.1],
    "join": [INF, -0.2],
    "head": [0.4, 0.0],
    "last": [0.5, NAN],
}
FIRST: Final = {"pixels": 0, "right": 9, "left": 18, "head": 36, "last": 38, "join": 40}
SIZES: Final = {"pixels": 9, "left": 18, "right": 9, "join": 2, "head": 2, "last": 2}


def dense_kernels(seed: int = 3) -> dict[str, NDArray[np.float32]]:
    """Return the kernels of the dense layers."""
    random = np.random.default_rng(seed)
    kernels = {
        name: random.normal(size=shape).astype(np.float32)
        for name, shape in (("join", (27, 2)), ("head", (9, 2)), ("last", (2, 2)))
    }
    kernels["join"][3, 1] = -INF
    kernels["join"][20, 0] = NAN
    kernels["head"][4, 0] = 0.0
    kernels["last"][1, 0] = NAN
    return kernels


def save_diverged(path: Path, *, later: bool = False) -> None:
    """Save the model; a later checkpoint of it has other weights, most of them finite.

    ``pixels`` feed ``left`` and ``right``, both feed ``join``, and ``right`` alone ``head``, which
    feeds ``last``.
    """
    import keras

    layers = keras.layers
    pixels = keras.Input((3, 3, 1), name="pixels")
    left = layers.Conv2D(2, 2, padding="same", activation="relu", name="left")(pixels)
    right = layers.Conv2D(1, 2, padding="same", use_bias=False, name="right")(pixels)
    flat = layers.Flatten(name="flat_right")(right)
    both = layers.Concatenate(name="both")([layers.Flatten(name="flat_left")(left), flat])
    head = layers.Dense(2, name="head")(flat)
    outputs = [layers.Dense(2, name="join")(both), layers.Dense(2, name="last")(head)]
    model = keras.Model(pixels, outputs)
    for name, kernel in (("left", LEFT), ("right", RIGHT)):
        _set(model, name, "kernel", np.moveaxis(kernel, 0, -1)[:, :, np.newaxis])
    for name, kernel in dense_kernels().items():
        _set(model, name, "kernel", kernel)
    for name, bias in BIASES.items():
        _set(model, name, "bias", np.array(bias, np.float32))
    if later:
        kernel = dense_kernels(4)["join"]
        kernel[0, 0] = -INF
        _set(model, "join", "kernel", kernel)
        _set(model, "last", "kernel", dense_kernels()["last"] * np.float32(2))
        _set(model, "last", "bias", np.array([NAN, NAN], np.float32))
    model.save(path)


def _set(model: Any, layer: str, name: str, value: NDArray[np.float32]) -> None:
    getattr(model.get_layer(layer), name).assign(value)


def by_hand() -> "nx.DiGraph[int]":
    """Return the graph as the kernels say it; neurons in the order of memory, channel fastest."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    for name, first in FIRST.items():
        graph.add_nodes_from(range(first, first + SIZES[name]), layer=name)
    for name, kernel in (("left", LEFT), ("right", RIGHT)):
        for c, y, x, dy, dx in np.ndindex(len(kernel), 3, 3, 2, 2):
            # Padding on the right and below, where an even kernel has more of it.
            if y + dy < 3 and x + dx < 3:
                target = FIRST[name] + (y * 3 + x) * len(kernel) + c
                weight = float(kernel[c, dy, dx])
                graph.add_edge((y + dy) * 3 + x + dx, target, weight=weight)
    kernels = dense_kernels()
    for name, feeding in (("join", ["left", "right"]), ("head", ["right"]), ("last", ["head"])):
        ids = [i for each in feeding for i in range(FIRST[each], FIRST[each] + SIZES[each])]
        for row, column in np.ndindex(*kernels[name].shape):
            weight = float(kernels[name][row, column])
            graph.add_edge(ids[row], FIRST[name] + column, weight=weight)
    return graph

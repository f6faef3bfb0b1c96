"""Speed of building edges on one core by layer family, and how much memory it takes.

Nothing here is asserted but the number of edges: the figures are printed.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from exporter.planning.layer import PlannedLayer
from tests.bench.children import measured
from tests.unit.builders import Spec, chain, layer, wired

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

REPEATS: Final = 5

FAMILIES: Final[dict[str, tuple[tuple[int, ...], Spec]]] = {
    "Conv1D": ((2048, 64), layer("Conv1D", filters=64, kernel_size=5, padding="same")),
    "Conv2D, padded": ((56, 56, 64), layer("Conv2D", filters=64, kernel_size=3, padding="same")),
    "Conv2D, valid": ((58, 58, 64), layer("Conv2D", filters=64, kernel_size=3)),
    "Conv2D, 512": ((14, 14, 512), layer("Conv2D", filters=512, kernel_size=3, padding="same")),
    "Conv2D, 1x1": ((56, 56, 256), layer("Conv2D", filters=64, kernel_size=1)),
    "Conv2D, 7x7": ((224, 224, 3), layer("Conv2D", filters=64, kernel_size=7, strides=2)),
    "Conv3D": ((16, 16, 16, 16), layer("Conv3D", filters=16, kernel_size=3, padding="same")),
    "DepthwiseConv2D": ((112, 112, 96), layer("DepthwiseConv2D", kernel_size=3, padding="same")),
    "SeparableConv2D": ((56, 56, 64), layer("SeparableConv2D", filters=64, kernel_size=3)),
    "Conv2DTranspose": ((56, 56, 64), layer("Conv2DTranspose", filters=32, kernel_size=3)),
    "Conv2DTranspose, 2": (
        (56, 56, 64),
        layer("Conv2DTranspose", filters=32, kernel_size=3, strides=2, padding="same"),
    ),
    "MaxPooling2D": ((224, 224, 64), layer("MaxPooling2D", pool_size=2)),
    "AveragePooling2D": (
        (112, 112, 64),
        layer("AveragePooling2D", pool_size=3, strides=2, padding="same"),
    ),
    "GlobalAverage": ((14, 14, 2048), layer("GlobalAveragePooling2D")),
    "Dense": ((4096,), layer("Dense", units=4096)),
    "Dense, of rows": ((512, 768), layer("Dense", units=64)),
    "EinsumDense": (
        (128, 512),
        layer("EinsumDense", equation="abc,cde->abde", output_shape=(None, 8, 64)),
    ),
    "BatchNormalization": ((112, 112, 64), layer("BatchNormalization")),
    "ReLU": ((112, 112, 64), layer("ReLU")),
    "UpSampling2D": ((56, 56, 64), layer("UpSampling2D", interpolation="bilinear")),
}
"""Input shape and layer, in sizes that real models have."""


@pytest.fixture
def one_core() -> Iterator[None]:
    """Stay on one core; numpy's copies use one thread as it is."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    yield
    os.sched_setaffinity(0, cores)


@pytest.mark.usefixtures("one_core")
@pytest.mark.parametrize("family", FAMILIES)
def test_family(family: str, tmp_path: Path) -> None:
    shape, spec = FAMILIES[family]
    _report(family, wired(chain(shape, spec), tmp_path).plan.layers[1:])


@pytest.mark.usefixtures("one_core")
@pytest.mark.parametrize("merge", ["Add", "Multiply"])
def test_merge(merge: str, tmp_path: Path) -> None:
    import keras

    inputs = [keras.Input((56, 56, 256)) for _ in range(2)]
    model: Any = keras.Model(inputs, getattr(keras.layers, merge)()(inputs))
    _report(merge, wired(model, tmp_path).plan.layers[2:])


@pytest.mark.usefixtures("one_core")
@pytest.mark.parametrize("causal", [False, True])
def test_attention(causal: bool, tmp_path: Path) -> None:
    """Products of two tensors are neurons; without a mask 128 rows, 8 heads of 64 have 8 M."""
    import keras

    read = [keras.Input((128, 8, 64)) for _ in range(3)]
    model = keras.Model(read, keras.ops.dot_product_attention(*read, is_causal=causal))
    steps = {layer.name.partition("/")[2]: layer for layer in wired(model, tmp_path).plan.layers}
    what = ", causal" if causal else ""
    _report(f"products{what}", (steps["products"],))
    _report(f"their sums{what}", (steps["scores"],))


def _report(what: str, layers: tuple[PlannedLayer, ...]) -> None:
    """Print edges a second beside those of arrays of the same lengths that are only filled."""
    lengths: list[int] = []
    for into in layers:
        lengths += [len(into.block(*part)) for part in into.ranges()]
    edges = sum(lengths)
    assert edges == sum(into.edges for into in layers)
    ours, bare = np.min(
        [(_cpu(lambda: _build(layers)), _cpu(lambda: _fill(lengths))) for _ in range(REPEATS)],
        axis=0,
    )
    print(
        f"\n  {what:20} {edges / 1e6:7.1f} million edges {edges / ours / 1e6:7,.0f} million/s"
        f"   numpy fills {edges / bare / 1e6:7,.0f} million/s   {ours / bare:5.1f} times as long"
    )


def _build(layers: tuple[PlannedLayer, ...]) -> None:
    for into in layers:
        for start, stop in into.ranges():
            into.block(start, stop)


def _fill(lengths: list[int]) -> None:
    for length in lengths:
        for dtype in (np.int64, np.int64, np.float32):
            np.empty(length, dtype).fill(1)


def _cpu(work: Callable[[], object]) -> float:
    """Return seconds of the CPU, of which other processes take nothing."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


OPEN = """
import sys
from exporter.reading.formats import open_model
from exporter.planning import plan
model = open_model(sys.argv[1])
"""
PLAN = OPEN + "planned = plan(model)\n"
BUILD = (
    PLAN
    + """
built = sum(len(into.block(*part)) for into in planned.layers for part in into.ranges())
assert built == planned.edges == int(sys.argv[2])
"""
)


def test_memory(cifar_file: Path, tmp_path: Path) -> None:
    """Peaks of a small and a big model: opened, planned, and with all blocks built."""
    import keras

    vgg = tmp_path / "vgg16.keras"
    keras.applications.VGG16(weights=None, input_shape=(32, 32, 3), classes=10).save(vgg)
    for name, path, edges in (("CIFAR-10", cifar_file, 4_586_624), ("VGG16", vgg, VGG16_EDGES)):
        _, opening, opened = measured(OPEN, str(path))
        _, planning, planned = measured(PLAN, str(path))
        _, building, built = measured(BUILD, str(path), str(edges))
        print(
            f"\n  {name}, {edges:,} edges: opened {opened / 1e6:,.0f} MB,"
            f" planned {(planned - opened) / 1e6:+,.0f} MB, all blocks built"
            f" {(built - planned) / 1e6:+,.0f} MB; CPU: open {opening:.1f} s,"
            f" plan {planning - opening:.1f} s, build {building - planning:.1f} s"
        )


VGG16_EDGES: Final = 266_349_312

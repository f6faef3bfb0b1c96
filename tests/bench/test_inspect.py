"""Time and memory of counting big models, against Keras's own opening of the same file.

Nothing here is asserted but the counts: the figures are printed.
"""

from pathlib import Path
from typing import Final

import pytest

from tests.bench.children import measured

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

COUNTS: Final = {
    "VGG16": (15_237_608, 14_975_945_472),
    "ResNet50": (36_129_768, 3_731_405_568),
    "EfficientNetB0": (22_621_732, 402_465_504),
}
"""Neurons and edges at 224 x 224."""

IMPORT = "import keras"
BARE = "import sys, keras; keras.models.load_model(sys.argv[1], compile=False)"
INSPECT = """
import sys
from exporter import inspect
seen = inspect(sys.argv[1])
assert (seen.neurons, seen.edges) == tuple(map(int, sys.argv[2:])), seen
"""
REPEATS: Final = 2


@pytest.mark.parametrize("name", COUNTS)
def test_inspect(name: str, tmp_path: Path) -> None:
    import keras

    path = str(tmp_path / "model.keras")
    getattr(keras.applications, name)(weights=None).save(path)
    imported = _best("import keras", IMPORT)
    bare = _best("load_model", BARE, path)
    ours = _best("inspect", INSPECT, path, *map(str, COUNTS[name]))
    print(
        f"\n  {name}: inspect takes {ours[0] / bare[0]:.2f} times as long as load_model"
        f" ({ours[1] / bare[1]:.2f} times the CPU) and {ours[2] / bare[2]:.2f} times the memory;"
        f" beside importing Keras {ours[1] - imported[1]:.1f} s of the CPU"
        f" and {(ours[2] - imported[2]) / 1e6:,.0f} MB"
    )


def _best(what: str, code: str, *arguments: str) -> tuple[float, float, float]:
    """Return the least of each figure among several runs."""
    runs = [measured(code, *arguments) for _ in range(REPEATS)]
    seconds, cpu, peak = (min(figures) for figures in zip(*runs, strict=True))
    print(f"\n  {what:14} {seconds:7.2f} s {cpu:7.2f} s of CPU {peak / 1e6:8,.0f} MB", end="")
    return seconds, cpu, peak

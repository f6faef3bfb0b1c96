"""A load of an ONNX model against that of the same Keras model, and ResNet50 from ONNX.

Nothing here is asserted but the number of edges: the figures are printed.
"""

from pathlib import Path
from typing import Final

import pytest

from tests.bench.children import measured
from tests.bench.onnx_nets import save_cifar, save_resnet

pytest.importorskip("onnx")

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

CIFAR_EDGES: Final = 4_586_624
RESNET_EDGES: Final = 3_966_695_232
"""At 224 x 224; of Keras's model the normalizations have edges of their own."""

OPEN: Final = """
import sys
from exporter.reading.formats import open_model
open_model(sys.argv[1])
"""
LOAD: Final = """
import sys
from exporter import load
report = load(sys.argv[1], sys.argv[2], replace=True, progress=False)
assert report.edges == int(sys.argv[3]), report.edges
"""
INSPECT: Final = """
import sys
from exporter import inspect
seen = inspect(sys.argv[1])
assert seen.edges == int(sys.argv[2]), seen.edges
"""
PLAN: Final = """
import sys
from exporter.planning.push import plan
from exporter.reading.formats import open_model
planned = plan(open_model(sys.argv[1]))
assert planned.edges == int(sys.argv[2]), planned.edges
"""
REPEATS: Final = 2


def test_load(cifar_file: Path, tmp_path: Path) -> None:
    """The same 4.6 million edges from both formats, into the embedded store."""
    exported = tmp_path / "cifar.onnx"
    save_cifar(exported)
    figures = {}
    for name, file in {"Keras": cifar_file, "ONNX": exported}.items():
        opened = _best(f"open {name}", OPEN, str(file))
        loaded = _best(
            f"load {name}", LOAD, str(file), str(tmp_path / f"{name}.lbug"), str(CIFAR_EDGES)
        )
        figures[name] = (*opened, *loaded)
    ratios = [own / other for own, other in zip(figures["ONNX"], figures["Keras"], strict=True)]
    print(
        f"\n  ONNX beside Keras: opening {ratios[0]:.2f} times the seconds, {ratios[1]:.2f} times"
        f" the memory; loading {ratios[2]:.2f} and {ratios[3]:.2f}"
    )


def test_resnet(tmp_path: Path) -> None:
    """ResNet50 at 224 x 224, 25.5 million weights: inspected, and planned."""
    path = tmp_path / "resnet.onnx"
    save_resnet(path)
    print(f"\n  ResNet50, {path.stat().st_size / 1e6:,.0f} MB", end="")
    _best("inspect", INSPECT, str(path), str(RESNET_EDGES))
    _best("plan", PLAN, str(path), str(RESNET_EDGES))


def _best(what: str, code: str, *arguments: str) -> tuple[float, float]:
    """Return the least seconds and the least peak of memory among several runs."""
    runs = [measured(code, *arguments) for _ in range(REPEATS)]
    seconds, _, peak = (min(figures) for figures in zip(*runs, strict=True))
    print(f"\n  {what:14} {seconds:7.2f} s {peak / 1e6:8,.0f} MB", end="")
    return seconds, peak

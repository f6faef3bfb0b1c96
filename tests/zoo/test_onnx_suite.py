"""ONNX's own backend tests: none fails, and as many agree as docs/formats.md says."""

import re
from pathlib import Path

import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from tests.zoo.onnx_suite import AGREE, counts_of

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        "pytorch-operator",
        "pytorch-converted",
        pytest.param("node", marks=[pytest.mark.full, pytest.mark.timeout(1800)]),
    ],
)
def test_none_fails(kind: str) -> None:
    counts = counts_of(kind)
    print(f"\n  {kind}: {dict(counts)}")
    told = re.search(rf"^\| {kind}.*? \| (\d+) \| \d+ \| 0 \|$", PAGE.read_text(), re.MULTILINE)
    assert told
    assert counts["failed"] == 0
    # Another version of onnx brings more cases.
    assert counts[AGREE] >= int(told[1])

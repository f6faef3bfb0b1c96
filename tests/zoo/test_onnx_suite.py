"""ONNX's own backend tests: as many agree and fail as docs/formats.md says."""

import re
from pathlib import Path

import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from tests.zoo.onnx_suite import AGREE, FAILED, outcomes_of

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
def test_outcomes_are_those_of_the_page(kind: str) -> None:
    outcomes = outcomes_of(kind)
    counts = outcomes.counts
    print(f"\n  {kind}: {dict(counts)}")
    told = re.search(rf"^\| {kind}.*? \| (\d+) \| \d+ \| (\d+) \|$", PAGE.read_text(), re.MULTILINE)
    assert told
    assert counts[FAILED] == int(told[2])
    # Another version of onnx brings more cases.
    assert counts[AGREE] >= int(told[1])
    assert all(f"| {why} |" in PAGE.read_text() for why in outcomes.reasons)

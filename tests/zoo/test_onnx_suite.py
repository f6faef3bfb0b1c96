"""ONNX's own backend tests: as many agree and fail as docs/formats.md says."""

import re
from pathlib import Path

import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from tests.zoo import onnx_light
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


def _row(file: Path) -> list[str]:
    """Return the row of a light network in the page."""
    name = file.stem.removeprefix("light_")
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| {name} |")]
    assert len(rows) == 1
    return [cell.strip() for cell in rows[0].strip("|").split("|")]


@pytest.mark.parametrize("file", onnx_light.networks(), ids=lambda file: file.stem)
@pytest.mark.one_in(9)
def test_light_networks_are_planned(file: Path) -> None:
    _, traced = onnx_light.planned(file)
    plan = traced.plan
    assert _row(file)[1:4] == [f"{each:,}" for each in (len(plan.layers), plan.neurons, plan.edges)]


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("file", onnx_light.networks(), ids=lambda file: file.stem)
def test_smaller_light_networks_agree(file: Path) -> None:
    model, traced = onnx_light.planned(file)
    if traced.plan.edges > onnx_light.MOST_EDGES:
        assert not _row(file)[4]
        return
    assert max(onnx_light.replayed(file, model, traced)) <= 1e-5

"""Which cases are run does not depend on what else is collected."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.drawing import pytest_report_header
from tests.seeds import is_drawn, seed_of

ROOT = Path(__file__).parents[2]
COMPUTED, PLAIN = "tests/contract/test_structure.py", "tests/contract/test_errors.py"
CASES = [f"tests/unit/test_x.py::test[{number}]" for number in range(3000)]


def collected(*words: str) -> list[str]:
    """Return the names of the cases that pytest would run."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", "--draw-seed=7"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if "::" in line]


@pytest.mark.slow
@pytest.mark.one_in(2)
def test_a_file_alone_runs_what_it_runs_among_all() -> None:
    among_all = collected("tests/contract")
    assert any("neo4j" in case for case in among_all)
    for file in (COMPUTED, PLAIN):
        alone = collected(file)
        assert sorted(alone) == sorted(case for case in among_all if case.startswith(file))


@pytest.mark.slow
def test_a_share_is_some_of_all() -> None:
    every, some = collected(PLAIN), collected(PLAIN, "--share=4")
    assert set(some) < set(every)
    assert len(some) == pytest.approx(len(every) / 4, rel=0.4)


class TestDrawing:
    def test_is_repeated_by_what_the_header_says(self, pytestconfig: pytest.Config) -> None:
        assert pytest_report_header(pytestconfig).endswith(f" --draw-seed {seed_of(pytestconfig)}")

    @pytest.mark.parametrize("one_in", [2, 3, 8])
    def test_draws_about_one_in_so_many(self, one_in: int) -> None:
        drawn = [is_drawn(case, "2026-11-28", one_in) for case in CASES]
        assert sum(drawn) == pytest.approx(len(drawn) / one_in, rel=0.15)

    def test_draws_each_case_by_some_seed(self) -> None:
        for case in CASES[:100]:
            assert any(is_drawn(case, str(seed), 4) for seed in range(100))

    def test_draws_by_the_name_and_the_seed_alone(self) -> None:
        first, again = ([is_drawn(case, "7", 4) for case in CASES] for _ in range(2))
        other = [is_drawn(case, "8", 4) for case in CASES]
        assert first == again
        both = sum(one and two for one, two in zip(first, other, strict=True))
        assert both == pytest.approx(len(CASES) / 16, rel=0.3)

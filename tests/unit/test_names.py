"""``import neurongraph`` gives all public names, and waits for nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

import exporter
import neurongraph
import queries

ROOT = Path(__file__).parents[2]


def _python(*words: str) -> str:
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_has_all_names_of_both_packages() -> None:
    both = {*exporter.__all__, *queries.__all__}
    assert set(neurongraph.__all__) == {*both, "errors", "__version__"}
    for package in (exporter, queries):
        for name in package.__all__:
            assert getattr(neurongraph, name) is getattr(package, name)


@pytest.mark.parametrize("package", [exporter, neurongraph, queries])
def test_completion_knows_the_names_before_they_are_used(package: object) -> None:
    name = package.__name__  # type: ignore[attr-defined]
    code = (
        f"import {name}; print({name}.__all__ == [n for n in dir({name}) if n in {name}.__all__])"
    )
    assert _python("-c", code) == "True\n"


def test_another_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="'neurongraph' has no attribute 'nosuch'"):
        _ = neurongraph.nosuch


def test_takes_no_more_imports_than_queries() -> None:
    code = (
        "import sys, queries; before = set(sys.modules); import neurongraph; "
        "print(*sorted(set(sys.modules) - before))"
    )
    assert _python("-c", code) == "neurongraph queries.core.version queries.errors\n"


def test_is_the_command_line_as_a_module() -> None:
    assert _python("-m", "neurongraph", "--version") == f"neurongraph {neurongraph.__version__}\n"

"""How soon the command line answers, against a Python that imports its argument parser alone.

Nothing here is asserted: the figures are printed.
"""

import pytest

from tests.bench.children import measured

pytestmark = pytest.mark.bench

REPEATS = 5
ASK = """
import sys
from exporter.cli import app
app(sys.argv[1:], prog_name="neurongraph", standalone_mode=False)
"""


@pytest.mark.parametrize("words", [["--help"], ["query"]])
def test_startup(words: list[str]) -> None:
    bare = _best("import typer, rich.console")
    ours = _best(ASK, *words)
    print(
        f"\n  neurongraph {' '.join(words)}: {ours:.2f} s of the CPU,"
        f" {ours / bare:.1f} times that of importing typer and rich"
    )


def _best(code: str, *arguments: str) -> float:
    return min(measured(code, *arguments)[1] for _ in range(REPEATS))

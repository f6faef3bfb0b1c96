"""Heavy families of tests, of which `make test` draws some cases and `make full` runs all."""

from datetime import UTC, datetime
from typing import Final

import pytest

from tests.seeds import is_drawn, seed_of

_FOLDERS: Final = {"browser": 4, "faults": 6, "parallel": 6}
"""Of the cases in these folders of tests, which start programs, one in so many is drawn."""

_ON_A_SERVER: Final = 4
"""Of the contract cases on Neo4j that say nothing of a family one in so many is drawn."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the seed, which is another one each day, and a share of all."""
    parser.addoption(
        "--draw-seed",
        default=datetime.now(UTC).date().isoformat(),
        metavar="TEXT",
        help="what decides which cases of heavy families are run; by default today's date",
    )
    parser.addoption(
        "--share",
        type=int,
        default=1,
        metavar="N",
        help="run about one in N of all cases, drawn by the same seed",
    )


def pytest_report_header(config: pytest.Config) -> str:
    """Say how to draw the same cases again."""
    return f"cases drawn with: --draw-seed {seed_of(config)}"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say it again where something failed; the header is far up."""
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        terminalreporter.write_line(pytest_report_header(config))


@pytest.hookimpl(tryfirst=True)  # Before pytest leaves out what is marked.
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to `make full` the cases that are not drawn, each by its own name."""
    seed, share = seed_of(config), config.getoption("--share")
    for item in items:
        if not is_drawn(item.nodeid, seed, _one_in(item)):
            item.add_marker(pytest.mark.full)
    # Another seed: of what was drawn by the first one all could go, or none.
    left = [item for item in items if not is_drawn(item.nodeid, f"share {seed}", share)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if is_drawn(item.nodeid, f"share {seed}", share)]


def _one_in(item: pytest.Item) -> int:
    """Return of how many cases like it one is drawn; a mark comes before the folder."""
    family = item.get_closest_marker("one_in")
    if family is not None:
        return int(family.args[0])
    folder = item.nodeid.removeprefix("tests/").partition("/")[0]
    on_a_server = folder == "contract" and item.get_closest_marker("neo4j")
    return _ON_A_SERVER if on_a_server else _FOLDERS.get(folder, 1)

"""Heavy families of tests, of which `make test` draws some cases and `make full` runs all."""

from datetime import UTC, datetime
from typing import Final

import pytest

from tests.seeds import is_drawn, seed_of

_HEAVY: Final = {
    "browser/": 16,
    "contract/": 4,
    "faults/": 12,
    "integration/test_broken.py": 3,
    "integration/test_cli.py": 3,
    "integration/test_damaged_dataset.py": 2,
    "integration/test_damaged_files.py": 2,
    "integration/test_docs.py": 3,
    "integration/test_files.py": 3,
    "integration/test_forks.py": 2,
    "integration/test_models_in_memory.py": 2,
    "integration/test_signals.py": 2,
    "integration/test_written_files.py": 2,
    "keras2/": 2,
    "parallel/": 8,
    "unit/test_at_input_laws.py": 3,
    "unit/test_addresses.py": 2,
    "unit/test_composed_operations.py": 2,
    "unit/test_foreign.py": 2,
    "unit/test_masked_layers.py": 2,
    "unit/test_onnx_opsets.py": 4,
    "unit/test_onnx_recurrent.py": 3,
    "unit/test_onnx_wiring.py": 3,
    "unit/test_training.py": 2,
    "unit/test_wired_layer.py": 2,
    "unit/test_wiring_": 2,
}
"""Of the cases in these folders and files of tests, which take long, one in so many is drawn."""

_ON_A_SERVER: Final = 12
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
    """Return of how many cases like it one is drawn; a mark comes before the place."""
    family = item.get_closest_marker("one_in")
    if family is not None:
        return int(family.args[0])
    case = item.nodeid.removeprefix("tests/")
    one_in = next((number for place, number in _HEAVY.items() if case.startswith(place)), 1)
    on_a_server = case.startswith("contract/") and item.get_closest_marker("neo4j")
    return max(one_in, _ON_A_SERVER) if on_a_server else one_in

"""Heavy families of tests, of which `make test` draws some cases and `make full` runs all."""

from datetime import UTC, datetime

import pytest

from tests.numbers import number_of


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the seed, which is another one each day."""
    parser.addoption(
        "--draw-seed",
        default=datetime.now(UTC).date().isoformat(),
        metavar="TEXT",
        help="what decides which cases of heavy families are run; by default today's date",
    )


def pytest_report_header(config: pytest.Config) -> str:
    """Say how to draw the same cases again."""
    return f"cases drawn with: --draw-seed {config.getoption('--draw-seed')}"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say it again where something failed; the header is far up."""
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        terminalreporter.write_line(pytest_report_header(config))


@pytest.hookimpl(tryfirst=True)  # Before pytest leaves out what is marked.
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to `make full` the cases that are not drawn, each by its own name."""
    seed = config.getoption("--draw-seed")
    for item in items:
        family = item.get_closest_marker("one_in")
        if family is not None and not is_drawn(item.nodeid, seed, family.args[0]):
            item.add_marker(pytest.mark.full)


def is_drawn(nodeid: str, seed: str, one_in: int) -> bool:
    """Tell whether a case is among those of a seed.

    Parameters
    ----------
    nodeid
        The name of the case.
    seed
        What decides.
    one_in
        Of how many cases about one is drawn.
    """
    return number_of(f"{seed} {nodeid}") % one_in == 0

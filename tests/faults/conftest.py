"""Servers to be broken, and models to be loaded while they break."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from tests.faults.clients import FINISHED, Client, Tell
from tests.faults.places import Folder, Server, port
from tests.faults.proxy import Proxy
from tests.faults.tally import LoadTally, tables, told
from tests.faults.trials import Trial, Undisturbed, measured
from tests.servers import LTS, NEWEST, LocalServer, restartable

Ground = tuple[Server, Undisturbed]
VERSIONS = (NEWEST, LTS)


def save(paths: tuple[Path, Path], _: Tell) -> None:
    """Save two models of the same shape and 38,000 edges."""
    import keras

    layers = keras.layers
    for seed, path in enumerate(paths):
        keras.utils.set_random_seed(seed)
        model = keras.Sequential(
            [
                keras.Input((14, 14, 2), name="pixels"),
                layers.Conv2D(6, 3, activation="relu", name="conv"),
                layers.MaxPooling2D(2, name="pool"),
                layers.Flatten(name="flat"),
                layers.Dense(96, activation="relu", bias_initializer="normal", name="hidden"),
                layers.Dense(10, name="digits"),
            ]
        )
        model.save(path)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give the files of two models, the second one to be replaced by the first."""
    folder = tmp_path_factory.mktemp("models")
    paths = (folder / "model.keras", folder / "old.keras")
    assert Client(partial(save, paths)).ended() == FINISHED
    return paths


@contextmanager
def reached_by_proxy(local: LocalServer) -> Iterator[Server]:
    with Proxy(port(local)) as proxy:
        yield Server(local, proxy)


@pytest.fixture(scope="session")
def ground(models: tuple[Path, Path]) -> Iterator[Callable[[str], Ground]]:
    """Give the server of a version, which all tests share and break, and what it does unbroken."""
    with ExitStack() as stack:

        @cache
        def begin(version: str) -> Ground:
            server = stack.enter_context(
                reached_by_proxy(stack.enter_context(restartable(version, heap="512m")))
            )
            return server, measured(server, models)

        yield begin


@pytest.fixture(scope="session")
def folder_undisturbed(
    models: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Undisturbed:
    """Give what loads into an embedded graph do and leave."""
    return measured(Folder(tmp_path_factory.mktemp("undisturbed") / "g.lbug"), models)


def kind_of(request: pytest.FixtureRequest) -> str:
    """Return what the table calls the faults of a class of tests: its name, in words."""
    return " ".join(re.findall("[A-Z][a-z]*", request.cls.__name__)[1:]).lower()


@pytest.fixture
def tally(
    request: pytest.FixtureRequest, record_property: Callable[[str, Any], None]
) -> Iterator[LoadTally]:
    """Count what the test does, for the table."""
    counts = LoadTally(kind_of(request), "")
    yield counts
    record_property("faults", told(counts))


@pytest.fixture
def on_server(
    seed: int,
    ground: Callable[[str], Ground],
    models: tuple[Path, Path],
    tally: LoadTally,
) -> Iterator[Trial]:
    """Give a trial on a Neo4j server, the versions by turns."""
    server, undisturbed = ground(VERSIONS[seed % 2])
    tally.store = server.kind
    server.clear()
    yield Trial(server, models, undisturbed, tally)
    server.proxy.refusing = False
    server.proxy.delay = lambda: 0.0


@pytest.fixture
def in_folder(
    models: tuple[Path, Path], folder_undisturbed: Undisturbed, tally: LoadTally, tmp_path: Path
) -> Trial:
    """Give a trial in an embedded graph."""
    place = Folder(tmp_path / "graph.lbug")
    tally.store = place.kind
    return Trial(place, models, folder_undisturbed, tally)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables of the faults."""
    tallies = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "teardown"
        for name, value in report.user_properties
        if name == "faults"
    ]
    if tallies:
        terminalreporter.section("faults")
        for line in tables(tallies):
            terminalreporter.line(line)

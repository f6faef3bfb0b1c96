"""Fixtures for all tests: servers, stores and models, each made once a session."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer

from tests.contract.stores import GraphStore
from tests.models import BUILDERS
from tests.processes import ByServer
from tests.servers import LTS, NEWEST, Neo4jServer, skip_or_fail
from tests.servers.named import is_named

pytest_plugins = ["tests.servers.fixtures"]

# The names and versions of `tests.servers.fixtures`, which must not be imported before pytest
# takes it for a plugin.
NEO4J = {"neo4j-env": NEWEST} if is_named() else {"neo4j-5.26": LTS, "neo4j-newest": NEWEST}

ROOT = Path(__file__).parents[1]
CIFAR = Path("models", "CIFAR-10_CNN5.h5")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByServer:
    """Say which tests share a process, where there are more than one."""
    return ByServer(config, log)


@pytest.fixture(
    scope="session",
    params=["embedded", *(pytest.param(name, marks=pytest.mark.neo4j) for name in NEO4J)],
)
def store(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    _neo4j_servers: Callable[[str], Neo4jServer],
) -> Iterator[GraphStore]:
    """Give each kind of store in turn; all tests share it, under names of their own."""
    if request.param == "embedded":
        yield GraphStore(str(tmp_path_factory.mktemp("store") / "neurons.lbug"))
        return
    server = _neo4j_servers(NEO4J[request.param])
    with pytest.MonkeyPatch.context() as environment:
        if server.password is not None:
            environment.setenv("NEO4J_USERNAME", server.username)
            environment.setenv("NEO4J_PASSWORD", server.password)
        yield GraphStore(server.uri, server)


@pytest.fixture(scope="session")
def small_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the file of each small model by its name."""
    folder = tmp_path_factory.mktemp("models")
    files = {name: folder / f"{name}.keras" for name in BUILDERS}
    for name, save in BUILDERS.items():
        save(files[name])
    return files


@pytest.fixture(scope="session")
def digits_file() -> Path:
    """Give the sample that the repository ships."""
    return ROOT / "samples" / "digits.keras"


@pytest.fixture(scope="session")
def cifar_file() -> Path:
    """Give the CIFAR-10 model, which is too big to ship; without it, skip, or fail in CI."""
    shared = Path(os.environ.get("NEURONGRAPH_SHARED") or ROOT.parent / "shared")
    if not (shared / CIFAR).is_file():
        skip_or_fail(f"no {shared / CIFAR}; NEURONGRAPH_SHARED says where the folder of {CIFAR} is")
    return shared / CIFAR

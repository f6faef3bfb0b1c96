"""Fixtures for all tests: servers, stores and models, each made once a session."""

import inspect
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from exporter import load
from queries.core.file_format import FileFormat
from tests.contract import foreign
from tests.contract.stores import GraphStore
from tests.models import BUILDERS, HOSTILE, save_cifar
from tests.seeds import is_drawn, number_of, seed_of
from tests.servers import LTS, NEWEST, Neo4jServer, importing, logged_in, skip_or_fail
from tests.servers.named import is_named

pytest_plugins = ["tests.drawing", "tests.processes", "tests.servers.fixtures"]

# The names and versions of `tests.servers.fixtures`, which must not be imported before pytest
# takes it for a plugin.
NEO4J = {"neo4j-env": NEWEST} if is_named() else {"neo4j-5.26": LTS, "neo4j-newest": NEWEST}

# Servers into which files of a format were imported, in place of a load.
IMPORTED: dict[str, tuple[str, FileFormat]] = {
    "neo4j-newest_parquet": (NEWEST, "parquet"),
    "neo4j-5.26_parquet": (LTS, "parquet"),
    "neo4j-5.26_csv": (LTS, "csv"),
}

DATASETS = ("dataset", "dataset-csv")
PREPARED = ("dataset-csv", "model-file")
"""Stores that hold the small models without a load."""

ROOT = Path(__file__).parents[1]
CIFAR = Path("models", "CIFAR-10_CNN5.h5")


@pytest.hookimpl(tryfirst=True)  # Before pytest leaves out what is marked.
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to `make full` most of what would run on both versions of Neo4j.

    Each case falls to one of them, by the seed and its name alone: a file run by itself runs what
    it runs among all. Of a test whose answer is computed from relationships, which the other tests
    compare, the first case is left, and none on a dataset. About half are drawn of the cases on
    files, and of those that differ by more than the store. The large model comes last on a server:
    others count all that is there.
    """
    items.sort(key=lambda item: "test_cifar" in item.nodeid)
    if is_named():
        return
    for item in items:
        if isinstance(item, pytest.Function) and not _is_kept(item, seed_of(config)):
            item.add_marker(pytest.mark.full)


def _is_kept(item: pytest.Function, seed: str) -> bool:
    """Tell whether a case is run where there is little time."""
    if (store := _store_of(item)) is None:
        return True
    computed = item.get_closest_marker("computed")
    if computed and store in {*DATASETS, *IMPORTED}:
        return False
    if store not in NEO4J:
        several = len(item.callspec.indices) > 1
        halved = several or store in {*DATASETS, *PREPARED, *IMPORTED}
        return not halved or is_drawn(item.nodeid, f"store {seed}", 2)
    case = item.nodeid.replace(store, "")
    if computed:
        case, _, _ = case.partition("[")
        if any(index for name, index in item.callspec.indices.items() if name != "store"):
            return False
    return store == list(NEO4J)[number_of(f"{seed} {case}") % len(NEO4J)]


def _store_of(item: pytest.Function) -> str | None:
    """Return the name of the store of a case, or of the server that it is about."""
    given = item.callspec.params if hasattr(item, "callspec") else {}
    if "store" in given:
        return str(given["store"])
    return next((name for name, v in NEO4J.items() if v == given.get("neo4j_server")), None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test of a store all kinds of stores, unless it says itself which."""
    chosen = any(
        "store" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")
    )
    if "store" not in metafunc.fixturenames or chosen:
        return
    names = ["embedded", *_without_cypher(metafunc), *NEO4J]
    used = set(metafunc.fixturenames)
    # Those that compare what is there with what Keras says of each small model.
    if {"loaded", "reference"} <= used and "scratch" not in used:
        names += IMPORTED
    metafunc.parametrize("store", stores(names), indirect=True, scope="session")


def _without_cypher(metafunc: pytest.Metafunc) -> list[str]:
    """Return the stores without Cypher that a test holds for: it asks an open graph, and no more.

    A model file and files that were written beforehand are asked about the small models alone.
    """
    given = {"graph", "pooled", "grouped", "checkpoints", "branched", "sequence"}
    own = set(inspect.signature(metafunc.function).parameters)
    asks = own & given and not own & {"store", "loaded", "scratch"}
    if not asks or any(metafunc.definition.iter_markers("cypher")):
        return []
    return ["dataset", *(PREPARED if "loaded" in metafunc.fixturenames else ())]


def stores(names: Iterable[str], full: Collection[str] = tuple(IMPORTED)[1:]) -> list[ParameterSet]:
    """Return parameters for the fixture `store`, with their marks; some are left to `make full`.

    Of the servers that import files one is enough where there is little time.
    """
    return [
        pytest.param(
            name,
            marks=[
                *([pytest.mark.neo4j] if name in {*NEO4J, *IMPORTED} else []),
                *([pytest.mark.full] if name in full else []),
            ],
        )
        for name in names
    ]


@pytest.fixture(scope="session")
def store(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    _neo4j_servers: Callable[[str], Neo4jServer],
) -> Iterator[GraphStore]:
    """Give a store; all tests share it, under names of their own.

    `pytest_generate_tests` says which. Those of `IMPORTED` and `PREPARED` hold the small models
    already.
    """
    if request.param == "embedded":
        yield GraphStore(str(tmp_path_factory.mktemp("store") / "neurons.lbug"))
        return
    if request.param == "dataset":
        yield GraphStore(f"{tmp_path_factory.mktemp('store')}/dataset/")
        return
    if request.param in PREPARED:
        files = request.getfixturevalue("small_files")
        if request.param == "model-file":
            yield GraphStore(str(files["pooled"]), files=files)
            return
        dataset = tmp_path_factory.mktemp("store")
        for name, file in files.items():
            load(file, dataset, name=name, file_format="csv")
        yield GraphStore(str(dataset), prepared=True)
        return
    if request.param in IMPORTED:
        version, file_format = IMPORTED[request.param]
        dataset = tmp_path_factory.mktemp("dataset")
        for name, file in request.getfixturevalue("small_files").items():
            load(file, dataset, name=name, file_format=file_format)
            channels = f"{name}{HOSTILE}"
            load(file, dataset, name=channels, granularity="channel", label=f"{name}_channels")
        with importing(version, dataset) as server, foreign.beside(server):
            for name in request.getfixturevalue("small_files"):
                foreign.join(server, name)
            yield GraphStore(server.uri, server, prepared=True)
        return
    server = _neo4j_servers(NEO4J[request.param])
    with logged_in(server), foreign.beside(server):
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
def cifar_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the architecture of the CIFAR-10 notebook, with random weights."""
    file = tmp_path_factory.mktemp("cifar") / "CIFAR-10.keras"
    save_cifar(file)
    return file


@pytest.fixture(scope="session")
def file_of_2019() -> Path:
    """Give the file that the notebook saved, which is not ours; without it, skip, or fail in CI."""
    return _shared(CIFAR)


@pytest.fixture(scope="session")
def shared_file() -> Callable[[str], Path]:
    """Give what finds a model that is not ours; without it, skip, or fail in CI."""
    return lambda name: _shared(f"models/{name}")


@pytest.fixture(scope="session")
def oracle_file() -> Callable[[str], Path]:
    """Give the path of a file of numbers of another project, by its name."""
    return lambda name: _shared(f"oracles/{name}")


def _shared(name: str | Path) -> Path:
    shared = Path(os.environ.get("NEURONGRAPH_SHARED") or ROOT.parent / "shared")
    if not (shared / name).is_file():
        skip_or_fail(f"no {shared / name}; NEURONGRAPH_SHARED says where the folder of {name} is")
    return shared / name

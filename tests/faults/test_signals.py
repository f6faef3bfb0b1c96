"""Clients that a signal asks to end, and those that are killed where nothing tells of them yet."""

import random
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter import load
from queries import NeuronGraph
from queries.core.schema import COMPLETE, LOADING
from queries.errors import ModelExistsError
from tests.faults.clients import FINISHED, KILLED, Client, Ending, Tell, loading, standing
from tests.faults.comparing import check_same, picture, states
from tests.faults.seeds import seeds
from tests.faults.trials import NAME, TRIES, Trial

pytestmark = pytest.mark.timeout(900)
SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def temporary() -> set[str]:
    """Return the names of our temporary folders."""
    return {path.name for path in Path(tempfile.gettempdir()).glob(".neurongraph-*.part")}


def check_stopped(trial: Trial, seed: int, *, replace: bool) -> None:
    """Send a client a signal in mid-load; it must close what it has, and can be gone on with."""
    draws, number = random.Random(seed), SIGNALS[seed % 3]
    before = temporary()
    for _ in range(TRIES):
        if replace:
            trial.load_old()
        client = trial.load(takes_signals=True, replace=replace)
        line = trial.undisturbed.replacement if replace else trial.undisturbed.load
        line.draw(draws).reached_by(client)
        if not client.over():
            client.send(number)
        trial.tally.tried += 1
        if client.ended() == Ending("stopped", number.name) and LOADING in trial.states().values():
            break
        trial.start_again()
    else:
        pytest.fail(f"none of {TRIES} signals fell into the load")
    trial.tally.hit += 1
    assert temporary() <= before
    if replace:
        trial.check_old()
    trial.mend(KILLED)


class TestClientSignalled:
    @pytest.mark.neo4j
    @seeds(12)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        check_stopped(on_server, seed, replace=bool(seed % 2))

    @seeds(12)
    def test_embedded(self, in_folder: Trial, seed: int) -> None:
        check_stopped(in_folder, seed, replace=bool(seed % 2))


Kill = Callable[..., None]


@pytest.fixture
def kill() -> Kill:
    """Give a function that kills a client which stands still before a function, or after it."""

    def run(where: str, task: Callable[[Tell], None], *, after: bool = False) -> None:
        stood(standing(where, task, after=after)).kill()

    return run


def stood(task: Callable[[Tell], None], password: str | None = None) -> Client:
    """Start a client, and wait until it stands still."""
    client = Client(task, password=password)
    while client.until(len(client.events) + 1) and client.events[-1].what != "stands":
        pass
    assert client.events[-1].what == "stands", client.events
    return client


_FIRST_NOTES = [
    pytest.param(
        "exporter.sinks.embedded.entries:EmbeddedEntries._open", "graph.lbug", False, id="embedded"
    ),
    pytest.param(
        "exporter.sinks.embedded.writer:EmbeddedWriter._make_tables",
        "graph.lbug",
        False,
        id="empty file",
        marks=pytest.mark.faults,
    ),
    pytest.param("exporter.sinks.dataset.safely:_renamed", "files/", True, id="dataset"),
]


class TestReplacementKilledAtItsFirstNote:
    @pytest.mark.parametrize(("where", "graph", "after"), _FIRST_NOTES)
    @pytest.mark.parametrize("unfinished", [False, pytest.param(True, marks=pytest.mark.faults)])
    def test_is_gone_on_with(
        self,
        models: tuple[Path, Path],
        tmp_path: Path,
        kill: Kill,
        where: str,
        graph: str,
        after: bool,
        unfinished: bool,
    ) -> None:
        place, name = f"{tmp_path}/{graph}", NAME
        new, old = models
        load(old, place, name=name)
        if unfinished:
            kill(
                "exporter.sinks.writing:write_neurons", loading(old, place, name=name, replace=True)
            )
        before = picture(place, name)
        kill(where, loading(new, place, name=name, replace=True), after=after)
        check_same(picture(place, name), before)
        load(new, place, name=name, resume=True)
        assert states(place) == {name: COMPLETE}
        anew = f"{tmp_path}/anew.lbug"
        load(new, anew, name=name)
        assert picture(place, name).edges.equals(picture(anew, name).edges)

    @pytest.mark.faults
    def test_left_nothing_before(
        self, models: tuple[Path, Path], tmp_path: Path, kill: Kill
    ) -> None:
        place, (new, old) = f"{tmp_path}/files/", models
        load(old, place, name=NAME)
        held = sorted(Path(place).rglob("*"))
        where = "exporter.sinks.dataset.safely:_renamed"
        kill(where, loading(new, place, name=NAME, replace=True))
        assert sorted(Path(place).rglob("*")) != held
        assert states(place) == {NAME: COMPLETE}
        with pytest.raises(ModelExistsError, match="replace=True"):
            load(new, place, name=NAME, resume=True)
        # The next load, of whatever name, has swept it.
        assert sorted(Path(place).rglob("*")) == held

    @pytest.mark.neo4j
    @seeds(2, quick=0)
    @pytest.mark.parametrize("there", [False, True])
    def test_that_removes_an_unfinished_one_on_a_server(
        self, on_server: Trial, seed: int, there: bool
    ) -> None:
        new, old = on_server.models
        place, settings = on_server.place.graph, {"name": NAME, "replace": True}
        if there:
            on_server.load_old()
        for file, where in (
            (old, "exporter.sinks.writing:write_neurons"),
            (new, "exporter.sinks.neo4j.removal:remove_strays"),
        ):
            task = standing(where, loading(file, place, **settings))
            stood(task, on_server.place.password).kill()
        on_server.tally.tried += 1
        on_server.tally.hit += 1
        if there:
            on_server.check_old()
        on_server.mend(KILLED)


class TestLeftovers:
    @pytest.mark.faults
    def test_of_a_live_load_stay(self, models: tuple[Path, Path], tmp_path: Path) -> None:
        """Loads of other names in both kinds of folder, while one stands still with all it has."""
        where = {
            "files/": "exporter.sinks.dataset.safely:_renamed",
            "graph.lbug": "exporter.sinks.embedded.entries:EmbeddedEntries._open",
        }
        for graph, stands in where.items():
            place = f"{tmp_path}/{graph}"
            live = stood(standing(stands, loading(models[0], place, name="live")))
            held = set(Path(place).rglob("*"))
            other = Client(loading(models[1], place, name="other"))
            if graph == "files/":
                assert other.ended() == FINISHED
                assert held <= set(Path(place).rglob("*"))
            live.kill()
            if graph != "files/":
                # It had waited for the other one to have its file.
                assert other.ended() == FINISHED

    def test_of_killed_processes_are_swept(
        self, models: tuple[Path, Path], tmp_path: Path, kill: Kill
    ) -> None:
        before = temporary()
        place = f"{tmp_path}/graph.lbug"
        kill(
            "exporter.reading.keras.weights:_unpacked",
            loading(models[0], place, name="m"),
            after=True,
        )
        assert len(temporary() - before) == 1
        client = stood(
            standing(
                "exporter.reading.keras.weights:_unpacked", loading(models[0], place, name="m")
            )
        )
        live = temporary() - before
        # The folder of the killed one is gone, that of the live one is there.
        assert len(live) == 1
        load(models[0], place, name="m")
        assert temporary() >= live
        client.kill()
        load(models[0], place, name="m", resume=True)
        assert not temporary() & live

    def test_of_an_embedded_graph_are_swept(
        self, models: tuple[Path, Path], tmp_path: Path
    ) -> None:
        place = tmp_path / "graph.lbug"
        load(models[0], place, name="m")
        held = {path.name for path in place.iterdir()}
        left = (
            ".neurongraph-0123.part",
            "m-0123456789ab.loading.lbug",
            "m-0123456789ab.loading.lbug.wal",
        )
        for name in left:
            (place / name).write_bytes(b"")
        (place / "somebodys.part").touch()
        with NeuronGraph(place) as graph:
            assert len(graph.models()) == 1
        load(models[0], place, name="other")
        names = {path.name for path in place.iterdir() if not path.name.startswith("other-")}
        assert names == {*held, "somebodys.part"}

"""Too little memory, a full disk, another password or time of day in the middle of a load."""

import os
import random
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.clients import FINISHED
from tests.faults.conftest import VERSIONS, reached_by_proxy
from tests.faults.places import Folder, Server
from tests.faults.seeds import seeds
from tests.faults.tally import LoadTally
from tests.faults.trials import Trial
from tests.mounts import mounted
from tests.servers import NEWEST, LocalServer, restartable, skip_or_fail

# The first test of a version waits for its server and a few loads.
pytestmark = pytest.mark.timeout(900)

_FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


@pytest.fixture(scope="module")
def ground_with_password() -> Iterator[Server]:
    """Give a server that asks for a password."""
    with (
        restartable(NEWEST, password=secrets.token_hex(16), heap="512m") as local,
        reached_by_proxy(local) as server,
    ):
        yield server


def server_of(trial: Trial) -> Server:
    assert isinstance(trial.place, Server)
    return trial.place


def restarted(server: Server, *, memory: str | None = None, heap: str = "512m") -> None:
    """Start a server again, with a limit for a transaction's memory or another heap."""
    server.local.kill()
    server.local.configure("db.memory.transaction.max", memory)
    server.local.heap = heap
    server.local.start()


def check_short(
    trial: Trial, batch_size: int | None, *, memory: str | None = None, heap: str = "512m"
) -> None:
    """Load into a server that is short of memory, and go on once it has enough."""
    server = server_of(trial)
    restarted(server, memory=memory, heap=heap)
    try:
        client = trial.load(batch_size=batch_size)
        ending = client.ended()
    finally:
        restarted(server)
    trial.tally.tried += 1
    refused = any(event.what == "refused" for event in client.events)
    trial.tally.hit += refused or ending != FINISHED
    trial.mend(ending)


class TestMemoryOfTransactionTooSmall:
    @pytest.mark.neo4j
    @seeds(4, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        check_short(on_server, None, memory=("16m", "8m", "4m", "3m")[seed])


class TestHeapTooSmall:
    @pytest.mark.neo4j
    @seeds(2, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        check_short(on_server, 100_000, heap=("64m", "80m")[seed])


class TestDiskFull:
    @seeds(3, quick=0)
    def test_embedded(self, in_folder: Trial, seed: int, tmp_path: Path) -> None:
        """Something else fills the disk at a random point of the load."""
        disk = tmp_path / "disk"
        disk.mkdir()
        filler = disk / "filler"
        with ExitStack() as stack:
            mounted(stack, "-t", "tmpfs", "-o", "size=32m", "none", str(disk))
            in_folder.place = Folder(disk / "graph.lbug")
            client = in_folder.reach(random.Random(seed))
            fill(filler)
            ending = client.ended()
            filler.unlink()
            in_folder.tally.tried += 1
            in_folder.tally.hit += ending != FINISHED
            in_folder.mend(ending)

    @pytest.mark.neo4j
    @seeds(2, quick=0)
    def test_neo4j(
        self, on_server: Trial, seed: int, tally: LoadTally, models: tuple[Path, Path]
    ) -> None:
        """The disk is too small for the load, and made larger."""
        with ExitStack() as stack:
            home = Path(stack.enter_context(TemporaryDirectory(prefix="neo4j-")))
            local = LocalServer(VERSIONS[seed % 2], home, heap="512m")
            data = home / "data"
            mounted(stack, "-t", "tmpfs", "-o", "size=64m", "none", str(data))
            stack.callback(local.kill)
            local.start()
            place = stack.enter_context(reached_by_proxy(local))
            trial = Trial(place, models, on_server.undisturbed, tally)
            with place.driver() as driver:
                driver.execute_query("RETURN 1")
            fill(data / "filler", but=seed + 1)
            ending = trial.load().ended()
            subprocess.run(["mount", "-o", "remount,size=256m", str(data)], check=True)
            local.kill()
            local.start()
            tally.tried += 1
            tally.hit += ending != FINISHED
            trial.mend(ending)


def fill(file: Path, *, but: int = 0) -> None:
    """Fill a disk but for so many MB."""
    with file.open("wb", buffering=0) as filling, suppress(OSError):
        while True:
            filling.write(bytes(4096))
    os.truncate(file, max(0, file.stat().st_size - (but << 20)))


class TestPasswordChanged:
    """And the connections cut, since those that are open are not asked for it again."""

    @pytest.mark.neo4j
    @seeds(3, quick=0)
    def test_neo4j(
        self,
        ground_with_password: Server,
        on_server: Trial,
        seed: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        server = ground_with_password
        on_server.place = server
        new = secrets.token_hex(16)
        client = on_server.reach(random.Random(seed))
        with server.driver() as driver:
            driver.execute_query(
                "ALTER CURRENT USER SET PASSWORD FROM $old TO $new",
                old=server.password,
                new=new,
                database_="system",
            )
        server.password = new
        monkeypatch.setenv("NEO4J_PASSWORD", new)
        server.proxy.cut()
        ending = client.ended()
        on_server.tally.tried += 1
        on_server.tally.hit += ending != FINISHED
        if ending != FINISHED:
            assert ending.error == "GraphAccessError"
            assert new not in ending.message
        on_server.mend(ending)


class TestClockJumped:
    """The client's clock, by libfaketime, under which a Java server does not start."""

    @pytest.mark.neo4j
    @seeds(4, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int, tmp_path: Path) -> None:
        faked, draws = faketime(tmp_path / "offset"), random.Random(seed)
        days = draws.choice([-400, -1, 1, 400])
        client = on_server.reach(draws, environment=faked)
        set_clock(tmp_path / "offset", days=days)
        if seed % 2:
            client.kill()
        within = not client.over()
        ending = client.ended()
        on_server.tally.tried += 1
        on_server.tally.hit += within
        on_server.mend(ending)


def faketime(offset: Path) -> dict[str, str]:
    """Return what a process needs in its environment to believe the clock of a file."""
    if not _FAKETIME.exists():
        skip_or_fail(f"no {_FAKETIME}; on Debian: apt-get install faketime")
    set_clock(offset, days=0)
    return {
        "LD_PRELOAD": str(_FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def set_clock(offset: Path, *, days: int) -> None:
    offset.write_text(f"{days:+d}d\n")

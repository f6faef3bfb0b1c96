"""A Dask scheduler and its workers, started as programs on loopback."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from distributed import Client

from tests.servers.children import bound

_DASK: Final = [sys.executable, "-m", "dask"]
_LOOPBACK: Final = ["--host", "127.0.0.1", "--no-dashboard"]
_PATIENCE: Final = 60


class Cluster:
    """A scheduler, and workers of one thread each.

    Parameters
    ----------
    folder
        An empty folder for their files.
    *options
        Of ``dask scheduler``.
    tls
        Options of all programs that name their certificates.
    """

    def __init__(self, folder: Path, *options: str, tls: Sequence[str] = ()) -> None:
        self._folder = folder
        self._tls = tls
        self.workers: list[subprocess.Popen[bytes]] = []
        contact = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--port", "0", "--scheduler-file", str(contact), *_LOOPBACK, *options
        )
        deadline = time.monotonic() + _PATIENCE
        while not contact.exists() or not contact.read_text():
            assert time.monotonic() < deadline, self.log("scheduler")
            time.sleep(0.05)
        self.address = str(json.loads(contact.read_text())["address"])

    def add(self, count: int, *options: str, nanny: bool = False) -> None:
        """Start workers, and wait until the scheduler knows them.

        Parameters
        ----------
        count
            How many.
        *options
            Of ``dask worker``.
        nanny
            Whether another process starts the worker again where it ends.
        """
        kept = [] if nanny else ["--no-nanny"]
        space = ["--nthreads", "1", "--local-directory", str(self._folder)]
        for _ in range(count):
            words = ["worker", self.address, *_LOOPBACK, *space, *kept, *options]
            self.workers.append(self._start(*words))
        with Client(self.address) as client:
            client.wait_for_workers(len(self.workers), timeout=_PATIENCE)

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{words[0]}.log").open("ab") as log:
            command = bound([*_DASK, *words, *self._tls])
            return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)

    def log(self, program: str) -> str:
        """Return what the programs of a kind have said."""
        return (self._folder / f"{program}.log").read_text()

    def stop(self) -> None:
        """End all of it at once."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@contextmanager
def running(folder: Path, *options: str, tls: Sequence[str] = ()) -> Iterator[Cluster]:
    """Start a scheduler without workers; all of it ends with the context.

    The parameters are those of ``Cluster``.
    """
    folder.mkdir()
    cluster = Cluster(folder, *options, tls=tls)
    try:
        yield cluster
    finally:
        cluster.stop()

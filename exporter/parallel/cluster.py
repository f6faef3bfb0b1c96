"""Workers of Dask, on this machine or on others."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

import dask
from distributed import Client, KilledWorker, LocalCluster, Security
from distributed import TimeoutError as DaskTimeoutError

from exporter.parallel.interrupts import interrupts_left_to_us
from exporter.parallel.source import ModelSource
from exporter.parallel.workers import Workers
from queries.core.log import notices
from queries.core.packages import not_installed
from queries.core.temporary import temporary_folder
from queries.core.wording import option
from queries.errors import GraphUnavailableError

_PATIENCE: Final = 30.0
"""Seconds to wait for a scheduler, and for its first worker."""

_TRIM: Final = "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_"
"""What has the C library give memory back at once: blocks then take several times as long."""

_NO_PAGES: Final[dict[str, Any]] = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
"""What scheduler and workers serve by HTTP, where Dask asks for no secret."""


class DaskWorkers(Workers):
    """The workers of a scheduler.

    Parameters
    ----------
    client
        Connected to the scheduler.
    """

    deaths: ClassVar[tuple[type[Exception], ...]] = (KilledWorker,)

    def __init__(self, client: Client) -> None:
        # The result of a pure task might be taken from another load or pass.
        super().__init__(client.get_executor(pure=False), sum(client.nthreads().values()))
        self._client = client

    def shipped(self, source: ModelSource) -> Any:
        """Send the model file to all workers where one does not find it."""
        # What a worker fails by is told once it has a task.
        answers = self._client.run(source.is_readable, on_error="return")
        if all(answer is True for answer in answers.values()):
            return None
        notices.info("not all workers find %s, so that it is sent to them", source.path)
        return self._client.scatter(source.content(), broadcast=True, hash=False)

    def trouble(self) -> str | None:
        """Say why no worker takes tasks any more; None where one does."""
        if self._client.status != "running":
            return "the Dask scheduler does not answer any more"
        workers = self._client.scheduler_info()["workers"].values()
        if not workers:
            return "the Dask scheduler has no workers any more, perhaps for lack of memory"
        if all(worker["status"] == "paused" for worker in workers):
            return "all Dask workers are paused, since their memory is too small"
        return None


@contextmanager
def local_cluster() -> Iterator[Workers]:
    """Start a scheduler and one worker a core; they end with the context.

    They speak TLS with a certificate of their own, so that no other process reaches them.

    Raises
    ------
    NotInstalledError
        If the package cryptography cannot be imported.
    TemporaryFileError
        If their temporary folder cannot be made.
    """
    security = _temporary_security()
    with temporary_folder() as folder:
        # Dask imports from its folder; the usual one may belong to another account.
        settings = {_TRIM: None, "temporary-directory": str(folder), **_NO_PAGES}
        with dask.config.set(settings), interrupts_left_to_us():
            own = LocalCluster(
                threads_per_worker=1,
                security=security,
                # The HTTP server listens even without a dashboard, by default at a fixed port.
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                # Its warnings would break the bar; what ends a load is told as an error of ours.
                silence_logs=logging.ERROR,
            )
        with own, Client(own) as client:
            workers = DaskWorkers(client)
            notices.info("%d Dask workers", workers.count)
            yield workers


def _temporary_security() -> Security:
    try:
        security: Security = Security.temporary()
    except ImportError as error:
        what = (
            f"{option('dask')}: local needs the package cryptography, which keeps other accounts "
            "away from its workers, and it cannot be imported"
        )
        raise not_installed(what, ["cryptography"], error) from None
    return security


@contextmanager
def cluster(address: str) -> Iterator[Workers]:
    """Reach a scheduler, and leave it as it is in the end.

    Raises
    ------
    GraphUnavailableError
        If it does not answer, or has no workers.
    """
    try:
        client = Client(address, timeout=_PATIENCE)
    # Dask raises the last two where its configuration does not go with the address.
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise GraphUnavailableError(
            f"no Dask scheduler answers at {address}: {error}; start one with: dask scheduler. "
            "For TLS it has an address that begins with tls://, and Dask's configuration names "
            "distributed.comm.tls.ca-file, client.cert and client.key"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except DaskTimeoutError:
            raise GraphUnavailableError(
                f"the Dask scheduler {address} has no workers; start some with: dask worker "
                f"{address}"
            ) from None
        count = len(client.scheduler_info()["workers"])
        notices.info("%d Dask workers; dashboard: %s", count, client.dashboard_link)
        yield DaskWorkers(client)

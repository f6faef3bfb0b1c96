"""Start, or reach, the processes that do a load or a pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from exporter.parallel.address import LOCAL
from exporter.parallel.workers import Workers
from queries.core.packages import PARALLEL, not_installed
from queries.core.wording import option


@contextmanager
def started(dask: str) -> Iterator[Workers]:
    """Start, or reach, the processes that do a load or a pass.

    Parameters
    ----------
    dask
        ``local`` for one process a core, of Dask where that is installed; or the address of a
        Dask scheduler.

    Raises
    ------
    NotInstalledError
        If it is an address, and Dask is not installed; if Dask cannot be imported.
    GraphUnavailableError
        If no scheduler answers there, or it has no workers.
    """
    if find_spec("distributed") is not None:
        try:
            from exporter.parallel.cluster import cluster, local_cluster
        except ImportError as error:
            what = f"{option('dask')}: the package distributed is installed, and cannot be imported"
            raise not_installed(what, PARALLEL, error) from None
        starting = local_cluster() if dask == LOCAL else cluster(dask)
    elif dask == LOCAL:
        from exporter.parallel.processes import local_processes

        starting = local_processes()
    else:
        what = f"{option('dask')}: {dask} needs the package distributed"
        raise not_installed(what, PARALLEL)
    with starting as workers:
        yield workers

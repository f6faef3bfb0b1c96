"""What ``--dask`` takes."""

from typing import Final

from exporter.sinks.opening import require_option
from queries.core.address import is_address
from queries.core.arguments import require_text
from queries.core.wording import option
from queries.errors import ParameterError
from queries.stores.location import Location

LOCAL: Final = "local"
"""One process a core of this machine."""

_SCHEMES: Final = ("tcp", "tls")


def check_dask(dask: str, location: Location) -> None:
    """Raise ParameterError unless many processes can do a load.

    Parameters
    ----------
    dask
        ``local``, or the address of a scheduler.
    location
        Where the load goes.
    """
    require_option(location, "dask")
    check_address(dask)


def check_address(dask: str) -> None:
    """Raise ParameterError unless it is ``local``, or the address of a scheduler."""
    require_text("dask", dask, f"{LOCAL!r}, or the address of a scheduler")
    if dask == LOCAL:
        return
    if not is_address(dask, _SCHEMES):
        raise ParameterError(
            f"{option('dask')}: that is neither {LOCAL!r} nor the address of a scheduler, such as "
            "tcp://localhost:8786 or tls://scheduler.example:8786; leave user name and password "
            "out of it: Dask's own configuration says how to reach a scheduler by TLS"
        )

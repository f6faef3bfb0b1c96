"""What ``--dask`` takes."""

from typing import Final

from queries.core.address import is_address
from queries.core.location import Location
from queries.errors import ParameterError

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
    if location.kind != "dataset":
        raise ParameterError(
            f"dask: many processes write a folder of files, and {location.text} is none; end "
            "such a folder in /"
        )
    check_address(dask)


def check_address(dask: str) -> None:
    """Raise ParameterError unless it is ``local``, or the address of a scheduler."""
    if dask == LOCAL:
        return
    if not is_address(dask, _SCHEMES):
        raise ParameterError(
            f"dask: that is neither {LOCAL!r} nor the address of a scheduler, such as "
            "tcp://localhost:8786 or tls://scheduler.example:8786; leave user name and password "
            "out of it: Dask's own configuration says how to reach a scheduler by TLS"
        )

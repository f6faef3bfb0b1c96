"""What ``--dask`` takes."""

from typing import Final
from urllib.parse import urlsplit

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
    address = urlsplit(dask)
    if address.scheme not in _SCHEMES or not address.netloc:
        raise ParameterError(
            f"dask {dask!r} is neither {LOCAL!r} nor the address of a scheduler, such as "
            "tcp://localhost:8786"
        )
    if "@" in address.netloc:
        raise ParameterError(
            "dask: leave user name and password out of the address; Dask's own configuration says "
            "how to reach a scheduler by TLS"
        )

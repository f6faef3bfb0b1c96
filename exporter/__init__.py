"""Load trained Keras models as graphs of neurons: what the command line does, from Python."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exporter.inspection import Inspection, inspect
    from exporter.loading import LoadReport, load
    from exporter.removal import drop
    from exporter.verifying.checking import CheckReport, check
    from exporter.verifying.verification import VerifyReport, verify

__all__ = [
    "CheckReport",
    "Inspection",
    "LoadReport",
    "VerifyReport",
    "check",
    "drop",
    "inspect",
    "load",
    "verify",
]

_HOMES = {
    "CheckReport": "exporter.verifying.checking",
    "Inspection": "exporter.inspection",
    "LoadReport": "exporter.loading",
    "VerifyReport": "exporter.verifying.verification",
    "check": "exporter.verifying.checking",
    "drop": "exporter.removal",
    "inspect": "exporter.inspection",
    "load": "exporter.loading",
    "verify": "exporter.verifying.verification",
}


def __getattr__(name: str) -> Any:
    # Most of these import pandas and pyarrow, for which the command line's help must not wait.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

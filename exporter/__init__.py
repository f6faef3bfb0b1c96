"""Load trained models as graphs of neurons: what the command line does, from Python."""

from typing import TYPE_CHECKING

from queries.core.lazy import lazily

if TYPE_CHECKING:
    from exporter.circuit_import import import_circuit
    from exporter.inspection import Inspection, inspect
    from exporter.loading import LoadReport, load
    from exporter.removal import drop
    from exporter.training import load_epochs
    from exporter.verifying.checking import CheckReport, check
    from exporter.verifying.verification import VerifyReport, verify

__all__ = [
    "CheckReport",
    "Inspection",
    "LoadReport",
    "VerifyReport",
    "check",
    "drop",
    "import_circuit",
    "inspect",
    "load",
    "load_epochs",
    "verify",
]

_HOMES = {
    "CheckReport": "exporter.verifying.checking",
    "Inspection": "exporter.inspection",
    "LoadReport": "exporter.loading",
    "VerifyReport": "exporter.verifying.verification",
    "check": "exporter.verifying.checking",
    "drop": "exporter.removal",
    "import_circuit": "exporter.circuit_import",
    "inspect": "exporter.inspection",
    "load": "exporter.loading",
    "load_epochs": "exporter.training",
    "verify": "exporter.verifying.verification",
}

# Most of these import pandas and pyarrow, for which the command line's help must not wait.
__getattr__, __dir__ = lazily(__name__, _HOMES)

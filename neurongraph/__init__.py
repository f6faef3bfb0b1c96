"""A trained neural network as a graph: load it, ask it, and prove it.

All names of ``exporter``, which makes graphs, and of ``queries``, which asks them.
"""

from typing import TYPE_CHECKING

from queries import errors
from queries.core.lazy import lazily
from queries.core.version import __version__

if TYPE_CHECKING:
    from exporter import (
        CheckReport,
        Inspection,
        LoadReport,
        VerifyReport,
        check,
        drop,
        import_circuit,
        inspect,
        load,
        load_epochs,
        verify,
    )
    from queries import (
        ModelInput,
        NeuronFilter,
        NeuronGraph,
        NeurongraphError,
        read_circuit,
    )

__all__ = [
    "CheckReport",
    "Inspection",
    "LoadReport",
    "ModelInput",
    "NeuronFilter",
    "NeuronGraph",
    "NeurongraphError",
    "VerifyReport",
    "__version__",
    "check",
    "drop",
    "errors",
    "import_circuit",
    "inspect",
    "load",
    "load_epochs",
    "read_circuit",
    "verify",
]

_HOMES = {
    "CheckReport": "exporter",
    "Inspection": "exporter",
    "LoadReport": "exporter",
    "ModelInput": "queries",
    "NeuronFilter": "queries",
    "NeuronGraph": "queries",
    "NeurongraphError": "queries",
    "VerifyReport": "exporter",
    "check": "exporter",
    "drop": "exporter",
    "import_circuit": "exporter",
    "inspect": "exporter",
    "load": "exporter",
    "load_epochs": "exporter",
    "read_circuit": "queries",
    "verify": "exporter",
}

__getattr__, __dir__ = lazily(__name__, _HOMES)

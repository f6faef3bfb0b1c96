"""Store circuits that other tools traced, with a model of their own where there is none."""

import os
import secrets
from datetime import UTC, datetime
from typing import Any, Final

from exporter.loading import check_name
from exporter.sinks.kinds import sink_kind
from exporter.sinks.opening import open_ledger
from queries.answers.importing import store_traced
from queries.core.checksum import model_checksum
from queries.core.granularity import NEURON_GRAPH
from queries.core.memory import too_little_memory_named
from queries.core.records import check_record_name
from queries.core.schema import LOADING, SCHEMA_VERSION
from queries.errors import GraphError, GraphNotFoundError
from queries.export.traced import traced
from queries.stores import open_store
from queries.stores.kinds import EMBEDDED, NEO4J
from queries.stores.location import Location, locate
from queries.stores.models import find_model
from queries.stores.notes import is_of

_SOURCE: Final = "graph JSON"


def import_circuit(
    file: str | os.PathLike[str],
    graph: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    model: str | None = None,
) -> int:
    """Store a circuit of circuit-tracer or Neuronpedia in a graph, so that Cypher knows it.

    It takes the place of a circuit of the same name. Its nodes are no neurons: ``(:Active)``
    without ``IS``, unless ``export_circuit`` wrote the file and the model has neurons of these
    names. Their ``influence`` is computed anew from the weights of the links, which
    ``CONTRIBUTES`` has as ``weight``. The prompt is stored as an input, of which the first 200
    characters are the label.

    Parameters
    ----------
    file
        A graph JSON, as ``read_circuit`` takes it.
    graph
        A path that ends in ``.lbug``, which is made if missing, or a Neo4j URI; by default
        NEURONGRAPH_GRAPH, else ``neurons.lbug``.
    name
        What the circuit is called; by default the slug in the file.
    model
        The model of the graph beside which it is stored; by default the one that the file names
        (``scan``), which is made if missing: a model without layers, which has circuits alone.

    Returns
    -------
    int
        How many relationships were stored.

    Raises
    ------
    ParameterError
        If the file cannot be read, or is no such circuit, or a name does not do.
    ModelNotFoundError
        If the graph holds no model that ``model`` names.
    GraphError
        If the graph cannot be written, or another input has the name of the prompt.
    """
    if name is not None:
        check_record_name("circuit", name)
    location = locate(graph)
    sink_kind(location)
    with too_little_memory_named():
        circuit = traced(file)
        name = circuit.metadata["slug"] if name is None else name
        check_record_name("circuit", name)
        if model is None:
            model = circuit.metadata["scan"]
            check_name(model)
            if not _holds(location, model):
                _make(location, model)
        with open_store(location.text) as store:
            about = find_model(store, model)
            store.check_keeps_records(about)
            store_traced(store, about, circuit, name)
    return len(circuit.links)


def _holds(location: Location, model: str) -> bool:
    """Tell whether a graph holds a model, complete or not."""
    try:
        with open_store(location.text) as store:
            return any(is_of(row, model) for row in store.models(model))
    except GraphNotFoundError:
        return False


def _make(location: Location, name: str) -> None:
    """Make a model without layers."""
    if location.kind not in (EMBEDDED, NEO4J):
        raise GraphError(
            f"{location.text} is a folder of files, and keeps no circuits; take Neo4j, or a graph "
            "whose path ends in .lbug"
        )
    properties: dict[str, Any] = {
        "name": name,
        "sha256": "",
        "source": _SOURCE,
        "input_shapes": "[]",
        "output_shapes": "[]",
        "layers": 0,
        "neurons": 0,
        "edges": 0,
        "granularity": NEURON_GRAPH,
        "replayable": False,
        "loaded_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "state": LOADING,
        "schema_version": SCHEMA_VERSION,
        "fingerprint": "",
        "load_id": secrets.token_hex(16),
        "checksum": "",
        "edited": False,
        "block_edges": 1,
    }
    with open_ledger(location) as ledger:
        writer = ledger.begin(properties, replace=False)
        writer.add_layers([], [])
        writer.flush()
        ledger.finish(writer, {}, model_checksum(properties, []))

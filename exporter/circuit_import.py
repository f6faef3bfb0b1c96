"""Store circuits that other tools traced, with a model of their own where there is none."""

import os
import secrets
from datetime import UTC, datetime
from typing import Any

from exporter.loading import check_name
from exporter.sinks.kinds import sink_kind
from exporter.sinks.opening import open_ledger
from queries.answers.importing import input_name, store_traced
from queries.core.checksum import model_checksum
from queries.core.granularity import NEURON_GRAPH
from queries.core.memory import too_little_memory_named
from queries.core.records import check_record_name
from queries.core.schema import COMPLETE, GRAPH_JSON, LOADING, SCHEMA_VERSION
from queries.errors import GraphNotFoundError, ModelIncompleteError
from queries.export.traced import traced
from queries.stores import open_store
from queries.stores.kinds import DATASET
from queries.stores.location import Location, locate
from queries.stores.models import find_model
from queries.stores.notes import is_of
from queries.stores.records import no_records_error
from queries.stores.remedies import to_drop


def import_circuit(
    file: str | os.PathLike[str],
    graph: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    model: str | None = None,
) -> tuple[str, int]:
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
    tuple of (str, int)
        The name of the circuit, and how many relationships were stored.

    Raises
    ------
    ParameterError
        If the file cannot be read, or is no such circuit, or a name does not do.
    ModelNotFoundError
        If the graph holds no model that ``model`` names.
    GraphError
        If the graph cannot be written, or another input has the name of the prompt.
    ModelIncompleteError
        If the load of the model has not finished; what an import has begun is begun anew.
    """
    if name is not None:
        check_record_name("circuit", name)
    location = locate(graph)
    sink_kind(location)
    if location.kind == DATASET:
        instead = "take Neo4j, or a graph whose path ends in .lbug"
        raise no_records_error(location.text, "circuits", instead)
    with too_little_memory_named():
        circuit = traced(file)
        if name is None:
            name = circuit.metadata["slug"]
            check_record_name("circuit", name, "slug")
        input_name(circuit)
        if model is None:
            model = circuit.metadata["scan"]
            check_name(model)
            _make_missing(location, model)
        with open_store(location.text) as store:
            about = find_model(store, model)
            store.check_keeps_circuits(about)
            store_traced(store, about, circuit, name)
    return name, len(circuit.links)


def _make_missing(location: Location, name: str) -> None:
    """Make a model without layers where there is none, or one that an import has begun alone."""
    try:
        with open_store(location.text) as store:
            rows = [row for row in store.models(name) if is_of(row, name)]
    except GraphNotFoundError:
        rows = []
    if any(row["state"] == COMPLETE for row in rows):
        return
    begun = [row for row in rows if row["state"] == LOADING]
    if any(row["source"] != GRAPH_JSON or row["layers"] for row in begun):
        raise ModelIncompleteError(
            f"the load of {name!r} into {location.text} has not finished; end it first, or remove "
            f"what there is: {to_drop(location.text, name)}"
        )
    if begun or not rows:
        _make(location, name, replace=bool(begun))


def _make(location: Location, name: str, *, replace: bool) -> None:
    """Make a model without layers."""
    properties: dict[str, Any] = {
        "name": name,
        "sha256": "",
        "source": GRAPH_JSON,
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
        writer = ledger.begin(properties, replace=replace)
        writer.add_layers([], [])
        writer.flush()
        ledger.finish(writer, {}, model_checksum(properties, []))

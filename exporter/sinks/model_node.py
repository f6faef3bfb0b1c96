"""What the node of a model says of it."""

import json
from datetime import datetime
from typing import Any

from exporter.planning.plan import Plan
from exporter.reading.opened_model import OpenedModel
from exporter.sinks.resumption import fingerprint
from queries.core.schema import SCHEMA_VERSION


def model_properties(
    model: OpenedModel,
    part: Plan,
    name: str,
    *,
    at: datetime,
    state: str,
    load_id: str,
    label: str | None = None,
) -> dict[str, Any]:
    """Return the properties of a model's node: the names of ``schema.MODEL``.

    Its checksum is known when all is written.

    Parameters
    ----------
    model
        The opened model.
    part
        What of it the graph holds.
    name
        What it is called there.
    at
        When it was loaded.
    state
        As in ``schema``.
    load_id
        What tells this load from any other, of the same file under the same name too.
    label
        The label that all its nodes get; None for none.
    """
    return {
        "name": name,
        "sha256": model.sha256,
        "source": model.source,
        "input_shapes": json.dumps([tensor.shape for tensor in model.inputs]),
        "output_shapes": json.dumps([tensor.shape for tensor in model.outputs]),
        "layers": len(part.layers),
        "neurons": part.neurons,
        "edges": part.edges,
        "granularity": part.granularity,
        "replayable": part.replayable,
        "loaded_at": at.isoformat(timespec="seconds"),
        "state": state,
        "schema_version": SCHEMA_VERSION,
        "fingerprint": fingerprint(model.sha256, part, label),
        "load_id": load_id,
        "checksum": "",
        "edited": False,
    }

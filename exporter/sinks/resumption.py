"""Find out whether a load can go on where another one ended."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from exporter.planning.plan import Plan
from exporter.sinks import Sink
from queries.core.schema import COMPLETE, DAMAGED, SCHEMA_VERSION
from queries.errors import ModelExistsError
from queries.stores.models import version_error


def fingerprint(sha256: str, part: Plan) -> str:
    """Return a hash of what a load writes: the file, and which part of it by which options.

    Parameters
    ----------
    sha256
        That of the model file.
    part
        What is loaded of it.
    """
    layers = [
        [layer.name, layer.first, layer.neurons, layer.edges, str(layer.threshold)]
        for layer in part.layers
    ]
    text = json.dumps([sha256, part.granularity, layers])
    return hashlib.sha256(text.encode()).hexdigest()


def to_go_on_with(sink: Sink, model: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the properties of the model that a load goes on with, or None where there is none.

    Parameters
    ----------
    sink
        Where to look.
    model
        The properties that the load would begin with.

    Raises
    ------
    ModelExistsError
        If what is there is another model, or another part of it.
    GraphVersionError
        If it was loaded by a release that wrote another schema.
    """
    found = sink.find(model["name"])
    if found is None or found["state"] == DAMAGED:
        return found
    if found["schema_version"] != SCHEMA_VERSION:
        raise version_error(sink.location, found)
    if found["state"] == COMPLETE and found["edited"]:
        raise ModelExistsError(
            f"{found['name']!r} in {sink.location} was edited by cypher --write since it was "
            "loaded; to have it as the file is, say --replace"
        )
    if found["fingerprint"] != model["fingerprint"]:
        raise ModelExistsError(
            f"{sink.location} holds {found['name']!r}, in state {found['state']}, of another file "
            "or loaded with other options, so that there is nothing to go on with; load it with "
            "the same ones, or say --replace"
        )
    return found

"""Find out whether a load can go on where another one ended."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from exporter.planning.plan import Plan
from exporter.reading.given import GivenModel
from exporter.sinks.entries import STAGED
from exporter.sinks.ledger import Ledger
from queries import NeuronGraph
from queries.core.progress import Progress
from queries.core.schema import COMPLETE, DAMAGED, SCHEMA_VERSION
from queries.core.wording import option, worded
from queries.errors import GraphDamagedError, GraphNotFoundError, ModelExistsError
from queries.stores import Location, open_store
from queries.stores.models import find_model
from queries.stores.remedies import version_error


def fingerprint(sha256: str, part: Plan, label: str | None) -> str:
    """Return a hash of what a load writes: the file, and which part of it by which options.

    Parameters
    ----------
    sha256
        That of the model file.
    part
        What is loaded of it.
    label
        The label of all its nodes; None for none.
    """
    layers = [
        [layer.name, layer.first, layer.neurons, layer.edges, str(layer.threshold)]
        for layer in part.layers
    ]
    labels = [] if label is None else [label]
    text = json.dumps([sha256, part.granularity, layers, *labels])
    return hashlib.sha256(text.encode()).hexdigest()


def to_go_on_with(ledger: Ledger, model: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the properties of the model that a load goes on with, or None where there is none.

    Parameters
    ----------
    ledger
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
    row = ledger.find(model["name"])
    if row is None or row["state"] == DAMAGED:
        return row
    if row["schema_version"] != SCHEMA_VERSION:
        raise version_error(ledger.location, row)
    if row["state"] == COMPLETE and row["edited"]:
        raise ModelExistsError(
            f"{row['name']!r} in {ledger.location} was edited by "
            f"{worded('cypher --write', 'graph.write')} since it was loaded; to have it as the "
            f"file is, say {option('replace', True)}"
        )
    if row["fingerprint"] != model["fingerprint"]:
        raise ModelExistsError(
            f"{ledger.location} holds {row['name']!r}, in state {row['state']}, of another "
            "file or loaded with other options, so that there is nothing to go on with; load it "
            f"with the same ones, or say {option('replace', True)}"
        )
    return row


def begun_with(location: Location, name: str, given: GivenModel) -> list[list[int]] | None:
    """Return the shapes of the inputs with which a load of a model began; None if none has.

    Parameters
    ----------
    location
        Where the graph is.
    name
        What the model is called there.
    given
        The model; what was loaded of another one does not count.
    """
    try:
        with NeuronGraph(location.place) as graph:
            models = graph.models()
    except GraphNotFoundError:
        return None
    begun = models[models["name"].isin([name, name + STAGED])]
    if begun.empty:
        return None
    shapes = begun["input_shapes"][begun["sha256"] == given.sha256]
    return None if shapes.empty else json.loads(shapes.iloc[-1])


def checksums_of(location: Location, model: str) -> dict[str, str]:
    """Return the checksum of the relationships into each layer of a complete model."""
    with NeuronGraph(location.place, model=model) as graph:
        layers = graph.layers()
    return dict(zip(layers["name"], layers["checksum"], strict=True))


def damage_of(location: Location, model: str, progress: Progress) -> list[str]:
    """Read all of a complete model; return what is not as its load wrote it.

    Parameters
    ----------
    location
        Where the graph is.
    model
        The name of the model.
    progress
        Told how much of it is read.
    """
    with open_store(location.place) as store:
        store.wholly = True
        try:
            about = find_model(store, model)
            return [each.text for each in store.damage(about, progress) if each.of_load]
        except GraphDamagedError as error:
            return [str(error)]

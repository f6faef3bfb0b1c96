"""Compare the inputs and circuits of a model with the checksums of their writes."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from queries.core.records import circuit_checksum, input_checksum
from queries.core.schema import COMPLETE
from queries.errors import GraphError
from queries.stores.damage import Damage
from queries.stores.records import changed_text

if TYPE_CHECKING:
    from queries.core.model import StoredModel
    from queries.stores.cypher.store import CypherStore


def record_damage(store: "CypherStore", about: "StoredModel") -> Iterator[Damage]:
    """Yield which inputs and circuits are not as they were written; unfinished ones are left out.

    Parameters
    ----------
    store, about
        The model, and where it is. Nothing that is read is compared.
    """
    for label, there, is_as_written in (
        ("Input", store.inputs(about), _is_input),
        ("Circuit", store.circuits(about), _is_circuit),
    ):
        for row in there.to_pylist():
            if row["state"] != COMPLETE:
                continue
            try:
                same = is_as_written(store, about, row)
            except GraphError:
                same = False
            if not same:
                text = changed_text(label, row["name"], about.name, store.location)
                yield Damage(text, of_load=False)


def _is_input(store: "CypherStore", about: "StoredModel", own: Mapping[str, Any]) -> bool:
    found = input_checksum(own, store.activations_of(about, own["name"]))
    return found == str(own["checksum"])


def _is_circuit(store: "CypherStore", about: "StoredModel", own: Mapping[str, Any]) -> bool:
    circuit = store.circuit(about, own["name"])
    found = circuit_checksum(own, circuit.nodes, circuit.relationships)
    of_neurons = len(circuit.nodes["neuron"].drop_null())
    return found == str(own["checksum"]) and store.joined_records(about, own["name"]) == (
        1,
        of_neurons,
    )

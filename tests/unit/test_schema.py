"""What nodes are labelled, and which queries show their properties."""

import pyarrow as pa
import pytest

from queries.core.labels import KINDS, own_label
from queries.core.schema import LAYER, NEURON, neuron_labels
from queries.library.queries import query


def test_neurons_have_a_second_label_of_their_class() -> None:
    assert neuron_labels("Conv2D") == ["Neuron", "NeurongraphNeuron", "Conv2D"]


@pytest.mark.parametrize("class_name", [*KINDS, *map(own_label, KINDS), "a`b", "a;b"])
def test_a_class_never_brings_a_label_that_means_something_else(class_name: str) -> None:
    assert neuron_labels(class_name) == ["Neuron", "NeurongraphNeuron"]


@pytest.mark.parametrize(
    ("schema", "name", "more"), [(NEURON, "neurons", set()), (LAYER, "layers", {"inputs"})]
)
def test_a_query_shows_every_property(schema: pa.Schema, name: str, more: set[str]) -> None:
    shown = {column.name for column in query(name).columns}
    assert shown == {*schema.names, *more} - {"model"}

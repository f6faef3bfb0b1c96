"""The forward pass of a graph is that of its model, and only that of an unspoilt graph is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import drop, load, verify
from queries.errors import ModelIncompleteError, ModelNotFoundError, VerificationError
from tests.contract.reference import Reference
from tests.contract.replays import streamed, worst_difference, worst_stored_difference
from tests.contract.stores import GraphStore

TOLERANCE = 1e-5

_EDGE = """
MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron)
WHERE t.model = $model AND s.id = $source AND t.id = $target
"""
_PAIR = """
MATCH (s:Neuron), (t:Neuron)
WHERE s.model = $model AND t.model = $model AND s.id = $source AND t.id = $target
"""


@pytest.fixture(scope="module")
def digits(store: GraphStore, digits_file: Path) -> Iterator[str]:
    """Give the name of the shipped sample in each store."""
    name = "the sample"
    load(digits_file, store.location, name=name)
    yield name
    drop(name, store.location)


@pytest.fixture
def spoilt(store: GraphStore, scratch: str, references: dict[str, Reference]) -> Reference:
    """Load a model that a test may spoil; `TestTruth` shows that it passes until then."""
    reference = references["pooled"]
    load(reference.file, store.location, name=scratch)
    return reference


def strongest(reference: Reference, layer: str) -> tuple[int, int, float]:
    """Return the edge into a layer that matters most."""
    return max(reference.edges(layer), key=lambda edge: abs(edge[2]))


class TestTruth:
    def test_of_the_stream(self, reference: Reference) -> None:
        assert worst_difference(reference.file, streamed(reference.file)) <= TOLERANCE

    def test_of_the_sample_as_a_stream(self, digits_file: Path) -> None:
        assert worst_difference(digits_file, streamed(digits_file)) <= TOLERANCE

    def test_of_a_stored_graph(self, loaded: GraphStore, reference: Reference) -> None:
        report = verify(reference.file, loaded.location, name=reference.name)
        assert report.passed
        assert report.seeded == ["pixels"]
        of_neurons = report.frame[report.frame["neurons"].notna()]
        assert of_neurons["layer"].tolist() == [layer.name for layer in reference.layers]
        assert report.differences.empty
        assert (report.frame["relative_difference"] <= TOLERANCE).all()
        difference = worst_stored_difference(reference.file, loaded.location, reference.name)
        assert difference <= TOLERANCE

    def test_of_the_stored_sample(self, store: GraphStore, digits: str, digits_file: Path) -> None:
        assert verify(digits_file, store.location, name=digits).passed
        assert worst_stored_difference(digits_file, store.location, digits) <= TOLERANCE

    def test_of_a_part_of_a_model(
        self, store: GraphStore, scratch: str, references: dict[str, Reference]
    ) -> None:
        file = references["pooled"].file
        load(file, store.location, name=scratch, from_layer="norm", to_layer="digits")
        report = verify(file, store.location, name=scratch)
        assert report.passed
        assert report.seeded == ["norm"]
        assert report.frame["layer"].tolist() == ["norm", "drop", "flat", "hidden", "digits"]


class TestUntruth:
    """A graph with one thing wrong fails, and the first layer that fails is the one it is in."""

    @pytest.mark.parametrize("layer", ["conv", "norm", "hidden", "digits"])
    def test_one_weight(
        self, store: GraphStore, scratch: str, spoilt: Reference, layer: str
    ) -> None:
        source, target, weight = strongest(spoilt, layer)
        store.spoil(
            scratch,
            f"{_EDGE} SET r.weight = $weight",
            source=source,
            target=target,
            weight=weight * 1.01,
        )
        assert_fails(store, scratch, spoilt, layer, target)

    @pytest.mark.parametrize("layer", ["conv", "norm", "hidden", "digits"])
    def test_one_edge_missing(
        self, store: GraphStore, scratch: str, spoilt: Reference, layer: str
    ) -> None:
        source, target, _ = strongest(spoilt, layer)
        store.spoil(scratch, f"{_EDGE} DELETE r", source=source, target=target)
        assert_fails(store, scratch, spoilt, layer, target)

    @pytest.mark.parametrize("layer", ["conv", "pool", "norm", "hidden", "digits"])
    def test_one_edge_that_no_output_may_show(
        self, store: GraphStore, scratch: str, spoilt: Reference, layer: str
    ) -> None:
        source, target, _ = min(spoilt.edges(layer), key=lambda edge: abs(edge[2]))
        store.spoil(scratch, f"{_EDGE} DELETE r", source=source, target=target)
        report = verify(spoilt.file, store.location, name=scratch)
        changed = report.frame[report.frame["changes"] > 0]
        assert not report.passed
        assert changed["layer"].tolist() == [layer]

    @pytest.mark.parametrize("layer", ["conv", "pool", "hidden"])
    def test_one_edge_too_many(
        self, store: GraphStore, scratch: str, spoilt: Reference, layer: str
    ) -> None:
        # The pixels are on both sides of 0, so for a maximum the edge must be a strong one.
        source, target = 2, spoilt.ids(layer)[0]
        assert not spoilt.graph.has_edge(source, target) or layer == "conv"
        store.spoil(
            scratch,
            f"{_PAIR} CREATE (s)-[:CONNECTS_TO {{weight: $weight}}]->(t)",
            source=source,
            target=target,
            weight=9.0,
        )
        assert_fails(store, scratch, spoilt, layer, target)

    def test_one_bias(self, store: GraphStore, scratch: str, spoilt: Reference) -> None:
        neuron = spoilt.ids("hidden")[3]
        cypher = "MATCH (n:Neuron) WHERE n.model = $model AND n.id = $id SET n.bias = n.bias + 0.01"
        store.spoil(scratch, cypher, id=neuron)
        assert_fails(store, scratch, spoilt, "hidden", neuron)

    def test_one_activation(self, store: GraphStore, scratch: str, spoilt: Reference) -> None:
        cypher = "MATCH (l:Layer) WHERE l.model = $model AND l.name = $layer SET l.activation = $to"
        store.spoil(scratch, cypher, layer="hidden", to="sigmoid")
        report = verify(spoilt.file, store.location, name=scratch)
        assert report.frame[~report.frame["passed"]]["layer"].tolist()[0] == "hidden"


def assert_fails(
    store: GraphStore, name: str, reference: Reference, layer: str, neuron: int
) -> None:
    report = verify(reference.file, store.location, name=name)
    failed = report.frame[~report.frame["passed"]]
    assert not report.passed
    assert (failed["layer"].iloc[0], failed["worst_neuron"].iloc[0]) == (layer, neuron)


class TestVerify:
    def test_refuses_another_file(
        self, loaded: GraphStore, references: dict[str, Reference]
    ) -> None:
        with pytest.raises(VerificationError, match="another model"):
            verify(references["dilated"].file, loaded.location, name="pooled")

    def test_refuses_what_is_not_there(
        self, loaded: GraphStore, references: dict[str, Reference]
    ) -> None:
        with pytest.raises(ModelNotFoundError, match="'nobody'"):
            verify(references["pooled"].file, loaded.location, name="nobody")

    def test_refuses_an_unfinished_load(
        self, store: GraphStore, scratch: str, references: dict[str, Reference]
    ) -> None:
        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        file = references["pooled"].file
        with pytest.raises(KeyboardInterrupt):
            load(file, store.location, name=scratch, progress=interrupt)
        with pytest.raises(ModelIncompleteError):
            verify(file, store.location, name=scratch)

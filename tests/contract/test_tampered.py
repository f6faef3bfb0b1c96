"""Of a graph that somebody changed by hand, the proof says what differs, how much, and where."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from exporter import VerifyReport, load, verify
from queries.errors import GraphDamagedError, VerificationError
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore

_INTO = """
MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron) WHERE t.model = $model AND t.id = $id
"""
_PAIR = """
MATCH (s:Neuron), (t:Neuron)
WHERE s.model = $model AND t.model = $model AND s.id = $source AND t.id = $target
"""
_LAYER = "MATCH (l:Layer) WHERE l.model = $model AND l.name = $name"


@pytest.fixture
def pooled(
    store: GraphStore, scratch: str, references: dict[str, Reference]
) -> Iterator[Reference]:
    """Load a model that a test may spoil."""
    reference = references["pooled"]
    load(reference.file, store.location, name=scratch)
    yield reference
    if store.server is not None:
        # Nodes of no layer belong to nobody that would remove them.
        left = "MATCH (n) WHERE (n:Layer OR n:Neuron) AND n.model = $model DETACH DELETE n"
        store.spoil(scratch, left)


def found(report: VerifyReport) -> dict[tuple[str, str, str], int]:
    """Return how often each layer, kind and change was found, and that the proof failed."""
    assert not report.passed
    rows = report.differences
    keys = rows[["layer", "kind", "change"]].itertuples(index=False, name=None)
    return dict(zip(keys, rows["count"].tolist(), strict=True))


def fan_in(reference: Reference, neuron: int) -> int:
    return int(reference.graph.in_degree(neuron))


def fan_out(reference: Reference, neuron: int) -> int:
    return int(reference.graph.out_degree(neuron))


def test_relationships(store: GraphStore, scratch: str, pooled: Reference) -> None:
    first = {layer.name: layer.first for layer in pooled.layers}
    store.spoil(scratch, f"{_INTO} DELETE r", id=first["conv"])
    doubled = "CREATE (s)-[:CONNECTS_TO {weight: r.weight}]->(t)"
    store.spoil(scratch, f"{_INTO} {doubled}", id=first["norm"])
    store.spoil(scratch, f"{_INTO} SET r.weight = r.weight + 1.5", id=first["hidden"])
    store.spoil(scratch, f"{_INTO} SET r.weight = NULL", id=first["digits"])
    added = "CREATE (s)-[:CONNECTS_TO {weight: 2.0}]->(t)"
    store.spoil(scratch, f"{_PAIR} {added}", source=first["odds"], target=first["pool"])
    store.spoil(scratch, f"{_PAIR} {added}", source=first["odds"], target=first["pixels"])
    report = verify(pooled.file, store.location, name=scratch)
    assert found(report) == {
        ("conv", "relationships", "missing"): fan_in(pooled, first["conv"]),
        ("norm", "relationships", "doubled"): 1,
        ("hidden", "relationships", "changed"): fan_in(pooled, first["hidden"]),
        ("digits", "relationships", "changed"): fan_in(pooled, first["digits"]),
        ("pool", "relationships", "added"): 1,
        ("pixels", "relationships", "added"): 1,
    }
    examples = report.differences.set_index("layer")["example"]
    assert examples["pool"] == (f"odds[0] (id {first['odds']}) -> pool[0]@0,0 (id {first['pool']})")
    assert "weight nan for " in examples["digits"]
    changes = report.frame.set_index("layer")["changes"]
    assert changes["conv"] == fan_in(pooled, first["conv"])


def test_neurons(store: GraphStore, scratch: str, pooled: Reference) -> None:
    gone, biased, renamed = (pooled.ids(name)[1] for name in ("conv", "hidden", "norm"))
    one = "MATCH (n:Neuron) WHERE n.model = $model AND n.id = $id"
    store.spoil(scratch, f"{one} DETACH DELETE n", id=gone)
    store.spoil(scratch, f"{one} SET n.bias = NULL", id=biased)
    store.spoil(scratch, f"{one} SET n.name = 'another', n.x = 77", id=renamed)
    beyond = "CREATE (:Neuron {model: $model, id: 99999, layer: 'conv', name: 'beyond'})"
    store.spoil(scratch, beyond)
    out = "CREATE (s)-[:CONNECTS_TO {weight: 1.0}]->(t)"
    store.spoil(scratch, f"{_PAIR} {out}", source=biased, target=99999)
    report = verify(pooled.file, store.location, name=scratch)
    assert found(report) == {
        ("conv", "neurons", "missing"): 1,
        ("", "neurons", "added"): 1,
        ("conv", "relationships", "missing"): fan_in(pooled, gone),
        ("pool", "relationships", "missing"): fan_out(pooled, gone),
        ("norm", "neurons", "changed"): 1,
        ("hidden", "neurons", "changed"): 1,
        ("", "relationships", "added"): 1,
    }
    examples = report.differences.set_index(["kind", "change"])["example"]
    assert f"conv[1]@0,0 (id {gone})" in examples["neurons", "missing"]


def test_nodes_of_layers(store: GraphStore, scratch: str, pooled: Reference) -> None:
    store.spoil(scratch, f"{_LAYER} SET l.activation = 'deserialize'", name="conv")
    store.spoil(scratch, f"{_LAYER} SET l.reduce = NULL, l.parameters = 9", name="norm")
    store.spoil(scratch, f"{_LAYER} SET l.shape = [2, 3], l.edges = 0", name="hidden")
    joined = "MATCH (:Model)-[h:HAS_LAYER]->(l:Layer) WHERE l.model = $model AND l.name = $name"
    store.spoil(scratch, f"{joined} DELETE h", name="pixels")
    before = "MATCH (:Layer)-[h:NEXT]->(l:Layer) WHERE l.model = $model AND l.name = $name"
    store.spoil(scratch, f"{before} DELETE h", name="pool")
    store.spoil(scratch, f"{_LAYER} DETACH DELETE l", name="digits")
    another = "{model: $model, name: 'another', first: 0, last: -1, edges: 0}"
    store.spoil(scratch, f"CREATE (:Layer {another})")
    store.spoil(scratch, "MATCH (m:Model) WHERE m.name = $model SET m.edges = 1, m.layers = 99")
    assert found(verify(pooled.file, store.location, name=scratch)) == {
        ("", "properties", "changed"): 2,
        ("conv", "properties", "changed"): 1,
        ("pool", "properties", "changed"): 1,
        ("norm", "properties", "changed"): 2,
        ("hidden", "properties", "changed"): 2,
        ("odds", "properties", "changed"): 1,
        ("digits", "node", "missing"): 1,
        ("another", "node", "added"): 1,
        ("pixels", "HAS_LAYER", "missing"): 1,
    }


@pytest.mark.parametrize("label", ["Neuron", "Layer"])
def test_all_nodes_of_a_kind(
    store: GraphStore, scratch: str, pooled: Reference, label: str
) -> None:
    store.spoil(scratch, f"MATCH (n:{label}) WHERE n.model = $model DETACH DELETE n")
    changes = found(verify(pooled.file, store.location, name=scratch))
    kind = {"Neuron": "neurons", "Layer": "node"}[label]
    for layer in pooled.layers:
        count = layer.last + 1 - layer.first if label == "Neuron" else 1
        assert changes[layer.name, kind, "missing"] == count


@pytest.mark.parametrize("name", ["sha256", "granularity"])
def test_what_the_model_does_not_say(
    store: GraphStore, scratch: str, pooled: Reference, name: str
) -> None:
    store.spoil(scratch, f"MATCH (m:Model) WHERE m.name = $model SET m.{name} = NULL")
    with pytest.raises(VerificationError, match=scratch):
        verify(pooled.file, store.location, name=scratch)


def test_other_nodes_of_a_server(store: GraphStore, scratch: str, pooled: Reference) -> None:
    if store.server is None:
        pytest.skip("an embedded graph has nodes of its own model alone")
    neuron = pooled.ids("conv")[0]
    one = "MATCH (n:Neuron) WHERE n.model = $model AND n.id = $id"
    store.spoil(scratch, f"{one} CREATE (n)-[:CONNECTS_TO {{weight: 1.0}}]->(:Other)", id=neuron)
    store.spoil(scratch, f"{one} CREATE (:Other)-[:CONNECTS_TO {{weight: 1.0}}]->(n)", id=neuron)
    assert verify(pooled.file, store.location, name=scratch).passed
    store.spoil(scratch, "MATCH (o:Other) DETACH DELETE o")
    store.spoil(scratch, f"{one} REMOVE n.id", id=neuron)
    assert found(verify(pooled.file, store.location, name=scratch)) == {
        ("conv", "neurons", "missing"): 1,
        ("", "neurons", "added"): 1,
        ("conv", "relationships", "missing"): fan_in(pooled, neuron),
        ("pool", "relationships", "missing"): fan_out(pooled, neuron),
        ("", "relationships", "added"): fan_in(pooled, neuron) + fan_out(pooled, neuron),
    }


@pytest.mark.parametrize(
    "pattern", ["edges-00004-*", "neurons-00001-*", "layers*", "has_layer*", "next*"]
)
def test_a_file_of_a_dataset(pattern: str, tmp_path: Path, small_files: dict[str, Path]) -> None:
    load(small_files["pooled"], f"{tmp_path}/", name="m")
    path = next(tmp_path.rglob(pattern))
    rows = pq.read_table(path)
    pq.write_table(rows.slice(1), path)
    with pytest.raises(GraphDamagedError, match=path.name):
        verify(small_files["pooled"], f"{tmp_path}/", name="m")

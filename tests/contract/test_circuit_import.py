"""Circuits that another tool traced, in each store that is written, asked by Cypher alone."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neo4j import GraphDatabase

from exporter import check, drop, import_circuit
from queries import NeuronGraph, read_circuit
from queries.answers import importing
from queries.browser.favourites import CIRCUIT_PICTURE, favourites
from queries.browser.guide import questions_about
from queries.browser.models import all_models, select_model
from queries.errors import GraphError, ModelNotFoundError, ParameterError
from queries.library.queries import queries
from queries.viewer.page_graph import PageGraph
from tests.contract.stores import GraphStore
from tests.contract.test_browser import NEO4J, run
from tests.contract.test_loads import Interrupted
from tests.contract.test_records import left
from tests.unit.test_traced import small

pytestmark = pytest.mark.cypher

ALONE = "scratch ~ an LLM"
"""The model that the file names."""

NODES = """
MATCH (c:Circuit {name: $name})-[:OF]->(i:Input), (a:Active {circuit: $name})
OPTIONAL MATCH (a)-[:IS]->(n:Neuron)
RETURN a.id AS id, a.name AS name, a.value AS value, a.influence AS influence, i.label AS prompt,
  count(n) AS neurons ORDER BY id
"""
LINKS = """
MATCH (a:Active {circuit: $name})-[e:CONTRIBUTES]->(b:Active {circuit: $name})
RETURN a.name AS source, b.name AS target, e.weight AS weight, e.influence AS influence
"""


def write(file: Path, slug: str = "small", **more: Any) -> Path:
    content = small()
    content["metadata"] |= {"slug": slug, "scan": ALONE, **more}
    content["nodes"][3]["activation"] = 2.5
    # Two links may join the same nodes.
    content["links"].append({**content["links"][0], "weight": 0.5})
    file.write_text(json.dumps(content), "utf-8")
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the small graph of circuit-tracer as a file."""
    return write(tmp_path / "small.json")


@pytest.fixture
def place(store: GraphStore, scratch: str) -> str:
    """Give each store; the model of the file goes in the end."""
    assert ALONE.startswith(scratch)
    return store.location


def are_those_of(graph: NeuronGraph, name: str, file: Path) -> None:
    read = read_circuit(file)
    nodes = graph.cypher(NODES, name=name)
    assert nodes["name"].str.partition(" ")[0].tolist() == list(read)
    expected = [own["influence"] for _, own in read.nodes(data=True)]
    np.testing.assert_allclose(nodes["influence"], expected, atol=1e-12)
    assert nodes["value"].dropna().to_dict() == {3: 2.5}
    assert set(nodes["prompt"]) == {"a b"}
    assert set(nodes["neurons"]) == {0}
    links = graph.cypher(LINKS, name=name)
    links = links.assign(source=links["source"].str.split(" ").str[0]).assign(
        target=links["target"].str.split(" ").str[0]
    )
    rows = [(s, t, own["weight"], own["influence"]) for s, t, own in read.edges(data=True)]
    found = links.itertuples(index=False, name=None)
    assert sorted((s, t, w) for s, t, w, _ in found) == sorted((s, t, w) for s, t, w, _ in rows)
    np.testing.assert_allclose(sorted(links["influence"]), sorted(each[3] for each in rows))


def test_a_circuit_stands_without_neurons(store: GraphStore, place: str, file: Path) -> None:
    assert import_circuit(file, place) == 11
    with NeuronGraph(place, model=ALONE) as graph:
        (own,) = graph.circuits().to_dict("records")
        assert (own["name"], own["nodes"], own["edges"]) == ("small", 12, 11)
        assert (own["target"], own["level"], own["state"]) == (
            'Output "a" (p=1.000)', "feature", "complete",
        )  # fmt: skip
        are_those_of(graph, "small", file)
    assert check(place, name=ALONE, progress=False).passed
    # The same once more, and another name.
    import_circuit(file, place)
    import_circuit(file, place, name="twin")
    with NeuronGraph(place, model=ALONE) as graph:
        assert graph.circuits()["name"].tolist() == ["small", "twin"]
        assert graph.inputs()["name"].tolist() == ["small"]
        graph.drop_circuit("small")
        are_those_of(graph, "twin", file)
    assert drop(ALONE, place) == 0
    assert left(store) == 0


def test_a_circuit_stands_beside_a_model(
    store: GraphStore, writable: NeuronGraph, file: Path
) -> None:
    neurons = len(writable.neurons())
    import_circuit(file, store.location, model="scratch")
    are_those_of(writable, "small", file)
    assert len(writable.neurons()) == neurons
    assert check(store.location, name="scratch", progress=False).passed
    writable.drop_circuit("small")
    writable.drop_input("small")
    assert left(store) == 0


def test_what_is_refused_changes_nothing(place: str, file: Path, tmp_path: Path) -> None:
    import_circuit(file, place)
    other = write(tmp_path / "other.json", prompt="another prompt")
    with pytest.raises(GraphError, match="another input 'small' is stored"):
        import_circuit(other, place)
    with pytest.raises(ModelNotFoundError, match="no model 'scratch of nobody'"):
        import_circuit(file, place, model="scratch of nobody")
    for names in ({"name": "\n"}, {"name": ""}, {"name": "x" * 201}):
        with pytest.raises(ParameterError, match="name"):
            import_circuit(file, place, **names)
    with pytest.raises(ParameterError, match="name"):
        import_circuit(write(tmp_path / "x.json", "a\nb"), place)
    bad = tmp_path / "bad.json"
    bad.write_text(file.read_text().replace("-10", "NaN"))
    with pytest.raises(ParameterError, match="NaN is no number"):
        import_circuit(bad, place)
    with NeuronGraph(place, model=ALONE) as graph:
        assert graph.circuits()["name"].tolist() == ["small"]
        are_those_of(graph, "small", file)


def test_nothing_half_imported_counts(
    place: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Any) -> None:
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr(importing, "_relationships", interrupted)
        with pytest.raises(Interrupted):
            import_circuit(file, place)
    with NeuronGraph(place, model=ALONE) as graph:
        assert graph.circuits().empty
        assert graph.cypher(NODES, name="small").empty
    import_circuit(file, place)
    with NeuronGraph(place, model=ALONE) as graph:
        are_those_of(graph, "small", file)


def test_a_model_without_neurons_is_not_asked_about_them(place: str, file: Path) -> None:
    import_circuit(file, place)
    given: dict[str, Any] = {"neurons": "a", "input": [0.0], "int": 1, "float": 1, "text": ALONE}
    with NeuronGraph(place, model=ALONE) as graph:
        for each in queries().values():
            if each.name == "models":
                continue
            values = {own.name: given[own.type] for own in each.parameters if own.required}
            with pytest.raises(ParameterError, match="has circuits alone, and no neurons"):
                getattr(graph, each.name)(**values)


def test_a_page_offers_models_with_neurons(place: str, file: Path) -> None:
    import_circuit(file, place)
    with PageGraph(place) as graph:
        every = graph.models().set_index("name")["layers"]
        assert set(graph.complete_models()) == set(every[every > 0].index)
        assert ALONE in every.index


def shares(store: GraphStore, text: str, name: str) -> list[float]:
    return [row["p"].relationships[0][name] for row in run(store, text)]


@pytest.mark.parametrize("store", NEO4J, indirect=True)
@pytest.mark.neo4j
def test_browser_draws_it_and_asks_about_neurons_first(
    store: GraphStore, writable: NeuronGraph, place: str, file: Path
) -> None:
    weights = sorted(abs(each["weight"]) for each in json.loads(file.read_text())["links"])[::-1]
    import_circuit(file, place)
    models = all_models(writable)
    begun = select_model(place, models, None)
    assert begun
    assert begun["layers"]
    texts = favourites(writable, ALONE)
    assert set(texts) == {CIRCUIT_PICTURE}
    (alone,) = [row for row in models if row["name"] == ALONE]
    slides = {each.title: each.cypher for each in questions_about(writable, alone)}
    assert set(slides) == {"Stored inputs and circuits", "A stored circuit"}
    assert len(run(store, slides["Stored inputs and circuits"])) == 1
    for text in (texts[CIRCUIT_PICTURE], slides["A stored circuit"]):
        assert [abs(each) for each in shares(store, text, "weight")] == weights

    # Beside a model its own circuits come first, whatever their names.
    import_circuit(file, place, model="scratch", name="a")
    picture = favourites(writable, "scratch")[CIRCUIT_PICTURE]
    assert [abs(each) for each in shares(store, picture, "weight")] == weights
    writable.circuit(np.ones(writable.layers()["shape"].iloc[0]), store="b")
    texts = favourites(writable, "scratch")
    drawn = shares(store, texts[CIRCUIT_PICTURE], "attribution")
    strongest = writable.stored_circuit("b", k=100)["attribution"].abs()
    assert [abs(each) for each in drawn] == strongest.tolist()
    assert len(run(store, texts["stored_conservation"])) > 1


def test_what_is_not_ours_stays(store: GraphStore, place: str, file: Path) -> None:
    if store.server is None:
        pytest.skip("a file is ours alone")
    count = "MATCH (n:Foreign) OPTIONAL MATCH (n)-[r]-() RETURN count(DISTINCT n), count(r)"
    with GraphDatabase.driver(store.server.uri, auth=store.server.auth) as driver:
        before = driver.execute_query(count).records
        import_circuit(file, place)
        drop(ALONE, place)
        assert driver.execute_query(count).records == before

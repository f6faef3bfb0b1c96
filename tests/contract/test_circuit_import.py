"""Circuits that another tool traced, in each store that is written, asked by Cypher alone."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neo4j import GraphDatabase

from exporter import check, drop, import_circuit, load
from queries import NeuronGraph, read_circuit
from queries.answers import importing
from queries.browser.favourites import CIRCUIT_PICTURE, favourites
from queries.browser.guide import questions_about
from queries.browser.models import all_models, select_model
from queries.errors import (
    GraphError,
    GraphNotFoundError,
    ModelIncompleteError,
    ModelNotFoundError,
    ParameterError,
)
from queries.library.queries import queries
from queries.stores import open_store
from queries.viewer.page_graph import PageGraph
from tests.contract.in_store.same import assert_same
from tests.contract.stores import GraphStore
from tests.contract.test_browser import NEO4J, run
from tests.contract.test_loads import Interrupted, interrupt
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

ARE = """
MATCH (a:Active {circuit: $name})-[:IS]->(n:Neuron)
RETURN a.id AS id, n.id AS neuron, a.layer AS layer ORDER BY id
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
    assert import_circuit(file, place) == ("small", 11)
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


def test_long_texts_are_cut(place: str, tmp_path: Path) -> None:
    book, other = ("\n" + each * 3_000_000 for each in "ab")
    file = write(tmp_path / "x.json", prompt=book)
    content = json.loads(file.read_text("utf-8"))
    for row in (0, 11):
        content["nodes"][row]["clerp"] = book
    file.write_text(json.dumps(content), "utf-8")
    import_circuit(file, place)
    with NeuronGraph(place, model=ALONE) as graph:
        (stored,) = graph.inputs().to_dict("records")
        assert stored["label"] == stored["predicted"] == "\\n" + "a" * 198
        assert graph.circuits()["target"].tolist() == ["\\n" + "a" * 198]
        assert graph.cypher(NODES, name="small")["name"].str.len().max() == 200
    # Of two prompts all is compared.
    with pytest.raises(GraphError, match="another input 'small' is stored"):
        import_circuit(write(file, prompt=other), place)


@pytest.mark.parametrize("level", ["neuron", "channel", "layer"])
def test_a_circuit_of_the_model_itself_meets_its_own(
    writable: NeuronGraph, store: GraphStore, tmp_path: Path, level: Any
) -> None:
    x = np.random.default_rng(3).random(writable.layers()["shape"].iloc[0])
    file = tmp_path / "own.json"
    writable.export_circuit(file, x, level=level)
    writable.circuit(x, level=level, store="computed")
    import_circuit(file, store.location, name="read", model="scratch")
    found = writable.shared_channels("computed", "read")
    assert len(found)
    assert found["shared_nodes"].tolist() == found["first_nodes"].tolist()
    assert found["shared_nodes"].tolist() == found["second_nodes"].tolist()
    computed, read = (writable.stored_nodes(name).set_index("id") for name in ("computed", "read"))
    assert found["first_nodes"].sum() == len(computed)
    are = [writable.cypher(ARE, name=name) for name in ("computed", "read")]
    assert are[0].equals(are[1])
    assert len(are[0]) == len(computed) * (level == "neuron")
    for column in ("layer", "channel"):
        assert read[column].reindex(computed.index).equals(computed[column]), column
    np.testing.assert_allclose(read["value"].reindex(computed.index), computed["value"], rtol=1e-6)
    assert check(store.location, name="scratch", progress=False).passed


def test_a_circuit_of_another_model_has_no_neurons(
    writable: NeuronGraph, store: GraphStore, tmp_path: Path
) -> None:
    file = tmp_path / "own.json"
    x = np.random.default_rng(3).random(writable.layers()["shape"].iloc[0])
    writable.export_circuit(file, x, level="neuron")
    content = json.loads(file.read_text("utf-8"))
    first = content["nodes"][0]
    for changed in ({"clerp": "other[0]"}, {"feature": 2**62}, {"feature": -7}, {"feature": None}):
        content["nodes"][0] = first | changed
        file.write_text(json.dumps(content), "utf-8")
        import_circuit(file, store.location, name="read", model="scratch")
        nodes = writable.stored_nodes("read")
        assert nodes["id"].tolist() == list(range(len(content["nodes"])))
        assert writable.cypher(ARE, name="read").empty
        assert writable.circuits()["level"].tolist() == ["feature"]


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
    def interrupted(*_: Any) -> None:
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
    of_circuits = {"stored_circuit", "stored_nodes", "stored_conservation", "shared_channels"}
    given: dict[str, Any] = {"neurons": "a", "input": [0.0], "int": 1, "float": 1, "text": ALONE}
    with NeuronGraph(place, model=ALONE) as graph:
        for each in queries().values():
            if each.name in {"models", *of_circuits}:
                continue
            values = {own.name: given[own.type] for own in each.parameters if own.required}
            with pytest.raises(ParameterError, match="has circuits alone, and no neurons"):
                getattr(graph, each.name)(**values)


def test_stored_queries_answer_of_it(place: str, file: Path) -> None:
    import_circuit(file, place)
    import_circuit(file, place, name="twin")
    read = read_circuit(file)
    with NeuronGraph(place, model=ALONE) as graph:
        assert_same(graph, "stored_circuit", circuit="small", k=4)
        found = graph.stored_circuit("small", k=4)
        weights = sorted((abs(own["weight"]) for *_, own in read.edges(data=True)), reverse=True)
        assert found["weight"].abs().tolist() == weights[:4]
        last = graph.stored_circuit("small")["weight"].iloc[-1]
        assert last == 0.5
        assert_same(graph, "stored_nodes", circuit="small")
        assert len(graph.stored_nodes("small")) == 12
        assert_same(graph, "shared_channels", first="small", second="twin")
        shared = graph.shared_channels("small", "twin")
        assert shared["shared_nodes"].sum() == 12
        assert shared[["first_attribution", "second_attribution"]].isna().all(axis=None)
        with pytest.raises(ParameterError, match=r"'small' of .* was traced elsewhere: no attrib"):
            graph.stored_conservation("small")
        stated = graph.stored_conservation("small", in_store=True)
        assert stated["nodes"].sum() == 12
        assert stated["error"].isna().all()


def test_a_bad_slug_leaves_no_model(place: str, tmp_path: Path) -> None:
    for slug, name in ((" ", "x"), ("y" * 201, None)):
        with pytest.raises(ParameterError, match=r"^slug '"):
            import_circuit(write(tmp_path / "bad.json", slug), place, name=name)
    try:
        with open_store(place) as store:
            assert [row for row in store.models(ALONE) if row["name"] == ALONE] == []
    except GraphNotFoundError:
        pass


def test_an_interrupted_import_is_begun_anew(
    place: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr("exporter.circuit_import.model_checksum", interrupted)
        with pytest.raises(Interrupted):
            import_circuit(file, place)
    again = pytest.raises(ModelIncompleteError, match="import it again, or remove")
    with NeuronGraph(place, model=ALONE) as graph, again:
        graph.circuits()
    import_circuit(file, place)
    with NeuronGraph(place, model=ALONE) as graph:
        are_those_of(graph, "small", file)
    assert check(place, name=ALONE, progress=False).passed


def test_a_load_that_has_not_finished_is_left_alone(
    place: str, file: Path, small_files: dict[str, Path]
) -> None:
    with pytest.raises(Interrupted):
        load(small_files["pooled"], place, name=ALONE, progress=interrupt("relationships"))
    with pytest.raises(ModelIncompleteError, match="end it first, or remove") as refused:
        import_circuit(file, place)
    assert "resume" not in str(refused.value)


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

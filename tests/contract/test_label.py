"""A label of a model: all of its nodes have it, whatever becomes of the load, and no others do."""

from pathlib import Path
from typing import Any

import pytest
from neo4j import GraphDatabase

from exporter import drop, load
from exporter.sinks.model_label import require_label
from queries import NeuronGraph
from queries.core.labels import KINDS, own_label
from queries.errors import ModelExistsError, ModelNotFoundError, ParameterError
from tests.contract.stores import GraphStore

NEO4J = ["neo4j-5.26", "neo4j-newest"]
LABEL = "Scratched"


class Interrupted(BaseException):
    """What a test ends a load with."""


def answers(store: GraphStore, cypher: str, **parameters: Any) -> list[list[Any]]:
    """Run a statement as somebody else would."""
    assert store.server
    with GraphDatabase.driver(store.server.uri, auth=store.server.auth) as driver:
        return [row.values() for row in driver.execute_query(cypher, parameters).records]


def labelled(store: GraphStore, label: str = LABEL) -> dict[str, int]:
    """Count the nodes that have a label, by the label that says what they are."""
    rows = answers(
        store,
        f"MATCH (n:{label}) UNWIND labels(n) AS kind WITH kind WHERE kind STARTS WITH $ours "
        "RETURN kind, count(*)",
        ours=own_label(""),
    )
    return dict(rows)


def sizes(store: GraphStore, model: str) -> dict[str, int]:
    """Count the nodes of a model as the library does."""
    with NeuronGraph(store.location, model=model) as graph:
        counts = {"Model": 1, "Layer": len(graph.layers()), "Neuron": len(graph.neurons())}
    return {own_label(kind): count for kind, count in counts.items()}


def is_listed(store: GraphStore, label: str) -> bool:
    return [label] in answers(store, "CALL db.labels() YIELD label RETURN label")


@pytest.mark.parametrize("store", NEO4J, indirect=True, scope="session")
@pytest.mark.neo4j
class TestLabel:
    def test_is_on_all_nodes_of_the_model_until_it_is_dropped(
        self, loaded: GraphStore, scratch: str, small_files: dict[str, Path]
    ) -> None:
        report = load(small_files["pooled"], loaded.location, name=scratch, label=LABEL)
        assert labelled(loaded) == sizes(loaded, scratch)
        typed = f"MATCH (:{LABEL}:Neuron)-[r:CONNECTS_TO]->(:{LABEL}) RETURN count(r)"
        assert answers(loaded, typed) == [[report.edges]]
        drop(scratch, loaded.location)
        assert labelled(loaded) == {}
        assert not is_listed(loaded, LABEL)

    def test_survives_a_break_and_a_replacement(
        self, loaded: GraphStore, scratch: str, small_files: dict[str, Path]
    ) -> None:
        def stop(phase: str, done: int, _: int) -> None:
            if phase == "relationships" and done:
                raise Interrupted

        file = small_files["pooled"]
        with pytest.raises(Interrupted):
            load(file, loaded.location, name=scratch, label=LABEL, progress=stop)
        for label in (None, "Another"):
            with pytest.raises(ModelExistsError, match="other options"):
                load(file, loaded.location, name=scratch, label=label, resume=True)
        load(file, loaded.location, name=scratch, label=LABEL, resume=True)
        assert labelled(loaded) == sizes(loaded, scratch)
        load(small_files["dilated"], loaded.location, name=scratch, label=LABEL, replace=True)
        assert labelled(loaded) == sizes(loaded, scratch)

    def test_of_other_nodes_is_refused(
        self, loaded: GraphStore, scratch: str, small_files: dict[str, Path]
    ) -> None:
        load(small_files["pooled"], loaded.location, name=scratch, label=LABEL)
        for label, whose in ((LABEL, f"of '{scratch}'"), ("Foreign", "not neurongraph's")):
            with pytest.raises(ParameterError, match=whose):
                load(small_files["pooled"], loaded.location, name="scratch-2", label=label)
        with NeuronGraph(loaded.location) as graph, pytest.raises(ModelNotFoundError):
            graph.summary(model="scratch-2")
        # Under its own name it is loaded again.
        load(small_files["pooled"], loaded.location, name=scratch, label=LABEL, replace=True)

    def test_each_label_that_is_listed_has_nodes(self, loaded: GraphStore) -> None:
        rows = answers(loaded, "CALL db.labels() YIELD label RETURN label")
        for (label,) in rows:
            assert answers(loaded, f"MATCH (n:`{label}`) RETURN count(n) > 0") == [[True]], label


class TestRules:
    @pytest.mark.parametrize(
        "label",
        ["", " ", "a b", "a-b", "1a", "a`b", "a;b", "a:b", "a\n", "x" * 201, "bolt://u:p@h"],
    )
    def test_a_text_that_is_no_name_is_refused(self, label: str) -> None:
        with pytest.raises(ParameterError, match=r"label .* does not do") as caught:
            require_label(label)
        assert "u:p" not in str(caught.value)

    @pytest.mark.parametrize("label", [*KINDS, *map(own_label, KINDS), own_label("Other")])
    def test_what_all_models_have_is_refused(self, label: str) -> None:
        with pytest.raises(ParameterError, match="every model"):
            require_label(label)

    def test_the_class_of_a_layer_is_refused(
        self, tmp_path: Path, small_files: dict[str, Path]
    ) -> None:
        with pytest.raises(ParameterError, match="class of a layer"):
            load(small_files["pooled"], f"{tmp_path}/files/", label="Dense")
        assert not (tmp_path / "files").exists()

    def test_an_embedded_graph_takes_none(
        self, tmp_path: Path, small_files: dict[str, Path]
    ) -> None:
        with pytest.raises(ParameterError, match=r"^label: only Neo4j"):
            load(small_files["pooled"], tmp_path / "a.lbug", label="Mine")
        assert not (tmp_path / "a.lbug").exists()

    def test_files_of_two_models_have_two(
        self, tmp_path: Path, small_files: dict[str, Path]
    ) -> None:
        dataset = f"{tmp_path}/files/"
        load(small_files["pooled"], dataset, name="one", label="Mine")
        with pytest.raises(ParameterError, match="of 'one'"):
            load(small_files["pooled"], dataset, name="two", label="Mine")
        load(small_files["pooled"], dataset, name="one", label="Mine", replace=True)
        load(small_files["pooled"], dataset, name="two", label="Other")
        with NeuronGraph(dataset) as graph:
            assert graph.edges(model="one").equals(graph.edges(model="two"))

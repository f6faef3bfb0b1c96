"""A label of a model: all of its nodes have it, whatever becomes of the load, and no others do."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from neo4j import GraphDatabase

from exporter import drop, load
from exporter.sinks.dataset.entries import DatasetEntries
from exporter.sinks.kinds import Options
from exporter.sinks.model_label import require_label
from exporter.sinks.neo4j.entries import BoltEntries
from exporter.sinks.opening import open_ledger
from queries import NeuronGraph
from queries.core.labels import KINDS, own_label
from queries.errors import ModelExistsError, ModelNotFoundError, ParameterError
from queries.stores import locate
from tests.contract.stores import GraphStore
from tests.contract.test_ledger import model

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


def begun_at_once(
    location: str, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> list[str | None]:
    """Begin loads of one label, which all look for it before any is there; give their errors."""
    met = Barrier(len(names))
    for entries in (BoltEntries, DatasetEntries):

        def look(self: Any, *words: Any, real: Any = entries._require_own_label) -> None:
            real(self, *words)
            with suppress(BrokenBarrierError):
                met.wait(0.5)

        monkeypatch.setattr(entries, "_require_own_label", look)

    def begin(name: str) -> str | None:
        with open_ledger(locate(location), Options(label=LABEL)) as ledger:
            try:
                ledger.begin(model(name, name), replace=False)
            except ParameterError as error:
                return str(error)
        return None

    with ThreadPoolExecutor(len(names)) as threads:
        errors = list(threads.map(begin, names))
    monkeypatch.undo()
    return errors


def assert_one_began(location: str, names: list[str], errors: list[str | None]) -> None:
    (began,) = [name for name, error in zip(names, errors, strict=True) if error is None]
    assert all(f"nodes of '{began}' with this label" in error for error in errors if error)
    with NeuronGraph(location) as graph:
        assert set(names) & set(graph.models()["name"]) == {began}
    drop(began, location)


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

    def test_of_loads_that_begin_at_once_one_gets_it(
        self, loaded: GraphStore, scratch: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = [f"{scratch}-{number}" for number in range(4)]
        errors = begun_at_once(loaded.location, names, monkeypatch)
        assert_one_began(loaded.location, names, errors)
        assert labelled(loaded) == {}

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

    def test_of_loads_into_files_that_begin_at_once_one_gets_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        errors = begun_at_once(f"{tmp_path}/files/", ["one", "two"], monkeypatch)
        assert_one_began(f"{tmp_path}/files/", ["one", "two"], errors)

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

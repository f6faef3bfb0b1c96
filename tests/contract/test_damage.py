"""What was changed behind the library's back is refused by name, told by check, and repaired."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from unittest.mock import Mock

import pandas as pd
import pytest

from exporter import check, drop, load
from queries import NeuronGraph
from queries.core.granularity import GRANULARITIES
from queries.errors import CypherError, GraphDamagedError, GraphError, ModelExistsError
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore

_INTO: Final = "MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron) WHERE t.model = $model AND t.layer = "
_ONE: Final = f"{_INTO}'hidden' AND r.weight <> 0 WITH s, r, t ORDER BY t.id, s.id LIMIT 1 "
_NEURON: Final = "MATCH (n:Neuron) WHERE n.model = $model AND n.name = "
_LAYER: Final = "MATCH (l:Layer) WHERE l.model = $model AND l.name = 'hidden' "
_MODEL: Final = "MATCH (m:Model) WHERE m.key = $model "

CHANGES: Final[Mapping[str, str]] = {
    "a relationship deleted": f"{_ONE}DELETE r",
    "a layer's relationships deleted": f"{_INTO}'hidden' DELETE r",
    "a relationship doubled": f"{_ONE}CREATE (s)-[:CONNECTS_TO {{weight: r.weight}}]->(t)",
    "all relationships doubled": f"{_INTO}'conv' "
    "CREATE (s)-[:CONNECTS_TO {weight: r.weight}]->(t)",
    "a weight changed": f"{_ONE}SET r.weight = r.weight * 1.000001",
    "a weight's sign changed": f"{_ONE}SET r.weight = -r.weight",
    "a weight missing": f"{_ONE}SET r.weight = NULL",
    "a relationship moved": f"{_ONE}MATCH (o:Neuron) WHERE o.model = $model AND o.id = 0 "
    "CREATE (o)-[:CONNECTS_TO {weight: r.weight}]->(t) DELETE r",
    "a pixel deleted": f"{_NEURON}'pixels[0]@0,0' DETACH DELETE n",
    "a layer's neurons deleted": "MATCH (n:Neuron) WHERE n.model = $model AND n.layer = 'norm' "
    "DETACH DELETE n",
    "a bias changed": f"{_NEURON}'hidden[1]' SET n.bias = 0.125",
    "a bias missing": f"{_NEURON}'hidden[1]' SET n.bias = NULL",
    "a neuron renamed": f"{_NEURON}'hidden[1]' SET n.name = 'hidden[7]'",
    "a neuron of another layer": f"{_NEURON}'hidden[1]' SET n.layer = 'digits'",
    "a neuron too many": f"{_MODEL}CREATE (:Neuron {{id: 99999, model: $model, layer: 'hidden', "
    "name: 'hidden[99]', layer_index: 4, neurons: 1})",
    "a layer deleted": f"{_LAYER}DETACH DELETE l",
    "a layer of other edges": f"{_LAYER}SET l.edges = l.edges - 1",
    "a layer of another activation": f"{_LAYER}SET l.activation = 'sigmoid'",
    "a layer of other neurons": f"{_LAYER}SET l.last = l.last - 1",
    "a layer without checksum": f"{_LAYER}SET l.checksum = NULL",
    "layers that do not follow": "MATCH (a:Layer)-[f:NEXT]->(b:Layer) WHERE b.model = $model "
    "AND b.name = 'hidden' DELETE f",
    "a model of other edges": f"{_MODEL}SET m.edges = m.edges + 1",
    "a model of other inputs": f"{_MODEL}SET m.input_shapes = '[[9]]'",
}
ON_A_SERVER: Final[Mapping[str, str]] = {
    "a weight of another type": f"{_ONE}SET r.weight = 'heavy'",
    "a bias of another type": f"{_NEURON}'hidden[1]' SET n.bias = 'heavy'",
}

Ask = Callable[[NeuronGraph], pd.DataFrame]

QUESTIONS: Final[Mapping[str, Ask]] = {
    "katz": lambda graph: graph.katz(),
    "degree": lambda graph: graph.degree(),
    "strongest_paths": lambda graph: graph.strongest_paths("pixels", "odds", k=3),
    "edges": lambda graph: graph.edges().sort_values(["target", "source"], ignore_index=True),
    "edges of a layer": lambda graph: graph.edges(target="hidden").sort_values(
        ["target", "source"], ignore_index=True
    ),
    "neurons": lambda graph: graph.neurons(),
    "layers": lambda graph: graph.layers(),
}
"""Those that pass over layers, and those whose answers are all of some layers."""

COUNTED: Final[Mapping[str, Ask]] = {
    "weight_distribution": lambda graph: graph.weight_distribution(),
    "summary": lambda graph: graph.summary(),
}
"""Those that are compared by number alone."""

STATEMENTS: Final[Mapping[str, Ask]] = {**QUESTIONS, "strength": lambda graph: graph.strength()}

NAMED: Final[Mapping[str, tuple[str, str]]] = {
    "a relationship deleted": ("hidden", " relationships; its load wrote "),
    "a weight changed": ("hidden", "relationships of checksum"),
    "a bias changed": ("hidden", "neurons of checksum"),
}
"""Which layer check names, and what it says."""


MODEL: Final = "damaged"


@pytest.fixture(scope="module")
def intact(
    store: GraphStore, references: dict[str, Reference]
) -> Iterator[dict[str, pd.DataFrame]]:
    """Give the answers about a model that each test damages, and leaves repaired."""
    load(references["pooled"].file, store.location, name=MODEL)
    with NeuronGraph(store.location, model=MODEL) as graph:
        yield {name: ask(graph) for name, ask in {**QUESTIONS, **COUNTED}.items()}
    drop(MODEL, store.location)


def answer(ask: Ask, store: GraphStore, model: str) -> pd.DataFrame | str:
    """Return what a graph that was just opened says, or the error by which it refuses to."""
    with NeuronGraph(store.location, model=model) as graph:
        try:
            return ask(graph)
        except GraphDamagedError as error:
            return str(error)


def answers(
    store: GraphStore, asks: Mapping[str, Ask], intact: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, bool]]:
    """Yield each question, and whether it was refused; an answer must be the right one."""
    for name, ask in asks.items():
        found = answer(ask, store, MODEL)
        if isinstance(found, str):
            assert f"check(graph={store.location!r}) tells all" in found
            assert f"drop({MODEL!r}, graph={store.location!r})" in found
        else:
            pd.testing.assert_frame_equal(found, intact[name], check_exact=True, obj=name)
        yield name, isinstance(found, str)


@pytest.mark.one_in(4)
@pytest.mark.parametrize("change", [*CHANGES, *ON_A_SERVER])
def test_no_answer_is_wrong(
    store: GraphStore,
    intact: dict[str, pd.DataFrame],
    references: dict[str, Reference],
    change: str,
) -> None:
    if change in ON_A_SERVER and store.server is None:
        pytest.skip("the columns of the embedded store have a type")
    store.spoil(MODEL, {**CHANGES, **ON_A_SERVER}[change])
    # A weight that was changed is no other number: these leave it to check.
    asks = QUESTIONS if "weight" in change else {**QUESTIONS, **COUNTED}
    assert any(refused for _, refused in answers(store, asks, intact))

    report = check(store.location, name=MODEL)
    assert not report.passed
    if change in NAMED:
        layer, text = NAMED[change]
        rows = report.frame.set_index("layer")
        assert text in str(rows.loc[layer, "damage"])
        assert rows.drop(index=layer)["passed"].all()

    file = references["pooled"].file
    assert load(file, store.location, name=MODEL, resume=True).repaired
    assert check(store.location, name=MODEL).passed
    assert store.leftovers(MODEL) == []


class TestWriting:
    """What is written by the library's own ``write`` is no damage."""

    def test_an_edited_model_answers(
        self, store: GraphStore, scratch: str, references: dict[str, Reference]
    ) -> None:
        file = references["pooled"].file
        load(file, store.location, name=scratch)
        with NeuronGraph(store.location, model=scratch) as graph:
            before = graph.edges()
            graph.katz()
            halved = store.own(f"{_INTO}'hidden' SET r.weight = 0.5")
            graph.write(halved, {"model": scratch})
            after = graph.edges()
            assert len(after) == len(before)
            hidden = graph.edges(target="hidden")
            assert (hidden["weight"] == 0.5).all()
            graph.katz()
            assert graph.models().set_index("name").loc[scratch, "edited"]
        with NeuronGraph(store.location, model=scratch) as graph:
            assert graph.edges(target="hidden").equals(hidden)
        report = check(store.location, name=scratch)
        assert not report.passed
        assert "edited by graph.write" in report.damage[0]
        with pytest.raises(ModelExistsError, match=r"edited by graph\.write.*replace=True"):
            load(file, store.location, name=scratch, resume=True)
        load(file, store.location, name=scratch, replace=True)
        assert check(store.location, name=scratch).passed

    def test_what_commits_in_parts_edits_though_it_fails(
        self, store: GraphStore, scratch: str, references: dict[str, Reference]
    ) -> None:
        load(references["pooled"].file, store.location, name=scratch)
        if store.server is None:
            pytest.skip("LadybugDB has no transactions within a statement")
        in_parts = (
            "UNWIND [1, 0] AS i CALL (i) { "
            "MATCH (l:NeurongraphLayer {model: $model, name: 'hidden'}) SET l.activation = 'x' "
            "WITH 1 / i AS part RETURN count(*) AS parts } IN TRANSACTIONS OF 1 ROWS "
            "RETURN sum(parts)"
        )
        with NeuronGraph(store.location, model=scratch) as graph:
            with pytest.raises(CypherError, match="zero"):
                graph.write(in_parts, {"model": scratch})
            assert graph.layers().set_index("name").loc["hidden", "activation"] == "x"
            assert graph.models().set_index("name").loc[scratch, "edited"]

    def test_own_properties_are_no_difference(
        self, store: GraphStore, scratch: str, references: dict[str, Reference]
    ) -> None:
        load(references["pooled"].file, store.location, name=scratch)
        with NeuronGraph(store.location, model=scratch) as graph:
            if store.server is None:
                graph.write("ALTER TABLE Neuron ADD mine DOUBLE")
            added = store.own("MATCH (n:Neuron) WHERE n.model = $key SET n.mine = 1.0")
            graph.write(added, {"key": scratch})
        assert check(store.location, name=scratch).passed


class TestReplacedMeanwhile:
    def test_within_the_same_second(
        self,
        store: GraphStore,
        scratch: str,
        references: dict[str, Reference],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        stopped = Mock(now=Mock(return_value=datetime(2026, 1, 1, tzinfo=UTC)))
        monkeypatch.setattr("exporter.loading.datetime", stopped)
        load(references["pooled"].file, store.location, name=scratch)
        with NeuronGraph(store.location, model=scratch) as graph:
            before = graph.katz()
            load(references["dilated"].file, store.location, name=scratch, replace=True)
            after = graph.katz()
        with NeuronGraph(store.location, model=scratch) as graph:
            pd.testing.assert_frame_equal(after, graph.katz())
        assert len(before) != len(after)

    @pytest.mark.one_in(5)
    @pytest.mark.parametrize("statement", [1, 2, 3])
    @pytest.mark.parametrize("query", ["katz", "edges", "strength"])
    def test_between_two_statements(
        self,
        store: GraphStore,
        scratch: str,
        references: dict[str, Reference],
        monkeypatch: pytest.MonkeyPatch,
        query: str,
        statement: int,
    ) -> None:
        """A question that has begun is answered from the model that it is about, or not at all."""
        load(references["pooled"].file, store.location, name=scratch)
        with NeuronGraph(store.location, model=scratch) as graph:
            expected = STATEMENTS[query](graph)
        with NeuronGraph(store.location, model=scratch) as graph:
            opened: Any = graph._store
            table, run = opened.table, iter(range(1, 100))

            def replacing(*args: Any) -> Any:
                if next(run) == statement:
                    load(references["dilated"].file, store.location, name=scratch, replace=True)
                return table(*args)

            monkeypatch.setattr(opened, "table", replacing)
            found: pd.DataFrame | str
            try:
                found = STATEMENTS[query](graph)
            except GraphError as error:
                found = str(error)
        if isinstance(found, str):
            assert "replaced or removed while it was read" in found
            assert "damaged" not in found
        else:
            pd.testing.assert_frame_equal(found, expected)


def test_a_model_without_its_node_can_be_loaded_again(
    store: GraphStore, scratch: str, references: dict[str, Reference]
) -> None:
    if store.server is None:
        pytest.skip("the embedded store holds one model a file")
    load(references["pooled"].file, store.location, name=scratch)
    store.spoil(scratch, "MATCH (m:Model) WHERE m.key = $model DETACH DELETE m")
    load(references["dilated"].file, store.location, name=scratch)
    assert check(store.location, name=scratch).passed


def test_what_is_as_its_load_wrote_it_passes(
    store: GraphStore, scratch: str, references: dict[str, Reference]
) -> None:
    for granularity in GRANULARITIES:
        load(
            references["dilated"].file,
            store.location,
            name=scratch,
            granularity=granularity,
            replace=True,
        )
        report = check(store.location, name=scratch)
        assert report.passed
        assert report.frame["passed"].all()
        assert (report.frame["model"] == scratch).all()


def test_a_model_file_holds_nothing_to_check(small_files: dict[str, Path]) -> None:
    report = check(small_files["pooled"])
    assert report.passed
    assert report.frame.empty

"""Numbers written to neurons: what Cypher, filters and listings make of them in each store."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from exporter import drop, load
from queries import NeuronFilter, NeuronGraph
from queries.core.checksum import NEURON_COLUMNS
from queries.errors import (
    GraphError,
    GraphLockedError,
    NeuronNotFoundError,
    ParameterError,
    PropertyNotFoundError,
)
from queries.library.queries import queries, query
from queries.stores import open_store
from queries.stores.models import find_model
from queries.stores.neo4j.properties import Properties
from tests.contract.stores import GraphStore

cypher = pytest.mark.cypher
on_servers = pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True)
embedded = pytest.mark.parametrize("store", ["embedded"], indirect=True)

ASKED: dict[str, dict[str, Any]] = {
    "compare_neurons": {"other": "scratch", "k": 500},
    "field_neurons": {"neurons": "hidden[1]"},
    "path_counts": {"source": "pixels", "target": "hidden"},
    "shortest_paths": {"source": "pixels[0]@0,0", "target": ["conv", "hidden"]},
    "top_neurons": {"k": 2},
}
STORED = "MATCH (n:Neuron) WHERE n.model = $key RETURN n.id AS id, n.`{}` AS value ORDER BY id"


def stored(store: GraphStore, writable: NeuronGraph, name: str) -> "pd.Series[float]":
    """Return what a statement of a user's own reads of a property, by id."""
    key = writable.models().set_index("name").loc["scratch", "key"]
    frame = writable.cypher(store.own(STORED.format(name)), key=str(key))
    return frame.set_index("id")["value"].astype("float64")


def in_order(edges: pd.DataFrame) -> pd.DataFrame:
    return edges.sort_values(["target", "source"], ignore_index=True)


def listed(writable: NeuronGraph) -> dict[str, str]:
    frame = writable.properties()
    assert list(frame.columns) == ["name", "state", "index"]
    return dict(zip(frame["name"], frame["state"], strict=True))


def scores(*values: float, first: int = 0) -> pd.DataFrame:
    """Return a frame of some numbers, one a neuron."""
    return pd.DataFrame({"id": range(first, first + len(values)), "score": values})


@cypher
class TestWritten:
    def test_scores_are_what_was_answered(self, store: GraphStore, writable: NeuronGraph) -> None:
        scored = {name: each for name, each in queries().items() if each.score}
        for name, each in scored.items():
            answer = getattr(writable, name)(**ASKED.get(name, {}), write_property=f"my_{name}")
            expected = answer.set_index("id")[each.score].astype("float64").dropna()
            assert len(expected)
            found = stored(store, writable, f"my_{name}").dropna()
            pd.testing.assert_series_equal(found, expected.sort_index(), check_names=False)
            said = f"wrote my_{name} of {len(expected)} neurons in "
            assert answer.attrs["written"].startswith(said)
        assert listed(writable) == {f"my_{name}": "complete" for name in sorted(scored)}

    def test_further_columns_of_neurons(self, writable: NeuronGraph) -> None:
        before = writable.neurons()
        assert writable.write_property(scores(0.5, np.nan, np.inf, -2), "b") == 3
        writable.write_property(scores(7), "order")
        after = writable.neurons()
        assert list(after.columns) == [*before.columns, "b", "order"]
        pd.testing.assert_frame_equal(after[before.columns], before)
        assert after["b"].dropna().to_dict() == {0: 0.5, 2: np.inf, 3: -2.0}
        assert after["order"].dropna().to_dict() == {0: 7.0}
        assert after.dtypes[["b", "order"]].tolist() == ["float64", "float64"]
        pd.testing.assert_frame_equal(writable.neurons(in_store=True), after)
        assert "AS `order`" in writable.statement("neurons").cypher
        writable.remove_property("b")
        assert list(writable.neurons().columns) == [*before.columns, "order"]

    def test_again_takes_the_place_of_what_was_there(
        self, store: GraphStore, writable: NeuronGraph
    ) -> None:
        writable.write_property(writable.degree(), "score", "degree")
        writable.write_property(scores(1.5, 2.5, first=30), "score")
        assert stored(store, writable, "score").dropna().to_dict() == {30: 1.5, 31: 2.5}
        writable.write_property(scores(), "score")
        assert stored(store, writable, "score").count() == 0
        assert listed(writable) == {"score": "complete"}

    def test_removed(self, store: GraphStore, writable: NeuronGraph) -> None:
        for name in ("a", "b"):
            writable.write_property(scores(1.0, 2.0), name)
        writable.remove_property("a")
        assert listed(writable) == {"b": "complete"}
        rows = writable.cypher(store.own("MATCH (m:Model {name: 'scratch'}) RETURN m.properties"))
        assert [list(each) for each in rows.iloc[:, 0]] == [["b"]]
        with pytest.raises(
            PropertyNotFoundError, match=r"no property 'a' .* those that were are b"
        ):
            writable.remove_property("a")
        with pytest.raises(ParameterError, match="no name of a property"):
            writable.remove_property("a`) //")

    def test_is_no_edit_and_no_damage(
        self, store: GraphStore, writable: NeuronGraph, small_files: dict[str, Path]
    ) -> None:
        before = writable.models()
        writable.katz(write_property="katz")
        pd.testing.assert_frame_equal(writable.models(), before)
        with open_store(store.location) as opened:
            opened.wholly = True
            about = find_model(opened, "scratch")
            assert list(opened.damage(about)) == []
            assert opened.compares(about)
        again = load(small_files["pooled"], store.location, name="scratch", resume=True)
        assert (again.repaired, again.resumed) == ((), again.edges)
        assert listed(writable) == {"katz": "complete"}
        assert writable.neurons()["katz"].notna().all()

    def test_goes_with_the_model(
        self, store: GraphStore, writable: NeuronGraph, small_files: dict[str, Path]
    ) -> None:
        writable.katz(write_property="katz")
        load(small_files["pooled"], store.location, name="scratch", replace=True)
        assert listed(writable) == {}
        assert "katz" not in writable.neurons()
        writable.katz(write_property="katz")
        drop("scratch", store.location)
        load(small_files["pooled"], store.location, name="scratch")
        assert listed(writable) == {}

    def test_is_of_one_model_alone(
        self, store: GraphStore, writable: NeuronGraph, small_files: dict[str, Path]
    ) -> None:
        load(small_files["dilated"], store.location, name="scratch-other")
        writable.katz(write_property="katz")
        assert writable.properties(model="scratch-other").empty
        assert "katz" not in writable.neurons(model="scratch-other")
        writable.write_property(scores(1.0), "katz", model="scratch-other")
        writable.remove_property("katz")
        assert writable.neurons(model="scratch-other")["katz"].count() == 1

    def test_of_a_coarser_graph(
        self, store: GraphStore, writable: NeuronGraph, small_files: dict[str, Path]
    ) -> None:
        load(small_files["pooled"], store.location, name="scratch-c", granularity="channel")
        answer = writable.katz(by="l1", write_property="katz", model="scratch-c")
        found = writable.neurons(model="scratch-c")
        assert found["katz"].tolist() == answer["katz"].tolist()

    def test_what_is_refused(self, writable: NeuronGraph) -> None:
        some = scores(1.0, 2.0)
        last = int(writable.layers()["last"].max())
        with pytest.raises(NeuronNotFoundError, match=f"has the ids 0 to {last}, not {last + 1}"):
            writable.write_property(scores(1.0, 2.0, first=last), "score")
        with pytest.raises(ParameterError, match="a load gives"):
            writable.katz(write_property="bias")
        with pytest.raises(ParameterError, match="no name"):
            writable.write_property(some, "_katz")
        with pytest.raises(ParameterError, match="write_property"):
            writable.katz(index=True)
        writable.write_property(some, "score")
        with pytest.raises(ParameterError, match="there is a property 'score' already"):
            writable.write_property(some, "Score")
        assert listed(writable) == {"score": "complete"}


@cypher
class TestFilters:
    def test_know_what_was_written(self, writable: NeuronGraph) -> None:
        katz = writable.katz(write_property="katz").set_index("id")["katz"]
        writable.write_property(scores(1.0, 5.0, np.nan, np.inf), "score")
        middle = float(katz.median())
        above = katz[katz >= middle].index.tolist()
        assert (
            writable.neurons(NeuronFilter(properties={"katz": (middle, None)}))["id"].tolist()
            == above
        )
        below = NeuronFilter(layer="hidden", properties={"katz": (None, middle)})
        expected = [each for each in writable.neurons("hidden")["id"] if katz[each] <= middle]
        assert writable.neurons(below)["id"].tolist() == expected
        both = NeuronFilter(properties={"score": (1.0, 9.0), "katz": (None, None)})
        assert writable.neurons(both)["id"].tolist() == [0, 1]
        assert writable.neurons(NeuronFilter(properties={"score": (2, None)}))["id"].tolist() == [
            1,
            3,
        ]
        either = NeuronFilter(either=[both, NeuronFilter(id=7)])
        assert writable.strength(either)["id"].tolist() == [0, 1, 7]

    def test_of_relationships_and_of_what_is_computed(self, writable: NeuronGraph) -> None:
        katz = writable.katz(write_property="katz").set_index("id")["katz"]
        middle = float(katz.median())
        strong = NeuronFilter(properties={"katz": (middle, None)})
        ids = NeuronFilter(id=katz[katz >= middle].index.tolist())
        for ask in (
            lambda some: in_order(writable.edges(some, "hidden")),
            lambda some: in_order(writable.edges(target=some)),
            lambda some: writable.strongest_edges(some, some),
            lambda some: writable.top_neurons(some, measure="in_degree"),
            writable.pagerank,
            writable.receptive_field,
        ):
            pd.testing.assert_frame_equal(ask(strong), ask(ids))

    def test_see_what_is_written_later(self, writable: NeuronGraph) -> None:
        some = NeuronFilter(properties={"score": (0.5, None)})
        for first in (3, 8):
            writable.write_property(scores(1.0, first=first), "score")
            assert writable.pagerank(some)["id"].tolist() == [first]

    def test_refuse_what_was_not_written(self, writable: NeuronGraph) -> None:
        unknown = NeuronFilter(properties={"katz": (0.5, None)})
        for there in ("none was", "those that were are other, score"):
            for ask in (writable.neurons, writable.katz, writable.edges):
                with pytest.raises(PropertyNotFoundError, match=f"'katz' .*; {there}$"):
                    ask(unknown)
            for name in ("score", "other"):
                writable.write_property(scores(1.0), name)


@pytest.mark.parametrize("store", ["dataset"], indirect=True)
def test_files_are_only_read(writable: NeuronGraph) -> None:
    for write in (
        lambda: writable.katz(write_property="katz"),
        lambda: writable.write_property(scores(1.0), "katz"),
        lambda: writable.remove_property("katz"),
    ):
        with pytest.raises(GraphError, match=r"is read only.*import the files into Neo4j"):
            write()
    assert listed(writable) == {}
    with pytest.raises(PropertyNotFoundError, match="none was"):
        writable.neurons(NeuronFilter(properties={"katz": (0.5, None)}))


@embedded
class TestEmbedded:
    def test_has_no_index(self, writable: NeuronGraph) -> None:
        for write in (
            lambda: writable.katz(write_property="katz", index=True),
            lambda: writable.write_property(scores(1.0), "katz", index=True),
        ):
            with pytest.raises(ParameterError, match="no index on a property"):
                write()
        assert listed(writable) == {}

    def test_a_break_leaves_all_as_it_was(
        self, writable: NeuronGraph, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writable.write_property(scores(1.0, 2.0), "score")
        with monkeypatch.context() as patched:
            patched.setattr("queries.stores.embedded.properties._set_list", _interrupt)
            with pytest.raises(KeyboardInterrupt):
                writable.write_property(scores(5.0), "score")
            with pytest.raises(KeyboardInterrupt):
                writable.remove_property("score")
        assert listed(writable) == {"score": "complete"}
        assert writable.neurons()["score"].dropna().tolist() == [1.0, 2.0]


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@on_servers
@pytest.mark.neo4j
class TestNeo4j:
    @pytest.fixture(autouse=True)
    def _small_transactions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Write in several transactions."""
        monkeypatch.setattr("queries.stores.neo4j.properties._NEURONS_A_TRANSACTION", 40)

    def test_a_break_is_shown_and_mended(
        self, store: GraphStore, writable: NeuronGraph, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writable.katz(write_property="katz")
        broken = _at_second(Properties._change, _interrupt)
        for mend in (
            lambda: writable.degree(write_property="katz"),
            lambda: writable.remove_property("katz"),
        ):
            for breaks in (
                lambda: writable.degree(write_property="katz"),
                lambda: writable.remove_property("katz"),
            ):
                with monkeypatch.context() as patched:
                    patched.setattr(Properties, "_change", broken())
                    with pytest.raises(KeyboardInterrupt):
                        breaks()
                assert listed(writable) == {"katz": "unfinished"}
                assert "katz" not in writable.neurons()
                with pytest.raises(
                    PropertyNotFoundError, match=r"unfinished.*remove_property\('katz', model="
                ):
                    writable.neurons(NeuronFilter(properties={"katz": (0.5, None)}))
            mend()
        assert listed(writable) == {}
        assert stored(store, writable, "katz").count() == 0

    def test_the_later_of_two_writers_wins(
        self, store: GraphStore, writable: NeuronGraph, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        degrees = writable.degree()

        def meanwhile() -> None:
            monkeypatch.undo()
            with NeuronGraph(store.location, model="scratch") as other:
                other.write_property(degrees, "score", "degree")
                other.write_property(degrees, "other", "in_degree")

        monkeypatch.setattr(Properties, "_change", _at_second(Properties._change, meanwhile)())
        with pytest.raises(GraphLockedError, match="begun to write or remove 'score'"):
            writable.katz(write_property="score")
        found = stored(store, writable, "score")
        assert found.tolist() == degrees["degree"].tolist()
        assert listed(writable) == {"other": "complete", "score": "complete"}

    def test_ends_where_the_model_was_replaced(
        self,
        store: GraphStore,
        writable: NeuronGraph,
        monkeypatch: pytest.MonkeyPatch,
        small_files: dict[str, Path],
    ) -> None:
        def meanwhile() -> None:
            load(small_files["pooled"], store.location, name="scratch", replace=True)

        monkeypatch.setattr(Properties, "_change", _at_second(Properties._change, meanwhile)())
        with pytest.raises(GraphError, match="replaced or removed"):
            writable.katz(write_property="katz")
        assert listed(writable) == {}
        assert stored(store, writable, "katz").count() == 0

    def test_an_index_is_there_as_long_as_a_model_needs_it(
        self, store: GraphStore, writable: NeuronGraph, small_files: dict[str, Path]
    ) -> None:
        load(small_files["dilated"], store.location, name="scratch-other")
        writable.katz(write_property="katz", index=True)
        writable.katz(write_property="katz", model="scratch-other")
        writable.write_property(writable.degree(), "degree", index=True)
        frame = writable.properties()
        assert frame.to_dict("list") == {
            "name": ["degree", "katz"], "state": ["complete"] * 2, "index": [True, True]
        }  # fmt: skip
        writable.remove_property("katz")
        assert _indexes(writable) == {"neurongraph_property_degree", "neurongraph_property_katz"}
        drop("scratch-other", store.location)
        assert _indexes(writable) == {"neurongraph_property_degree"}
        load(small_files["pooled"], store.location, name="scratch", replace=True)
        assert _indexes(writable) == set()


def _indexes(writable: NeuronGraph) -> set[str]:
    names = writable.cypher("SHOW INDEXES YIELD name RETURN name")["name"]
    return {str(name) for name in names if str(name).startswith("neurongraph_property_")}


def _at_second(
    work: Callable[..., None], meanwhile: Callable[[], None]
) -> Callable[[], Callable[..., None]]:
    """Return what makes a function that, at its second call, first does something else."""

    def made() -> Callable[..., None]:
        calls = 0

        def wrapped(*arguments: Any) -> None:
            nonlocal calls
            calls += 1
            if calls == 2:
                meanwhile()
            work(*arguments)

        return wrapped

    return made


def test_the_columns_that_are_summed_are_those_of_the_schema() -> None:
    declared = [column.name for column in query("neurons").columns]
    assert sorted(NEURON_COLUMNS) == sorted(declared)

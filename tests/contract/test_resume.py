"""A load that broke goes on where it ended, and of two loads of one name one wins."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from exporter import LoadReport, drop, load
from queries import NeuronGraph
from queries.errors import (
    GraphError,
    GraphLockedError,
    ModelExistsError,
    ModelIncompleteError,
    ParameterError,
)
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore
from tests.contract.test_loads import Interrupted, interrupt, state

PHASES = ["neurons", "relationships", "checked relationships"]
BATCH_SIZE = 20
"""Small enough that each small model takes many transactions."""


def frames(store: GraphStore, model: str) -> dict[str, pd.DataFrame]:
    """Return all that a graph tells of a model."""
    with NeuronGraph(store.location, model=model) as graph:
        edges = graph.edges().sort_values(["target", "source"], ignore_index=True)
        return {"edges": edges, "neurons": graph.neurons(), "layers": graph.layers()}


def assert_equal(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    for name, frame in expected.items():
        pd.testing.assert_frame_equal(found[name], frame, check_exact=True)


@pytest.fixture
def start(
    store: GraphStore, scratch: str, references: dict[str, Reference]
) -> Callable[..., LoadReport]:
    """Give a load of a small model under the name of a test, in many transactions."""

    def start(reference: str = "pooled", **options: Any) -> LoadReport:
        file = references[reference].file
        return load(file, store.location, **{"name": scratch, "batch_size": BATCH_SIZE, **options})

    return start


Start = Callable[..., LoadReport]


class TestResume:
    @pytest.mark.one_in(4)
    @pytest.mark.parametrize("phase", PHASES)
    def test_ends_in_the_same_graph(
        self, loaded: GraphStore, scratch: str, start: Start, phase: str
    ) -> None:
        with pytest.raises(Interrupted):
            start(progress=interrupt(phase))
        report = start(resume=True)
        assert_equal(frames(loaded, scratch), frames(loaded, "pooled"))
        assert state(loaded, scratch) == "complete"
        assert loaded.leftovers(scratch) == []
        assert report.edges == len(frames(loaded, "pooled")["edges"])
        if phase == "checked relationships":
            assert report.resumed == report.edges

    def test_is_not_bound_to_the_batch_size(
        self, loaded: GraphStore, scratch: str, start: Start
    ) -> None:
        with pytest.raises(Interrupted):
            start(progress=interrupt("relationships"))
        start(resume=True, batch_size=70)
        assert_equal(frames(loaded, scratch), frames(loaded, "pooled"))

    def test_may_be_interrupted_itself(
        self, loaded: GraphStore, scratch: str, start: Start
    ) -> None:
        for phase in PHASES:
            with pytest.raises(Interrupted):
                start(resume=True, progress=interrupt(phase))
        start(resume=True)
        assert_equal(frames(loaded, scratch), frames(loaded, "pooled"))

    def test_begins_where_there_is_nothing(
        self, loaded: GraphStore, scratch: str, start: Start
    ) -> None:
        assert start(resume=True).resumed == 0
        assert_equal(frames(loaded, scratch), frames(loaded, "pooled"))

    def test_leaves_a_complete_model_alone(
        self, store: GraphStore, scratch: str, start: Start
    ) -> None:
        first = start()
        with NeuronGraph(store.location) as graph:
            before = graph.models()
        again = start(resume=True)
        with NeuronGraph(store.location) as graph:
            pd.testing.assert_frame_equal(graph.models(), before)
        assert again.resumed == again.edges == first.edges
        assert again.checksums == first.checksums

    @pytest.mark.one_in(4)
    @pytest.mark.parametrize(
        "other", [{"reference": "dilated"}, {"top": 3}, {"to_layer": "hidden"}]
    )
    @pytest.mark.parametrize("broken", [True, False])
    def test_refuses_another_load(
        self, store: GraphStore, scratch: str, start: Start, other: dict[str, str], broken: bool
    ) -> None:
        if broken:
            with pytest.raises(Interrupted):
                start(progress=interrupt("relationships"))
        else:
            start()
        before = state(store, scratch)
        with pytest.raises(ModelExistsError, match="other options"):
            start(resume=True, **other)
        assert state(store, scratch) == before

    def test_excludes_a_replacement(self, start: Start) -> None:
        with pytest.raises(ParameterError, match="exclude"):
            start(resume=True, replace=True)

    def test_finishes_a_replacement(self, loaded: GraphStore, scratch: str, start: Start) -> None:
        start("dilated")
        old = frames(loaded, scratch)
        with pytest.raises(Interrupted):
            start(replace=True, progress=interrupt("checked relationships"))
        assert_equal(frames(loaded, scratch), old)
        start(resume=True)
        assert_equal(frames(loaded, scratch), frames(loaded, "pooled"))
        assert loaded.leftovers(scratch) == []

    def test_finishes_the_removal_of_the_replaced_model(
        self, loaded: GraphStore, scratch: str, start: Start
    ) -> None:
        if loaded.server is None:
            pytest.skip("the embedded store replaces a file by a rename")
        start("dilated")
        with pytest.raises(Interrupted):
            start(replace=True, progress=interrupt("replaced relationships"))
        assert state(loaded, f"{scratch}~old") == "dropping"
        start(resume=True)
        assert_equal(frames(loaded, scratch), frames(loaded, "pooled"))
        assert state(loaded, f"{scratch}~old") is None
        assert loaded.leftovers(scratch) == []

    def test_takes_one_replacement_after_another(
        self, loaded: GraphStore, scratch: str, start: Start
    ) -> None:
        for reference in ("dilated", "pooled", "dilated", "pooled"):
            start(reference, replace=True)
            assert_equal(frames(loaded, scratch), frames(loaded, reference))
        assert loaded.leftovers(scratch) == []
        drop(scratch, loaded.location)
        assert loaded.leftovers(scratch) == []


class TestCheck:
    @pytest.mark.one_in(4)
    @pytest.mark.parametrize(
        "change",
        [
            "SET r.weight = r.weight + 0.001",
            "DELETE r",
            "CREATE (s)-[:CONNECTS_TO {weight: r.weight}]->(t)",
        ],
    )
    def test_finds_what_is_not_as_it_was_sent(
        self, store: GraphStore, scratch: str, start: Start, change: str
    ) -> None:
        with pytest.raises(Interrupted):
            start(progress=interrupt("checked relationships"))
        store.spoil(
            scratch,
            "MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron) WHERE t.model = $model AND t.id = 60 "
            f"WITH s, t, r LIMIT 1 {change}",
            loading=True,
        )
        # The embedded store tells by their number which relationships are there.
        uneven = store.server is None and "DELETE" in change
        with pytest.raises(GraphError, match="whole number" if uneven else "layer 'conv'"):
            start(resume=True)
        assert state(store, scratch) == "loading"


class TestTwoLoads:
    def test_of_one_name(self, store: GraphStore, scratch: str, start: Start) -> None:
        told: list[str] = []

        def second(phase: str, *_: int) -> None:
            if phase == "relationships" and not told:
                told.append("begun")
                with pytest.raises(ModelExistsError, match=scratch):
                    start()

        start(progress=second)
        assert told
        assert state(store, scratch) == "complete"

    @pytest.mark.one_in(4)
    @pytest.mark.parametrize("option", ["resume", "replace"])
    @pytest.mark.parametrize("phase", ["neurons", "relationships"])
    def test_one_wins_and_the_other_is_told(
        self, loaded: GraphStore, scratch: str, start: Start, option: str, phase: str
    ) -> None:
        tried: list[bool] = []

        def second(now: str, done: int, total: int) -> None:
            if now == phase and 0 < done < total and not tried:
                tried.append(True)
                start(**{option: True})

        with pytest.raises(GraphLockedError):
            start(progress=second)
        if loaded.server is None:
            # A file that is being written is locked: there the first load wins.
            assert state(loaded, scratch) == "loading"
            start(resume=True)
        assert_equal(frames(loaded, scratch), frames(loaded, "pooled"))
        assert loaded.leftovers(scratch) == []

    def test_of_different_names(self, loaded: GraphStore, scratch: str, start: Start) -> None:
        other = f"{scratch}-2"
        tried: list[bool] = []

        def second(phase: str, done: int, total: int) -> None:
            if phase == "relationships" and 0 < done < total and not tried:
                tried.append(True)
                start(name=other)

        start(progress=second)
        for name in (scratch, other):
            assert_equal(frames(loaded, name), frames(loaded, "pooled"))

    def test_a_drop_ends_a_load(self, store: GraphStore, scratch: str, start: Start) -> None:
        tried: list[bool] = []

        def remove(phase: str, done: int, total: int) -> None:
            if phase == "relationships" and 0 < done < total and not tried:
                tried.append(True)
                drop(scratch, store.location)

        with pytest.raises(GraphLockedError):
            start(progress=remove)
        drop_left(store, scratch)
        assert store.leftovers(scratch) == []


def drop_left(store: GraphStore, model: str) -> None:
    """Drop what is left of a model, if anything."""
    if state(store, model) is not None:
        drop(model, store.location)


class TestDrop:
    def test_goes_on_after_a_break(self, loaded: GraphStore, scratch: str, start: Start) -> None:
        if loaded.server is None:
            pytest.skip("the embedded store deletes a file")
        start()
        edges = len(frames(loaded, scratch)["edges"])

        def stop(*_: object) -> None:
            raise Interrupted

        with pytest.raises(Interrupted):
            drop(scratch, loaded.location, progress=stop)
        assert state(loaded, scratch) == "dropping"
        with (
            NeuronGraph(loaded.location) as graph,
            pytest.raises(ModelIncompleteError, match=r"drop\('"),
        ):
            graph.summary(model=scratch)
        assert drop(scratch, loaded.location) < edges
        assert loaded.leftovers(scratch) == []

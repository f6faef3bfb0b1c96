"""What a load, a replacement, a part of a model and a drop leave in each store."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from exporter import drop, load
from queries import NeuronGraph
from queries.errors import (
    LayerNotFoundError,
    ModelExistsError,
    ModelIncompleteError,
    ModelNotFoundError,
    ParameterError,
)
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore
from tests.contract.test_edges import assert_same, rows
from tests.models import HOSTILE

Progress = Callable[[str, int, int], None]


class Interrupted(Exception):  # noqa: N818 - stands for Ctrl-C
    """What a test interrupts a load with."""


def interrupt(at: str) -> Progress:
    """Return a progress callback that ends the load in the middle of a phase."""

    def progress(phase: str, done: int, total: int) -> None:
        if phase == at and done > 0 < total:
            raise Interrupted

    return progress


def state(store: GraphStore, model: str) -> str | None:
    """Return the state of a model, or None where it is not there."""
    with NeuronGraph(store.location) as graph:
        models = graph.models().set_index("name")["state"]
    return str(models[model]) if model in models else None


class TestLoad:
    def test_reports_what_keras_has(
        self, store: GraphStore, scratch: str, references: dict[str, Reference]
    ) -> None:
        pooled = references["pooled"]
        seen: dict[str, list[tuple[int, int]]] = {}
        report = load(
            pooled.file,
            store.location,
            name=scratch,
            progress=lambda phase, *counts: seen.setdefault(phase, []).append(counts),
        )
        counts = (len(pooled.graph), pooled.graph.number_of_edges())
        assert (report.model, report.graph) == (scratch, store.location)
        assert (len(report.layers), report.neurons, report.edges) == (len(pooled.layers), *counts)
        assert store.totals()[scratch] == counts
        phases = {"neurons": counts[0], "relationships": counts[1]}
        phases |= {"layers": len(pooled.layers), "checked relationships": counts[1]}
        assert {phase: steps[-1] for phase, steps in seen.items()} == {
            phase: (count, count) for phase, count in phases.items()
        }
        assert all(steps == sorted(steps) for steps in seen.values())

    def test_notes_the_model(self, loaded: GraphStore, references: dict[str, Reference]) -> None:
        with NeuronGraph(loaded.location) as graph:
            models = graph.models().set_index("name")
        for name, reference in references.items():
            row = models.loc[name]
            assert row["state"] == "complete"
            assert row["layers"] == len(reference.layers)
            assert row["neurons"] == len(reference.graph)
            assert row["edges"] == reference.graph.number_of_edges()
        assert models.loc["pooled", "input_shapes"] == "[[6, 5, 2]]"
        assert models.loc["pooled", "output_shapes"] == "[[4]]"

    def test_keeps_models_apart(self, loaded: GraphStore, references: dict[str, Reference]) -> None:
        with NeuronGraph(loaded.location) as graph:
            assert graph.models()["name"].is_monotonic_increasing
            for name, reference in references.items():
                assert_same(rows(graph.edges(model=name)), reference.edges())

    def test_refuses_a_name_that_is_taken(
        self, loaded: GraphStore, references: dict[str, Reference]
    ) -> None:
        before = loaded.totals()
        with pytest.raises(ModelExistsError, match="'pooled'"):
            load(references["dilated"].file, loaded.location, name="pooled")
        assert loaded.totals() == before

    @pytest.mark.parametrize("name", ["", "  ", "line\nbreak", "x" * 201, "digits~new"])
    def test_refuses_an_odd_name(
        self, loaded: GraphStore, references: dict[str, Reference], name: str
    ) -> None:
        before = loaded.totals()
        with pytest.raises(ParameterError, match="name"):
            load(references["pooled"].file, loaded.location, name=name)
        assert loaded.totals() == before

    def test_takes_any_printable_name(
        self, loaded: GraphStore, references: dict[str, Reference]
    ) -> None:
        before = loaded.totals()
        load(references["pooled"].file, loaded.location, name=HOSTILE)
        with NeuronGraph(loaded.location) as graph:
            assert_same(rows(graph.edges(model=HOSTILE)), references["pooled"].edges())
        drop(HOSTILE, loaded.location)
        assert loaded.totals() == before

    @pytest.mark.one_in(4)
    @pytest.mark.parametrize("batch_size", [1, 7, 1000])
    def test_gives_the_same_graph_by_any_batch_size(
        self,
        store: GraphStore,
        scratch: str,
        references: dict[str, Reference],
        batch_size: int,
    ) -> None:
        reference = references["pooled"]
        load(reference.file, store.location, name=scratch, batch_size=batch_size)
        with NeuronGraph(store.location, model=scratch) as graph:
            assert_same(rows(graph.edges()), reference.edges())
            assert len(graph.neurons()) == len(reference.graph)

    def test_refuses_batches_of_nothing(
        self, loaded: GraphStore, references: dict[str, Reference]
    ) -> None:
        before = loaded.totals()
        with pytest.raises(ParameterError, match="batch_size"):
            load(references["pooled"].file, loaded.location, name="other", batch_size=0)
        assert loaded.totals() == before

    def test_takes_a_model_of_two_neurons(
        self, store: GraphStore, scratch: str, tmp_path: Path
    ) -> None:
        import keras

        layers = [keras.Input((1,), name="pixel"), keras.layers.Dense(1, name="one")]
        model = keras.Sequential(layers)
        model.save(tmp_path / "two.keras")
        load(tmp_path / "two.keras", store.location, name=scratch)
        weight = float(model.layers[-1].kernel[0, 0])
        with NeuronGraph(store.location, model=scratch) as graph:
            assert rows(graph.edges()) == [(0, 1, weight)]
            assert graph.summary()["density"].tolist() == [0.5]


class TestPartOfAModel:
    @pytest.mark.parametrize(
        ("from_layer", "to_layer", "kept"),
        [
            ("pool", "hidden", ["pool", "norm", "hidden"]),
            (None, "conv", ["pixels", "conv"]),
            ("hidden", None, ["hidden", "digits", "odds"]),
            ("norm", "norm", ["norm"]),
        ],
    )
    def test_keeps_its_ids(
        self,
        store: GraphStore,
        scratch: str,
        references: dict[str, Reference],
        from_layer: str | None,
        to_layer: str | None,
        kept: list[str],
    ) -> None:
        reference = references["pooled"]
        load(
            reference.file,
            store.location,
            name=scratch,
            from_layer=from_layer,
            to_layer=to_layer,
        )
        expected = reference.edges(*kept[1:]) if kept[1:] else []
        with NeuronGraph(store.location, model=scratch) as graph:
            assert graph.layers()["name"].tolist() == kept
            assert graph.neurons()["id"].tolist() == reference.ids(*kept)
            assert_same(rows(graph.edges()), expected)
            summary = graph.summary().iloc[0]
        assert (summary["neurons"], summary["edges"]) == (
            len(reference.ids(*kept)),
            len(expected),
        )

    def test_answers_like_the_whole(
        self, store: GraphStore, scratch: str, loaded: GraphStore, references: dict[str, Reference]
    ) -> None:
        file = references["pooled"].file
        load(file, store.location, name=scratch, from_layer="norm", to_layer="digits")
        with NeuronGraph(store.location) as graph:
            part, whole = (
                graph.strongest_paths("norm", "digits", k=12, model=name)
                for name in (scratch, "pooled")
            )
            pd.testing.assert_frame_equal(part, whole)
            part, whole = (graph.strength("hidden", model=name) for name in (scratch, "pooled"))
            pd.testing.assert_frame_equal(part, whole)
            # Nothing feeds its first layer, so the first scores are beta.
            katz = graph.katz("norm", beta=3.0, model=scratch)
            assert (katz["katz"] == 3.0).all()

    def test_may_be_one_neuron(self, store: GraphStore, scratch: str, tmp_path: Path) -> None:
        import keras

        layers = [keras.Input((3,), name="pixels"), keras.layers.Dense(1, name="one")]
        keras.Sequential(layers).save(tmp_path / "one.keras")
        load(tmp_path / "one.keras", store.location, name=scratch, from_layer="one")
        with NeuronGraph(store.location, model=scratch) as graph:
            summary = graph.summary().iloc[0]
            assert (summary["neurons"], summary["edges"]) == (1, 0)
            # As NetworkX has it, where 0 / 0 would be no number.
            assert summary["density"] == 0.0
            assert graph.katz()["katz"].tolist() == [1.0]

    @pytest.mark.parametrize(
        ("from_layer", "to_layer"), [("nowhere", None), (None, "flat"), ("hidden", "conv")]
    )
    def test_must_exist(
        self,
        loaded: GraphStore,
        references: dict[str, Reference],
        from_layer: str | None,
        to_layer: str | None,
    ) -> None:
        before = loaded.totals()
        with pytest.raises(LayerNotFoundError):
            load(
                references["pooled"].file,
                loaded.location,
                name="part",
                from_layer=from_layer,
                to_layer=to_layer,
            )
        assert loaded.totals() == before


class TestReplace:
    def test_the_old_model_answers_until_the_new_one_is_there(
        self, store: GraphStore, scratch: str, references: dict[str, Reference]
    ) -> None:
        old, new = references["pooled"], references["dilated"]
        answers: list[tuple[bool, int]] = []

        def ask(phase: str, *_: object) -> None:
            with NeuronGraph(store.location, model=scratch) as graph:
                answers.append((phase == "replaced relationships", len(graph.edges())))

        load(old.file, store.location, name=scratch)
        load(new.file, store.location, name=scratch, replace=True, progress=ask)
        assert len(answers) > 2
        before, after = old.graph.number_of_edges(), new.graph.number_of_edges()
        assert {count for removing, count in answers if not removing} == {before}
        assert {count for removing, count in answers if removing} <= {after}
        with NeuronGraph(store.location, model=scratch) as graph:
            assert_same(rows(graph.edges()), new.edges())
            assert len(graph.neurons()) == len(new.graph)
            assert graph.layers()["name"].tolist() == [layer.name for layer in new.layers]
        assert [name for name in store.totals() if name.startswith(scratch)] == [scratch]

    def test_the_old_model_outlives_an_interrupted_replacement(
        self, store: GraphStore, scratch: str, references: dict[str, Reference]
    ) -> None:
        old, new = references["pooled"], references["dilated"]
        load(old.file, store.location, name=scratch)
        with pytest.raises(Interrupted):
            load(
                new.file,
                store.location,
                name=scratch,
                replace=True,
                progress=interrupt("relationships"),
            )
        with NeuronGraph(store.location, model=scratch) as graph:
            assert_same(rows(graph.edges()), old.edges())
        load(new.file, store.location, name=scratch, replace=True)
        with NeuronGraph(store.location, model=scratch) as graph:
            assert_same(rows(graph.edges()), new.edges())
            names = graph.models()["name"]
        assert [name for name in names if name.startswith(scratch)] == [scratch]

    def test_needs_no_old_model(
        self, store: GraphStore, scratch: str, references: dict[str, Reference]
    ) -> None:
        load(references["pooled"].file, store.location, name=scratch, replace=True)
        assert state(store, scratch) == "complete"


class TestInterruption:
    @pytest.mark.parametrize("phase", ["neurons", "relationships"])
    def test_leaves_nothing_that_looks_complete(
        self,
        loaded: GraphStore,
        scratch: str,
        references: dict[str, Reference],
        phase: str,
    ) -> None:
        reference = references["pooled"]
        with pytest.raises(Interrupted):
            load(reference.file, loaded.location, name=scratch, progress=interrupt(phase))
        assert state(loaded, scratch) == "loading"
        with NeuronGraph(loaded.location, model=scratch) as graph:
            for ask in (graph.summary, graph.neurons, graph.edges, graph.katz):
                with pytest.raises(ModelIncompleteError, match=scratch):
                    ask()
        with pytest.raises(ModelExistsError):
            load(reference.file, loaded.location, name=scratch)
        load(reference.file, loaded.location, name=scratch, replace=True)
        with NeuronGraph(loaded.location, model=scratch) as graph:
            assert_same(rows(graph.edges()), reference.edges())

    def test_can_be_dropped(
        self, loaded: GraphStore, scratch: str, references: dict[str, Reference]
    ) -> None:
        before = loaded.totals()
        with pytest.raises(Interrupted):
            load(
                references["pooled"].file,
                loaded.location,
                name=scratch,
                progress=interrupt("relationships"),
            )
        drop(scratch, loaded.location)
        assert state(loaded, scratch) is None
        assert loaded.totals() == before


class TestDrop:
    def test_takes_one_model_and_leaves_the_others(
        self, loaded: GraphStore, scratch: str, references: dict[str, Reference]
    ) -> None:
        before = loaded.totals()
        load(references["pooled"].file, loaded.location, name=scratch)
        edges = references["pooled"].graph.number_of_edges()
        assert drop(scratch, loaded.location) == edges
        assert loaded.totals() == before
        with pytest.raises(ModelNotFoundError, match=scratch):
            NeuronGraph(loaded.location, model=scratch)

    def test_refuses_what_is_not_there(self, loaded: GraphStore) -> None:
        before = loaded.totals()
        with pytest.raises(ModelNotFoundError, match="nobody"):
            drop("nobody", loaded.location)
        assert loaded.totals() == before

    def test_may_leave_an_empty_graph(
        self, tmp_path: Path, references: dict[str, Reference]
    ) -> None:
        location = tmp_path / "one.lbug"
        load(references["pooled"].file, location)
        drop("pooled", location)
        with NeuronGraph(location) as graph:
            assert graph.models().empty
            assert graph.models()["name"].tolist() == []
            with pytest.raises(ModelNotFoundError):
                graph.summary()

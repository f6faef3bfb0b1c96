"""A layer of several steps, of which one reads two others."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import networkx as nx
import numpy as np
import pytest

import exporter
from exporter.planning.push import plan
from exporter.wiring import Chain, Computed, Stage, handlers
from exporter.wiring.elementwise import one_to_one
from exporter.wiring.merge import merged
from exporter.wiring.results import Ids
from queries import NeuronGraph
from queries.errors import UnsupportedLayerError, VerificationError
from tests.opening import open_model
from tests.unit.builders import Wired, failing, randomized, saved, wired

KEY = "tests>Diamond"
layers = keras.layers


@keras.saving.register_keras_serializable("tests")
class Diamond(keras.layers.Layer):  # type: ignore[misc]
    """The mean of a position times the squares of its channels."""

    def build(self, shape: Any) -> None:
        self.scale = self.add_weight(name="scale", shape=shape[-1:])

    def call(self, inputs: Any) -> Any:
        squares = keras.ops.square(inputs * self.scale)
        return keras.ops.mean(inputs, axis=-1, keepdims=True) * squares


def mean(ids: Ids) -> Computed:
    share = np.float32(1 / ids.shape[-1])
    return Computed(ids[..., np.newaxis, :], np.asarray(share), rank=ids.ndim)


def product(*factors: Ids) -> Computed:
    return merged(factors, "product")


def diamond(layer: Any, ids: Ids) -> Chain:
    scale = np.asarray(layer.scale)
    return Chain(
        (
            Stage("mean", mean, output=lambda x: x.mean(axis=-1, keepdims=True)),
            Stage(
                "squares",
                lambda each: one_to_one(each, "square", weight=scale),
                len(scale),
                output=lambda x: np.square(x * scale),
                reads=(ids,),
            ),
            Stage("product", product, reads=("mean", "squares")),
        )
    )


Handler = Callable[[Any, Ids], Chain]


@pytest.fixture(autouse=True)
def handled(monkeypatch: pytest.MonkeyPatch) -> Callable[[Handler], None]:
    monkeypatch.setitem(handlers._HANDLERS, KEY, diamond)
    return lambda handler: monkeypatch.setitem(handlers._HANDLERS, KEY, handler)


@pytest.fixture
def model() -> Any:
    read = keras.Input((3, 4), name="read")
    return randomized(keras.Model(read, layers.Dense(2, name="out")(Diamond(name="diamond")(read))))


@pytest.fixture
def file(model: Any, tmp_path: Path) -> Path:
    return saved(model, tmp_path / "model.keras")


def changed(**stages: dict[str, Any]) -> Handler:
    """Return the handler with some stages changed."""

    def handler(layer: Any, ids: Ids) -> Chain:
        chain = diamond(layer, ids)
        return Chain(tuple(replace(each, **stages.get(each.name, {})) for each in chain.stages))

    return handler


def by_hand(model: Any) -> "nx.DiGraph[int]":
    """Return what the graph of the model is, with absolute weights."""
    scale, kernel = (np.abs(np.asarray(model.get_layer(n).weights[0])) for n in ("diamond", "out"))
    read, squares, products = (np.arange(12).reshape(3, 4) + first for first in (0, 15, 27))
    means, out = np.arange(12, 15), np.arange(39, 45).reshape(3, 2)
    edges: list[tuple[int, int, float]] = []
    for row, channel in np.ndindex(3, 4):
        source, square, product = (int(ids[row, channel]) for ids in (read, squares, products))
        edges += [(source, int(means[row]), 0.25), (source, square, float(scale[channel]))]
        edges += [(int(means[row]), product, 1.0), (square, product, 1.0)]
        edges += [(product, int(out[row, unit]), float(kernel[channel, unit])) for unit in (0, 1)]
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_weighted_edges_from(edges)
    return graph


def test_each_step_reads_what_it_names(file: Path) -> None:
    planned = plan(open_model(file))
    names = [layer.name for layer in planned.layers]
    assert names == ["read", "diamond/mean", "diamond/squares", "diamond", "out"]
    assert [layer.inputs for layer in planned.layers] == [(), (0,), (0,), (1, 2), (3,)]
    assert [layer.parameters for layer in planned.layers] == [0, 0, 4, 0, 10]
    assert [row.edges for row in exporter.inspect(file).frame.itertuples()] == [0, 12, 12, 24, 24]


def test_a_loaded_graph_is_proved_and_asked(model: Any, file: Path, tmp_path: Path) -> None:
    expected = nx.katz_centrality_numpy(
        by_hand(model), alpha=0.3, beta=1.0, normalized=False, weight="weight"
    )
    store = tmp_path / "graph.lbug"
    exporter.load(file, store)
    report = exporter.verify(file, store)
    assert report.passed
    assert len(report.frame) == 5
    for where in (store, file):
        with NeuronGraph(where) as graph:
            katz = graph.katz(alpha=0.3)
        assert katz["id"].tolist() == sorted(expected)
        np.testing.assert_allclose(katz["katz"], [expected[each] for each in katz["id"]], rtol=1e-5)


def test_a_layer_graph_is_a_diamond(file: Path, tmp_path: Path) -> None:
    exporter.load(file, tmp_path / "graph.lbug", granularity="layer")
    with NeuronGraph(tmp_path / "graph.lbug") as graph:
        edges = graph.edges()[["source", "target"]].to_numpy().tolist()
    assert sorted(edges) == [[0, 1], [0, 2], [1, 3], [2, 3], [3, 4]]


def test_a_channel_graph_counts_each_step(file: Path) -> None:
    counted = exporter.inspect(file, granularity="channel").frame
    assert counted["edges"].tolist() == [0, 4, 4, 8, 8]


@pytest.mark.parametrize(("step", "read"), [("mean", 1), ("squares", 4)])
def test_a_step_that_is_wrong_fails_in_its_own_row(
    step: str, read: int, model: Any, handled: Callable[[Handler], None], tmp_path: Path
) -> None:
    handled(changed(**{step: {"wire": lambda ids: one_to_one(ids[..., :read], "tanh")}}))
    case = wired(model, tmp_path)
    assert f"diamond/{step}" in failing(case)


def wrong_shape(*_: Ids) -> Computed:
    return one_to_one(np.arange(3))


def fails(*_: Ids) -> Computed:
    raise IndexError("there is no axis 7")


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ({"product": {"wire": wrong_shape}}, r"diamond .*gives the shape \(3,\), but the model"),
        ({"product": {"wire": fails}}, "its handler fails: IndexError: there is no axis 7"),
        (
            {"product": {"wire": lambda *_: None}},
            "its handler gives a NoneType, which says no wiring",
        ),
        ({"mean": {"reads": ("squares",)}}, "'mean' reads 'squares', which is no step before it"),
        ({"mean": {"name": "squares"}}, "two steps have the name 'squares'"),
        ({"mean": {"output": None}}, "'mean' does not say what it puts out"),
    ],
    ids=["shape", "error", "nothing", "later", "twins", "output"],
)
def test_a_wrong_chain_is_refused_and_leaves_no_step(
    stages: dict[str, Any], said: str, file: Path, handled: Callable[[Handler], None]
) -> None:
    handled(changed(**stages))
    opened = open_model(file)
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(opened)
    part = plan(opened, partial=True)
    assert [layer.name for layer in part.layers] == ["read"]
    assert [row.name for row in part.rows] == ["read"]


def test_a_chain_without_steps_is_refused(file: Path, handled: Callable[[Handler], None]) -> None:
    handled(lambda *_: Chain(()))
    with pytest.raises(UnsupportedLayerError, match="a chain has no step"):
        plan(open_model(file))


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (lambda x: x[0, 1], "shape"),
        (lambda x: x.missing, "AttributeError: .*missing"),
    ],
    ids=["shape", "error"],
)
def test_what_a_step_says_of_its_output_is_checked(
    output: Any, said: str, model: Any, handled: Callable[[Handler], None], tmp_path: Path
) -> None:
    handled(changed(mean={"output": output}))
    case = wired(model, tmp_path)
    with pytest.raises(VerificationError, match=rf"diamond/mean.*{said}"):
        failing(case)


class TestOperations:
    """Operations that read a tensor in one step and another in the next."""

    def inputs_of(self, output: Callable[[Any, Any], Any], folder: Path) -> Wired:
        one, other = keras.Input((4,), name="one"), keras.Input((4,), name="other")
        return wired(keras.Model([one, other], output(one, other)), folder)

    def test_a_quotient(self, tmp_path: Path) -> None:
        case = self.inputs_of(lambda one, other: one / other, tmp_path)
        assert failing(case) == []
        by_name = {layer.name: layer for layer in case.plan.layers}
        names = [layer.name for layer in case.plan.layers]
        divided = next(name for name in names if name.endswith("/reciprocal"))
        quotient = divided.removesuffix("/reciprocal")
        assert [names[index] for index in by_name[divided].inputs] == ["other"]
        assert sorted(names[index] for index in by_name[quotient].inputs) == sorted(
            ["one", divided]
        )

    def test_a_gate(self, tmp_path: Path) -> None:
        def halves(one: Any, other: Any) -> Any:
            return keras.ops.glu(keras.ops.concatenate([one, other], axis=1), axis=1)

        case = self.inputs_of(halves, tmp_path)
        assert failing(case) == []
        names = [layer.name for layer in case.plan.layers]
        gate = next(layer for layer in case.plan.layers if layer.name.endswith("/gate"))
        assert [names[index] for index in gate.inputs] == ["other"]

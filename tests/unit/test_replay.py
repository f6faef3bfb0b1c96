from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporter.planning.plan import Plan
from exporter.verifying.graph_source import LayerRow, StreamSource
from exporter.verifying.replay import Edges, replay
from exporter.verifying.verification import compare
from queries.analysis.neuron_output import in_single_precision
from queries.core.layer import Layer
from queries.errors import GraphDamagedError
from tests.unit.builders import Spec, Wired, chain, failing, layer, wired


class Altered(StreamSource):
    """The graph of a plan, in which the edges into one layer are not as they should be."""

    def __init__(self, plan: Plan, into: str, change: str, edge: int = 0) -> None:
        super().__init__(plan)
        self.into, self.change, self.edge = into, change, edge

    def edges(self, layer: Layer, first: int, last: int) -> Edges:
        source, target, weight = super().edges(layer, first, last)
        if layer.name != self.into or self.change == "nothing":
            return Edges(source, target, weight)
        if self.change == "weight":
            wrong = weight.copy()
            wrong[self.edge] *= 1.01
            return Edges(source, target, wrong)
        if self.change == "missing":
            return Edges(*(np.delete(column, self.edge) for column in (source, target, weight)))
        assert self.change == "shifted"
        shifted = source.copy()
        shifted[self.edge] += 1
        return Edges(shifted, target, weight)


class WrongBias(StreamSource):
    """The graph of a plan, in which one bias of one layer is wrong."""

    def __init__(self, plan: Plan, into: str) -> None:
        super().__init__(plan)
        self.into = into

    def neuron_table(self, layer: Layer, first: int, last: int) -> pa.Table:
        table = super().neuron_table(layer, first, last)
        if layer.name != self.into:
            return table
        bias = table["bias"].to_numpy().copy()
        bias[0] += 0.01
        return table.set_column(table.schema.get_field_index("bias"), "bias", pa.array(bias))


class WrongLayer(StreamSource):
    """The graph of a plan, in which one property of one layer is wrong."""

    def __init__(self, plan: Plan, name: str, **wrong: Any) -> None:
        super().__init__(plan)
        self.name, self.wrong = name, wrong

    def layer_rows(self) -> list[LayerRow]:
        rows = super().layer_rows()
        return [{**row, **self.wrong} if row["name"] == self.name else row for row in rows]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Wired:
    model = chain(
        (5, 4, 2),
        layer("Conv2D", filters=3, kernel_size=2, padding="same", activation="tanh", name="conv"),
        layer("AveragePooling2D", pool_size=2, name="mean"),
        layer("BatchNormalization", name="norm"),
        layer("MaxPooling2D", pool_size=2, padding="same", name="max"),
        layer("Flatten", name="flatten"),
        layer("Dense", units=3, name="out"),
    )
    return wired(model, tmp_path_factory.mktemp("replay"))


LAYERS = ["conv", "mean", "norm", "max", "flatten", "out"]
COMPUTED = [name for name in LAYERS if name != "flatten"]


class TestTheTruthTest:
    @pytest.mark.parametrize("into", COMPUTED)
    def test_passes_where_nothing_is_wrong(self, case: Wired, into: str) -> None:
        assert failing(case, Altered(case.plan, into, "nothing")) == []

    @pytest.mark.parametrize("into", COMPUTED)
    @pytest.mark.parametrize("change", ["weight", "missing", "shifted"])
    def test_fails_where_one_edge_is_wrong(self, case: Wired, into: str, change: str) -> None:
        # Among 16 samples each input of a maximum is the largest once.
        wrong = failing(case, Altered(case.plan, into, change), samples=16)
        assert wrong[0] == into
        assert set(wrong) <= set(LAYERS[LAYERS.index(into) :])

    @pytest.mark.parametrize("edge", range(0, 60, 7))
    def test_fails_whichever_edge_is_wrong(self, case: Wired, edge: int) -> None:
        assert failing(case, Altered(case.plan, "conv", "weight", edge))[0] == "conv"

    @pytest.mark.parametrize("into", ["conv", "norm", "out"])
    def test_fails_where_one_bias_is_wrong(self, case: Wired, into: str) -> None:
        assert failing(case, WrongBias(case.plan, into))[0] == into

    def test_names_the_worst_neuron(self, case: Wired) -> None:
        report = compare(case.model, Altered(case.plan, "out", "weight"))
        row = report.frame.set_index("layer").loc["out"]
        assert row["worst_neuron"] == case.plan.layers[-1].first
        assert row["relative_difference"] > report.tolerance

    @pytest.mark.parametrize(
        ("into", "wrong"), [("max", {"reduce": "median"}), ("conv", {"activation": "swish9"})]
    )
    def test_what_nobody_can_compute_is_named(
        self, case: Wired, into: str, wrong: dict[str, str]
    ) -> None:
        graph = WrongLayer(case.plan, into, **wrong)
        (value,) = wrong.values()
        seeds = {case.plan.layers[0].name: np.zeros((1, *case.plan.layers[0].shape))}
        with pytest.raises(GraphDamagedError, match=rf"layer '{into}' .*'{value}'"):
            replay(graph, seeds)
        # A verification tells it beside all else that differs.
        assert failing(case, graph)[0] == into
        changes = compare(case.model, graph).differences
        (example,) = changes.loc[changes["layer"] == into, "example"]
        assert f"'{value}'" in example

    def test_a_part_is_compared_too(self, case: Wired) -> None:
        part = Wired(case.model, case.plan.between("mean", "max"))
        assert failing(part) == []
        assert failing(part, Altered(part.plan, "norm", "weight"))[0] == "norm"


names = st.sampled_from(["linear", "relu", "tanh", "sigmoid", "elu", "softmax", "gelu"])
paddings = st.sampled_from(["valid", "same"])
small = st.integers(1, 3)
images = st.one_of(
    st.builds(
        lambda filters, size, strides, padding, name, bias: layer(
            "Conv2D",
            filters=filters,
            kernel_size=size,
            strides=strides,
            padding=padding,
            activation=name,
            use_bias=bias,
        ),
        small,
        st.tuples(small, small),
        small,
        paddings,
        names,
        st.booleans(),
    ),
    st.builds(
        lambda kind, size, strides, padding: layer(
            kind, pool_size=size, strides=strides, padding=padding
        ),
        st.sampled_from(["MaxPooling2D", "AveragePooling2D"]),
        st.tuples(small, small),
        small,
        paddings,
    ),
)
anywhere = st.one_of(
    st.builds(lambda units, name: layer("Dense", units=units, activation=name), small, names),
    st.builds(lambda name: layer("Activation", activation=name), names),
    st.sampled_from(
        [
            layer("BatchNormalization"),
            layer("ReLU", negative_slope=0.1, max_value=2.0),
            layer("Softmax"),
            layer("Dropout", rate=0.5),
        ]
    ),
)
leaves = st.sampled_from(
    [
        [layer("Flatten")],
        [layer("Reshape", target_shape=(-1,))],
        [layer("GlobalMaxPooling2D")],
        [layer("GlobalAveragePooling2D")],
        [layer("Reshape", target_shape=(-1, 1)), layer("Flatten")],
    ]
)


@pytest.mark.filterwarnings("ignore:(?s).*You are using a softmax over axis:UserWarning")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    shape=st.tuples(st.integers(9, 12), st.integers(9, 11), st.integers(1, 2)),
    over_images=st.lists(st.one_of(images, anywhere), max_size=2),
    leaf=leaves,
    over_rows=st.lists(anywhere, max_size=2),
    seed=st.integers(0, 1000),
)
def test_random_chains_replay(
    tmp_path_factory: pytest.TempPathFactory,
    shape: tuple[int, ...],
    over_images: list[Spec],
    leaf: list[Spec],
    over_rows: list[Spec],
    seed: int,
) -> None:
    last = layer("Dense", units=2)
    model = chain(shape, *over_images, *leaf, *over_rows, last, seed=seed)
    folder: Path = tmp_path_factory.mktemp("chain")
    assert failing(wired(model, folder), seed=seed) == []


@pytest.mark.parametrize("share", [0.0, 0.4, 0.5, 0.6, 1.0])
def test_what_is_beyond_single_precision_is_infinite_as_rounding_makes_it(share: float) -> None:
    largest = float(np.finfo(np.float32).max)
    values = np.array([[largest + share * 2.0**104, -largest - share * 2.0**104]])
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float32)
    assert np.array_equal(in_single_precision(values).astype(np.float32), rounded)
    assert np.array_equal(np.isinf(in_single_precision(values)), np.isinf(rounded))

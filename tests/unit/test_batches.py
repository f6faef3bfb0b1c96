from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from exporter.planning.plan import Plan
from exporter.planning.push import plan
from queries.errors import LayerNotFoundError
from tests.opening import open_model
from tests.unit.builders import Wired, chain, edges_into, layer, wired

SIZES = [1, 2, 7, 17, 18, 19, 64, 100, 1000, 1 << 20]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Wired:
    model = chain(
        (7, 5, 2),
        layer("Conv2D", filters=3, kernel_size=3, padding="same", strides=(2, 1), name="conv"),
        layer("MaxPooling2D", pool_size=2, padding="same", name="pool"),
        layer("Dense", units=2, name="mixed"),
        layer("Reshape", target_shape=(6, 2), name="moved"),
        layer("Dense", units=4, name="rows"),
        layer("Flatten", name="flat"),
        layer("Dense", units=3, name="out"),
    )
    return wired(model, tmp_path_factory.mktemp("batches"))


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Wired:
    model = chain((2, 3, 4, 2), layer("Dense", units=3, name="deep"))
    return wired(model, tmp_path_factory.mktemp("deep"))


@pytest.mark.parametrize("size", SIZES)
class TestRanges:
    def test_cover_each_layer_once_in_order(self, case: Wired, deep: Wired, size: int) -> None:
        for into in (*case.plan.layers[1:], *deep.plan.layers[1:]):
            ranges = list(into.ranges(size))
            assert ranges[0][0] == 0
            assert ranges[-1][1] == into.neurons
            assert all(before[1] == after[0] for before, after in pairwise(ranges))
            assert all(start < stop for start, stop in ranges)

    def test_hold_no_more_edges_than_asked(self, case: Wired, deep: Wired, size: int) -> None:
        for into in (*case.plan.layers[1:], *deep.plan.layers[1:]):
            for start, stop in into.ranges(size):
                assert len(into.block(start, stop)) <= size or stop - start == 1

    def test_may_begin_in_the_middle(self, case: Wired, deep: Wired, size: int) -> None:
        for into in (*case.plan.layers[1:], *deep.plan.layers[1:]):
            for begin in range(into.neurons):
                expected = [(start, stop) for start, stop in into.ranges(size) if stop > begin]
                assert list(into.ranges(size, begin=begin)) == expected

    def test_make_the_same_edges(self, case: Wired, deep: Wired, size: int) -> None:
        for model in (case, deep):
            for position in range(1, len(model.plan.layers)):
                whole = edges_into(model, position)
                np.testing.assert_array_equal(edges_into(model, position, size), whole)

    def test_blocks_hold_the_edges_of_their_neurons_only(self, case: Wired, size: int) -> None:
        for into in case.plan.layers[1:]:
            for start, stop in into.ranges(size):
                target = into.block(start, stop).target
                assert (np.diff(target) >= 0).all()
                assert set(target) == set(range(into.first + start, into.first + stop))


def test_a_range_that_is_no_slice_of_an_axis_is_an_error(case: Wired) -> None:
    with pytest.raises(ValueError, match="no slice of one axis"):
        case.plan.layers[1].block(1, 8)


class TestCounts:
    @pytest.mark.parametrize("position", range(6))
    def test_counted_edges_are_the_built_ones(self, case: Wired, position: int) -> None:
        built = edges_into(case, position)
        assert case.plan.layers[position].edges == len(built)
        assert (len(built) > 0) == (position > 0)

    def test_padding_is_not_counted(self, case: Wired) -> None:
        conv = case.plan.layers[1]
        # 4 rows at stride 2 see 2, 3, 3 and 2 of 3; 5 columns at stride 1 see 2, 3, 3, 3, 2.
        assert conv.edges == (2 + 3 + 3 + 2) * (2 + 3 + 3 + 3 + 2) * 2 * 3
        assert conv.fan_in == 3 * 3 * 2

    def test_totals(self, case: Wired) -> None:
        layers = case.plan.layers
        assert case.plan.neurons == layers[-1].last + 1
        assert case.plan.edges == sum(len(edges_into(case, i)) for i in range(len(layers)))
        assert case.plan.parameters == case.model.keras.count_params()

    def test_rows_have_the_layers_that_make_no_neurons_too(self, case: Wired) -> None:
        assert [row.name for row in case.plan.rows[1:]] == [
            "conv", "pool", "mixed", "moved", "rows", "flat", "out",
        ]  # fmt: skip
        moved = case.plan.rows[4]
        assert (moved.shape, moved.index) == ((6, 2), None)


class TestNeurons:
    def test_ids_run_on_from_layer_to_layer(self, case: Wired) -> None:
        layers = case.plan.layers
        assert layers[0].first == 0
        assert all(before.last + 1 == after.first for before, after in pairwise(layers))
        ids = np.concatenate([row.neuron_table("m", 0, row.neurons)["id"] for row in layers])
        np.testing.assert_array_equal(ids, np.arange(case.plan.neurons))

    def test_places_follow_the_memory_order_of_keras(self, case: Wired, deep: Wired) -> None:
        for into in (*case.plan.layers, *deep.plan.layers):
            frame = into.neuron_table("m", 0, into.neurons).to_pandas()
            axes = [axis for axis in "zyx" if frame[axis].notna().all()] + ["channel"]
            expected = np.unravel_index(np.arange(into.neurons), into.shape)
            assert len(axes) == len(into.shape)
            for axis, values in zip(axes, expected, strict=True):
                np.testing.assert_array_equal(frame[axis], values)

    def test_x_runs_along_the_width(self, case: Wired) -> None:
        inputs = case.plan.layers[0].neuron_table("m", 0, 70).to_pandas()
        assert inputs[["x", "y"]].max().tolist() == [4, 6]

    @pytest.mark.parametrize(
        ("position", "offset", "name"),
        [
            (0, 0, "[0]@0,0"),
            (1, 3 * (5 * 2 + 4) + 1, "conv[1]@4,2"),
            (4, 4 * 5 + 2, "rows[2]@5"),
            (5, 2, "out[2]"),
        ],
    )
    def test_names(self, case: Wired, position: int, offset: int, name: str) -> None:
        of = case.plan.layers[position]
        named = of.neuron_table("m", offset, offset + 1)["name"].to_pylist()
        assert named == [name if position else of.name + name]

    def test_names_of_four_axes(self, deep: Wired) -> None:
        of = deep.plan.layers[1]
        offset = int(np.ravel_multi_index((1, 2, 3, 0), of.shape))
        row = of.neuron_table("m", offset, offset + 1).to_pylist()[0]
        assert row["name"] == "deep[0]@3,2,1"
        assert (row["x"], row["y"], row["z"], row["channel"]) == (3, 2, 1, 0)

    def test_names_are_unique(self, case: Wired, deep: Wired) -> None:
        for model in (case, deep):
            tables = [row.neuron_table("m", 0, row.neurons) for row in model.plan.layers]
            names = [name for table in tables for name in table["name"].to_pylist()]
            assert len(set(names)) == model.plan.neurons

    def test_a_part_is_a_part_of_the_whole(self, case: Wired) -> None:
        conv = case.plan.layers[1]
        whole = conv.neuron_table("m", 0, conv.neurons)
        assert conv.neuron_table("m", 7, 31).equals(whole.slice(7, 24).combine_chunks())
        some = conv.neurons_at("m", np.array([7, 9, 30]), ["y", "name"])
        assert some.equals(whole.select(["y", "name"]).take([7, 9, 30]).combine_chunks())


class TestBetween:
    def test_all(self, case: Wired) -> None:
        assert case.plan.between(None, None).layers == case.plan.layers

    def test_part(self, case: Wired) -> None:
        part = case.plan.between("pool", "rows")
        assert [row.name for row in part.layers] == ["pool", "mixed", "rows"]
        whole = {row.name: row for row in case.plan.layers}
        assert [row.first for row in part.layers] == [whole[n.name].first for n in part.layers]
        assert [row.edges for row in part.layers] == [0, whole["mixed"].edges, whole["rows"].edges]
        assert list(part.layers[0].ranges()) == []
        assert part.layers[0].neurons == whole["pool"].neurons

    def test_one_layer(self, case: Wired) -> None:
        part = case.plan.between("conv", "conv")
        assert ([row.name for row in part.layers], part.edges) == (["conv"], 0)

    @pytest.mark.parametrize(("begin", "end"), [("nowhere", None), (None, "nowhere")])
    def test_no_such_layer(self, case: Wired, begin: str | None, end: str | None) -> None:
        with pytest.raises(LayerNotFoundError, match="no layer 'nowhere'") as caught:
            case.plan.between(begin, end)
        assert "conv, pool, mixed, rows, out" in str(caught.value)

    def test_a_layer_without_neurons(self, case: Wired) -> None:
        with pytest.raises(LayerNotFoundError, match="no layer 'flat' that makes neurons"):
            case.plan.between("flat", None)

    def test_wrong_order(self, case: Wired) -> None:
        with pytest.raises(LayerNotFoundError, match="'out' comes after layer 'conv'"):
            case.plan.between("out", "conv")


@pytest.fixture(scope="module")
def planned(cifar_file: Path) -> Plan:
    return plan(open_model(cifar_file))


class TestTheModelOfTheNotebook:
    def test_totals(self, planned: Plan) -> None:
        assert (planned.neurons, planned.edges) == (53_290, 4_586_624)
        density = planned.edges / (planned.neurons * (planned.neurons - 1))
        assert density == pytest.approx(0.0016151387935422858, rel=1e-15)

    def test_first_ids(self, planned: Plan) -> None:
        assert {row.name: row.first for row in planned.layers[1:]} == {
            "conv_0": 3072,
            "max_pooling2d": 31872,
            "conv_1": 39072,
            "max_pooling2d_1": 49888,
            "conv_2": 52192,
            "dense_0": 53216,
            "dense_1": 53280,
        }
        assert planned.layers[0].first == 0

    def test_built_edges_are_as_many(self, planned: Plan) -> None:
        for into in planned.layers:
            built = sum(len(into.block(*bounds)) for bounds in into.ranges())
            assert built == into.edges

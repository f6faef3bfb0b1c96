"""The checksum of relationships sees every change but that of their order."""

import struct
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from queries.core.checksum import Checksum, LayerChecksums, model_checksum, neuron_columns
from queries.core.schema import NEURON

Columns = dict[str, NDArray[Any]]
WORD = 1 << 64


def mixed(value: int) -> int:
    """Mix as SplitMix64 does, in Python's integers."""
    value = (value + 0x9E3779B97F4A7C15) % WORD
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 % WORD
    value = (value ^ value >> 27) * 0x94D049BB133111EB % WORD
    return value ^ value >> 31


def expected(columns: Columns) -> str:
    total = 0
    for row in zip(*columns.values(), strict=True):
        value = 0
        for item in row:
            single = isinstance(item, np.floating)
            bits = int(np.float32(item).view(np.uint32)) if single else int(item)
            value = mixed((value + bits) % WORD)
        total += value
    return f"{total % WORD:016x}"


@pytest.fixture
def columns() -> Columns:
    random = np.random.default_rng(7)
    return {
        "source": random.integers(0, 1000, 500),
        "target": np.sort(random.integers(1000, 2000, 500)),
        "weight": random.standard_normal(500).astype(np.float32),
    }


def checksum(*parts: Columns) -> str:
    found = Checksum()
    for part in parts:
        found.add(part)
    assert found.rows == sum(len(part["source"]) for part in parts)
    return str(found)


def test_is_what_plain_arithmetic_gives(columns: Columns) -> None:
    assert checksum(columns) == expected(columns)


def test_does_not_depend_on_order_and_parts(columns: Columns) -> None:
    order = np.random.default_rng(1).permutation(500)
    shuffled = {name: column[order] for name, column in columns.items()}
    parts = [
        {name: column[start : start + 70] for name, column in shuffled.items()}
        for start in range(0, 500, 70)
    ]
    assert checksum(*parts) == checksum(columns)


def test_does_not_depend_on_how_a_store_returns_weights(columns: Columns) -> None:
    doubles = {**columns, "weight": columns["weight"].astype(np.float64)}
    assert checksum(doubles) == checksum(columns)


@pytest.mark.parametrize("name", ["source", "target", "weight"])
def test_sees_one_value_that_changed(columns: Columns, name: str) -> None:
    changed = {key: column.copy() for key, column in columns.items()}
    column = changed[name]
    column[3] = column[3] + 1 if column.dtype.kind == "i" else np.nextafter(column[3], np.inf)
    assert checksum(changed) != checksum(columns)


def test_sees_two_weights_that_changed_places(columns: Columns) -> None:
    weight = columns["weight"].copy()
    weight[[3, 4]] = weight[[4, 3]]
    assert checksum({**columns, "weight": weight}) != checksum(columns)


def test_sees_what_is_missing_or_doubled(columns: Columns) -> None:
    one = {name: column[:1] for name, column in columns.items()}
    rest = {name: column[1:] for name, column in columns.items()}
    assert len({checksum(rest), checksum(columns), checksum(columns, one)}) == 3


def test_takes_both_zeros_and_all_that_is_no_number_for_one(columns: Columns) -> None:
    weight = columns["weight"].copy()
    weight[:2] = 0.0, np.nan
    other = weight.copy()
    other[:2] = -0.0, np.array([0x7FC00001], np.uint32).view(np.float32)[0]
    assert checksum({**columns, "weight": weight}) == checksum({**columns, "weight": other})


@pytest.mark.parametrize("firsts", [[1000], [1000, 1200, 1201, 1990]])
def test_those_of_layers_are_taken_apart(columns: Columns, firsts: list[int]) -> None:
    found = LayerChecksums(firsts)
    order = np.random.default_rng(1).permutation(500)
    for some in (order[:100], order[100:100], order[100:]):
        found.add({name: values[some] for name, values in columns.items()}, "target")
    for each, first, stop in zip(found.sums, firsts, [*firsts[1:], 2000], strict=True):
        own = (columns["target"] >= first) & (columns["target"] < stop)
        assert each.rows == own.sum()
        assert str(each) == expected({name: values[own] for name, values in columns.items()})


def neurons(**changes: Any) -> pa.Table:
    """Return three neurons, some of their columns changed."""
    columns: dict[str, list[Any]] = {
        "id": [4, 5, 6],
        "name": ["conv[0]@0,0", "conv[1]@0,0", "ä" * 20],
        "layer": ["conv"] * 3,
        "layer_index": [1] * 3,
        "channel": [0, 1, 2],
        "x": [0, 0, None],
        "y": [0, 0, None],
        "z": [None] * 3,
        "bias": [0.5, 0.0, None],
        "slope": [None] * 3,
        "neurons": [1] * 3,
    }
    fields = [field for field in NEURON if field.name != "model"]
    return pa.table({**columns, **changes}, schema=pa.schema(fields))


def neuron_checksum(table: pa.Table) -> str:
    found = Checksum()
    found.add(neuron_columns(table))
    return str(found)


def number(value: str | int | float | None) -> int:
    """Return the number of a neuron's property, in Python's integers."""
    if value is None:
        return 1 << 63
    if isinstance(value, float):
        return int.from_bytes(struct.pack("<d", value), "little")
    if isinstance(value, int):
        return value
    content = value.encode()
    found = len(content)
    for start in range(0, len(content), 8):
        found = mixed((found + int.from_bytes(content[start : start + 8], "little")) % WORD)
    return found


class TestNeurons:
    def test_their_order_and_their_parts_do_not_matter(self) -> None:
        whole = neurons()
        parts = Checksum()
        # Chunks, and a slice that does not begin where its buffers do.
        for part in (whole.slice(1, 2), whole.slice(0, 1)):
            parts.add(neuron_columns(part))
        assert str(parts) == neuron_checksum(whole)
        chunked = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
        assert neuron_checksum(chunked) == neuron_checksum(whole)
        assert neuron_checksum(whole.take([2, 0, 1])) == neuron_checksum(whole)

    @pytest.mark.parametrize(
        "changes",
        [
            {"id": [4, 5, 7]},
            {"name": ["conv[0]@0,0", "conv[1]@0,1", "ä" * 20]},
            {"name": ["conv[0]@0,0", "conv[1]@0,0", "ä" * 19]},
            {"name": ["conv[1]@0,0", "conv[0]@0,0", "ä" * 20]},
            {"name": ["conv[0]@0,0", "", "ä" * 20]},
            {"layer": ["conv", "cony", "conv"]},
            {"channel": [0, None, 2]},
            {"x": [0, 0, 0]},
            {"bias": [0.5, 1e-300, None]},
            {"bias": [0.5, None, None]},
            {"bias": [0.5, 0.0, 0.0]},
            {"bias": [0.5, 0.0, float("nan")]},
            {"slope": [0.0, None, None]},
        ],
    )
    def test_each_property_counts(self, changes: dict[str, list[Any]]) -> None:
        assert neuron_checksum(neurons(**changes)) != neuron_checksum(neurons())

    def test_a_missing_text_is_no_empty_one(self) -> None:
        names = [["", "a", "b"], [None, "a", "b"]]
        one, other = (neuron_checksum(neurons(name=each)) for each in names)
        assert one != other

    def test_both_zeros_are_one_bias(self) -> None:
        assert neuron_checksum(neurons(bias=[0.5, -0.0, None])) == neuron_checksum(neurons())

    def test_is_that_of_whole_numbers(self) -> None:
        total = 0
        for row in neurons().to_pylist():
            value = 0
            for item in row.values():
                value = mixed((value + number(item)) % WORD)
            total += value
        assert neuron_checksum(neurons()) == f"{total % WORD:016x}"


class TestModel:
    MODEL: ClassVar[Mapping[str, Any]] = {"sha256": "00", "layers": 1, "neurons": 4, "edges": 0}
    LAYER: ClassVar[Mapping[str, Any]] = {"name": "conv", "shape": [2, 2], "edges": 0, "inputs": []}

    @pytest.mark.parametrize("changes", [{"edges": 1}, {"sha256": "01"}, {"neurons": None}])
    def test_its_properties_count(self, changes: dict[str, Any]) -> None:
        same = model_checksum(self.MODEL, [self.LAYER])
        assert model_checksum({**self.MODEL, **changes}, [self.LAYER]) != same

    @pytest.mark.parametrize(
        "changes", [{"shape": [4]}, {"inputs": [0]}, {"checksum": "x"}, {"activation": "relu"}]
    )
    def test_those_of_its_layers_count(self, changes: dict[str, Any]) -> None:
        same = model_checksum(self.MODEL, [self.LAYER])
        assert model_checksum(self.MODEL, [{**self.LAYER, **changes}]) != same

    def test_the_load_and_the_place_do_not_count(self) -> None:
        same = model_checksum(self.MODEL, [self.LAYER])
        other = {"name": "m", "key": "m~new", "load_id": "1", "loaded_at": "now", "edited": True}
        assert model_checksum({**self.MODEL, **other}, [{**self.LAYER, "model": "m"}]) == same

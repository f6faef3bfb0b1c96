"""The checksum of relationships sees every change but that of their order."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from queries.checksum import Checksum

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

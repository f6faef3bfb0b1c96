"""Ids that are built in blocks, against the arrays that they stand for."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.planning.channels_of import ChannelsOf
from exporter.wiring.sources import EMPTY, ZERO, Ids, IdSum, Sources

SHAPE = (3, 2, 4)


@st.composite
def sums(draw: st.DrawFn, shape: tuple[int, ...] = SHAPE) -> tuple[IdSum, Ids]:
    """Draw a sum of terms, and what it stands for."""
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    lowest = draw(st.sampled_from([0, EMPTY]))
    terms = [
        random.integers(lowest, 9, [draw(st.sampled_from([1, length])) for length in shape])
        for _ in range(draw(st.integers(1, 3)))
    ]
    every = np.broadcast_arrays(*terms, np.empty(shape))[:-1]
    nothing = np.logical_or.reduce([term < 0 for term in every])
    return IdSum(tuple(terms), shape), np.where(nothing, EMPTY, np.sum(every, axis=0))


@st.composite
def indices(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """Draw an index of leading axes."""
    ends = [sorted(draw(st.tuples(st.integers(0, n), st.integers(0, n)))) for n in shape]
    places = [
        draw(st.sampled_from([slice(None), slice(low, high), min(low, n - 1)]))
        for (low, high), n in zip(ends, shape, strict=True)
    ]
    return tuple(places[: draw(st.integers(0, len(shape)))])


@settings(max_examples=60, deadline=None)
@given(drawn=sums(), data=st.data())
def test_any_part_of_a_sum_is_that_of_its_array(drawn: tuple[IdSum, Ids], data: Any) -> None:
    ids, every = drawn
    index = data.draw(indices(SHAPE))
    np.testing.assert_array_equal(np.asarray(ids[index]), every[index])
    assert ids[index].shape == every[index].shape
    assert ids[index].count == np.count_nonzero(every[index] >= 0)
    order = data.draw(st.permutations(range(3)))
    np.testing.assert_array_equal(np.asarray(ids.transposed(*order)), every.transpose(order))
    np.testing.assert_array_equal(np.asarray(ids.expanded(1, -1)), np.expand_dims(every, (1, -1)))


@settings(max_examples=60, deadline=None)
@given(parts=st.tuples(sums(), sums((3, 2, 1))), data=st.data())
def test_joined_sums_are_joined_arrays(parts: Any, data: Any) -> None:
    sources = Sources(tuple(part for part, _ in parts))
    every = np.concatenate([array for _, array in parts], axis=-1)
    over = data.draw(st.sets(st.integers(0, 2)))
    counts = np.sum(every >= 0, axis=tuple(over), keepdims=True)
    np.testing.assert_array_equal(np.asarray(sources), every)
    np.testing.assert_array_equal(np.broadcast_to(sources.counted(over), counts.shape), counts)
    assert sources.count == np.count_nonzero(every >= 0)
    lead, low = data.draw(indices((3, 2))), data.draw(st.integers(0, 4))
    index = (*lead, *[slice(None)] * (2 - len(lead)), slice(low, low + 2))
    np.testing.assert_array_equal(np.asarray(sources[index]), every[index])
    front = np.moveaxis(every, 1, 0)
    np.testing.assert_array_equal(np.asarray(sources.to_front([1])), front)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (3, 1, 4), (0, 2)])
def test_a_range_counts_up(shape: tuple[int, ...]) -> None:
    ids = np.asarray(IdSum.range(7, shape))
    np.testing.assert_array_equal(ids, 7 + np.arange(np.prod(shape, dtype=int)).reshape(shape))


def test_what_is_a_sum_along_its_axes_is_split() -> None:
    rows = np.arange(60).reshape(5, 4, 3)[::-1, [2, 0, 1]]
    split = IdSum.of(rows).split()
    assert sum(term.size for term in split.terms) == 1 + 5 + 3 + 3
    np.testing.assert_array_equal(np.asarray(split), rows)
    for odd in (np.array([[0, 1], [2, 5]]), np.array([[0, ZERO], [2, 3]])):
        assert IdSum.of(odd).split().terms[0] is odd


def test_a_view_stays_one() -> None:
    view = np.broadcast_to(np.arange(3), (1 << 20, 3))
    assert np.asarray(Sources.of(view)).strides[0] == 0
    joined = Sources.stacked([IdSum.range(0, (1 << 20, 3)), view])
    assert joined.repeating == set()
    assert np.asarray(Sources.stacked([view, view])).strides[0] == 0


@settings(max_examples=60, deadline=None)
@given(
    axis=st.integers(0, 2),
    every=st.booleans(),
    order=st.permutations(range(3)),
    begin=st.tuples(*[st.integers(0, 2)] * 3),
)
def test_groups_are_those_of_a_table(
    axis: int, every: bool, order: list[int], begin: tuple[int, ...]
) -> None:
    shapes = [(2, 5), SHAPE, (4,)]
    group_of, first = ChannelsOf(), 0
    table: list[Any] = []
    for shape in shapes:
        at = min(axis, len(shape) - 1)
        channels = 1 if every else shape[at]
        group_of.add(first, 1 if every else int(np.prod(shape[at + 1 :])), channels)
        own = np.zeros(shape) if every else np.indices(shape)[at]
        table.append(own.reshape(-1) + (table[-1].max() + 1 if table else 0))
        first += int(np.prod(shape))
    groups = np.concatenate([*table, [EMPTY, EMPTY]])
    ids = np.random.default_rng(0).integers(ZERO, first, (6, 5))
    np.testing.assert_array_equal(group_of[ids], groups[ids])
    own = IdSum.range(10, SHAPE)[tuple(map(slice, begin, SHAPE))].transposed(*order)
    kept = np.random.default_rng(1).random(own.shape) < 0.8
    for each in (own, own.only(kept)):
        alike = np.asarray(group_of.alike(Sources.of(each)))
        np.testing.assert_array_equal(groups[alike], groups[np.asarray(each)])


def test_groups_that_follow_of_terms_need_no_id_of_each() -> None:
    group_of = ChannelsOf()
    group_of.add(0, 64 * 1000, 12)
    alike = group_of.alike(Sources.stacked([IdSum.range(0, (12, 1000, 64))]))
    assert alike.repeating == {1, 2, 3}


def test_groups_that_begin_within_terms_are_looked_up() -> None:
    group_of = ChannelsOf()
    group_of.add(0, 4, 3)
    ids = IdSum.range(0, (12,))[2:6,]
    alike = np.asarray(group_of.alike(Sources.of(ids)))
    assert group_of[alike].tolist() == group_of[np.asarray(ids)].tolist() == [0, 0, 1, 1]

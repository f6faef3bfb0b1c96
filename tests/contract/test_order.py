"""The rows of each query come in the order that its header states, whatever store answers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queries import NeuronGraph
from queries.core.granularity import NEURON_GRAPH
from queries.errors import ParameterError
from queries.library.queries import queries
from tests.contract.test_frames import FILLED
from tests.examples import RECORDED

Keys = list["pd.Series[Any]"]
Order = Callable[[pd.DataFrame, "pd.Series[Any]"], Keys]
"""What rows are sorted by, ascending; it takes a frame and the position of each layer."""


def by(*names: str) -> Order:
    """Give an order by columns; ``-`` before one means the largest first, ``|`` its size."""

    def keys(frame: pd.DataFrame, _: "pd.Series[Any]") -> Keys:
        return [_key(frame, name) for name in names]

    return keys


def by_layer(*names: str) -> Order:
    """Give an order by the position of the layer, then by columns."""

    def keys(frame: pd.DataFrame, positions: "pd.Series[Any]") -> Keys:
        return [frame["layer"].map(positions), *by(*names)(frame, positions)]

    return keys


def by_cosine(frame: pd.DataFrame, positions: "pd.Series[Any]") -> Keys:
    """Give the order of duplicate channels."""
    return [-frame["cosine"], *by_layer("channel", "other_channel")(frame, positions)]


def _key(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    values = frame[name.strip("-|")].astype("float64")
    sized = values.abs() if "|" in name else values
    return -sized.fillna(-np.inf) if name.startswith("-") else sized.fillna(np.inf)


ORDERS: dict[str, Order] = {
    "by id": by("id"),
    "by id, then by rank": by("id", "rank"),
    "by hop": by("hop"),
    "by name": lambda frame, _: [frame["name"]],
    "by path, then by hop": by("path", "hop"),
    "by source, then by target": by("source", "target"),
    "by target, then by source, then by weight": by("target", "source", "weight"),
    "inputs as they are given": lambda frame, _: [pd.Series(0, index=frame.index)],
    "inputs as they are given, then by id": by("id"),
    "inputs as they are given, then by layer, head, query and key": by_layer(
        "head", "query", "key"
    ),
    "inputs as they are given, then by path, then by hop": by("path", "hop"),
    "inputs as they are given, then by id, or by source, then by target": by("id"),
    "inputs as they are given, then by share": by("share"),
    "inputs as they are given, then by source, then by target": by("source", "target"),
    "inputs as they are given, then by step": by("step"),
    "inputs as they are given, then by target, largest absolute contribution first, then by "
    "source": by("target", "-|contribution", "source"),
    "inputs as they are given, then largest absolute attribution first, then by source and by "
    "target": by("-|attribution", "source", "target"),
    "inputs as they are given, then largest absolute difference first, then by source and by "
    "target": by("-|difference", "source", "target"),
    "inputs as they are given, then layers as in the model": by_layer(),
    "inputs first, by index": by("index"),
    "largest absolute weight first, then by neuron, by id and by weight": by(
        "-|weight", "neuron", "id", "weight"
    ),
    "largest absolute weight first, then by source, by target and by weight": by(
        "-|weight", "source", "target", "weight"
    ),
    "largest cosine first, then layers as in the model, by channel and by other_channel": by_cosine,
    "largest first by the measure, then by id": by("-weight_change", "id"),
    "largest first by the measure, then by target, by source and by weight": by(
        "-|change", "target", "source", "weight"
    ),
    "largest relative_change first, NaN and null last, then layers as in the model": by(
        "-relative_change", "layer_index"
    ),
    "layers as in the model": by("layer_index"),
    "layers as in the model, then by bin, a row without one last": by("layer_index", "bin"),
    "layers as in the model, then by channel": by_layer("channel"),
    "layers as in the model, then by rank": by_layer("rank"),
    "one row": lambda frame, _: [pd.Series(0, index=frame.index)],
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("query", sorted(queries().keys() - RECORDED))
def test_is_as_stated_and_leaves_no_tie(pooled: NeuronGraph, query: str) -> None:
    frame = getattr(pooled, query)(**FILLED.get(query, {}))
    positions = pooled.layers().set_index("name")["index"]
    keys = ORDERS[queries()[query].order](frame, positions)
    rows = list(zip(*(key.tolist() for key in keys), strict=True))
    assert rows == sorted(rows)
    assert len(set(rows)) == len(rows) or frame[rows_alike(rows)].duplicated(keep=False).all()


def rows_alike(rows: list[tuple[Any, ...]]) -> list[bool]:
    """Tell which rows are equal by what they are sorted by."""
    return [rows.count(row) > 1 for row in rows]


@pytest.mark.one_in(4)
@pytest.mark.parametrize("query", sorted(queries().keys() - RECORDED))
def test_is_another_where_that_is_asked_for(pooled: NeuronGraph, query: str) -> None:
    ask, values = getattr(pooled, query), FILLED.get(query, {})
    column = queries()[query].columns_in(NEURON_GRAPH)[-1].name
    whole = ask(**values)
    for sort in (column, f"-{column}"):
        frame = ask(**values, sort=sort, limit=3)
        key = [as_key(value) for value in whole[column]]
        there = [row for row, value in enumerate(key) if value is not None]
        best = sorted(there, key=lambda row: key[row], reverse=sort.startswith("-"))
        # Python keeps equal rows in their order, also where it turns the order round.
        missing = [row for row in range(len(key)) if row not in there]
        expected = whole.iloc[[*best, *missing][:3]].reset_index(drop=True)
        pd.testing.assert_frame_equal(frame, expected)
    with pytest.raises(ParameterError, match="its columns are "):
        ask(**values, sort="nobody")


def as_key(value: Any) -> Any:
    """Return a value that Python can sort, None for one that is missing."""
    if isinstance(value, (list, np.ndarray)):
        return tuple(value)
    return None if pd.isna(value) else value


def test_a_written_property_sorts_as_well(writable: NeuronGraph) -> None:
    writable.katz("hidden", sort="-katz", limit=2, write_property="score")
    frame = writable.neurons("hidden", sort="-score", limit=2)
    katz = writable.katz("hidden")
    # All of the answer is written, whatever is returned of it.
    assert writable.neurons("hidden")["score"].tolist() == katz["katz"].tolist()
    assert frame["id"].tolist() == katz.sort_values("katz", ascending=False)["id"].tolist()[:2]

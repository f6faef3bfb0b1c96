"""Rows in the order that is asked for."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import typer

from exporter.cli import app
from queries.answers.stored import by_ends
from queries.errors import ParameterError
from queries.library.frames import declared
from queries.library.queries import query
from queries.library.row_order import RowOrder

FRAME = pd.DataFrame(
    {
        "id": [0, 1, 2, 3, 4, 5],
        "number": [2.0, np.nan, -np.inf, np.inf, 2.0, -1.0],
        "text": pd.Series(["b", "a", None, "b", "a", "c"], dtype="str"),
        "maybe": pd.Series([3, None, 1, 2, None, 3], dtype="Int64"),
        "flag": [True, False, True, False, True, False],
        "shape": pd.Series([[3], [2, 9], [], [2], [10], [2]], dtype=object),
        "kernel": pd.Series([[3, 3], None, [1, 1], None, [3, 3], [2]], dtype=object),
    }
)


def ids(sort: Any = None, limit: Any = None) -> list[int]:
    """Give the ids of rows as they are ordered."""
    return RowOrder.from_arguments(sort, limit).apply(FRAME)["id"].tolist()


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (None, [0, 1, 2, 3, 4, 5]),
        ([], [0, 1, 2, 3, 4, 5]),
        ("id", [0, 1, 2, 3, 4, 5]),
        ("-id", [5, 4, 3, 2, 1, 0]),
        ("kernel", [2, 5, 0, 4, 1, 3]),
        ("-kernel", [0, 4, 5, 2, 1, 3]),
        (["kernel", "-id"], [2, 5, 4, 0, 3, 1]),
        # NaN and null last both ways, and equal rows as they were.
        ("number", [2, 5, 0, 4, 3, 1]),
        ("-number", [3, 0, 4, 5, 2, 1]),
        ("text", [1, 4, 0, 3, 5, 2]),
        ("-text", [5, 0, 3, 1, 4, 2]),
        ("maybe", [2, 3, 0, 5, 1, 4]),
        ("-maybe", [0, 5, 3, 2, 1, 4]),
        ("-flag", [0, 2, 4, 1, 3, 5]),
        ("shape", [2, 3, 5, 1, 0, 4]),
        (["-flag", "number"], [2, 0, 4, 5, 3, 1]),
        (("text", "-number", "id"), [4, 1, 3, 0, 5, 2]),
        (["shape", "-id"], [2, 5, 3, 1, 0, 4]),
    ],
)
def test_sorts(sort: Any, expected: list[int]) -> None:
    assert ids(sort) == expected
    assert ids(sort, 2) == expected[:2]
    assert ids(sort, 100) == expected


def test_keeps_what_a_frame_is() -> None:
    frame = declared(
        pd.DataFrame({"id": [1, 2], "name": ["a", "b"], "layer": ["a", "b"], "katz": [1.0, 2.0]}),
        query("katz").columns,
    )
    frame.attrs["note"] = "something"
    for order in (
        RowOrder.from_arguments("-katz", 1),
        RowOrder.from_arguments(None, 1),
        RowOrder.from_arguments("id", None),
    ):
        found = order.apply(frame)
        pd.testing.assert_series_equal(found.dtypes, frame.dtypes)
        assert found.index.equals(pd.RangeIndex(len(found)))
        assert found.attrs == frame.attrs
    assert frame["katz"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, "3"])
def test_refuses_a_limit(limit: Any) -> None:
    with pytest.raises(ParameterError, match=r"^limit is "):
        RowOrder.from_arguments(None, limit)


@pytest.mark.parametrize("sort", [3, {"katz": True}, ["katz", 3], [None]])
def test_refuses_what_is_no_column(sort: Any) -> None:
    with pytest.raises(ParameterError, match=r"^sort: .* is no column and no list of columns$"):
        RowOrder.from_arguments(sort, None)


def test_refuses_a_column_twice() -> None:
    with pytest.raises(ParameterError, match=r"^sort: 'id' is given more than once$"):
        RowOrder.from_arguments(["id", "-id"], None)


def test_names_the_columns_that_there_are() -> None:
    with pytest.raises(ParameterError) as caught:
        RowOrder.from_arguments(["id", "-kats"], None).require("katz", ["id", "name", "katz"])
    assert str(caught.value) == (
        "sort: the answer to katz has no column 'kats'; its columns are id, name, katz; a - before "
        "one means the largest first; did you mean 'katz'?"
    )


def test_each_command_that_answers_takes_an_order() -> None:
    options = {
        name: {flag for each in command.params for flag in each.opts}
        for name, command in typer.main.get_command(app).commands.items()  # type: ignore[attr-defined]
    }
    answers = {name for name, of in options.items() if "--format" in of}
    # A statement has ORDER BY and LIMIT of its own; the others report on what is there.
    answers -= {"activate", "cypher", "check", "inspect", "verify", "versions"}
    listing = {"models", "properties", "inputs", "circuits"}
    assert {"query", "history", "prune-cost", *listing} == answers
    for name in answers:
        assert {"--sort", "--limit"} <= options[name]


class TestRelationships:
    """A store gives them in any order."""

    def test_come_by_their_ends_and_weights(self) -> None:
        rng = np.random.default_rng(1)
        rows = [(s, t, w) for t in (700, 9) for s in (5, 800, 1) for w in (0.5, -0.5)]
        frame = pd.DataFrame(rows, columns=["source", "target", "weight"])
        frame.attrs["note"] = "something"
        expected = sorted(rows, key=lambda row: (row[1], row[0], row[2]))
        for _ in range(5):
            found = by_ends(frame.iloc[rng.permutation(len(frame))].reset_index(drop=True))
            assert list(found.itertuples(index=False, name=None)) == expected
            assert found.index.equals(pd.RangeIndex(len(found)))
            assert found.attrs == frame.attrs

    def test_may_be_none(self) -> None:
        none = pd.DataFrame({"source": [], "target": [], "weight": []}).astype("int64")
        assert by_ends(none).empty

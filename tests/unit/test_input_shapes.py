"""Shapes that a user gives to the inputs of a model."""

from typing import Any

import pytest
import typer

from exporter.reading.input_shapes import closed_shapes
from queries.commands.input_shapes import input_shapes
from queries.core.wording import shell_wording
from queries.errors import ModelFileError, ParameterError
from queries.stores import open_store

ONE = {"read": (None, 4)}
TWO = {"left": (None, 4), "right": (3,)}


@pytest.mark.parametrize(
    ("shapes", "given", "expected"),
    [
        ({"read": (3, 4)}, None, [(3, 4)]),
        (ONE, (5, 4), [(5, 4)]),
        (ONE, [5, 4], [(5, 4)]),
        (ONE, {"read": (5, 4)}, [(5, 4)]),
        (TWO, {"left": (5, 4)}, [(5, 4), (3,)]),
        (TWO, [[5, 4], [3]], [(5, 4), (3,)]),
    ],
)
def test_open_axes_get_lengths(shapes: Any, given: Any, expected: Any) -> None:
    assert closed_shapes(shapes, given) == expected


@pytest.mark.parametrize(
    ("shapes", "given", "said"),
    [
        (ONE, (5, 3), "input 'read' has the shape (None, 4), which (5, 3) does not fit"),
        (ONE, (5,), "which (5,) does not fit"),
        (ONE, (0, 4), "(0, 4) is no shape"),
        (ONE, {"red": (5, 4)}, "the model has no input 'red'; it has read; did you mean 'read'?"),
        (ONE, {"read": "54"}, "'54' is no shape"),
        (TWO, (5, 4), "the model has 2 inputs, not 1: left, right; say which is meant"),
    ],
)
def test_shapes_that_do_not_fit(shapes: Any, given: Any, said: str) -> None:
    with pytest.raises(ParameterError) as error:
        closed_shapes(shapes, given)
    assert said in str(error.value)
    assert str(error.value).startswith("input_shape: ")


def test_an_open_axis_asks_for_its_length() -> None:
    with pytest.raises(ModelFileError, match=r"such as input_shape=\{'read': \(32, 4\)\}$"):
        closed_shapes(ONE, None)
    with shell_wording(), pytest.raises(ModelFileError, match=r"such as --input-shape read=32,4$"):
        closed_shapes(ONE, None)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (None, None),
        (["32,128"], (32, 128)),
        (["read=32"], {"read": (32,)}),
        (["a=b=1,2", "c=3"], {"a=b": (1, 2), "c": (3,)}),
    ],
)
def test_shapes_on_a_command_line(words: list[str] | None, expected: Any) -> None:
    assert input_shapes(words) == expected


@pytest.mark.parametrize("words", [["a=1,x"], [""], ["3"] * 2, ["a=3", "3"]])
def test_no_shapes_on_a_command_line(words: list[str]) -> None:
    with pytest.raises(typer.BadParameter):
        input_shapes(words)


def test_a_stored_graph_takes_none() -> None:
    with pytest.raises(ParameterError, match="only a model file has open axes"):
        open_store("some.lbug", input_shape=(3,))

"""Values as text; that a server reads them back is shown in tests/contract/test_browser.py."""

import math

import pytest

from queries.core.literals import literal, operand


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (-3, "-3"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
        (1e22, "1e22"),
        (math.inf, "1.0 / 0.0"),
        (-math.inf, "-1.0 / 0.0"),
        (math.nan, "0.0 / 0.0"),
        ("it's \\ so", r"'it\'s \\ so'"),
        ("a\nb\r\t", r"'a\nb\r\t'"),
        ([1, "a", [2.5]], "[1, 'a', [2.5]]"),
        ((1, math.inf), "[1, 1.0 / 0.0]"),
        ({"a": None}, "{a: null}"),
    ],
)
def test_literals(value: object, text: str) -> None:
    assert literal(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"), (3, "3"), (True, "true"), ("-1", "'-1'"), ([-1], "[-1]"), (None, "null"),
        (-0.5, "(-0.5)"), (-math.inf, "(-1.0 / 0.0)"), (math.inf, "(1.0 / 0.0)"),
        (math.nan, "(0.0 / 0.0)"),
    ],
)  # fmt: skip
def test_operands(value: object, text: str) -> None:
    assert operand(value) == text

"""Values are shown in a line, however long they are."""

import json

import numpy as np
import pyarrow as pa
import pytest

from queries.core.text import shortened


@pytest.mark.parametrize(
    "value", ["text", 'a "quoted" name\n', "größer", 1, -0.5, True, None, [1, 2], {"a": [None]}]
)
def test_what_is_short_is_json(value: object) -> None:
    assert json.loads(shortened(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (list(range(7)), "[0, 1, 2, ... 7 in all]"),
        ([list(range(100))] * 2, "[[0, 1, 2, ... 100 in all], [0, 1, 2, ... 100 in all]]"),
        ("a" * 10_000, f'"{"a" * 200}... 10000 characters"'),
        ({"name": "a" * 201}, f'{{"name": "{"a" * 200}... 201 characters"}}'),
        (np.zeros(5), "<ndarray of 5>"),
        (pa.table({"id": [1, 2]}), "<Table of 2>"),
    ],
)
def test_what_is_long_shows_how_long(value: object, text: str) -> None:
    assert shortened(value) == text

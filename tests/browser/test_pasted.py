"""What ``--show-cypher`` prints, pasted into Neo4j Browser as it is, shows the library's rows."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from queries import NeuronGraph
from queries.commands.arguments import query_values
from queries.library.queries import query
from tests.browser.conftest import HOSTILE_MODEL
from tests.browser.page import BrowserPage, table
from tests.browser.served import Served

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]

QUERIES = [
    ("katz", "neurons=dense_1"),
    ("katz", "neurons=conv_1[3]", "alpha=-0.3", "weights=signed"),
    ("strongest_paths", "source=input_layer", "target=dense_1", "k=5"),
    ("strongest_paths", "source=conv_0[2..4]@1..2,0", "target=dense_1[7]", "k=3"),
]


@pytest.mark.parametrize("words", QUERIES, ids=" ".join)
def test_shows_the_rows_of_the_library(
    shown: BrowserPage, served: Served, digits: NeuronGraph, words: tuple[str, ...]
) -> None:
    name, *rest = words
    expected = getattr(digits, name)(**query_values(query(name), rest))
    assert_shows(shown, printed(served, *words, "--model", "digits"), expected)


def test_a_hostile_name_stays_a_value(shown: BrowserPage, served: Served) -> None:
    with NeuronGraph(served.bolt, model=HOSTILE_MODEL) as graph:
        expected = graph.katz()
    assert_shows(shown, printed(served, "katz", "--model", HOSTILE_MODEL), expected)


def test_takes_long_lists(shown: BrowserPage, digits: NeuronGraph) -> None:
    ids = list(range(0, 800, 3))
    assert_shows(shown, str(digits.statement("katz", neurons=ids)), digits.katz(ids))


def printed(served: Served, *words: str) -> str:
    """Return what the command prints to stderr."""
    command = ["-m", "exporter.cli", "query", *words, "--graph", served.bolt, "--show-cypher"]
    child = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True)
    return child.stderr


def assert_shows(shown: BrowserPage, text: str, expected: pd.DataFrame) -> None:
    """Assert that Browser shows the rows of a frame where a text is pasted."""
    rows = [[json.loads(cell) for cell in row] for row in table(shown.answer(text))]
    found = pd.DataFrame(rows, columns=expected.columns)
    assert len(found) == len(expected) > 0
    for column in expected:
        if pd.api.types.is_float_dtype(expected[column]):
            values = found[column].to_numpy(float)
            np.testing.assert_allclose(values, expected[column], rtol=1e-6, atol=1e-9)
        else:
            assert found[column].tolist() == expected[column].tolist()

"""``help()`` of a method says what its declaration says."""

import inspect
from typing import Any

import pytest

from queries import NeuronGraph
from queries.library.declaration import Declaration
from queries.library.exports import exports
from queries.library.plots import plots
from queries.library.queries import Query, queries
from queries.plots.plots import Plots
from tests.docs.docstrings import docstrings, example_of

METHODS = [
    *((NeuronGraph, each) for each in (*queries().values(), *exports().values())),
    *((Plots, each) for each in plots().values()),
]


def test_what_is_generated_is_up_to_date() -> None:
    for path, text in docstrings().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make docs`"


@pytest.mark.parametrize(
    ("face", "declaration"),
    [pytest.param(*each, id=f"{each[1].kind}-{each[1].name}") for each in METHODS],
)
def test_says_what_each_parameter_and_column_means(face: Any, declaration: Declaration) -> None:
    method = getattr(face, declaration.name)
    text = " ".join((inspect.getdoc(method) or "").split())
    for parameter in declaration.parameters:
        assert f"{parameter.meaning[1:]}." in text
        assert parameter.name in inspect.signature(method).parameters
    for column in declaration.columns if isinstance(declaration, Query) else ():
        assert f"- ``{column.name}`` ({column.type}): {column.meaning}" in text
    assert f">>> {example_of(declaration)}" in text

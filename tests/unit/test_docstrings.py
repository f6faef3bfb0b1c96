"""``help()`` of a method says what its declaration says."""

import inspect
import re
from typing import Any, get_type_hints

import pytest

from queries import NeuronGraph
from queries.library.declaration import Declaration
from queries.library.exports import exports
from queries.library.plots import plots
from queries.library.queries import Query, queries
from queries.plots.plots import Plots
from queries.viewer.in_cell import SavedPage, ServedPage
from tests.contract.test_signatures import LATER
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
        assert f"- ``{column.name}`` ({column.kind}): {column.meaning}" in text
    if isinstance(declaration, Query):
        assert f"Order of the rows: {declaration.order}." in text
    assert f">>> {example_of(declaration)}" in text


@pytest.mark.parametrize("name", [name for name in dir(NeuronGraph) if not name.startswith("_")])
def test_each_method_says_all_that_there_is_to_say(name: str) -> None:
    method = getattr(NeuronGraph, name)
    text = inspect.getdoc(method) or ""
    taken = {} if isinstance(method, property) else dict(inspect.signature(method).parameters)
    taken.pop("self", None)
    before, _, entries = text.partition("\nParameters\n----------\n")
    entries = entries.partition("\n\n")[0]
    said = re.findall(r"^(\*{0,2}\w.*)$", entries, flags=re.MULTILINE)
    told = [each.lstrip("*") for entry in said for each in entry.split(", ")]
    assert sorted(told) == sorted(taken)
    assert re.match(r"[A-Z].*\.", before)
    returned = method.fget if isinstance(method, property) else method
    later = {**LATER, "Plots": Plots, "ServedPage": ServedPage, "SavedPage": SavedPage}
    if get_type_hints(returned, localns=later)["return"] not in {
        str,
        type(None),
    }:
        assert "\nReturns\n-------\n" in text
    assert "\nExamples\n--------\n>>> " in text


def test_a_column_says_its_unit() -> None:
    for query in queries().values():
        for column in query.columns:
            assert ("unit" in column.kind or ", in " in column.kind) == (
                column.type == "float" or bool(column.unit)
            )

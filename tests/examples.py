"""The example of a query, as the library takes it."""

from typing import Any

from queries.commands.arguments import query_values
from queries.core.model_input import as_input
from queries.library.declaration import Declaration
from queries.library.queries import queries

RECORDED = frozenset(name for name, each in queries().items() if each.of_records)
"""Queries about what is stored at inputs; ``in_store/test_records.py`` asks them."""


def example_values(declaration: Declaration) -> dict[str, Any]:
    """Return the values of an example, checked."""
    given = declaration.input and declaration.example.get(declaration.input)
    words = [
        f"{name}={value}"
        for name, value in declaration.example.items()
        if name != declaration.input
    ]
    return query_values(declaration, words, as_input(given))

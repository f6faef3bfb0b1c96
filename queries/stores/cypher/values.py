"""The values that a statement is given for its parameters: one for each, and no others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from queries.core.address import repeatable
from queries.core.wording import worded
from queries.errors import ParameterError, listed, meant
from queries.stores.cypher.tokens import Token


def require_values(statement: Sequence[Token], values: Mapping[str, Any]) -> None:
    """Raise ParameterError unless each parameter of a statement has a value, and no other is given.

    By itself LadybugDB takes a parameter without a value for null, and refuses a value without a
    parameter; Neo4j does it the other way round.

    Parameters
    ----------
    statement
        Its tokens.
    values
        Values by the names of parameters.
    """
    names = list(dict.fromkeys(_parameters(statement)))
    missing = [name for name in names if name not in values]
    others = [name for name in values if name not in names]
    problems = []
    if missing:
        dollars = listed([f"${name}" for name in missing])
        give = f"give {_given(missing)}, or write values in their place"
        problems.append(f"there is no value for {dollars} of the statement; {give}")
    if others:
        there = listed([f"${name}" for name in names])
        alike = "".join(meant(name, missing or names) for name in others)
        wrong = listed([repeatable(name) for name in others])
        problems.append(f"the statement has no parameter {wrong}; it has {there}{alike}")
    if problems:
        raise ParameterError("; ".join(problems))


def _parameters(statement: Sequence[Token]) -> Iterator[str]:
    for at, token in enumerate(statement[1:], start=1):
        # Neo4j has $any(...) and $all(...) where labels are meant.
        calls = at + 1 < len(statement) and statement[at + 1].is_sign("(")
        if statement[at - 1].is_sign("$") and token.kind != "sign" and not calls:
            yield token.text


def _given(names: Sequence[str]) -> str:
    """Return how values of parameters are given."""
    pairs = ", ".join(f"{name!r}: VALUE" for name in names)
    return worded(" ".join(f"{name}=VALUE" for name in names), f"parameters={{{pairs}}}")

"""The names of the columns of a statement: what stands behind its RETURN, as it was written."""

from collections.abc import Iterator, Sequence
from typing import Final

from queries.errors import CypherError
from queries.stores.cypher.tokens import Token

_OF_PLANS: Final = frozenset({"explain", "profile"})
_ENDS: Final = frozenset({"order", "skip", "limit", "union"})
"""Words that a clause begins with which may follow what is returned."""


def as_written(cypher: str, statement: Sequence[Token], names: Sequence[str]) -> list[str]:
    """Return the names of columns as Neo4j has them, given those of a store that makes its own.

    A column is called what AS says, else what was written: ``count(n)`` stays ``count(n)``. Of a
    UNION the first part names the columns.

    Parameters
    ----------
    cypher, statement
        A statement, and its tokens.
    names
        What the store calls the columns.

    Raises
    ------
    CypherError
        If two are called alike.
    """
    written = _written(cypher, statement, names)
    if twice := [name for name in written if written.count(name) > 1]:
        raise CypherError(
            f"two columns of the answer are called {twice[0]}; give one of them another name by AS"
        )
    return written


def _written(cypher: str, statement: Sequence[Token], names: Sequence[str]) -> list[str]:
    if statement[0].word in _OF_PLANS:
        return list(names)
    items = list(_items(_returned(statement)))
    stars = [place for place, item in enumerate(items) if _is_star(item)]
    # A star is as many columns as there are variables, or properties of one.
    star = stars[0] if stars else len(items)
    before, after = items[:star], items[star + 1 :]
    of_star = len(names) - len(before) - len(after)
    if len(stars) > 1 or of_star < 0 or (of_star and not stars):
        return list(names)
    kept = names[star : star + of_star]
    return [
        *(_name(cypher, item) for item in before),
        *kept,
        *(_name(cypher, item) for item in after),
    ]


def _returned(statement: Sequence[Token]) -> Sequence[Token]:
    """Return what stands behind the first RETURN that is in no braces, up to the next clause."""
    begin: int | None = None
    end: int | None = None
    depth = 0
    for at, token in enumerate(statement):
        depth += _deeper(token)
        if depth or end is not None or _is_named(statement, at):
            continue
        if begin is None:
            begin = at + 1 if token.word == "return" else None
        elif at > begin and token.word in _ENDS:
            end = at
    returned = () if begin is None else statement[begin:end]
    return returned[1:] if returned and returned[0].word == "distinct" else returned


def _deeper(token: Token) -> int:
    """Return by how much a token leads into brackets, or out of them."""
    return token.is_sign("(", "[", "{") - token.is_sign(")", "]", "}")


def _is_named(statement: Sequence[Token], at: int) -> bool:
    """Tell whether a word is a name by what stands before it."""
    before = statement[at - 1] if at else None
    return before is not None and (before.is_sign(".", ":", "$") or before.word == "as")


def _items(returned: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield what the commas divide that are in no brackets."""
    begin, depth = 0, 0
    for at, token in enumerate(returned):
        depth += _deeper(token)
        if not depth and token.is_sign(","):
            yield returned[begin:at]
            begin = at + 1
    if begin < len(returned):
        yield returned[begin:]


def _is_star(item: Sequence[Token]) -> bool:
    """Tell whether an item is ``*``, or ``n.*`` as LadybugDB has it."""
    return item[-1].is_sign("*")


def _name(cypher: str, item: Sequence[Token]) -> str:
    """Return the name of a column: what AS says, a variable, or the text as it was written."""
    if len(item) == 1 or item[-2].word == "as":
        return item[-1].text
    return cypher[item[0].start : item[-1].end]

"""The tokens of a Cypher statement, as each store reads them."""

import re
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from queries.errors import CypherError

Kind = Literal["word", "name", "value", "sign"]


class Token(NamedTuple):
    """A token of a statement.

    Parameters
    ----------
    kind
        A ``word`` is a keyword or a name as it stands, a ``name`` one in back-ticks, a ``value``
        a text or a number, and a ``sign`` anything else.
    text
        What it says; of a ``name`` without its back-ticks.
    start, end
        Where it stands in the statement, once its escapes are replaced.
    """

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The word in small letters; empty for other tokens, of which none is a keyword."""
        return self.text.casefold() if self.kind == "word" else ""

    def is_sign(self, *signs: str) -> bool:
        """Tell whether it is one of some signs."""
        return self.kind == "sign" and self.text in signs


@dataclass(frozen=True)
class Lexis:
    r"""How a store divides a statement.

    Parameters
    ----------
    comment
        Pattern of a comment.
    escapes_first
        Whether ``\uXXXX`` is replaced everywhere before the statement is divided.
    """

    comment: str
    escapes_first: bool


NEO4J: Final = Lexis(r"//[^\n\r]*|/\*.*?\*/", escapes_first=True)
# A star takes the sign after it along, so that "/***/" does not end.
LADYBUG: Final = Lexis(r"//[^\n\r]*\r?(?:\n|\Z)|/\*(?:[^*]|\*[^/])*\*/", escapes_first=False)

_HALVES: Final = re.compile("[\ud800-\udfff]")
_ESCAPE: Final = re.compile(r"\\\\|\\u([0-9A-Fa-f]{4})|\\u")
_TOKENS: Final = r"""
    (?P<space>[\s\u180e]+|{comment})
    | (?P<value>'(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*"
        # What follows a number without a space is a token of its own.
        | 0[xX][0-9A-Fa-f]+ | (?:[0-9][0-9_]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | `(?P<name>(?:``|[^`])*)`
    | (?P<word>\w+)
    | (?P<open>['"`]|/\*)
    | (?P<sign>\.\.|.)
"""


def tokens(cypher: str, lexis: Lexis) -> list[Token]:
    """Divide a statement into its tokens, without its comments.

    Parameters
    ----------
    cypher
        The statement.
    lexis
        How the store that is to run it does that.

    Raises
    ------
    CypherError
        If a text, a name or a comment has no end, or UTF-8 cannot hold the statement.
    """
    if _HALVES.search(cypher):
        raise CypherError("the statement is no UTF-8: it holds half of a surrogate pair")
    if lexis.escapes_first:
        cypher = _ESCAPE.sub(_unescaped, cypher)
    pattern = _TOKENS.replace("{comment}", lexis.comment)
    return [
        _token(match)
        for match in re.finditer(pattern, cypher, re.DOTALL | re.VERBOSE)
        if match.lastgroup != "space"
    ]


def place_text(cypher: str, place: int) -> str:
    """Return the line and the column of a character of a statement, both from 1 on."""
    before = cypher[:place].rpartition("\n")
    return f"line {before[0].count(chr(10)) + bool(before[1]) + 1}, column {len(before[2]) + 1}"


def _unescaped(escape: re.Match[str]) -> str:
    if escape[0] == "\\\\":
        return escape[0]
    if escape[1] is None:
        raise CypherError(r"the statement has \u without four hexadecimal digits after it")
    return chr(int(escape[1], 16))


def _token(match: re.Match[str]) -> Token:
    kind, text, (start, end) = match.lastgroup, match[0], match.span()
    if kind == "open":
        what = {"`": "name in back-ticks", "/*": "comment"}.get(text, "text in quotes")
        where = place_text(match.string, match.start())
        raise CypherError(f"{where}: the statement has a {what} that does not end: {text}")
    if kind == "name":
        return Token("name", match["name"].replace("``", "`"), start, end)
    kinds: dict[str | None, Kind] = {"value": "value", "word": "word"}
    return Token(kinds.get(kind, "sign"), text, start, end)

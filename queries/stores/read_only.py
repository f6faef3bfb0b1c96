"""Let only statements that read through to the embedded store.

LadybugDB's read-only mode guards the graph, but still lets a statement write other files
(COPY TO, EXPORT), change settings, or leave a checkpoint that ends all reading.
"""

import re
from typing import Final

from queries.errors import CypherError

TO_WRITE: Final = "to write, say cypher --write, or NeuronGraph.write in Python"
"""What to do where reading is not enough."""

_NOT_CYPHER: Final = re.compile(
    r"""'(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*" | `(?:``|[^`])*` | //[^\n]* | /\*.*?\*/""",
    re.DOTALL | re.VERBOSE,
)
_READS: Final = re.compile(r"(MATCH|OPTIONAL|UNWIND|WITH|RETURN)\b|CALL\s+\w+\s*\(", re.IGNORECASE)


def only_statement(cypher: str) -> str:
    """Return a statement without its comments, texts and quoted names.

    Raises
    ------
    CypherError
        If the text is empty, or more than one statement.
    """
    bare = _NOT_CYPHER.sub(" ", cypher).strip().removesuffix(";").rstrip()
    if not bare:
        raise CypherError("the statement is empty")
    if ";" in bare:
        raise CypherError("give one statement at a time")
    return bare


def refuse_writing(cypher: str) -> None:
    """Raise CypherError unless the text is one statement that begins as a reading one does."""
    bare = only_statement(cypher)
    if not _READS.match(bare):
        raise CypherError(
            f"a statement that begins with {bare.split()[0]!r} is not allowed here; begin with "
            f"MATCH, OPTIONAL MATCH, UNWIND, WITH, RETURN or a CALL of a function; {TO_WRITE}"
        )

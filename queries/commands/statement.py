"""The statement that ``cypher`` runs: a word of the command line, stdin, or a file."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer

from queries.core.address import path_text
from queries.core.files import expanded
from queries.errors import CypherError

STDIN: Final = "-"
"""The word in whose place stdin is read."""

_PARAMETER: Final = re.compile(r"[^\s=]+=.*", re.DOTALL)


def read_statement(
    word: str | None, file: Path | None, words: Sequence[str]
) -> tuple[str, Sequence[str]]:
    """Return the statement, and the words that are its parameters.

    Parameters
    ----------
    word
        The first word of the command line; None where there is none.
    file
        The file of the statement. Then the first word is a parameter as well.
    words
        The other words.

    Raises
    ------
    typer.BadParameter
        If there is no statement, or one and a file.
    CypherError
        If stdin or the file cannot be read as text.
    """
    if file is None:
        if word is None:
            raise typer.BadParameter("give a statement, or --file FILE", param_hint="CYPHER")
        return (_decoded(sys.stdin.buffer.read(), "stdin") if word == STDIN else word), words
    if word is not None and not _PARAMETER.fullmatch(word):
        raise typer.BadParameter(
            "the statement is given by a file, and beside it; give one", param_hint="--file"
        )
    return _content(expanded(file)), [*([] if word is None else [word]), *words]


def _content(file: Path) -> str:
    name = path_text(file)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CypherError(f"cannot read {name}: {error.strerror or error}") from None
    return _decoded(content, name)


def _decoded(content: bytes, name: str) -> str:
    try:
        # An editor of Windows may have put its mark at the beginning.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CypherError(f"{name} is no text in UTF-8: byte {error.start} is wrong") from None

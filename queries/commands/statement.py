"""The statement that ``cypher`` runs: a word of the command line, stdin, or a file."""

import os
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

_PARAMETER: Final = re.compile(r"[^\s=({\[]+=.*", re.DOTALL)


def reads_stdin(word: str | None, file: Path | None) -> bool:
    """Tell whether the statement is read from stdin.

    It is where a dash says so, or where nothing else gives one and no terminal is at stdin.

    Parameters
    ----------
    word, file
        As ``read_statement`` takes them.
    """
    if file is not None or word == STDIN:
        return file is None
    return (word is None or _is_parameter(word)) and not sys.stdin.isatty()


def _is_parameter(word: str) -> bool:
    return _PARAMETER.fullmatch(word) is not None


def read_statement(
    word: str | None, file: Path | None, words: Sequence[str]
) -> tuple[str, Sequence[str]]:
    """Return the statement, and the words that are its parameters.

    Parameters
    ----------
    word
        The first word of the command line; None where there is none. It is a parameter as well
        where the statement stands elsewhere.
    file
        The file of the statement; None where there is none.
    words
        The other words.

    Raises
    ------
    typer.BadParameter
        If there is no statement, or one beside a file.
    CypherError
        If stdin or the file cannot be read as text.
    """
    every = [*([] if word in (None, STDIN) else [word]), *words]
    if file is not None:
        if word is not None and not _is_parameter(word):
            raise typer.BadParameter(
                "the statement is given by a file, and beside it; give one", param_hint="--file"
            )
        return _content(expanded(file)), every
    if reads_stdin(word, file):
        text = _decoded(sys.stdin.buffer.read(), "stdin")
        if text or word == STDIN:
            return text, every
    elif word is not None:
        if os.path.isfile(word):  # noqa: PTH113 - a Path refuses some texts.
            raise typer.BadParameter(
                f"{path_text(Path(word))} is a file; did you mean --file and its name?",
                param_hint="CYPHER",
            )
        return word, words
    raise typer.BadParameter(
        "give a statement: as a word, by --file FILE, or on stdin", param_hint="CYPHER"
    )


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

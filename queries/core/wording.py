"""Options and commands in texts: as a shell takes them on the command line, else as Python does.

Errors and next steps name them by these functions alone, so that each reader gets what can be
typed where the text appears.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

MODEL_FILE: Final = "MODEL"
"""Stands for the model file in a command."""

_speaks_shell = False


@contextmanager
def shell_wording() -> Iterator[None]:
    """Let the texts of this process speak to a shell, as those of the command line do."""
    global _speaks_shell  # noqa: PLW0603 - all threads of a command line have one reader
    before, _speaks_shell = _speaks_shell, True
    try:
        yield
    finally:
        _speaks_shell = before


def worded(shell: str, python: str) -> str:
    """Return the one of two texts that the reader can type."""
    return shell if _speaks_shell else python


def option(name: str, value: str | bool | None = None) -> str:
    """Return how an option of a command, or the same argument of a function, is written.

    Parameters
    ----------
    name
        The argument of the function, such as ``min_weight``.
    value
        Its value; True for an option that takes none, None where the name alone is meant.

    Examples
    --------
    >>> option("replace", True)
    'replace=True'
    """
    return worded(
        shlex.join(_shell_words(name, value)), name if value is None else f"{name}={value!r}"
    )


def command(name: str, /, *words: str, **options: str | bool) -> str:
    """Return how a command, or the function of its name, is called.

    Parameters
    ----------
    name
        The command, such as ``load``.
    *words
        What stands first; ``MODEL_FILE`` stays as it is.
    **options
        As ``option`` takes them.

    Examples
    --------
    >>> command("load", MODEL_FILE, resume=True)
    'load(MODEL, resume=True)'
    """
    line = [word for each in options.items() for word in _shell_words(*each)]
    named = [option(*each) for each in options.items()]
    values = [word if word is MODEL_FILE else repr(word) for word in words]
    return worded(
        shlex.join(("neurongraph", name, *words, *line)), f"{name}({', '.join([*values, *named])})"
    )


def _shell_words(name: str, value: str | bool | None) -> list[str]:
    flag = f"--{name.replace('_', '-')}"
    return [flag, value] if isinstance(value, str) else [flag]


def which_model() -> str:
    """Return how a reader says which model of a graph is meant."""
    return worded("--model NAME", "model='NAME', or graph.model = 'NAME' for all that follows")

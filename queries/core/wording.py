"""Options and commands in texts: as a shell takes them on the command line, else as Python does.

Errors and next steps name them by these functions alone, so that each reader gets what can be
typed where the text appears.
"""

import shlex
from collections.abc import Iterator, Mapping
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


def command_line(name: str, /, *words: str, **options: str | bool | None) -> str:
    """Return a command line of ours, quoted so that a shell reads it back as it is.

    Parameters
    ----------
    name, *words, **options
        As ``command`` takes them.

    Examples
    --------
    >>> command_line("drop", "the head", graph="digits.lbug")
    "neurongraph drop 'the head' --graph digits.lbug"
    """
    flags = [word for each in _given(options) for word in _shell_words(*each)]
    # A shell hands a word that begins so over as it is, and it would be read as an option.
    told_apart = any(word.startswith("-") for word in words)
    line = (*flags, "--", *words) if told_apart else (*words, *flags)
    return shlex.join(("neurongraph", name, *line))


def command(name: str, /, *words: str, **options: str | bool | None) -> str:
    """Return how a command, or the function of its name, is called.

    Parameters
    ----------
    name
        The command, such as ``load``.
    *words
        What stands first; ``MODEL_FILE`` stays as it is.
    **options
        As ``option`` takes them; what is None or False is left out.

    Examples
    --------
    >>> command("load", MODEL_FILE, resume=True)
    'load(MODEL, resume=True)'
    """
    values = [word if word is MODEL_FILE else repr(word) for word in words]
    named = [option(*each) for each in _given(options)]
    return worded(command_line(name, *words, **options), f"{name}({', '.join([*values, *named])})")


def _given(options: Mapping[str, str | bool | None]) -> Iterator[tuple[str, str | bool]]:
    for name, value in options.items():
        if value is not None and value is not False:
            yield name, value


def _shell_words(name: str, value: str | bool | None) -> list[str]:
    flag = f"--{name.replace('_', '-')}"
    return [flag, value] if isinstance(value, str) else [flag]


def which_model() -> str:
    """Return how a reader says which model of a graph is meant."""
    return worded("--model NAME", "model='NAME', or graph.model = 'NAME' for all that follows")

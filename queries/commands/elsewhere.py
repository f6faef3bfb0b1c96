"""What was meant by a word that stands where another one belongs, behind ``neurongraph``."""

from collections.abc import Collection, Iterable
from typing import Any

_HELP = "help"


def as_command(word: str) -> str:
    """Return the command that a word was meant for, which is none itself, for a message.

    Parameters
    ----------
    word
        What stands in the place of a command.

    Returns
    -------
    str
        Such as ``; did you mean: neurongraph query layers``; empty where nothing is known.
    """
    from queries.library.plots import plots
    from queries.library.queries import queries

    kinds: dict[str, Collection[str]] = {"query": queries(), "plot": plots()}
    lines = [f"neurongraph {kind} {word}" for kind, names in kinds.items() if word in names]
    if word == _HELP:
        lines = ["neurongraph --help"]
    return f"; did you mean: {' or '.join(lines)}" if lines else ""


def behind_command(option: str, commands: Iterable[Any]) -> str:
    """Say of an option that stands before the command where it belongs; empty if no command has it.

    Parameters
    ----------
    option
        The option, such as ``-g``.
    commands
        The commands as Typer has them.
    """
    known = any(option in parameter.opts for each in commands for parameter in each.params)
    return "; it belongs to a command: write it behind that" if known else ""

"""The command line that was meant where a graph stands in the place of another word."""

import shlex
from collections.abc import Iterator, Sequence
from typing import Any, Final

from queries.core.address import holds_login
from queries.stores.kinds import MODEL_FILE
from queries.stores.location import is_place

_GRAPH: Final = "--graph"
_FILE: Final = "MODEL"
"""What the help calls an argument that is a model file."""

EITHER: Final = "NAME|GRAPH"
"""What it calls one that is the name of a model, or a graph."""


def with_graph_in_place(words: Sequence[str], command: Any) -> str | None:
    """Return the command line with the graph where it belongs.

    Parameters
    ----------
    words
        The words behind ``neurongraph``, of which the first one is the command.
    command
        The command as Typer has it.

    Returns
    -------
    str or None
        The line; None where not one word alone is a graph in another place, where an option is
        unknown, or where a password may stand in the line.
    """
    flags = [flag for each in command.params if _GRAPH in each.opts for flag in each.opts]
    if not _are_known(words, command):
        return None
    files = any(each.metavar == _FILE for each in command.params)
    line = list(words)
    graphs = [at for at in argument_places(line, command) if _is_graph(line[at], files=files)]
    if not flags or len(graphs) != 1 or any(word.startswith(f"{_GRAPH}=") for word in line):
        return None
    written = [at + 1 for at, word in enumerate(line[:-1]) if word in flags]
    if not written:
        if any(each.metavar == EITHER for each in command.params):
            return None
        line += [_GRAPH, line.pop(graphs[0])]
    elif _is_graph(line[written[0]], files=files):
        return None
    else:
        line[graphs[0]], line[written[0]] = line[written[0]], line[graphs[0]]
    if any(holds_login(word) for word in line if not is_place(word)):
        return None
    return shlex.join(("neurongraph", *line))


def _are_known(words: Sequence[str], command: Any) -> bool:
    """Tell whether a command has all the long options that stand in a line."""
    known = {flag for each in command.params for flag in (*each.opts, *each.secondary_opts)}
    return all(word.partition("=")[0] in known for word in words if word.startswith("--"))


def _is_graph(word: str, *, files: bool) -> bool:
    """Tell whether a word is a graph by itself; with ``files`` a model file is none."""
    return word.endswith("/") or (is_place(word) and not (files and MODEL_FILE.recognises(word)))


def argument_places(line: Sequence[str], command: Any) -> Iterator[int]:
    """Yield the places of the words that are neither options nor their values.

    Parameters
    ----------
    line
        The words behind ``neurongraph``, of which the first one is the command.
    command
        The command as Typer has it.
    """
    options = [each for each in command.params if each.param_type_name == "option"]
    with_values = {flag for each in options if not each.is_flag for flag in each.opts}
    at = 1
    while at < len(line):
        if line[at] in with_values:
            at += 1
        elif not line[at].startswith("-"):
            yield at
        at += 1

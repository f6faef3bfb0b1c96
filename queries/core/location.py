"""Where a graph is: on a Neo4j server, in an embedded store or a dataset, or in a model file."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from queries.core.address import holds_login, is_address, may_be_address, repeatable
from queries.errors import ParameterError

SUFFIX: Final = ".lbug"
MODEL_SUFFIXES: Final = (".keras", ".h5", ".hdf5")
DEFAULT_GRAPH: Final = "neurons.lbug"
GRAPH_VARIABLE: Final = "NEURONGRAPH_GRAPH"
"""The environment's say in which graph is meant."""
_SCHEMES: Final = tuple(
    base + security for base in ("bolt", "neo4j") for security in ("", "+s", "+ssc")
)


Kind = Literal["server", "embedded", "dataset", "file"]
"""What a graph is kept in: Neo4j, LadybugDB files, files that Neo4j imports, or a model file."""


@dataclass(frozen=True)
class Location:
    """A checked graph location.

    Parameters
    ----------
    text
        The path, in which ``~`` is a folder, or the URI as it was given.
    kind
        What the graph is kept in.
    """

    text: str
    kind: Kind

    @property
    def path(self) -> Path:
        """The folder of an embedded graph or a dataset, or the model file."""
        return Path(self.text)


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return a path that somebody gave, in which ``~`` is their home folder.

    A shell does not expand it behind ``--graph=``, nor does Python.
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111 - a Path refuses unknown users.


def locate(graph: str | os.PathLike[str] | None = None) -> Location:
    """Check where a graph is, without opening it.

    Parameters
    ----------
    graph
        A path that ends in ``.lbug``; a Neo4j URI, which is a scheme, a host, perhaps a port, and
        nothing else; the folder of a dataset: one that exists or ends in a slash; or a model file:
        a path that ends in ``.keras``, ``.h5`` or ``.hdf5``. A path that does not exist and has
        ``:``, ``@``, ``?`` or ``#`` in it begins with ``./`` or is absolute. None for the
        environment's NEURONGRAPH_GRAPH, else ``neurons.lbug``.

    Returns
    -------
    Location
        The location.

    Raises
    ------
    ParameterError
        If it is none of these. Nothing of a text that may be an address is repeated, since it may
        hold a password.
    """
    given = graph or os.environ.get(GRAPH_VARIABLE) or DEFAULT_GRAPH
    try:
        text = os.fsdecode(given)
    except TypeError:
        raise ParameterError(
            f"graph: a {type(given).__name__} is neither a path nor an address"
        ) from None
    if is_address(text, _SCHEMES):
        return Location(text, "server")
    if "\0" in text or may_be_secret(text):
        raise ParameterError(
            "graph: that is no address of a Neo4j server, such as bolt://localhost:7687, which is "
            f"one of {', '.join(_SCHEMES)}, then :// and a host, perhaps : and a port, and nothing "
            "else; leave user name and password out, and set NEO4J_USERNAME and NEO4J_PASSWORD "
            "instead; begin a path that has : @ ? or # in it with ./"
        )
    text = os.path.expanduser(text)  # noqa: PTH111 - a Path would lose the slash at the end.
    if text.rstrip("/").endswith(SUFFIX):
        return Location(text, "embedded")
    if text.endswith(("/", os.sep)) or os.path.isdir(text):  # noqa: PTH112 - refuses no text.
        return Location(text, "dataset")
    if text.lower().endswith(MODEL_SUFFIXES):
        return Location(text, "file")
    raise ParameterError(
        f"graph {repeatable(text)} is neither a path that ends in {SUFFIX} nor a bolt:// or "
        "neo4j:// URI, nor a folder of files for Neo4j, which ends in / or exists, nor a model "
        f"file, which ends in {', '.join(MODEL_SUFFIXES)}"
    )


def may_be_secret(text: str) -> bool:
    """Tell whether a text may be an address with a password in it, and is not plainly a path."""
    return may_be_address(text) and not _is_path(text)


def shown(path: Path) -> str:
    """Return a path for an error, or dots where it may be an address with a password in it."""
    text = str(path)
    return "'...'" if holds_login(text) and not _is_path(text) else text


def _is_path(text: str) -> bool:
    if "://" in text:
        return False
    if text.startswith(("./", "../")) or (os.path.isabs(text) and not text.startswith("//")):  # noqa: PTH117
        return True
    return os.path.exists(text)  # noqa: PTH110 - a Path refuses some texts.

"""Where a graph is: on a Neo4j server, in an embedded store or a dataset, or in a model file."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from queries.errors import ParameterError

SUFFIX: Final = ".lbug"
MODEL_SUFFIXES: Final = (".keras", ".h5", ".hdf5")
DEFAULT_GRAPH: Final = "neurons.lbug"
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
        A path that ends in ``.lbug``; a Neo4j URI; the folder of a dataset: one that exists or
        ends in a slash; or a model file: a path that ends in ``.keras``, ``.h5`` or ``.hdf5``.
        None for the environment's NEURONGRAPH_GRAPH, else ``neurons.lbug``.

    Returns
    -------
    Location
        The location.

    Raises
    ------
    ParameterError
        If it is none of these, or if the URI carries a user name or password.
    """
    text = os.fspath(graph or os.environ.get("NEURONGRAPH_GRAPH") or DEFAULT_GRAPH)
    if "://" not in text:
        text = os.path.expanduser(text)  # noqa: PTH111 - a Path would lose the slash at the end.
        if text.rstrip("/").endswith(SUFFIX):
            return Location(text, "embedded")
        if text.endswith(("/", os.sep)) or Path(text).is_dir():
            return Location(text, "dataset")
        if text.lower().endswith(MODEL_SUFFIXES):
            return Location(text, "file")
        raise ParameterError(
            f"graph {text!r} is neither a path that ends in {SUFFIX} nor a bolt:// or neo4j:// "
            "URI, nor a folder of files for Neo4j, which ends in / or exists, nor a model file, "
            f"which ends in {', '.join(MODEL_SUFFIXES)}"
        )
    scheme = text.partition("://")[0]
    if scheme not in _SCHEMES:
        raise ParameterError(
            f"graph: the scheme {scheme!r} is not known; use one of {', '.join(_SCHEMES)}"
        )
    if "@" in _host(text):
        raise ParameterError(
            "graph: leave user name and password out of the URI; "
            "set NEO4J_USERNAME and NEO4J_PASSWORD instead"
        )
    return Location(text, "server")


def _host(uri: str) -> str:
    """Return the part of a URI that names the server."""
    try:
        return urlsplit(uri).netloc
    except ValueError as error:
        raise ParameterError(f"graph {uri!r}: {error}") from None

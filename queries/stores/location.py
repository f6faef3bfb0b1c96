"""Where a graph is."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from queries.core.address import may_be_secret, repeatable_place
from queries.core.arguments import described, in_memory_instead
from queries.core.live_models import in_memory, library_of
from queries.core.text import GRAPH_VARIABLE
from queries.core.wording import option, worded
from queries.errors import ParameterError
from queries.stores.kinds import DATASET, KINDS, MODEL_FILE, MODEL_IN_MEMORY, SCHEMES, Kind

DEFAULT_GRAPH: Final = "neurons.lbug"


@dataclass(frozen=True)
class Location:
    """A checked graph location.

    Parameters
    ----------
    text
        The path, in which ``~`` is a folder, or the URI as it was given.
    kind
        What the graph is kept in.
    held
        The model itself where it is in memory, else None.
    """

    text: str
    kind: Kind
    held: Any = None

    @property
    def place(self) -> Any:
        """The URI, the path, or the model in memory."""
        if self.held is not None:
            return self.held
        return self.text if self.kind.has_address else self.path

    @property
    def path(self) -> Path:
        """The folder of an embedded graph or a dataset, or the model file."""
        return Path(self.text)


def locate(graph: str | os.PathLike[str] | Any | None = None) -> Location:
    """Check where a graph is, without opening it.

    Parameters
    ----------
    graph
        A path that ends in ``.lbug``; a Neo4j URI, which is a scheme, a host, perhaps a port, and
        nothing else; the folder of a dataset: one that exists or ends in a slash; or a model file:
        a path that ends in ``.keras``, ``.h5``, ``.hdf5`` or ``.onnx``, or another file that
        exists; or a ``keras.Model``, an ``onnx.ModelProto`` or a ``torch.nn.Module`` in memory. A
        path that does not exist and has ``:``, ``@``, ``?`` or ``#`` in it begins with ``./`` or is
        absolute. None for the environment's NEURONGRAPH_GRAPH, else ``neurons.lbug``.

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
    is_default = graph is None or (isinstance(graph, str) and not graph)
    place: Any = os.environ.get(GRAPH_VARIABLE) or DEFAULT_GRAPH if is_default else graph
    if (library := library_of(place)) is not None:
        return Location(in_memory(library.name_of(place)), MODEL_IN_MEMORY, place)
    try:
        text = os.fsdecode(place)
    except TypeError:
        instead = in_memory_instead(place) or "is neither a path nor an address"
        raise ParameterError(f"{option('graph')}: {described(place)} {instead}") from None
    kind = _recognised(text, has_address=True)
    if kind is not None:
        return Location(text, kind)
    if "\0" in text or may_be_secret(text):
        raise ParameterError(
            f"{option('graph')}: that is no address of a Neo4j server, such as "
            f"bolt://localhost:7687, which is one of {', '.join(SCHEMES)}, then :// and a host, "
            "perhaps : and a port, and nothing else; leave user name and password out, and set "
            "NEO4J_USERNAME and NEO4J_PASSWORD instead; begin a path that has : @ ? or # in it "
            "with ./"
        )
    text = os.path.expanduser(text)  # noqa: PTH111 - a Path would lose the slash at the end.
    kind = _recognised(text, has_address=False)
    if kind is None and os.path.isfile(text):  # noqa: PTH113 - as above.
        # Whatever it is, its reader says so.
        kind = MODEL_FILE
    if kind is not None:
        return Location(text, kind)
    first, *others = (kind.looks for kind in KINDS)
    raise ParameterError(
        f"graph {repeatable_place(text)} is neither {first} nor {', nor '.join(others)}"
    )


def is_place(text: str) -> bool:
    """Tell whether a text says by itself where a graph is, whatever there is on the disk."""
    return any(kind.recognises(text) for kind in KINDS if kind is not DATASET)


def require_no_swap(
    name: str | os.PathLike[str], graph: str | os.PathLike[str] | None, call: str
) -> None:
    """Raise ParameterError where a graph and what is named before it stand in each other's place.

    The command line says itself which line was meant, with all of its words.

    Parameters
    ----------
    name
        What is named before the graph: a model, or its file.
    graph
        What ``locate`` takes.
    call
        The call with both in the place of the other.
    """
    if not all(isinstance(each, (str, os.PathLike)) for each in (name, graph)):
        return
    named, text = os.fsdecode(name), os.fsdecode(graph or "")
    if not is_place(named) or _is_file(named) or _is_graph(text):
        return
    if not may_be_secret(text) and worded("", call):
        raise ParameterError(f"{named!r} is a graph, and {text!r} is none; did you mean: {call}")


def _is_graph(text: str) -> bool:
    """Tell whether a text names a graph that is no model file."""
    try:
        locate(text)
    except ParameterError:
        return False
    return not _is_file(text)


def _is_file(text: str) -> bool:
    return MODEL_FILE.recognises(text)


def _recognised(text: str, *, has_address: bool) -> Kind | None:
    """Return the first kind that a text names: one at an address, or one of a path."""
    kinds = (kind for kind in KINDS if kind.has_address == has_address)
    return next((kind for kind in kinds if kind.recognises(text)), None)

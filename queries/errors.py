"""The errors that neurongraph raises on purpose.

All of them derive from one class, so that a caller can catch them together and the
command line can print them as one line::

    NeurongraphError
    ├── ModelFileError            the file cannot be read as a trained model
    │   └── UnsupportedLayerError the model holds layers that cannot be wired
    ├── GraphError                the graph cannot be opened, read or written
    │   ├── GraphNotFoundError    there is no graph at that path
    │   ├── GraphUnavailableError the server does not answer
    │   ├── GraphAccessError      the user name, the password or the rights are wrong
    │   ├── GraphLockedError      another process holds the graph
    │   ├── GraphVersionError     the server or the graph is too old or too new
    │   └── GraphDamagedError     the graph does not hold what its load wrote
    ├── ModelExistsError          a model of that name is in the graph already
    ├── ModelNotFoundError        no model of that name is in the graph
    ├── ModelIncompleteError      the load of that model never finished
    ├── LayerNotFoundError        the model has no layer of that name
    ├── NeuronNotFoundError       the model has no neuron of that id, name, or channel and place
    ├── PropertyNotFoundError     no such property was written to the neurons of the model
    ├── InputNotFoundError        no input of that name was stored with the model
    ├── CircuitNotFoundError      no circuit of that name was stored with the model
    ├── QueryNotFoundError        there is no query of that name
    ├── PlotNotFoundError         there is no plot of that name
    ├── PictureError              a picture cannot be made into a file
    ├── NotInstalledError         a package that this needs is not installed
    ├── OutputError               a file or stdout cannot be written
    ├── TemporaryFileError        a temporary file cannot be written
    ├── ParameterError            a parameter of a query or function is wrong
    ├── ConvergenceError          a computation by steps did not settle
    ├── NotFiniteError            a computation is not defined with NaN or infinite weights
    ├── CypherError               the store refused a Cypher statement
    └── VerificationError         graph and model do not belong together
"""

from collections.abc import Iterable, Sequence
from typing import Final

_MOST_ALIKE: Final = 3
"""Names that are proposed for a wrong one."""

_MOST_LAYERS: Final = 24
"""Layers that a message names: a model that reads step by step has hundreds."""

_LONGEST: Final = 100
"""Letters of a name for which others are proposed."""


class NeurongraphError(Exception):
    """Base of all errors that neurongraph raises on purpose."""


class ModelFileError(NeurongraphError):
    """The file cannot be read as a trained model."""


class UnsupportedLayerError(ModelFileError):
    """The model holds layers that cannot be wired; the message names them all."""


class GraphError(NeurongraphError):
    """The graph cannot be opened, read or written."""


class GraphNotFoundError(GraphError):
    """There is no graph at that path."""


class GraphUnavailableError(GraphError):
    """The server does not answer."""


class GraphAccessError(GraphError):
    """The user name, the password or the rights are wrong."""


class GraphLockedError(GraphError):
    """Another process holds the graph."""


class GraphVersionError(GraphError):
    """The server or the graph is too old or too new for this release."""


class GraphDamagedError(GraphError):
    """A graph does not hold what its load wrote."""


class ModelExistsError(NeurongraphError):
    """A model of that name is in the graph already."""


class ModelNotFoundError(NeurongraphError):
    """No model of that name is in the graph."""


class ModelIncompleteError(NeurongraphError):
    """The load of that model never finished."""


class LayerNotFoundError(NeurongraphError):
    """The model has no layer of that name."""


class NeuronNotFoundError(NeurongraphError):
    """The model has no neuron of that id, name, or channel and place."""


class PropertyNotFoundError(NeurongraphError):
    """No property of that name was written to the neurons of the model, or it is unfinished."""


class InputNotFoundError(NeurongraphError):
    """No input of that name was stored with the model."""


class CircuitNotFoundError(NeurongraphError):
    """No circuit of that name was stored with the model."""


class QueryNotFoundError(NeurongraphError):
    """There is no query of that name."""


class PlotNotFoundError(NeurongraphError):
    """There is no plot of that name."""


class PictureError(NeurongraphError):
    """A picture cannot be made into a file."""


class NotInstalledError(NeurongraphError):
    """A package that this needs is not installed; the message has the line that installs it."""


class OutputError(NeurongraphError):
    """A file or stdout cannot be written."""


class TemporaryFileError(NeurongraphError):
    """A temporary file cannot be written."""


class ParameterError(NeurongraphError):
    """A parameter of a query or function is wrong."""


class ConvergenceError(NeurongraphError):
    """A computation by steps did not settle."""


class NotFiniteError(NeurongraphError):
    """A computation is not defined with weights that are NaN or infinite."""


class CypherError(NeurongraphError):
    """The store refused a Cypher statement."""


class VerificationError(NeurongraphError):
    """Graph and model do not belong together."""


def meant(wrong: str, names: Iterable[str]) -> str:
    """Return which names somebody may have meant by a wrong one, for a message.

    Parameters
    ----------
    wrong
        The name that is none of them.
    names
        The names that there are.

    Returns
    -------
    str
        Such as ``; did you mean 'katz'?``, the end of a message that lists the names before; empty
        where none is alike.
    """
    alike = _alike(wrong, list(names))
    return f"; did you mean {' or '.join(map(repr, alike))}?" if alike else ""


def _alike(wrong: str, names: list[str]) -> list[str]:
    # What is compared with each takes long where it is long.
    if not 1 < len(wrong) <= _LONGEST:
        return []
    from difflib import SequenceMatcher, get_close_matches

    folded = {name.casefold(): name for name in names if name != wrong}
    word = wrong.casefold()
    close = set(get_close_matches(word, folded, n=len(folded) or 1))
    alike = [name for name in folded if name in close or (not close and word in name)]
    # Of names that are equally alike, such as those of layers that are numbered, the first.
    alike.sort(key=lambda name: -SequenceMatcher(None, name, word).ratio())
    return [folded[name] for name in alike[:_MOST_ALIKE]]


def listed_layers(names: Sequence[str]) -> str:
    """Join the names of the layers of a model for a message; of many the first ones alone."""
    if len(names) <= _MOST_LAYERS:
        return listed(names)
    return f"{listed(names[:_MOST_LAYERS])}, ... {len(names):,} in all"


def parts_of(name: str, names: Iterable[str]) -> list[str]:
    """Return the names of layers that are parts of one that was taken apart, or its steps."""
    return [each for each in names if each.startswith((f"{name}/", f"{name}@"))]


def listed(names: object, *, none: str = "none") -> str:
    """Join names for a message: ``a, b, c``."""
    if not isinstance(names, (list, tuple, set, frozenset, dict)):
        return str(names)
    return ", ".join(str(name) for name in names) or none

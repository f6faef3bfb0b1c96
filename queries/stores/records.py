"""What every store says of inputs and circuits that are missing, unfinished or needed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from queries.core.schema import COMPLETE
from queries.core.wording import command_line, worded
from queries.errors import (
    CircuitNotFoundError,
    GraphDamagedError,
    GraphError,
    InputNotFoundError,
    NeurongraphError,
    listed,
    meant,
)

_ERRORS: Final = {"Input": InputNotFoundError, "Circuit": CircuitNotFoundError}


def no_record_error(label: str, model: str, name: str, there: Collection[str]) -> NeurongraphError:
    """Return the error for a name that no input, or no circuit, of a model has.

    Parameters
    ----------
    label
        ``Input`` or ``Circuit``.
    model
        The name of the model.
    name
        The name.
    there
        The names of those that are stored.
    """
    others = f"there are {listed(sorted(there))}" if there else "none is stored"
    return _ERRORS[label](
        f"model {model!r} has no {label.lower()} {name!r}; {others}{meant(name, there)}"
    )


def no_records_error(location: str, kept: str, instead: str) -> GraphError:
    """Return the error for a graph that keeps no inputs, or no circuits.

    Parameters
    ----------
    location
        Where it is.
    kept
        ``inputs`` or ``circuits``.
    instead
        What to do.
    """
    return GraphError(f"{location} keeps no {kept}; {instead}")


def require_whole(label: str, name: str, state: str, model: str, location: str) -> None:
    """Raise GraphError where an input, or a circuit, is being written, or its write was broken off.

    Parameters
    ----------
    label, name
        What it is, and its name.
    state
        Its property ``state``.
    model, location
        The name of the model, and where it is.
    """
    if state != COMPLETE:
        kind = label.lower()
        raise GraphError(
            f"the {kind} {name!r} of {model!r} is unfinished: its write or its removal "
            f"still runs, or was interrupted; write it again, or remove it: "
            f"{_removal(kind, name, model, location)}"
        )


def require_as_written(
    label: str, properties: Mapping[str, Any], found: str, model: str, location: str
) -> None:
    """Raise GraphDamagedError where an input, or a circuit, is not as it was written.

    Parameters
    ----------
    label
        What it is.
    properties
        Its properties, the checksum among them.
    found
        The checksum of what there is.
    model, location
        The name of the model, and where it is.
    """
    if found != properties["checksum"]:
        raise GraphDamagedError(changed_text(label, properties["name"], model, location))


def changed_text(label: str, name: str, model: str, location: str) -> str:
    """Say that an input, or a circuit, is not as it was written, and what to do."""
    kind = label.lower()
    return (
        f"the {kind} {name!r} of {model!r} is not as it was written; write it again, or remove it: "
        f"{_removal(kind, name, model, location)}"
    )


def _removal(kind: str, name: str, model: str, location: str) -> str:
    return worded(
        command_line(f"drop-{kind}", name, model=model, graph=location),
        f"graph.drop_{kind}({name!r}, model={model!r})",
    )


def referred_error(model: str, name: str, circuits: Sequence[str]) -> GraphError:
    """Return the error for an input that cannot go, since circuits are stored at it."""
    return GraphError(
        f"the input {name!r} of {model!r} stays: circuits at it are stored: {listed(circuits)}; "
        "remove these first, or give the new input another name"
    )

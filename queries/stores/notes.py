"""Read the notes that loads keep beside the files of a model."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from queries.core.granularity import GRANULARITIES, NEURON_GRAPH
from queries.core.schema import COMPLETE, DAMAGED, DROPPING, LOADING, MODEL, SCHEMA_VERSION
from queries.errors import GraphAccessError, GraphDamagedError
from queries.stores.naming import name_of, safe_name
from queries.stores.remedies import repair_text_of

_KINDS: Final[dict[pa.DataType, type]] = {pa.string(): str, pa.int64(): int, pa.bool_(): bool}
_LARGEST: Final = (1 << 63) - 1
_CHOICES: Final = {"state": (LOADING, COMPLETE, DROPPING), "granularity": GRANULARITIES}

Check = Callable[[Mapping[str, Any]], None]
"""Raises ValueError for what is no note of one kind of store."""


def _require_nothing(note: Mapping[str, Any]) -> None:
    del note


def checked_note(
    path: Path, safe: str, location: Path, own: Check = _require_nothing
) -> dict[str, Any]:
    """Return the note of a model: the properties of ``schema.MODEL``, and what else it holds.

    Parameters
    ----------
    path
        The file. A note of another release, which may lack properties, is taken as well: who asks
        about the model is told of the release.
    safe
        The safe name of the model.
    location
        Where the graph is.
    own
        Raises ValueError where the note lacks what one kind of store needs.

    Raises
    ------
    FileNotFoundError
        If there is none.
    GraphAccessError
        If it cannot be read.
    GraphDamagedError
        If it is no JSON, or no such note.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        note = _filled(content)
        own(content)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise GraphAccessError(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        raise note_error(path, safe, location, reason) from None
    return note


def note_error(path: Path, safe: str, location: Path, reason: str) -> GraphDamagedError:
    """Return the error for a note, given what is wrong with it."""
    return GraphDamagedError(f"{path} is damaged: {reason}; {repair_text_of(str(location), safe)}")


def note_or_damage(
    path: Path, safe: str, location: Path, own: Check = _require_nothing
) -> dict[str, Any] | None:
    """Return the note of a model, or what stands for one that is damaged.

    Parameters
    ----------
    path, safe, location, own
        As in ``checked_note``.

    Returns
    -------
    dict or None
        Of a damaged note the properties of a model in the state ``damaged``, whose ``key`` is the
        safe name, with the message of the error as ``damage``. None where there is no note.
    """
    with suppress(FileNotFoundError):
        try:
            return checked_note(path, safe, location, own)
        except GraphDamagedError as error:
            return damaged_model(safe, str(error))
    return None


def damaged_model(safe: str, damage: str) -> dict[str, Any]:
    """Return the properties of a model of whose note nothing is known, and what is wrong."""
    return {
        **_nothing(),
        "name": name_of(safe),
        "key": safe,
        "state": DAMAGED,
        "schema_version": SCHEMA_VERSION,
        "damage": damage,
    }


def is_of(model: Mapping[str, Any], name: str) -> bool:
    """Tell whether properties are those of the model of a name, also where its note is damaged."""
    if model["state"] == DAMAGED:
        return bool(name == model["name"] or safe_name(name) == model["key"])
    return bool(name == model["name"])


def _filled(note: object) -> dict[str, Any]:
    """Return what is a note, or raise ValueError."""
    if not isinstance(note, dict):
        raise ValueError("it holds no object")
    older = note.get("schema_version") != SCHEMA_VERSION
    filled = {**_nothing(), "granularity": NEURON_GRAPH, **note} if older else note
    for name in ("name", "key", "state", "schema_version"):
        _require_fitting(MODEL.field(name), note.get(name))
    for field in MODEL:
        _require_fitting(field, filled.get(field.name))
    return filled


def _nothing() -> dict[str, Any]:
    return {field.name: _KINDS[field.type]() for field in MODEL}


def _require_fitting(field: pa.Field, value: object) -> None:
    if type(value) is not _KINDS[field.type]:
        raise ValueError(f"{field.name!r} is of type {type(value).__name__}, not {field.type}")
    if isinstance(value, str):
        # Half of a surrogate pair is no text that a store takes.
        value.encode()
    if isinstance(value, int) and not 0 <= value <= _LARGEST:
        raise ValueError(f"{field.name!r} is out of range")
    if value not in _CHOICES.get(field.name, (value,)):
        raise ValueError(f"{field.name!r} is {value!r}")

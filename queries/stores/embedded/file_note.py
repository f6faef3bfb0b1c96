"""The note beside the file of an embedded model, by which the file is known again.

It has the properties of the model, and the size, the time of the last change and a digest of the
file. Where size and time are those of the note, the digest is taken for right, so that opening a
file takes no longer; ``check`` computes it. Without a note a file is opened as it is.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from queries.core.files import whole
from queries.core.schema import DAMAGED
from queries.errors import GraphDamagedError
from queries.stores.embedded.names import SUFFIX, note_beside
from queries.stores.notes import checked_note, note_or_damage
from queries.stores.remedies import repair_text, repair_text_of

_DIGEST: Final = "blake2b"
_KINDS: Final = {"size": int, "changed": int, "digest": str}


def read_note(file: Path) -> dict[str, Any] | None:
    """Return the note of a complete model; None where there is none.

    Raises
    ------
    GraphDamagedError
        If it is spoilt.
    """
    path = note_beside(file)
    safe = file.name.removesuffix(SUFFIX)
    try:
        return checked_note(path, safe, file.parent, require_file_entry)
    except FileNotFoundError:
        return None


def require_file_entry(note: Mapping[str, Any]) -> None:
    """Raise ValueError for a note that does not tell how to know the file again."""
    entry = note.get("file", {})
    if entry is None:
        return
    if not isinstance(entry, dict) or {n: type(v) for n, v in entry.items()} != _KINDS:
        raise ValueError("it tells no size, time and digest of the file")


def write_note(file: Path, note: Mapping[str, Any], *, final: bool) -> None:
    """Write the note of a complete model.

    Parameters
    ----------
    file
        The file of the model.
    note
        The properties of the model.
    final
        Whether the file is as it will stay. While it is changed any file is taken for right, so
        that a break leaves a graph that can be opened.
    """
    entry = _entry(file) if final else None
    write_json(note_beside(file), {**note, "file": entry})


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a note whole, for others read it at any time."""
    with whole(path) as stream:
        stream.write(json.dumps(content).encode())


def require_as_noted(file: Path, *, wholly: bool = False) -> None:
    """Raise GraphDamagedError unless a file is the one that its note tells of.

    Parameters
    ----------
    file
        The file of a complete model.
    wholly
        Whether the digest is computed where size and time are right.
    """
    note = read_note(file)
    while note is not None and note["file"] is not None:
        difference = _difference(file, note["file"], wholly=wholly)
        if difference is None:
            return
        # Another process may have replaced the file after the note was read.
        before, note = note, read_note(file)
        if note == before:
            raise GraphDamagedError(
                f"{file} {difference}; {advice(file)}; if another program wrote into it on "
                f"purpose, delete {note_beside(file)}"
            )


def _difference(file: Path, wrote: Mapping[str, Any], *, wholly: bool) -> str | None:
    """Say in what a file is not the one that its note tells of; None where it is that."""
    try:
        status = file.stat()
        if status.st_size != wrote["size"]:
            return f"has {status.st_size:,} bytes, where its load wrote {wrote['size']:,}"
        if status.st_mtime_ns == wrote["changed"] and not wholly:
            return None
        right = _digest(file) == wrote["digest"]
    except FileNotFoundError:
        return "is missing"
    return None if right else "holds other bytes than its load wrote"


def missing_error(file: Path) -> GraphDamagedError:
    """Return the error for a file that is missing beside its note."""
    return GraphDamagedError(f"{file} is missing, beside {note_beside(file)}; {advice(file)}")


def advice(file: Path) -> str:
    """Return what to do about a damaged model, given its file."""
    safe, location = file.name.removesuffix(SUFFIX), str(file.parent)
    note = note_or_damage(note_beside(file), safe, file.parent)
    if note is None or note["state"] == DAMAGED:
        return repair_text_of(location, safe)
    return repair_text(location, note["name"])


def _entry(file: Path) -> dict[str, Any]:
    status = file.stat()
    return {"size": status.st_size, "changed": status.st_mtime_ns, "digest": _digest(file)}


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, _DIGEST).hexdigest()[:32]

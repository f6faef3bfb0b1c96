"""What a dataset says of itself: in a README, and in a note for each model."""

import json
import re
import zlib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from queries.core.holding import PART_SUFFIX
from queries.core.schema import COMPLETE, DAMAGED, SCHEMA_VERSION
from queries.stores.dataset.files import TABLE_FILES, file_errors
from queries.stores.naming import safe_name
from queries.stores.notes import Check, checked_note, damaged_model, note_error, note_or_damage

NOTE: Final = "neurongraph.json"
README: Final = "README.md"
REMOVED_SUFFIX: Final = ".removed"
"""What the name of a subfolder ends in while it is deleted."""

HEADING: Final = "# Files for Neo4j, written by neurongraph"
"""First line of the README, by which a dataset is recognised."""

_FOLDER: Final = re.compile(r"(-[0-9a-f]{12})(?:\.[0-9]+)?$")
"""What the name of a subfolder ends in: a safe name, and how many the model has had."""


def is_dataset(folder: Path) -> bool:
    """Tell whether a folder is a dataset, which may hold no model yet."""
    with suppress(OSError, UnicodeDecodeError), (folder / README).open(encoding="utf-8") as readme:
        return readme.readline().rstrip() == HEADING
    return False


def model_notes(folder: Path) -> dict[Path, dict[str, Any]]:
    """Return the note of each model in a dataset, complete or not, by its subfolder.

    What is damaged is as ``notes.note_or_damage`` says; tables without a note are damaged too.
    Where a model has several subfolders, a damaged one is named by itself, so that it can be
    removed alone.
    """
    paths = _model_folders(folder)
    folders = Counter(map(_safe_name_of, paths))
    result = {}
    for path in paths:
        safe = _safe_name_of(path)
        name = safe if folders[safe] == 1 else path.name
        noted = note_or_damage(path / NOTE, name, folder, _check_of(path))
        note = noted or _without_note(path, name)
        if note is not None:
            result[path] = note
    return result


def _model_folders(folder: Path) -> list[Path]:
    """Return the subfolders that hold a note, or are named as one that does."""
    with file_errors(folder):
        noted_ones = {path.parent for path in folder.glob(f"*/{NOTE}")}
        named = (path for path in folder.glob("*-*") if _FOLDER.search(path.name))
        folders = {path for path in named if path.is_dir()}
    passing = {REMOVED_SUFFIX, PART_SUFFIX}
    return sorted(path for path in noted_ones | folders if path.suffix not in passing)


def _without_note(path: Path, safe: str) -> dict[str, Any] | None:
    """Return what stands for tables without a note; None where another process removed them."""
    suffixes = {files.suffix for files in TABLE_FILES.values()}
    with suppress(FileNotFoundError):
        # A load writes the note first, and removes the folder under another name.
        if any(each.suffix in suffixes for each in path.iterdir()) and path.exists():
            error = note_error(path / NOTE, safe, path.parent, "it is missing")
            return damaged_model(safe, str(error))
    return None


def model_note(model_folder: Path) -> dict[str, Any] | None:
    """Return the note in the subfolder of a model; None where another process removed it.

    Raises
    ------
    GraphDamagedError
        If it is damaged.
    """
    with suppress(FileNotFoundError):
        safe, check = _safe_name_of(model_folder), _check_of(model_folder)
        return checked_note(model_folder / NOTE, safe, model_folder.parent, check)
    return None


def note_text(note: Mapping[str, Any]) -> str:
    """Return a note as JSON, with the CRC-32 of all that it says."""
    return json.dumps({**note, "crc32": _crc32(note)})


def _crc32(note: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps({k: v for k, v in note.items() if k != "crc32"}).encode())


def _check_of(model_folder: Path) -> Check:
    """Return what raises ValueError for a note that is not one of a subfolder."""

    def check(note: Mapping[str, Any]) -> None:
        is_ours, complete = note["schema_version"] == SCHEMA_VERSION, note["state"] == COMPLETE
        # Those of releases before have none.
        if (is_ours or "crc32" in note) and note.get("crc32") != _crc32(note):
            raise ValueError("it is not what its load wrote")
        if is_ours and complete and not isinstance(note.get("files"), int):
            raise ValueError("it lacks 'files'")
        if note.get("file_format") not in TABLE_FILES:
            raise ValueError(f"'file_format' is {note.get('file_format')!r}")
        if complete and not isinstance(note.get("checksums"), dict):
            raise ValueError("it lacks 'checksums'")
        if _safe_name_of(model_folder) != safe_name(note["key"]):
            raise ValueError(f"it is of model {note['key']!r}, and the folder of another one")

    return check


def _safe_name_of(model_folder: Path) -> str:
    """Return the safe name of a model, given the name of one of its subfolders."""
    return _FOLDER.sub(r"\1", model_folder.name)


def file_format_of(folder: Path) -> str | None:
    """Return the format of a dataset's files; None where it holds no model."""
    notes = (note for note in model_notes(folder).values() if note["state"] != DAMAGED)
    return next((note["file_format"] for note in notes), None)


def complete_notes(notes: Mapping[Path, dict[str, Any]]) -> dict[Path, dict[str, Any]]:
    """Return the notes of complete models, without those that another has replaced."""
    newest: dict[str, tuple[int, Path, dict[str, Any]]] = {}
    for path, note in notes.items():
        number = number_of(path, note["key"])
        if note["state"] == COMPLETE and number > newest.get(note["key"], (0,))[0]:
            newest[note["key"]] = number, path, note
    return {path: note for _, path, note in newest.values()}


def number_of(model_folder: Path, model: str) -> int:
    """Return how many subfolders a model has had, given its last one."""
    suffix = model_folder.name.removeprefix(safe_name(model)).removeprefix(".")
    return int(suffix) if suffix.isdigit() else 1

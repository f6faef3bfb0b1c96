"""What a dataset says of itself: in a README, and in a note for each model."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from queries.schema import COMPLETE
from queries.stores.naming import safe_name

NOTE: Final = "neurongraph.json"
README: Final = "README.md"
REMOVED_SUFFIX: Final = ".removed"
"""What the name of a subfolder ends in while it is deleted."""

HEADING: Final = "# Files for Neo4j, written by neurongraph"
"""First line of the README, by which a dataset is recognised."""


def is_dataset(folder: Path) -> bool:
    """Tell whether a folder is a dataset, which may hold no model yet."""
    with suppress(OSError, UnicodeDecodeError), (folder / README).open(encoding="utf-8") as readme:
        return readme.readline().rstrip() == HEADING
    return False


def model_notes(folder: Path) -> dict[Path, dict[str, Any]]:
    """Return the note of each model in a dataset, complete or not, by its subfolder."""
    found = {path.parent: model_note(path.parent) for path in sorted(folder.glob(f"*/{NOTE}"))}
    return {
        path: note
        for path, note in found.items()
        if note is not None and path.suffix != REMOVED_SUFFIX
    }


def model_note(model_folder: Path) -> dict[str, Any] | None:
    """Return the note in the subfolder of a model; None where another process removed it."""
    with suppress(FileNotFoundError):
        note: dict[str, Any] = json.loads((model_folder / NOTE).read_text(encoding="utf-8"))
        return note
    return None


def file_format_of(folder: Path) -> str | None:
    """Return the format of a dataset's files; None where it holds no model."""
    return next((note["file_format"] for note in model_notes(folder).values()), None)


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

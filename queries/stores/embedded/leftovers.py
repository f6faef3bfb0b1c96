"""What of an embedded graph is over, and what is missing, by the notes beside its files."""

from pathlib import Path

from queries.core.schema import DAMAGED
from queries.stores.embedded.names import (
    LOADING_SUFFIX,
    NOTE_SUFFIX,
    SUFFIX,
    model_file,
    note_beside,
    note_of,
    noted_file,
)
from queries.stores.notes import note_or_damage


def is_over(note: Path) -> bool:
    """Tell whether nothing goes on from a note: its load ended well, or it is spoilt and alone."""
    safe = note.name.removesuffix(NOTE_SUFFIX)
    if noted_file(note).exists():
        return False
    loading = note_or_damage(note, safe, note.parent)
    if loading is None or loading["state"] == DAMAGED:
        return True
    beside = note_beside(model_file(note.parent, loading["key"]))
    final = note_or_damage(beside, safe, note.parent)
    return final is not None and final.get("load_id") == loading.get("load_id")


def is_missing(file: Path) -> bool:
    """Tell whether the file of a complete model is missing beside its note."""
    loading = file.with_name(file.name.removesuffix(SUFFIX) + LOADING_SUFFIX)
    return note_beside(file).exists() and not file.exists() and not note_of(loading).exists()

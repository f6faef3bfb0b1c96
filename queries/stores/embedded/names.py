"""What the files of an embedded graph are called."""

from pathlib import Path
from typing import Final

from queries.stores.naming import safe_name

SUFFIX: Final = ".lbug"
FILE_NOTE_SUFFIX: Final = ".json"
LOADING_SUFFIX: Final = f".loading{SUFFIX}"
NOTE_SUFFIX: Final = ".loading.json"


def model_file(folder: Path, model: str, *, loading: bool = False) -> Path:
    """Return the file of a model in an embedded graph."""
    return folder / f"{safe_name(model)}{LOADING_SUFFIX if loading else SUFFIX}"


def no_folder(path: Path) -> str:
    """Return what is wrong with a path of a graph where a file stands, and what to do."""
    is_part = path.parent.suffix == SUFFIX
    part = f"it is a part of the graph {path.parent}; give that"
    instead = part if is_part else "give another path"
    return f"graph {path} is a file, not the folder of a graph; {instead}"


def note_of(file: Path) -> Path:
    """Return the note that says what is being loaded into a file."""
    return file.with_name(file.name.removesuffix(LOADING_SUFFIX) + NOTE_SUFFIX)


def noted_file(note: Path) -> Path:
    """Return the file into which a note's model is being loaded."""
    return note.with_name(note.name.removesuffix(NOTE_SUFFIX) + LOADING_SUFFIX)


def note_beside(file: Path) -> Path:
    """Return the note of a complete model, given its file."""
    return file.with_name(file.name.removesuffix(SUFFIX) + FILE_NOTE_SUFFIX)


def noted_beside(note: Path) -> Path:
    """Return the file of a complete model, given its note."""
    return note.with_name(note.name.removesuffix(FILE_NOTE_SUFFIX) + SUFFIX)

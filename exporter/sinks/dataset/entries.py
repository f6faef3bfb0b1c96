"""The models of a dataset: each a subfolder of files, with a note.

A replacement is another subfolder, so that no file is ever changed.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from exporter.sinks.dataset.folder import ModelFolder, taken_error
from exporter.sinks.dataset.formats import FILES
from exporter.sinks.dataset.readme import SCRIPT, readme, script
from exporter.sinks.dataset.safely import (
    finish_removing,
    make_folder,
    remove_folder,
    sweep,
    write_text,
)
from exporter.sinks.dataset.writer import DatasetWriter
from exporter.sinks.entries import STAGED, Entries, Entry
from exporter.sinks.file_format import chosen_format
from exporter.sinks.model_label import label_error
from queries.core.file_format import FileFormat
from queries.core.holding import holding
from queries.core.schema import COMPLETE, LOADING
from queries.errors import GraphError
from queries.stores.dataset import (
    NOTE,
    README,
    REMOVED_SUFFIX,
    complete_notes,
    is_dataset,
    model_notes,
    note_text,
    number_of,
)
from queries.stores.dataset.files import file_errors
from queries.stores.naming import safe_name
from queries.stores.notes import is_of

EDGES_A_FILE: Final = 1 << 21


class DatasetEntries(Entries):
    """The models of a dataset, which is made if missing.

    Parameters
    ----------
    folder
        The folder. If it exists, it must be a dataset or empty.
    file_format
        ``parquet`` or ``csv``; by default what the dataset has already, else Parquet.
    batch_size
        Relationships a file.
    label
        What all nodes of a model that is loaded have as a label beside; None for none.
    """

    def __init__(
        self,
        folder: Path,
        *,
        file_format: FileFormat | None = None,
        batch_size: int | None = None,
        label: str | None = None,
    ) -> None:
        self._folder, self._label = folder, label
        self._rows = batch_size or EDGES_A_FILE
        self._mark = secrets.token_hex(8)
        self._make_folder()
        self._format_name = chosen_format(folder, file_format)
        self._sweep()

    def _make_folder(self) -> None:
        if self._folder.exists() and not self._folder.is_dir():
            raise GraphError(f"graph {self._folder} is a file, not a folder")
        with file_errors(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            others = [path for path in self._folder.iterdir() if not path.name.startswith(".")]
        if others and not is_dataset(self._folder):
            raise GraphError(
                f"{self._folder} holds other files; give a new or empty folder, or a path that "
                "ends in .lbug for an embedded graph"
            )

    def _sweep(self) -> None:
        """Remove what killed processes have left, and models that were replaced."""
        sweep(self._folder)
        for path in self._folder.glob(f"*{REMOVED_SUFFIX}"):
            finish_removing(path)
        self._describe()
        notes = model_notes(self._folder)
        current = complete_notes(notes)
        for path, note in notes.items():
            if note["state"] == COMPLETE and path not in current:
                remove_folder(path, self._mark)

    def _describe(self) -> None:
        """Let the README name the complete models."""
        described = None
        # Other processes may complete models, and write a README, meanwhile.
        while (current := complete_notes(model_notes(self._folder))) != described:
            text, described = readme(self._folder, current), current
            write_text(self._folder / README, text)
        # After the README, by which others that begin meanwhile know the dataset.
        write_text(self._folder / SCRIPT, script())

    def find(self, *names: str) -> list[Entry]:
        """Return the models of some names, of one name the newest first."""
        notes = model_notes(self._folder)
        current = complete_notes(notes)
        return [
            Entry(
                name,
                notes[path]["state"],
                is_replaced=notes[path]["state"] == COMPLETE and path not in current,
                place=path,
                properties=notes[path],
            )
            for name in names
            for path in _newest_first(notes, name.removesuffix(STAGED))
            if is_of(notes[path], name)
        ]

    def read(self, entry: Entry) -> dict[str, Any]:
        """Return the note of a model."""
        return dict(entry.properties)

    def begin(
        self, model: Mapping[str, Any], there: Sequence[Entry], replaced: Entry | None
    ) -> DatasetWriter:
        """Make the model's folder, with its note."""
        key = model["key"]
        # Of two loads with one label that begin at once, the later one meets the note of the other.
        with holding(self._folder):
            self._require_own_label(key)
            path, note = self._begun(model)
        self._remove_unfinished(key, path)
        return self._writer(path, note)

    def _begun(self, model: Mapping[str, Any]) -> tuple[Path, dict[str, Any]]:
        """Make the folder of a model with its note; return both."""
        key = model["key"]
        used = [number_of(path, key) for path in self._folder.glob(f"{safe_name(key)}*")]
        path = self._folder / _numbered(key, max(used, default=0) + 1)
        note = {
            **model,
            "file_format": self._format_name,
            "edges_a_file": self._rows,
            "load": self._mark,
            **({} if self._label is None else {"label": self._label}),
        }
        if not make_folder(path, NOTE, note_text(note)):
            raise taken_error(self._folder, key)
        return path, note

    def _require_own_label(self, model: str) -> None:
        """Raise ParameterError where another model has the label."""
        notes = model_notes(self._folder).values()
        owners = {
            note["name"]
            for note in notes
            if note["key"] != model and note.get("label") == self._label is not None
        }
        if owners:
            raise label_error(str(self._label), str(self._folder), sorted(owners))

    def take_over(self, model: Mapping[str, Any]) -> DatasetWriter:
        """Put our mark on the model's note."""
        notes = model_notes(self._folder).items()
        path = next((path for path, note in notes if note == model), None)
        if path is None:
            raise taken_error(self._folder, model["name"])
        own_note = self._write_note(path, model)
        self._remove_unfinished(model["key"], path)
        return self._writer(path, own_note)

    def reopen(self, entry: Entry) -> DatasetWriter:
        """Put a complete model into loading again: the files that are damaged are written anew."""
        note = self._write_note(entry.place, {**entry.properties, "state": LOADING})
        return self._writer(entry.place, note)

    def _remove_unfinished(self, model: str, own: Path) -> None:
        """Delete the files of earlier loads of a model, of which this one takes the place."""
        for entry in self.find(model + STAGED, model):
            earlier = number_of(entry.place, model) < number_of(own, model)
            if entry.state != COMPLETE and earlier:
                remove_folder(entry.place, self._mark)

    def _write_note(self, path: Path, note: Mapping[str, Any]) -> dict[str, Any]:
        own_note = {**note, "load": self._mark}
        write_text(path / NOTE, note_text(own_note))
        return own_note

    def _writer(self, path: Path, note: Mapping[str, Any]) -> DatasetWriter:
        self._own = ModelFolder(
            path, self._mark, note["key"], note["file_format"], note["granularity"]
        )
        return DatasetWriter(self._own, note)

    def complete(self, model: Mapping[str, Any]) -> None:
        """Note that the model is complete."""
        self._write_note(self._own.path, model)

    def settle(self, model: str) -> None:
        """Let the README name the complete models."""
        self._describe()

    def remove(self, entry: Entry, progress: Callable[[int], None] | None = None) -> int:
        """Delete a model's files."""
        edges = _edges(entry.place)
        remove_folder(entry.place, self._mark)
        self._describe()
        return edges

    def close(self) -> None:
        """Do nothing: no file stays open."""


def _newest_first(folders: Iterable[Path], model: str) -> list[Path]:
    return sorted(folders, key=lambda path: number_of(path, model), reverse=True)


def _numbered(model: str, number: int) -> str:
    """Return the name of the folder of a model that replaced as many others."""
    return safe_name(model) if number == 1 else f"{safe_name(model)}.{number}"


def _edges(folder: Path) -> int:
    """Count the relationships in a model's files, those that are damaged left out."""
    count = 0
    for files in FILES.values():
        for path in folder.glob(f"edges-*{files.suffix}"):
            with suppress(pa.ArrowInvalid, OSError):
                count += files.rows(path)
    return count

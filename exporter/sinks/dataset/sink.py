"""A folder of files that ``neo4j-admin database import full`` reads."""

import secrets
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from exporter.planning.layer import BLOCK_EDGES, EdgeBlock, PlannedLayer
from exporter.sinks.base import STAGED, Sink, exists_error
from exporter.sinks.dataset import tables
from exporter.sinks.dataset.folder import ModelFolder, WrittenTable, taken_error
from exporter.sinks.dataset.formats import FILES
from exporter.sinks.dataset.parts import FilePart, parts
from exporter.sinks.dataset.readme import SCRIPT, readme, script
from exporter.sinks.dataset.safely import (
    finish_removing,
    make_folder,
    remove_folder,
    sweep,
    write_file,
)
from exporter.sinks.file_format import chosen_format
from queries.core.address import repeatable
from queries.core.file_format import FileFormat
from queries.core.holding import PART_SUFFIX
from queries.core.progress import Progress
from queries.core.schema import COMPLETE, DAMAGED, LOADING
from queries.errors import GraphError, ModelNotFoundError
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
from queries.stores.dataset.manifest import MANIFEST, Manifest, WrittenFile
from queries.stores.dataset.store import DatasetStore
from queries.stores.models import chosen
from queries.stores.naming import safe_name
from queries.stores.notes import is_of

EDGES_A_FILE: Final = 1 << 21


@dataclass
class _Part:
    """What has come of one file."""

    name: str
    edges: int = 0
    blocks: list[Mapping[str, NDArray[Any]]] = field(default_factory=list)


class FilesSink(Sink):
    """A dataset, open for writing; made if missing.

    Each model has a subfolder, and a replacement another one, so that no file is ever changed.
    Relationships are written in files of consecutive blocks, whose names tell the first one. The
    same calls make the same files, so that what is there is known by its name.

    Parameters
    ----------
    folder
        The folder. If it exists, it must be a dataset or empty.
    file_format
        ``parquet`` or ``csv``; by default what the dataset has already, else Parquet.
    batch_size
        Relationships a file.

    Attributes
    ----------
    model_folder
        The files of the model that is being loaded, once its load has begun or goes on.
    """

    model_folder: ModelFolder
    block_edges: ClassVar[int] = BLOCK_EDGES

    def __init__(
        self, folder: Path, *, file_format: FileFormat | None = None, batch_size: int | None = None
    ) -> None:
        self.location = str(folder)
        self._folder = folder
        self._rows = batch_size or EDGES_A_FILE
        self._mark = secrets.token_hex(8)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="neurongraph-writer")
        self._writing: Future[WrittenTable] | None = None
        self._written: dict[str, WrittenFile] = {}
        self._part: _Part | None = None
        self._cut: tuple[PlannedLayer, dict[int, FilePart]] | None = None
        self._make_folder()
        self._format_name = chosen_format(folder, file_format)
        self._settle()

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

    def _settle(self) -> None:
        """Let the README name the complete models, and remove those that were replaced."""
        sweep(self._folder)
        for path in self._folder.glob(f"*{REMOVED_SUFFIX}"):
            finish_removing(path)
        self._write_text(self._folder / SCRIPT, script())
        shown = None
        # Other processes may complete models, and write a README, meanwhile.
        while (current := complete_notes(model_notes(self._folder))) != shown:
            text, shown = readme(self._folder, current), current
            self._write_text(self._folder / README, text)
        for path, note in model_notes(self._folder).items():
            if note["state"] == COMPLETE and path not in current:
                remove_folder(path, self._mark)

    def _write_text(self, path: Path, text: str) -> None:
        # What is right stays, so that a model can be dropped from a disk that is full.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_file(path, text.encode())

    def has(self, model: str) -> bool:
        """Tell whether a model of that name is there, complete or not."""
        return any(is_of(note, model) for note in model_notes(self._folder).values())

    def find(self, model: str) -> dict[str, Any] | None:
        """Return the model of that name that a load would go on with."""
        notes = self._notes_of(model)
        newest = sorted(notes, key=lambda path: number_of(path, model), reverse=True)
        for state in (LOADING, COMPLETE, DAMAGED):
            for path in newest:
                if notes[path]["state"] == state:
                    return notes[path]
        return None

    def _notes_of(self, model: str) -> dict[Path, dict[str, Any]]:
        """Return the notes of a model, by their subfolders."""
        notes = model_notes(self._folder).items()
        return {path: note for path, note in notes if _has_key(note, model)}

    def damage(self, model: str, progress: Progress) -> list[str]:
        """Read all of a complete model; return what is not as its load wrote it."""
        with DatasetStore(self._folder) as store:
            return [each.text for each in store.damage(chosen(store, model), progress)]

    def repair(self, model: Mapping[str, Any]) -> Mapping[str, Any]:
        """Put a complete model into loading again, so that what is damaged is written anew."""
        path, note = self._complete(model["name"])
        self._write_note(path, {**note, "state": LOADING})
        return note

    def _complete(self, model: str) -> tuple[Path, dict[str, Any]]:
        """Return the subfolder and the note of a complete model."""
        for path, note in complete_notes(model_notes(self._folder)).items():
            if note["name"] == model:
                return path, note
        raise taken_error(self._folder, model)

    def checksums(self, model: str) -> dict[str, str]:
        """Return the checksum of each layer of a complete model."""
        _, note = self._complete(model)
        checksums: dict[str, str] = note["checksums"]
        return checksums

    def begin(self, model: Mapping[str, Any], *, replace: bool) -> None:
        """Make the model's folder, with its note."""
        name = model["name"]
        if self.has(name) and not replace:
            raise exists_error(self.location, name)
        there = self._notes_of(name)
        used = [number_of(path, name) for path in self._folder.glob(f"{safe_name(name)}*")]
        replaced = any(note["state"] == COMPLETE for note in there.values())
        work = self._folder / _numbered(name, max(used, default=0) + 1)
        self._own(
            work,
            {
                **model,
                "name": name + STAGED if replaced else name,
                "key": name,
                "state": LOADING,
                "file_format": self._format_name,
                "edges_a_file": self._rows,
            },
        )
        if not make_folder(work, NOTE, note_text(self._note)):
            raise taken_error(self._folder, name)
        self._remove_unfinished(name)

    def resume(self, model: Mapping[str, Any]) -> None:
        """Put our mark on the model's note."""
        notes = model_notes(self._folder).items()
        path = next((path for path, note in notes if note == model), None)
        if path is None:
            raise taken_error(self._folder, model["name"])
        self._write_note(path, model)
        self._remove_unfinished(model["key"])

    def _remove_unfinished(self, model: str) -> None:
        """Delete the files of earlier loads of a model, of which this one takes the place."""
        number = number_of(self.model_folder.path, model)
        for path, note in self._notes_of(model).items():
            if note["state"] != COMPLETE and number_of(path, model) < number:
                remove_folder(path, self._mark)

    def _write_note(self, path: Path, note: Mapping[str, Any]) -> None:
        self._own(path, note)
        self._write_text(path / NOTE, note_text(self._note))

    def _own(self, path: Path, note: Mapping[str, Any]) -> None:
        self._note = {**note, "load": self._mark}
        self.model_folder = ModelFolder(
            path, self._mark, note["key"], note["file_format"], note["granularity"]
        )

    def parts(self, layer: PlannedLayer, block_edges: int) -> Iterator[FilePart]:
        """Cut the relationships into a layer, in blocks of so many, into the files of this load."""
        return parts(layer, block_edges, self._note["edges_a_file"])

    def add_layers(
        self, layers: Sequence[Mapping[str, Any]], following: Sequence[tuple[str, str]]
    ) -> None:
        """Keep the layers: their checksums are still missing."""
        self._layers, self._following = layers, following

    def add_neurons(self, neurons: pa.Table, class_name: str) -> None:
        """Write a file of neurons."""
        layer, first = neurons["layer_index"][0].as_py(), neurons["id"][0].as_py()
        space, name = self.model_folder.space, f"neurons-{layer:05d}-{first:012d}"
        self._write(name, tables.neuron_table(space, neurons, class_name))

    def _write(self, name: str, table: pa.Table) -> None:
        self.note_written(self.model_folder.write(name, table))

    def note_written(self, table: WrittenTable) -> None:
        """Take note of a file of this load."""
        self._written[table.name] = table.file

    def add_edges(self, layer: PlannedLayer, start: int, block: EdgeBlock) -> None:
        """Keep a block until those of its file are there."""
        if self._cut is None or self._cut[0] is not layer:
            cut = self.parts(layer, self._note["block_edges"])
            self._cut = layer, {part.start: part for part in cut}
        part = self._part
        if part is None or start in self._cut[1]:
            self._end_part()
            part = self._part = _Part(self._cut[1][start].name)
        part.edges += len(block)
        part.blocks.append(block.columns)

    def _end_part(self) -> None:
        """Hand the relationships of a file to the writer, once that has written the last ones."""
        part, self._part = self._part, None
        if part is None or not part.edges:
            return
        self._wait()
        self._writing = self._writer.submit(self.model_folder.write_edges, part.name, part.blocks)

    def _wait(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            self.note_edges(writing.result())

    def note_edges(self, table: WrittenTable) -> None:
        """Take note of a file of relationships of this load."""
        self.note_written(table)
        if table.there:
            self.resumed_edges += table.file.rows

    def flush(self) -> None:
        """Write what is left."""
        self._end_part()
        self._wait()

    def stored_edges(
        self, first: int, last: int, edges: int
    ) -> Iterator[dict[str, NDArray[np.generic]]]:
        """Read the files of a layer."""
        (layer,) = (each["index"] for each in self._layers if each["first"] == first)
        for name in self._manifest.of("edges", layer):
            yield from self.model_folder.read_edges(self.model_folder.file(name))

    @property
    def _manifest(self) -> Manifest:
        return Manifest(self._written, {layer["index"]: layer["name"] for layer in self._layers})

    def finish(self, checksums: Mapping[str, Mapping[str, str]], of_model: str) -> None:
        """Write the layers and the model, and note that it is complete."""
        model = {**self._note, "name": self._note["key"], "state": COMPLETE, "checksum": of_model}
        layers = [{**layer, **checksums[layer["name"]]} for layer in self._layers]
        folder = self.model_folder
        self._write("layers", tables.layer_table(folder.space, layers))
        self._write("has_layer", tables.has_layer_table(folder.space, layers))
        if self._following:
            self._write("next", tables.next_table(folder.space, layers, self._following))
        self._write("model", tables.model_table(folder.space, model))
        folder.require_ours()
        self._remove_others()
        text = self._manifest.text
        self._write_text(folder.path / MANIFEST, text)
        sums = {layer["name"]: layer["checksum"] for layer in layers}
        files = zlib.crc32(text.encode())
        self._write_note(folder.path, {**model, "checksums": sums, "files": files})

    def _remove_others(self) -> None:
        """Remove what is no file of this load, but would be imported as one."""
        folder = self.model_folder
        left = [path for path in folder.tables() if path.stem not in self._written]
        with file_errors(folder.path):
            for path in (*left, *folder.path.glob(f"*{PART_SUFFIX}")):
                path.unlink(missing_ok=True)

    def tidy(self, model: str, progress: Progress) -> None:
        """Delete the files of the model that was replaced, and describe the folder anew."""
        self._settle()

    def drop(self, model: str, progress: Callable[[int], None] | None = None) -> int:
        """Delete the model's files."""
        notes = [path for path, note in model_notes(self._folder).items() if is_of(note, model)]
        if not notes:
            raise ModelNotFoundError(f"{self.location} holds no model {repeatable(model)}")
        edges = sum(map(_edges, notes))
        for path in notes:
            remove_folder(path, self._mark)
        self._settle()
        return edges

    def close(self) -> None:
        """Wait for the file that is being written."""
        self._writer.shutdown(cancel_futures=True)


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


def _has_key(note: Mapping[str, Any], model: str) -> bool:
    """Tell whether a note is of a model, whether complete, in loading or damaged."""
    return is_of(note, model) if note["state"] == DAMAGED else bool(note["key"] == model)

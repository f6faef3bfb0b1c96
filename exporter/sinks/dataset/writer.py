"""Write the nodes and relationships of a model into files.

Relationships are written in files of consecutive blocks, whose names tell the first one. The same
calls make the same files, so that what is there is known by its name.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from exporter.planning.layer import EdgeBlock, PlannedLayer
from exporter.sinks.dataset import tables
from exporter.sinks.dataset.folder import ModelFolder, WrittenTable
from exporter.sinks.dataset.parts import FilePart, parts
from exporter.sinks.dataset.safely import write_text
from exporter.sinks.writer import Writer
from queries.core.holding import PART_SUFFIX
from queries.stores.dataset.files import file_errors
from queries.stores.dataset.manifest import MANIFEST, Manifest, WrittenFile


@dataclass
class _OpenFile:
    """What has come of one file."""

    name: str
    edges: int = 0
    blocks: list[Mapping[str, NDArray[Any]]] = field(default_factory=list)


class DatasetWriter(Writer):
    """Writes a model into its subfolder.

    Parameters
    ----------
    folder
        The subfolder.
    model
        The note of the model.

    Attributes
    ----------
    folder
        The subfolder.
    """

    def __init__(self, folder: ModelFolder, model: Mapping[str, Any]) -> None:
        super().__init__(str(folder.path.parent), model)
        self.folder = folder
        self._label: str | None = model.get("label")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="neurongraph-writer")
        self._writing: Future[WrittenTable] | None = None
        self._written: dict[str, WrittenFile] = {}
        self._part: _OpenFile | None = None
        self._flushed = Manifest({}, {})
        self._layer_parts: tuple[PlannedLayer, dict[int, FilePart]] | None = None

    def parts(self, layer: PlannedLayer, block_edges: int) -> Iterator[FilePart]:
        """Cut the relationships into a layer, in blocks of so many, into the files of this load."""
        return parts(layer, block_edges, self.model["edges_a_file"])

    def add_layers(
        self, layers: Sequence[Mapping[str, Any]], following: Sequence[tuple[str, str]]
    ) -> None:
        """Keep the layers: their checksums are still missing."""
        self._layers, self._following = layers, following

    def add_neurons(self, neurons: pa.Table, class_name: str) -> None:
        """Write a file of neurons."""
        layer, first = neurons["layer_index"][0].as_py(), neurons["id"][0].as_py()
        space, name = self.folder.space, f"neurons-{layer:05d}-{first:012d}"
        self._write(name, tables.neuron_table(space, neurons, class_name, self._label))

    def _write(self, name: str, table: pa.Table) -> None:
        self.note_table(self.folder.write(name, table))

    def note_table(self, table: WrittenTable) -> None:
        """Take note of a file of this load."""
        self._written[table.name] = table.file

    def add_edges(self, layer: PlannedLayer, start: int, block: EdgeBlock) -> None:
        """Keep a block until those of its file are there."""
        if self._layer_parts is None or self._layer_parts[0] is not layer:
            parts = self.parts(layer, self.model["block_edges"])
            self._layer_parts = layer, {part.start: part for part in parts}
        part = self._part
        if part is None or start in self._layer_parts[1]:
            self._end_part()
            part = self._part = _OpenFile(self._layer_parts[1][start].name)
        part.edges += len(block)
        part.blocks.append(block.columns)

    def _end_part(self) -> None:
        """Hand the relationships of a file to the writer, once that has written the last ones."""
        part, self._part = self._part, None
        if part is None or not part.edges:
            return
        self._wait()
        self._writing = self._thread.submit(self.folder.write_edges, part.name, part.blocks)

    def _wait(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            self.note_edges(writing.result())

    def note_edges(self, table: WrittenTable) -> None:
        """Take note of a file of relationships of this load."""
        self.note_table(table)
        if table.there:
            self.resumed_edges += table.file.rows

    def flush(self) -> None:
        """Write what is left."""
        self._end_part()
        self._wait()
        self._flushed = self._manifest

    def stored_edges(
        self, first: int, last: int, edges: int
    ) -> Iterator[dict[str, NDArray[np.generic]]]:
        """Read the files of some layers."""
        for layer in self._layers:
            if first <= layer["first"] <= last:
                for name in self._flushed.tables_of("edges", layer["index"]):
                    yield from self.folder.read_edges(self.folder.file(name))

    @property
    def _manifest(self) -> Manifest:
        return Manifest(self._written, {layer["index"]: layer["name"] for layer in self._layers})

    def finish(
        self, model: Mapping[str, Any], checksums: Mapping[str, Mapping[str, str]]
    ) -> Mapping[str, Any]:
        """Write the layers, the model, and the list of all files."""
        layers = [{**layer, **checksums[layer["name"]]} for layer in self._layers]
        space = self.folder.space
        self._write("layers", tables.layer_table(space, layers, self._label))
        self._write("has_layer", tables.has_layer_table(space, layers))
        if self._following:
            self._write("next", tables.next_table(space, layers, self._following))
        self._write("model", tables.model_table(space, model, self._label))
        self.folder.require_ours()
        self._remove_others()
        text = self._manifest.text
        write_text(self.folder.path / MANIFEST, text)
        sums = {layer["name"]: layer["checksum"] for layer in layers}
        return {"checksums": sums, "files": zlib.crc32(text.encode())}

    def _remove_others(self) -> None:
        """Remove what is no file of this load, but would be imported as one."""
        folder = self.folder
        left = [path for path in folder.tables() if path.stem not in self._written]
        with file_errors(folder.path):
            for path in (*left, *folder.path.glob(f"*{PART_SUFFIX}")):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Wait for the file that is being written."""
        self._thread.shutdown(cancel_futures=True)

"""The files of one model in a dataset, for the processes that write them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from exporter.sinks.dataset import tables
from exporter.sinks.dataset.formats import FILES, Files
from exporter.sinks.dataset.safely import write_file
from queries.core.schema import connects_to
from queries.errors import GraphError, GraphLockedError
from queries.stores.dataset import model_note
from queries.stores.dataset.files import file_errors
from queries.stores.dataset.headers import edge_schema
from queries.stores.dataset.manifest import WrittenFile, crc32_of, file_entry
from queries.stores.naming import safe_name


def taken_error(dataset: Path, model: str) -> GraphLockedError:
    """Return the error for a model that another load has taken over."""
    return GraphLockedError(
        f"another process has begun to load {model!r} into {dataset}; that load is the one that "
        "counts"
    )


@dataclass(frozen=True)
class WrittenTable:
    """A file of a load.

    Parameters
    ----------
    name
        Its name without suffix.
    file
        What it is known by.
    there
        Whether it was there already.
    """

    name: str
    file: WrittenFile
    there: bool


@dataclass(frozen=True)
class ModelFolder:
    """The subfolder of a model that is being loaded; it can be sent to other processes.

    Parameters
    ----------
    path
        The subfolder.
    mark
        The load's own mark, which stands in the model's note while no other load has taken over.
    model
        The name of the model.
    file_format, granularity
        Those of the load.
    """

    path: Path
    mark: str
    model: str
    file_format: str
    granularity: str

    @property
    def space(self) -> str:
        """Name of the model's id spaces."""
        return safe_name(self.model)

    @property
    def _files(self) -> Files:
        return FILES[self.file_format]

    def absolute(self) -> "ModelFolder":
        """Return the same folder for processes that work elsewhere."""
        return replace(self, path=self.path.absolute())

    def file(self, name: str) -> Path:
        """Return the path of a file, given its name without suffix."""
        return self.path / f"{name}{self._files.suffix}"

    def tables(self) -> list[Path]:
        """Return all tables that are there."""
        return sorted(self.path.glob(f"*{self._files.suffix}"))

    def require_ours(self) -> None:
        """Raise GraphLockedError where another load has taken over."""
        note = model_note(self.path)
        if note is None or note.get("load") != self.mark:
            raise taken_error(self.path.parent, self.model)

    def write(self, name: str, table: pa.Table) -> WrittenTable:
        """Write a file, unless the very same is there or another load has taken over.

        Two processes may write the same file at once: each has a temporary one of its own.
        """
        self.require_ours()
        content = self._files.encoded(table)
        file = file_entry(len(table), content)
        with self._while_ours():
            there = self._holds(self.file(name), file)
            if not there:
                write_file(self.file(name), content)
        return WrittenTable(name, file, there)

    def _holds(self, path: Path, file: WrittenFile) -> bool:
        with file_errors(path), suppress(FileNotFoundError):
            return path.stat().st_size == file.size and crc32_of(path) == file.crc32
        return False

    @contextmanager
    def _while_ours(self) -> Iterator[None]:
        """Tell errors that come of another load, which removes the folder, from all others."""
        try:
            yield
        except GraphError:
            self.require_ours()
            raise

    def write_edges(self, name: str, blocks: Sequence[Mapping[str, Any]]) -> WrittenTable:
        """Write relationships, given as blocks of columns, as ``write`` does."""
        return self.write(name, tables.edge_table(self.space, self.granularity, blocks))

    def read_edges(self, path: Path) -> Iterator[dict[str, NDArray[np.generic]]]:
        """Read a file of relationships in parts: the columns of ``schema.connects_to``.

        Raises
        ------
        GraphLockedError
            If another load has taken over.
        GraphError
            If it cannot be read.
        """
        names = connects_to(self.granularity).names
        schema = edge_schema(self.space, self.granularity)
        with self._while_ours(), file_errors(path):
            for batch in self._files.batches(path, schema):
                columns = zip(names, batch.columns, strict=True)
                yield {name: column.to_numpy() for name, column in columns}

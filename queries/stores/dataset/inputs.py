"""Inputs that are stored beside a model of a dataset: a Parquet file of each, in one folder.

The columns of ``ACTIVATES`` stand behind the name of the input, so that the folder is one table;
the properties of the input are in the metadata of its file.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from queries.core.files import whole
from queries.core.record_schema import ACTIVATES, INPUT
from queries.core.records import InputRecord
from queries.stores.dataset.files import ParquetTables, file_errors
from queries.stores.naming import safe_name

FOLDER: Final = "inputs"
"""Within the subfolder of a model, which a load leaves alone that repairs it."""

_NAME: Final = "input"
_PROPERTIES: Final = b"neurongraph"


class InputFiles:
    """The inputs of a model.

    Parameters
    ----------
    folder
        The subfolder of the model.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def listed(self) -> pa.Table:
        """Return the columns of ``INPUT``, by name.

        Raises
        ------
        GraphDamagedError
            If a file is none that was written.
        """
        rows = sorted(self._rows(), key=lambda row: str(row["name"]))
        return pa.Table.from_pylist(rows, INPUT)

    def activations(self, name: str) -> pa.Table:
        """Return what neurons put out at an input, by neuron: the columns of ``ACTIVATES``."""
        return ParquetTables().table(self._path(name), ACTIVATES)

    def write(self, record: InputRecord) -> None:
        """Write an input, wholly or not at all, in place of the one of its name."""
        names = pa.array([record.name] * len(record.activations), pa.string())
        table = record.activations.add_column(0, _NAME, names.dictionary_encode())
        note = {_PROPERTIES: json.dumps(dict(record.properties)).encode()}
        path = self._path(record.name)
        with file_errors(path):
            self._folder.mkdir(exist_ok=True)
            with whole(path) as stream:
                pq.write_table(table.replace_schema_metadata(note), stream)

    def remove(self, name: str) -> None:
        """Remove an input; another process may have done it."""
        path = self._path(name)
        with file_errors(path):
            path.unlink(missing_ok=True)
        with suppress(OSError):
            # Others may be in it.
            self._folder.rmdir()

    def _path(self, name: str) -> Path:
        return self._folder / f"{safe_name(name)}{ParquetTables.suffix}"

    def _rows(self) -> Iterator[Mapping[str, Any]]:
        for path in self._folder.glob(f"*{ParquetTables.suffix}"):
            with file_errors(path):
                note = (pq.read_schema(path).metadata or {}).get(_PROPERTIES)
            if note is not None:
                yield json.loads(note)

"""Inputs that are stored beside a model of a dataset: a Parquet file of each, in one folder.

The columns of ``ACTIVATES`` stand behind the name of the input, so that the folder is one table;
the properties of the input are in the metadata of its file.
"""

import json
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from queries.core.files import whole
from queries.core.record_schema import ACTIVATES, INPUT
from queries.core.records import InputRecord
from queries.core.schema import DAMAGED
from queries.errors import GraphDamagedError
from queries.stores.dataset.files import ParquetTables, file_errors
from queries.stores.naming import may_be_safe, name_of, safe_name

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

    def files(self) -> list[Path]:
        """Return the file of each input, damaged ones too."""
        paths = self._folder.glob(f"*{ParquetTables.suffix}")
        return sorted(path for path in paths if may_be_safe(path.stem))

    def listed(self) -> pa.Table:
        """Return the columns of ``INPUT``, by name.

        Of one whose file is none that was written the state is ``damaged``, and the name that of
        the file where this does not tell another.
        """
        rows = sorted(map(self._row, self.files()), key=lambda row: str(row["name"]))
        return pa.Table.from_pylist(rows, INPUT)

    def of(self, name: str) -> dict[str, Any] | None:
        """Return the properties of an input, whatever became of others; None where there is none.

        Raises
        ------
        GraphDamagedError
            If its file is none that was written.
        """
        path = self._path(name)
        return self.properties(path) if path.exists() else None

    def properties(self, path: Path) -> dict[str, Any]:
        """Return the properties of the input in a file.

        Raises
        ------
        GraphDamagedError
            If it is none that was written.
        """
        with file_errors(path):
            note = pq.read_schema(path).metadata or {}
        try:
            row: dict[str, Any] = json.loads(note[_PROPERTIES])
            if set(row) != set(INPUT.names) or safe_name(row["name"]) != path.stem:
                raise ValueError
            pa.Table.from_pylist([row], INPUT)
        except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError):
            raise GraphDamagedError(
                f"{path} is damaged: it does not say which input it is; store the input again, or "
                "remove it"
            ) from None
        return row

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

    def remove(self, name: str) -> bool:
        """Remove an input, damaged or not, and tell whether there was one.

        The folder stays: another process may be about to write into it.
        """
        path = self._path(name)
        if not path.exists() and may_be_safe(name):
            # So it is listed where the file does not tell its name.
            path = path.with_name(f"{name}{path.suffix}")
        with file_errors(path):
            try:
                path.unlink()
            except FileNotFoundError:
                return False
        return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{safe_name(name)}{ParquetTables.suffix}"

    def _row(self, path: Path) -> dict[str, Any]:
        try:
            return self.properties(path)
        except GraphDamagedError:
            return {"name": name_of(path.stem), "state": DAMAGED}

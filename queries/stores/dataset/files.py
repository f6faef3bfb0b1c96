"""Read the files of a dataset, Parquet or CSV."""

import errno
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from queries.errors import GraphAccessError, GraphDamagedError, GraphError

_ROWS: Final = 1 << 17
"""Rows that are read together: few enough for the cache."""


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Turn the errors of the file system into ours."""
    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, KeyError) as error:
        raise GraphDamagedError(f"{path} is damaged: {error}") from None
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise GraphError(f"{path}: no space left on the disk") from None
        if error.errno is None:
            raise GraphDamagedError(f"{path} is damaged: {error}") from None
        kind = GraphAccessError if error.errno in {errno.EACCES, errno.EROFS} else GraphError
        raise kind(f"{path}: {error.strerror or error}") from None


class TableFiles(ABC):
    """How tables in files are read."""

    suffix: ClassVar[str]

    @abstractmethod
    def batches(self, path: Path, columns: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Read some columns of a file in parts, in the order of the schema."""

    @abstractmethod
    def rows(self, path: Path) -> int:
        """Count the rows of a file of numbers."""

    def table(self, path: Path, columns: pa.Schema) -> pa.Table:
        """Read some columns of a file.

        Raises
        ------
        GraphError
            If the file is missing, damaged, or may not be read.
        """
        with file_errors(path):
            return pa.Table.from_batches(self.batches(path, columns), columns)


class ParquetTables(TableFiles):
    """Parquet."""

    suffix: ClassVar[str] = ".parquet"

    def batches(self, path: Path, columns: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Read the row groups in parts."""
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS, columns=columns.names):
                yield batch.select(columns.names)

    def rows(self, path: Path) -> int:
        """Read how many there are."""
        return int(pq.read_metadata(path).num_rows)


class CsvTables(TableFiles):
    """CSV, each file with a header."""

    suffix: ClassVar[str] = ".csv"

    def batches(self, path: Path, columns: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Read the text in parts; an empty field without quotes is missing."""
        types = pa.csv.ConvertOptions(
            column_types=columns,
            include_columns=columns.names,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        # A name may hold the end of a line.
        texts = any(pa.types.is_string(kind) for kind in columns.types)
        lines = pa.csv.ParseOptions(newlines_in_values=texts)
        with pa.csv.open_csv(path, parse_options=lines, convert_options=types) as reader:
            yield from reader

    def rows(self, path: Path) -> int:
        """Count the lines, of which one is the header."""
        with path.open("rb") as lines:
            return sum(1 for _ in lines) - 1


TABLE_FILES: Final[dict[str, TableFiles]] = {"parquet": ParquetTables(), "csv": CsvTables()}

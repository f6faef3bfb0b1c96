"""The kinds of files that Neo4j imports: Parquet and CSV."""

from abc import abstractmethod
from typing import ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from queries.stores.dataset.files import CsvTables, ParquetTables, TableFiles


class Files(TableFiles):
    """How tables are written to files, and read back. The same table gives the same bytes."""

    options: ClassVar[tuple[str, ...]]
    """What ``neo4j-admin`` must be told of such files."""

    def encoded(self, table: pa.Table) -> pa.Buffer:
        """Return the content of a file; the column names are the header that the import reads."""
        stream = pa.BufferOutputStream()
        self._write(table, stream)
        return stream.getvalue()

    @abstractmethod
    def _write(self, table: pa.Table, file: pa.NativeFile) -> None:
        """Write a table."""


class ParquetFiles(ParquetTables, Files):
    """Parquet: ids as their differences, which are small, and all of it in Snappy.

    This is the encoding that wrote fastest of those that the import reads, at 4 bytes an edge.
    """

    options: ClassVar[tuple[str, ...]] = ("--input-type=parquet",)

    def _write(self, table: pa.Table, file: pa.NativeFile) -> None:
        """Write one row group."""
        texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
        numbers = [field.name for field in table.schema if pa.types.is_integer(field.type)]
        pq.write_table(
            table,
            file,
            row_group_size=max(1, len(table)),
            use_dictionary=texts,
            column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
            compression="snappy",
            write_statistics=False,
        )


class CsvFiles(CsvTables, Files):
    """CSV, each file with a header."""

    options: ClassVar[tuple[str, ...]] = (
        "--input-type=csv",
        "--auto-skip-subsequent-headers=true",
    )

    def _write(self, table: pa.Table, file: pa.NativeFile) -> None:
        """Write texts in quotes; what is missing becomes an empty field without."""
        pa.csv.write_csv(
            pa.table({name: _numbers(table[name]) for name in table.schema.names}), file
        )


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return numbers such that the import reads the very same ones."""
    if not pa.types.is_floating(column.type):
        return column
    # Any number with a point is read as a double.
    doubles = column.cast(pa.float64())
    if pc.all(pc.is_finite(doubles)).as_py() is not False:
        return doubles
    texts = doubles.cast(pa.string())
    for ours, java in (("nan", "NaN"), ("inf", "Infinity")):
        texts = pc.replace_substring(texts, ours, java)
    return texts


FILES: Final[dict[str, Files]] = {"parquet": ParquetFiles(), "csv": CsvFiles()}

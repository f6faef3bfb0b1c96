"""The files that a dataset for Neo4j is made of."""

from typing import Final, Literal, get_args

FileFormat = Literal["parquet", "csv"]
FILE_FORMATS: Final[tuple[FileFormat, ...]] = get_args(FileFormat)

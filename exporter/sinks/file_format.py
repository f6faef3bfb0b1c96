"""Which format the files of a dataset get."""

from pathlib import Path

from queries.core.file_format import FILE_FORMATS, FileFormat
from queries.core.wording import option
from queries.errors import ParameterError


def chosen_format(folder: Path, choice: FileFormat | None) -> FileFormat:
    """Return the format of the files that a dataset gets.

    Parameters
    ----------
    folder
        The folder of the dataset, which may be missing.
    choice
        What somebody asked for; None for what is there already, else Parquet.

    Raises
    ------
    ParameterError
        If files of another format are there.
    GraphError
        If the folder cannot be read.
    """
    from queries.stores.dataset import file_format_of

    name = file_format_of(folder)
    there = next((each for each in FILE_FORMATS if each == name), None)
    if None not in (choice, there) and choice != there:
        raise ParameterError(
            f"{folder} holds {there} files, and an import reads one format; leave "
            f"{option('file_format')} out, or choose another folder"
        )
    return choice or there or "parquet"

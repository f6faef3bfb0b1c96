"""A text that names samples: what reads them."""

import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from queries.answers.inputs import labelled
from queries.answers.inputs import rows as wanted_rows
from queries.answers.inputs.archives import read_archive, read_array
from queries.answers.inputs.rows import Rows
from queries.answers.inputs.scaling import in_range
from queries.answers.inputs.wanted import Read, Wanted
from queries.core.address import path_text
from queries.core.files import expanded
from queries.core.keras_cache import KERAS
from queries.errors import listed

_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBERS: Final = re.compile(rf"{_NUMBER}(?:,{_NUMBER})*")
_PICTURES: Final = (".png", ".jpg", ".jpeg")


def read_source(text: str, wanted: Wanted) -> Read:
    """Read the samples that a text names.

    Parameters
    ----------
    text
        A path with or without rows, ``keras:`` and a dataset, both with or without a class, or
        numbers.
    wanted
        What they are for.

    Raises
    ------
    ParameterError
        If there are none, or they do not fit.
    """
    samples, label = labelled.split(text)
    if label is not None:
        read = read_source(samples, replace(wanted, labels=True))
        return labelled.of_label(read, label, repr(text), wanted)
    if _NUMBERS.fullmatch(text):
        return _numbers(text, _only(wanted, text))
    if text.startswith(KERAS):
        from queries.answers.inputs.keras_datasets import read_dataset

        return read_dataset(text, _only(wanted, text))
    path, rows = wanted_rows.split(text, wanted.argument)
    file = expanded(path, wanted.argument)
    _require_file(file, wanted)
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        return read_archive(file, rows, wanted)
    return reader(file, rows, _only(wanted, text))


def _require_file(file: Path, wanted: Wanted) -> None:
    """Raise ParameterError for a path that is there and names no file: a device has no end."""
    try:
        mode = file.stat().st_mode
    except OSError as error:
        raise wanted.error(f"cannot read {path_text(file)}: {error.strerror or error}") from None
    if stat.S_ISDIR(mode):
        raise wanted.error(f"{path_text(file)} is a folder; name the files in it")
    if not stat.S_ISREG(mode):
        raise wanted.error(f"{path_text(file)} is no file, but a device or a pipe")


def _only(wanted: Wanted, text: str) -> Wanted:
    """Return what is wanted, which is samples for one input."""
    if len(wanted.layers) > 1:
        raise wanted.error(
            f"{wanted.model.name!r} has {len(wanted.layers)} inputs, {listed(wanted.names)}; say "
            f"for which {text!r} is"
        )
    return wanted


def _numbers(text: str, wanted: Wanted) -> Read:
    """Return one sample, whose numbers stand in a text."""
    (layer,) = wanted.layers
    numbers = np.array(text.split(","), dtype=np.float64)
    if len(numbers) != layer.neurons:
        raise wanted.error(
            f"{text!r} has {len(numbers):,} numbers, but the input {layer.name!r} takes "
            f"{layer.neurons:,}, of the shape {layer.shape}"
        )
    values = in_range(numbers, wanted, repr(text), are_pixels=False)
    return Read({layer.name: values.reshape(1, *layer.shape)})


def _picture(path: Path, rows: Rows, wanted: Wanted) -> Read:
    from queries.answers.inputs.pictures import read_picture

    if rows is not None:
        raise wanted.error(f"{path_text(path)} is one picture, and has no rows")
    return read_picture(path, wanted)


def _csv(path: Path, rows: Rows, wanted: Wanted) -> Read:
    from queries.answers.inputs.tables import read_csv

    return read_csv(path, rows, wanted)


def _parquet(path: Path, rows: Rows, wanted: Wanted) -> Read:
    from queries.answers.inputs.tables import read_parquet

    return read_parquet(path, rows, wanted)


_READERS: Final[Mapping[str, Callable[[Path, Rows, Wanted], Read]]] = {
    **dict.fromkeys(_PICTURES, _picture),
    ".npy": read_array,
    ".csv": _csv,
    ".parquet": _parquet,
}

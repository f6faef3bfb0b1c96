"""Arrays in files of NumPy: one alone, or several, which are inputs and labels."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from queries.answers.inputs import rows as wanted_rows
from queries.answers.inputs.arrays import numbers, one_or_more
from queries.answers.inputs.rows import Rows
from queries.answers.inputs.scaling import in_range
from queries.answers.inputs.wanted import Read, Wanted
from queries.core.address import path_text
from queries.errors import listed

SAMPLES: Final = ("x", "x_test")
"""What the samples may be called where a model has one input, beside the name of the input."""

LABELS: Final = ("y", "y_test", "labels")
"""What the labels may be called."""

_BROKEN: Final = (
    ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
)  # fmt: skip
"""What reading an archive raises where some of its bytes are others."""

_SAVE: Final = "write one with: numpy.savez(FILE, x=..., y=...)"
_SAVE_ONE: Final = "write one with: numpy.save(FILE, x)"


def read_archive(path: Path, rows: Rows, wanted: Wanted) -> Read:
    """Read the arrays of a file that are inputs, and its labels.

    Parameters
    ----------
    path
        The file.
    rows
        Which of its samples.
    wanted
        What they are for. Where it is strict, and labels are wanted, it is an error if the file has
        none, and arrays which may be some by another name.

    Raises
    ------
    ParameterError
        If it cannot be read, has no array for an input, or does not say which one is meant.
    """
    name = path_text(path)
    with _our_errors(name, _SAVE, wanted), path.open("rb") as stream:
        archive = _archive(stream)
        if archive is None:
            raise wanted.error(f"{name} is no .npz file; {_SAVE}")
        size = sum(each.file_size for each in archive.zip.infolist())
        # A file may say that it holds far more than its own size.
        wanted.require_memory(size, f"what {name} holds")
        keys, label = _keys(archive, name, wanted)
        arrays = {layer.name: archive[keys[layer.name]] for layer in wanted.layers}
        labels = None if label is None else archive[label]
    for layer in wanted.layers:
        own = numbers(f"{wanted.argument}: {name}", arrays[layer.name])
        arrays[layer.name] = one_or_more(own, layer)
    counts = {key: len(each) for key, each in arrays.items() if each.ndim}
    first = next(iter(counts.values()), 0)
    at = wanted_rows.among(rows, first, name, wanted)
    if rows is not None and len(set(counts.values())) == 1:
        arrays = {key: each[at] for key, each in arrays.items()}
        labels = labels[at] if labels is not None and np.shape(labels)[:1] == (first,) else labels
    scaled = {key: in_range(each, wanted, name, are_pixels=False) for key, each in arrays.items()}
    return Read(
        scaled, *wanted_rows.names(path, at), labels, f"{wanted.argument}: {label} of {name}"
    )


def read_array(path: Path, rows: Rows, wanted: Wanted) -> Read:
    """Read samples from the one array of a file.

    Raises
    ------
    ParameterError
        If it cannot be read.
    """
    (layer,), name = wanted.layers, path_text(path)
    with _our_errors(name, _SAVE_ONE, wanted):
        # Of a large file only the rows that are meant are read.
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        if not isinstance(array, np.ndarray):
            raise wanted.error(f"{name} is no .npy file; {_SAVE_ONE}")
        array = one_or_more(numbers(f"{wanted.argument}: {name}", array), layer)
        count = len(array) if array.ndim else 0
        at = wanted_rows.among(rows, count, name, wanted)
        wanted.require_memory(array.nbytes // max(1, count) * len(at), f"what {name} holds")
        values = np.array(array[at] if array.ndim else array)
    scaled = in_range(values, wanted, name, are_pixels=False)
    return Read({layer.name: scaled}, *wanted_rows.names(path, at))


@contextmanager
def _our_errors(name: str, save: str, wanted: Wanted) -> Iterator[None]:
    """Say in our words what is wrong with a file."""
    try:
        yield
    except OSError as error:
        raise wanted.error(f"cannot read {name}: {error.strerror or error}") from None
    except _BROKEN as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        # NumPy names an argument of its own that the reader does not have.
        if "pickle" in reason or "Python objects" in reason:
            reason = "an array in it holds objects of Python"
        raise wanted.error(f"cannot read {name}: {reason}; {save}") from None


def _archive(stream: IO[bytes]) -> Any | None:
    """Return the arrays of a file; None where it is no archive of any."""
    if not zipfile.is_zipfile(stream):
        return None
    stream.seek(0)
    loaded = np.load(stream, allow_pickle=False)
    return loaded if isinstance(loaded, np.lib.npyio.NpzFile) else None


def _keys(archive: Any, file: str, wanted: Wanted) -> tuple[dict[str, str], str | None]:
    """Return by the names of inputs which arrays are theirs, and which one is the labels."""
    keys = _keys_of_inputs(archive, file, wanted)
    taken = set(keys.values())
    names = [each for each in LABELS if each not in taken]
    label = _one_of(archive, file, names, wanted) if wanted.labels else None
    others = [key for key in archive if key not in taken]
    if wanted.labels and wanted.strict and label is None and others:
        raise wanted.error(
            f"{file} has the arrays {listed(others)} beside the samples, and no labels; call these "
            f"{' or '.join(LABELS)}, and leave out what is none; {_SAVE}"
        )
    return keys, label


def _keys_of_inputs(archive: Any, file: str, wanted: Wanted) -> dict[str, str]:
    """Return by the names of inputs which arrays are theirs."""
    inputs = wanted.names
    if len(inputs) == 1:
        (name,) = inputs
        names = [each for each in dict.fromkeys((*SAMPLES, name)) if each not in LABELS]
        key = _one_of(archive, file, names, wanted)
        keys = {} if key is None else {name: key}
    else:
        keys = {name: name for name in inputs if name in archive}
    if missing := [name for name in inputs if name not in keys]:
        needed = "x" if len(inputs) == 1 else listed(missing)
        raise wanted.error(
            f"{file} has the arrays {listed(list(archive))}, and no {needed}; {_SAVE}"
        )
    return keys


def _one_of(archive: Any, file: str, names: Sequence[str], wanted: Wanted) -> str | None:
    """Return the one of some names that an array has; None where none has one."""
    there = [name for name in names if name in archive.files]
    if len(there) > 1:
        raise wanted.error(
            f"{file} has the arrays {' and '.join(there)}, of which one is meant; leave the others "
            "out"
        )
    return there[0] if there else None

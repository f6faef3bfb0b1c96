"""Files of samples: what NumPy's ``savez`` writes, with the inputs of a model and labels."""

import lzma
import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from queries.core.address import path_text
from queries.core.files import expanded
from queries.core.memory import available_memory
from queries.core.text import size_text
from queries.core.wording import worded
from queries.errors import ParameterError, listed

SAMPLES: Final = ("x", "x_test")
"""What the samples may be called where a model has one input, beside the name of the input."""

LABELS: Final = ("y", "y_test", "labels")
"""What the labels may be called."""

_BROKEN: Final = (
    ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
)  # fmt: skip
"""What reading an archive raises where some of its bytes are others."""

_SAVE: Final = "write one with: numpy.savez(FILE, x=..., y=...)"


@dataclass(frozen=True)
class SampleFile:
    """What a file of samples holds.

    Parameters
    ----------
    inputs
        Arrays by the names of inputs.
    labels
        The labels; None where there are none, or none are wanted.
    labels_name
        What errors call them.
    """

    inputs: Mapping[str, ArrayLike]
    labels: ArrayLike | None
    labels_name: str


def samples_name() -> str:
    """Return what the reader calls the argument for samples."""
    return worded("SAMPLES", "x")


def samples_error(text: str) -> ParameterError:
    """Return an error about samples."""
    return ParameterError(f"{samples_name()}: {text}")


def read_samples(
    path: str | os.PathLike[str], inputs: Sequence[str], *, with_labels: bool
) -> SampleFile:
    """Read the arrays of a file that are inputs, and its labels.

    Parameters
    ----------
    path
        The file.
    inputs
        The names of the model's inputs.
    with_labels
        Whether labels are wanted. Then it is an error if the file has none, and arrays which may
        be some by another name.

    Raises
    ------
    ParameterError
        If it cannot be read, has no array for an input, or does not say which one is meant.
    """
    file = expanded(path)
    name = path_text(file)
    try:
        with file.open("rb") as stream:
            archive = _archive(stream)
            if archive is None:
                raise samples_error(f"{name} is no .npz file; {_SAVE}")
            return _read(archive, name, inputs, with_labels=with_labels)
    except OSError as error:
        raise samples_error(f"cannot read {name}: {error.strerror or error}") from None
    except _BROKEN as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        # NumPy names an argument of its own that the reader does not have.
        reason = "an array in it holds objects of Python" if "pickle" in reason else reason
        raise samples_error(f"cannot read {name}: {reason}; {_SAVE}") from None


def _archive(stream: IO[bytes]) -> Any | None:
    """Return the arrays of a file; None where it is no archive of any."""
    if not zipfile.is_zipfile(stream):
        return None
    stream.seek(0)
    loaded = np.load(stream, allow_pickle=False)
    return loaded if isinstance(loaded, np.lib.npyio.NpzFile) else None


def _read(archive: Any, file: str, inputs: Sequence[str], *, with_labels: bool) -> SampleFile:
    _require_memory(archive.zip)
    keys = _keys_of_inputs(archive, file, inputs)
    taken = set(keys.values())
    names = [each for each in LABELS if each not in taken]
    label = _one_of(archive, file, names) if with_labels else None
    others = [key for key in archive if key not in taken]
    if with_labels and label is None and others:
        raise samples_error(
            f"{file} has the arrays {listed(others)} beside the samples, and no labels; call these "
            f"{' or '.join(LABELS)}, and leave out what is none; {_SAVE}"
        )
    return SampleFile(
        {name: archive[key] for name, key in keys.items()},
        None if label is None else archive[label],
        f"{samples_name()}: {label} of {file}",
    )


def _keys_of_inputs(archive: Any, file: str, inputs: Sequence[str]) -> dict[str, str]:
    """Return by the names of inputs which arrays are theirs."""
    if len(inputs) == 1:
        (name,) = inputs
        names = [each for each in dict.fromkeys((*SAMPLES, name)) if each not in LABELS]
        key = _one_of(archive, file, names)
        keys = {} if key is None else {name: key}
    else:
        keys = {name: name for name in inputs if name in archive}
    if missing := [name for name in inputs if name not in keys]:
        wanted = "x" if len(inputs) == 1 else listed(missing)
        raise samples_error(
            f"{file} has the arrays {listed(list(archive))}, and no {wanted}; {_SAVE}"
        )
    return keys


def _one_of(archive: Any, file: str, names: Sequence[str]) -> str | None:
    """Return the one of some names that an array has; None where none has one."""
    there = [name for name in names if name in archive.files]
    if len(there) > 1:
        raise samples_error(
            f"{file} has the arrays {' and '.join(there)}, of which one is meant; leave the others "
            "out"
        )
    return there[0] if there else None


def _require_memory(archive: zipfile.ZipFile) -> None:
    # A file may say that it holds far more than its own size.
    size, free = sum(each.file_size for each in archive.infolist()), available_memory()
    if size > free:
        raise samples_error(
            f"its arrays take {size_text(size)}, but only {size_text(free)} of memory are free; "
            "give fewer samples"
        )

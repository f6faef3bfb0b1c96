"""Fill a Keras model with the weights of its file, and take no memory before it is known to fit."""

import math
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from exporter.reading.bounds import require_memory, require_weights
from exporter.reading.keras.heaps import require_sound_heaps
from exporter.reading.keras.legacy.archive_weights import ArchiveWeights
from exporter.reading.keras.legacy.hdf5_weights import Hdf5Weights
from exporter.reading.keras.saved import Saved
from exporter.reading.keras.shared_layers import saved_once
from queries.core.temporary import temporary_errors, temporary_folder
from queries.errors import ModelFileError

_MEMBER: Final = "model.weights.h5"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, eq=False)
class BuiltModel:
    """A Keras model whose variables are arrays of NumPy.

    A variable of TensorFlow would take three times the memory to fill, and only a model that
    computes needs them.

    Parameters
    ----------
    model
        The model.
    variables
        Its variables, those of layers that stand nowhere in it included.
    """

    model: Any
    variables: Sequence[Any]

    def make_live(self) -> None:
        """Make the variables those of TensorFlow, so that the model computes."""
        for variable in self.variables:
            if isinstance(variable._value, np.ndarray):
                variable._initialize(variable._value)


def unfilled(build: Callable[[], Any], packed: int) -> BuiltModel:
    """Build a model whose variables are zeros, and take no memory.

    Parameters
    ----------
    build
        Builds the model.
    packed
        Bytes of the model file.

    Raises
    ------
    ModelFileError
        If the variables take more memory than a file of this size says anything about.
    """
    import keras
    from keras.src.backend.common.global_state import get_global_attribute, set_global_attribute

    waiting = "uninitialized_variables"
    try:
        with keras.StatelessScope(initialize_variables=False):
            model = build()
        variables = list(get_global_attribute(waiting, []))
    finally:
        # Keras would fill them the next time that it builds a model.
        set_global_attribute(waiting, [])
    require_weights(sum(map(_bytes, variables)), packed, "its layers ask for")
    for variable in variables:
        # One 0 in memory stands for all elements.
        nothing = np.zeros((), variable.dtype)
        variable._value = np.broadcast_to(nothing, tuple(variable.shape))
    return BuiltModel(model, variables)


def _bytes(variable: Any) -> int:
    return math.prod(map(int, variable.shape)) * int(np.dtype(variable.dtype).itemsize)


def read_weights(saved: Saved, built: BuiltModel) -> None:
    """Read the weights of a model from its file.

    Parameters
    ----------
    saved
        What the file says.
    built
        The model, whose variables are changed.

    Raises
    ------
    ModelFileError
        If the file declares more weights than one of its size can hold, or they do not fit into
        memory.
    """
    import keras

    require_memory(sum(map(_bytes, built.model.variables)))
    convert = keras.Variable._convert_to_tensor
    # A tensor is a copy, and so is the variable that is given it.
    keras.Variable._convert_to_tensor = lambda _, value, dtype=None: np.asarray(value, dtype)
    try:
        with keras.StatelessScope(initialize_variables=False) as scope:
            _read_into(built.model, saved)
    finally:
        keras.Variable._convert_to_tensor = convert
    for variable in built.model.weights:
        if scope.get_current_value(variable) is None:
            raise ModelFileError(f"the file has no weights {variable.path!r}")
    for variable in built.variables:
        if (value := scope.get_current_value(variable)) is not None:
            variable._value = value


def _read_into(model: Any, saved: Saved) -> None:
    with sound_weights(saved) as weights:
        if not saved.old:
            with saved_once(model) if saved.archive else nullcontext():
                model.load_weights(weights)
        elif saved.archive:
            ArchiveWeights(saved.file_config).read_into(model, weights)
        else:
            Hdf5Weights(saved.config, saved.version, saved.backend).read_into(model, weights)


@contextmanager
def sound_weights(saved: Saved) -> Iterator[Path]:
    """Give the HDF5 file that holds the weights, once it is known to be no trap.

    Parameters
    ----------
    saved
        What the file says.

    Raises
    ------
    ModelFileError
        If the HDF5 library would not return from it, or it declares more weights than a file of
        this size can hold.
    """
    with _weights_file(saved) as weights:
        require_sound_heaps(weights)
        require_weights(_declared_bytes(weights), saved.size, "its datasets declare")
        yield weights


def _declared_bytes(file: Path) -> int:
    """Return the bytes that all datasets of an HDF5 file take in memory."""
    import h5py

    sizes: list[int] = []

    def add(_: str, dataset: Any) -> None:
        if isinstance(dataset, h5py.Dataset):
            sizes.append(math.prod(dataset.shape or ()) * dataset.dtype.itemsize)

    with h5py.File(file, "r") as weights:
        weights.visititems(add)
    return sum(sizes)


@contextmanager
def _weights_file(saved: Saved) -> Iterator[Path]:
    """Give the HDF5 file that holds the weights, under a name by which Keras knows its layout."""
    path = saved.path
    if path.suffix in {".h5", ".hdf5"} and not saved.archive:
        yield path
        return
    with temporary_folder() as folder:
        if saved.archive:
            yield _unpacked(saved, folder / _MEMBER)
        else:
            link = folder / "model.h5"
            link.symlink_to(path.resolve())
            yield link


def _unpacked(saved: Saved, file: Path) -> Path:
    with zipfile.ZipFile(saved.path) as members:
        require_weights(members.getinfo(_MEMBER).file_size, saved.size, "its archive unpacks to")
        with (
            members.open(_MEMBER) as packed,
            temporary_errors(),
            file.open("wb") as unpacked,
        ):
            shutil.copyfileobj(packed, unpacked, _CHUNK)
    return file

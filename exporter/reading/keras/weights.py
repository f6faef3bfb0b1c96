"""Fill a Keras model with the weights of its file, and take no memory before it is known to fit."""

import math
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
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

_MEMBER: Final = "model.weights.h5"
_CHUNK: Final = 1 << 20


@contextmanager
def unfilled(path: Path, build: Callable[[], Any]) -> Iterator[tuple[Any, Any]]:
    """Build a model whose variables take no memory.

    Parameters
    ----------
    path
        The model file.
    build
        Builds the model.

    Yields
    ------
    tuple
        The model, and the Keras scope in which variables can be given values.

    Raises
    ------
    ModelFileError
        If the variables take more memory than a file of this size says anything about.
    """
    import keras
    from keras.src.backend.common.global_state import set_global_attribute

    try:
        with keras.StatelessScope(initialize_variables=False) as scope:
            model = build()
            require_weights(path, sum(map(_bytes, _variables())), "its layers ask for")
            yield model, scope
    finally:
        # Keras would fill them the next time that it builds a model.
        set_global_attribute("uninitialized_variables", [])


def zeros(path: Path, build: Callable[[], Any]) -> Any:
    """Return a model with variables of zeros.

    Parameters
    ----------
    path, build
        As in ``unfilled``.

    Raises
    ------
    ModelFileError
        As ``unfilled`` does, and if the variables do not fit into memory.
    """
    import keras

    with unfilled(path, build) as (model, _):
        variables = _variables()
    require_memory(path, sum(map(_bytes, variables)))
    for variable in variables:
        # Random numbers for what is about to be read take longer than all the rest.
        variable._initializer = keras.initializers.Zeros()
        variable._deferred_initialize()
    return model


def _variables() -> list[Any]:
    """Return what waits to be filled, layers that stand nowhere in a model included."""
    from keras.src.backend.common.global_state import get_global_attribute

    return list(get_global_attribute("uninitialized_variables", []))


def _bytes(variable: Any) -> int:
    return math.prod(map(int, variable.shape)) * int(np.dtype(variable.dtype).itemsize)


def read_weights(saved: Saved, model: Any) -> None:
    """Read the weights of a model from its file.

    Parameters
    ----------
    saved
        What the file says.
    model
        The model, whose variables are changed.

    Raises
    ------
    ModelFileError
        If the file declares more weights than one of its size can hold.
    """
    path = saved.path
    with weights_file(path) as weights:
        require_sound_heaps(path, weights)
        require_weights(path, declared_bytes(weights), "its datasets declare")
        if not saved.old:
            with saved_once(model) if saved.archive else nullcontext():
                model.load_weights(weights)
        elif saved.archive:
            ArchiveWeights(path, saved.written).read_into(model, weights)
        else:
            Hdf5Weights(path, saved.config, saved.version, saved.backend).read_into(model, weights)


def read_arrays(saved: Saved, model: Any) -> None:
    """Read the weights of a model as arrays of NumPy, in the scope of ``unfilled``.

    Parameters
    ----------
    saved, model
        As in ``read_weights``.

    Raises
    ------
    ModelFileError
        As ``read_weights`` does, and if the weights do not fit into memory.
    """
    import keras

    require_memory(saved.path, sum(map(_bytes, model.variables)))
    convert = keras.Variable._convert_to_tensor
    # A tensor is a copy, and so is the variable that is given it.
    keras.Variable._convert_to_tensor = lambda _, value, dtype=None: np.asarray(value, dtype)
    try:
        read_weights(saved, model)
    finally:
        keras.Variable._convert_to_tensor = convert


def declared_bytes(file: Path) -> int:
    """Return the bytes that all datasets of an HDF5 file take in memory.

    Parameters
    ----------
    file
        The HDF5 file.
    """
    import h5py

    sizes: list[int] = []

    def add(_: str, found: Any) -> None:
        if isinstance(found, h5py.Dataset):
            sizes.append(math.prod(found.shape or ()) * found.dtype.itemsize)

    with h5py.File(file, "r") as opened:
        opened.visititems(add)
    return sum(sizes)


@contextmanager
def weights_file(path: Path) -> Iterator[Path]:
    """Give the HDF5 file that holds the weights, under a name by which Keras knows its layout.

    Parameters
    ----------
    path
        The model file.
    """
    if path.suffix in {".h5", ".hdf5"} and not zipfile.is_zipfile(path):
        yield path
        return
    with temporary_folder() as folder:
        if zipfile.is_zipfile(path):
            yield _unpacked(path, folder / _MEMBER)
        else:
            link = folder / "model.h5"
            link.symlink_to(path.resolve())
            yield link


def _unpacked(archive: Path, file: Path) -> Path:
    with zipfile.ZipFile(archive) as members:
        require_weights(archive, members.getinfo(_MEMBER).file_size, "its archive unpacks to")
        with (
            members.open(_MEMBER) as packed,
            temporary_errors(),
            file.open("wb") as unpacked,
        ):
            shutil.copyfileobj(packed, unpacked, _CHUNK)
    return file

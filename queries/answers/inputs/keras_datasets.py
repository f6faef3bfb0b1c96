"""Pictures of a dataset that Keras has downloaded; no file of it runs code."""

import gzip
import pickle
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from queries.answers.inputs import rows as wanted_rows
from queries.answers.inputs.pictures import picture_values
from queries.answers.inputs.wanted import Read, Wanted
from queries.core.keras_cache import DATASETS, KERAS, at_hand, dataset_place
from queries.errors import listed, meant

Part = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""Pictures, of the shape (samples, height, width) or (samples, height, width, 3), and classes."""

_PARTS: Final = ("test", "train")
_SIDE: Final = 32
_IMAGES_HEADER, _LABELS_HEADER = 16, 8
_IDX_SIDE: Final = 28
_BROKEN: Final = (
    OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, IndexError,
    ImportError, zlib.error, zipfile.BadZipFile, pickle.UnpicklingError,
)  # fmt: skip
"""What reading a file of a dataset raises where some of its bytes are others."""


def read_dataset(text: str, wanted: Wanted) -> Read:
    """Read pictures of a dataset, such as ``keras:mnist:7`` or ``keras:cifar10/train:0..9``.

    Raises
    ------
    ParameterError
        If there is no such dataset on this machine, or no such picture in it.
    """
    named, rows = wanted_rows.split(text.removeprefix(KERAS), wanted.argument)
    name, _, part = named.partition("/")
    if name not in DATASETS:
        raise wanted.error(
            f"{name!r} is no dataset of pictures of Keras that is read; there are "
            f"{listed(list(DATASETS))}{meant(name, DATASETS)}"
        )
    part = part or _PARTS[0]
    if part not in _PARTS:
        raise wanted.error(f"{KERAS}{named} has no part {part!r}, but {' and '.join(_PARTS)}")
    place = dataset_place(name)
    if not place.exists():
        there = listed(at_hand()) if at_hand() else "none"
        raise wanted.error(
            f"{name} is not on this machine ({place}), and nothing is downloaded by itself; "
            f"keras.datasets.{name}.load_data() downloads it; on this machine is {there}"
        )
    try:
        pictures, classes = _PARTS_OF[name](place, part)
    except _BROKEN as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise wanted.error(f"cannot read {place}: {reason}") from None
    called = f"{KERAS}{name}/{part}"
    at = wanted_rows.among(rows, len(pictures), called, wanted)
    (layer,) = wanted.layers
    wanted.require_memory(len(at) * layer.neurons * np.dtype(np.float64).itemsize, called)
    values = [
        picture_values(Image.fromarray(pictures[each]), layer, wanted, f"{called}:{each}")
        for each in at
    ]
    names = [f"{name}:{each}" for each in at]
    whole = [f"{called}:{each}" for each in at]
    stacked = np.stack(values) if values else np.empty((0, *layer.shape))
    return Read({layer.name: stacked}, names, whole, classes[at], f"{wanted.argument}: {called}")


def _mnist(place: Path, part: str) -> Part:
    with np.load(place, allow_pickle=False) as archive:
        return _checked(archive[f"x_{part}"], archive[f"y_{part}"])


def _fashion_mnist(place: Path, part: str) -> Part:
    start = {"test": "t10k", "train": "train"}[part]
    with gzip.open(place / f"{start}-labels-idx1-ubyte.gz") as stream:
        classes = np.frombuffer(stream.read(), np.uint8, offset=_LABELS_HEADER)
    with gzip.open(place / f"{start}-images-idx3-ubyte.gz") as stream:
        pixels = np.frombuffer(stream.read(), np.uint8, offset=_IMAGES_HEADER)
    return _checked(pixels.reshape(-1, _IDX_SIDE, _IDX_SIDE), classes)


def _cifar10(place: Path, part: str) -> Part:
    files = ["test_batch"] if part == "test" else [f"data_batch_{each}" for each in range(1, 6)]
    batches = [_batch(place / each, b"labels") for each in files]
    return _checked(*(np.concatenate(each) for each in zip(*batches, strict=True)))


def _cifar100(place: Path, part: str) -> Part:
    return _checked(*_batch(place / part, b"fine_labels"))


def _batch(file: Path, labels: bytes) -> tuple[NDArray[Any], NDArray[Any]]:
    with file.open("rb") as stream:
        batch = _Arrays(stream, encoding="bytes").load()
    pixels = np.asarray(batch[b"data"]).reshape(-1, 3, _SIDE, _SIDE).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pixels), np.asarray(batch[labels])


def _checked(pictures: NDArray[Any], classes: NDArray[Any]) -> Part:
    if pictures.dtype != np.uint8 or len(pictures) != len(classes):
        raise ValueError("it does not hold pictures of 8 bits, and a class of each")
    return pictures, classes.reshape(-1).astype(np.int64)


_PARTS_OF: Final[dict[str, Callable[[Path, str], Part]]] = {
    "mnist": _mnist,
    "fashion_mnist": _fashion_mnist,
    "cifar10": _cifar10,
    "cifar100": _cifar100,
}


class _Arrays(pickle.Unpickler):
    """Makes arrays of NumPy, and what Python itself writes without a name; nothing else."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        super().__init__(stream, encoding=encoding)

    def find_class(self, module: str, name: str) -> Any:
        """Return what makes an array, whatever NumPy wrote it."""
        if name == "_reconstruct" and module.endswith("multiarray"):
            return np.ndarray.__reduce__(np.empty(0))[0]
        if (module, name) in {("numpy", "ndarray"), ("numpy", "dtype")}:
            return getattr(np, name)
        raise pickle.UnpicklingError(f"it holds {module}.{name}, which is no array")

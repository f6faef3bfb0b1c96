"""Pictures, PNG and JPEG, as a model takes them."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from queries.answers.inputs.scaling import BYTE, in_range
from queries.answers.inputs.wanted import Read, Wanted
from queries.core.address import path_text
from queries.core.layer import Layer
from queries.core.neuron_filter import NeuronFilter
from queries.core.wording import option

_FORMATS: Final = ("PNG", "JPEG")
_WORD: Final = 65535
"""The brightest pixel of 16 bits."""

_MODES: Final = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""What Pillow calls pixels of so many numbers."""

_GRAY, _COLOUR = 1, 3
_PIXEL_BYTES: Final = 32
"""What a pixel takes on its way: four colours, in double precision."""

_BROKEN: Final = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)
"""What Pillow raises for a file that it cannot read."""


@dataclass(frozen=True, eq=False)
class _Frame:
    """How an input takes a picture.

    Parameters
    ----------
    height, width, channels
        How many there are of each.
    places
        Where each number of the input stands in an array of these three axes, laid out in a row.
    """

    height: int
    width: int
    channels: int
    places: NDArray[np.int64]


def read_picture(path: Path, wanted: Wanted) -> Read:
    """Read a picture as one sample.

    Raises
    ------
    ParameterError
        If it is none, or is not as the model takes it.
    """
    (layer,), name = wanted.layers, path_text(path)
    with _our_errors(name, wanted), Image.open(path, formats=_FORMATS) as image:
        width, height = image.size
        wanted.require_memory(width * height * _PIXEL_BYTES, f"{name} of {width} x {height} pixels")
        if getattr(image, "n_frames", 1) > 1:
            raise wanted.error(f"{name} has several pictures in it; save the one that is meant")
        # A camera says in which way it was held.
        upright = ImageOps.exif_transpose(image)
    values = picture_values(upright, layer, wanted, name)
    return Read({layer.name: values[np.newaxis]}, [path.name], [str(path)])


def picture_values(
    image: Image.Image, layer: Layer, wanted: Wanted, name: str
) -> NDArray[np.floating[Any]]:
    """Return a picture as an input takes it.

    Parameters
    ----------
    image
        The picture.
    layer
        The input.
    name
        What errors call the picture.

    Returns
    -------
    numpy.ndarray
        The shape of the input.

    Raises
    ------
    ParameterError
        If it is of another size, transparent where the model has no channel for that, or nothing
        says in which range the model takes its pixels.
    """
    frame = _frame(image, layer, wanted, name)
    has_words = image.mode.startswith("I")
    pixels = _words(image, frame) if has_words else _bytes(image, frame, wanted, name)
    values = in_range(pixels, wanted, name, brightest=_WORD if has_words else BYTE, are_pixels=True)
    return values.reshape(-1)[frame.places].reshape(layer.shape)


def _frame(image: Image.Image, layer: Layer, wanted: Wanted, name: str) -> _Frame:
    """Return how an input takes a picture, which is as large as that or may be made so."""
    width, height = image.size
    shape = " x ".join(map(str, layer.shape))
    if len(layer.shape) == 1:
        channels = {height * width: _GRAY, height * width * _COLOUR: _COLOUR}
        if layer.neurons not in channels:
            raise wanted.error(
                f"{name} is of {height} x {width} pixels, but the input {layer.name!r} takes "
                f"{shape} numbers, of which nothing says how wide a picture is; give one of that "
                "many pixels"
            )
        return _Frame(height, width, channels[layer.neurons], np.arange(layer.neurons))
    frame = _spatial(layer, wanted)
    if frame is None or frame.channels not in _MODES:
        raise wanted.error(
            f"{name} is a picture of {height} x {width} pixels, but the input {layer.name!r} takes "
            f"{shape}, which is no picture of {', '.join(map(str, _MODES))} channels; give an array"
        )
    if (frame.height, frame.width) != (height, width) and not wanted.how.resize:
        raise wanted.error(
            f"{name} is of {height} x {width} pixels (height, width), but the input "
            f"{layer.name!r} takes {frame.height} x {frame.width}; {option('resize', True)} makes "
            "it so"
        )
    return frame


def _spatial(layer: Layer, wanted: Wanted) -> _Frame | None:
    """Return where pixels stand in an input, by the coordinates of its neurons; None for none."""
    if len(layer.shape) == 2:  # noqa: PLR2004 - height and width
        return _Frame(*layer.shape, _GRAY, np.arange(layer.neurons))
    neurons = wanted.model.neurons(
        NeuronFilter(layer=layer.name), ("id", "channel", "x", "y", "z")
    ).sort_values("id")
    if neurons["z"].notna().any() or neurons[["x", "y"]].isna().to_numpy().any():
        return None
    x, y, channel = (neurons[axis].fillna(0).to_numpy(np.int64) for axis in ("x", "y", "channel"))
    height, width, channels = (int(axis.max()) + 1 for axis in (y, x, channel))
    places = (y * width + x) * channels + channel
    return _Frame(height, width, channels, places)


def _bytes(
    image: Image.Image, frame: _Frame, wanted: Wanted, name: str
) -> NDArray[np.floating[Any]]:
    """Return the pixels of 8 bits of a picture: shape (height, width, channels)."""
    mode = _MODES[frame.channels]
    if image.has_transparency_data and mode in {"L", "RGB"}:
        image = image.convert("RGBA")
        if np.asarray(image.getchannel("A")).min() < BYTE:
            raise wanted.error(
                f"{name} has transparent pixels, and {wanted.model.name!r} has no channel for "
                "them; save it with a background"
            )
    sized = _resized(image.convert(mode), frame)
    return np.asarray(sized, dtype=np.float64).reshape(frame.height, frame.width, frame.channels)


def _words(image: Image.Image, frame: _Frame) -> NDArray[np.floating[Any]]:
    """Return the same of the pixels of 16 bits of a gray picture."""
    gray = Image.fromarray(np.asarray(image, dtype=np.float32))
    pixels = np.asarray(_resized(gray, frame), dtype=np.float64)[..., np.newaxis]
    opaque = frame.channels in {2, 4}
    colours = np.repeat(pixels, frame.channels - opaque, axis=-1)
    return np.concatenate([colours, np.full_like(pixels, _WORD)], axis=-1) if opaque else colours


def _resized(image: Image.Image, frame: _Frame) -> Image.Image:
    size = (frame.width, frame.height)
    return image if image.size == size else image.resize(size, Image.Resampling.BILINEAR)


@contextmanager
def _our_errors(name: str, wanted: Wanted) -> Iterator[None]:
    """Say in our words what is wrong with a picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except Image.DecompressionBombWarning:
        raise wanted.error(f"{name} has more pixels than are read; make it smaller") from None
    except _BROKEN as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        if isinstance(error, UnidentifiedImageError):
            reason = f"it is none of {' and '.join(_FORMATS)}"
        raise wanted.error(f"cannot read {name}: {reason}") from None

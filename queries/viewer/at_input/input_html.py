"""An input as HTML: pixels as an image, numbers as bars, tokens as numbers."""

import base64
import io
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from queries.viewer.at_input.answer import InputLayer

_SIDE: Final = 120
"""Width or height of an image in pixels."""

_BARS: Final = 48
"""Height of bars in pixels."""

_MOST_BARS: Final = 1024
_MOST_TOKENS: Final = 200
_MOST_IMAGES: Final = 16
_COLOURS: Final = 3
_RANGES: Final = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))
"""What is black and white, where all values of an input are between."""


def input_html(layer: InputLayer, sample: str) -> str:
    """Return what an input layer gets, as HTML.

    Parameters
    ----------
    layer
        The layer.
    sample
        Name of the input.
    """
    neurons = layer.neurons
    value = neurons["value"].to_numpy(np.float64)
    if layer.tokens:
        return _tokens(value)
    if neurons["x"].isna().all():
        return _bars(value, sample)
    low, high = _range(value)
    level = np.clip((value - low) / (high - low or 1.0), 0.0, 1.0)
    images = [_image(image, f"input {sample}") for image in _images(neurons, level)]
    more = "" if len(images) <= _MOST_IMAGES else f", {_MOST_IMAGES} of {len(images)} channels"
    caption = f"{low:.4g} is black, {high:.4g} white{more}"
    return f"<p class='input'>{''.join(images[:_MOST_IMAGES])}</p><p class='hint'>{caption}</p>"


def _range(value: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(value.min()), float(value.max())
    for least, most in _RANGES:
        if least <= low and high <= most:
            return least, most
    return low, high


def _images(neurons: pd.DataFrame, level: NDArray[np.float64]) -> list[NDArray[np.uint8]]:
    """Return images: one in colour, or one of each channel; of a sequence features are rows."""
    channel, x, y, z = (
        neurons[axis].fillna(0).to_numpy(np.int64) for axis in ("channel", "x", "y", "z")
    )
    if neurons["y"].isna().all():
        channel, y = np.zeros_like(channel), channel
    # Slices of depth stand side by side.
    across = x + z * (int(x.max()) + 1)
    every = np.zeros((int(channel.max()) + 1, int(y.max()) + 1, int(across.max()) + 1), np.uint8)
    every[channel, y, across] = np.round(255 * level)
    return [np.moveaxis(every, 0, -1)] if len(every) == _COLOURS else list(every)


def _image(pixels: NDArray[np.uint8], what: str) -> str:
    high, wide = pixels.shape[:2]
    scale = _SIDE / max(high, wide)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    source = base64.b64encode(stream.getvalue()).decode("ascii")
    size = f"width='{max(1, round(wide * scale))}' height='{max(1, round(high * scale))}'"
    kind = "in colour" if pixels.ndim == _COLOURS else "in grey"
    alt = escape(f"{what}: {wide} x {high} pixels {kind}", quote=True)
    return f"<img {size} alt='{alt}' src='data:image/png;base64,{source}'>"


def _bars(value: NDArray[Any], sample: str) -> str:
    """Return a bar for each value, up from 0 or down."""
    shown = value[:_MOST_BARS]
    low, high = min(0.0, float(shown.min())), max(0.0, float(shown.max()))
    span = high - low or 1.0
    wide = max(1.0, min(14.0, 2.0 * _SIDE / len(shown)))
    bars = "".join(
        f"<rect x='{place * wide:.2f}' y='{_BARS * (high - max(0.0, each)) / span:.2f}' "
        f"width='{max(0.5, wide - 1):.2f}' height='{_BARS * abs(each) / span:.2f}' "
        f"fill='currentColor'><title>{place}: {each:.4g}</title></rect>"
        for place, each in enumerate(shown.tolist())
    )
    more = "" if len(shown) == len(value) else f", the first {len(shown):,} of {len(value):,}"
    about = f"input {sample}: {len(value):,} numbers from {value.min():.4g} to {value.max():.4g}"
    label = escape(about + more, quote=True)
    drawn = f"<svg role='img' aria-label='{label}' width='{wide * len(shown):.0f}'"
    caption = f"{value.min():.4g} to {value.max():.4g}{more}"
    return (
        f"<p class='input'>{drawn} height='{_BARS}'>{bars}</svg></p><p class='hint'>{caption}</p>"
    )


def _tokens(value: NDArray[Any]) -> str:
    shown = " ".join(f"{each:.0f}" for each in value[:_MOST_TOKENS])
    more = "" if len(value) <= _MOST_TOKENS else f" … ({len(value):,} in all)"
    return f"<p class='tokens'>tokens {shown}{more}</p>"

"""Layers that only move data: they make no neurons and no edges."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from exporter.wiring.handlers import handles
from exporter.wiring.layout import as_laid_out, channel_axis, channels_last
from exporter.wiring.results import ZERO, Ids, Moved


@handles("Flatten")
def flatten(layer: Any, ids: Ids) -> Moved:
    """Read the same neurons as one row, channels last."""
    return Moved(channels_last(layer, ids).reshape(-1))


@handles("Reshape")
def reshape(layer: Any, ids: Ids) -> Moved:
    """Read the same neurons in another shape."""
    return Moved(ids.reshape(layer.target_shape))


@handles("Permute")
def permute(layer: Any, ids: Ids) -> Moved:
    """Read the same neurons with their axes exchanged."""
    return Moved(ids.transpose([dim - 1 for dim in layer.dims]), channel_axis=-1)


@handles("RepeatVector")
def repeat_vector(layer: Any, ids: Ids) -> Moved:
    """Read the same neurons at each of ``n`` steps."""
    return Moved(np.broadcast_to(ids, (layer.n, *ids.shape)))


@handles("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D")
def zero_padding(layer: Any, ids: Ids) -> Moved:
    """Put the constant 0 around the same neurons."""
    pads = [*_pairs(layer.padding), (0, 0)]
    padded = np.pad(channels_last(layer, ids), pads, constant_values=ZERO)
    return Moved(as_laid_out(layer, padded), channel_axis(layer))


@handles("Cropping1D", "Cropping2D", "Cropping3D")
def cropping(layer: Any, ids: Ids) -> Moved:
    """Leave out the neurons at the borders."""
    space = channels_last(layer, ids)
    inner = tuple(
        slice(before, length - after)
        for (before, after), length in zip(_pairs(layer.cropping), space.shape, strict=False)
    )
    return Moved(as_laid_out(layer, space[inner]), channel_axis(layer))


def _pairs(sizes: Any) -> Sequence[tuple[int, int]]:
    """Return sizes before and after each axis of space; in 1D Keras has one pair alone."""
    return [tuple(sizes)] if isinstance(sizes[0], int) else [tuple(pair) for pair in sizes]


@handles(
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "StochasticDepth",
)
def nothing_at_inference(layer: Any, ids: Ids) -> Moved:
    """Pass the input on unchanged, as at inference."""
    del layer
    return Moved(ids)


@handles(
    "AugMix",
    "CutMix",
    "Equalization",
    "MaxNumBoundingBoxes",
    "MixUp",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "Solarization",
)
def no_augmentation(layer: Any, images: Ids) -> Moved:
    """Pass images on unchanged, as Keras does outside training."""
    del layer
    return Moved(images)

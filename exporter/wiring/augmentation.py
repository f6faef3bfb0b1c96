"""Layers that change images in training only."""

from typing import Any

from exporter.wiring.handlers import handles
from exporter.wiring.results import Ids, Moved


@handles(
    "AugMix",
    "CutMix",
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
def nothing_at_inference(layer: Any, images: Ids) -> Moved:
    """Pass images on unchanged, as Keras does outside training."""
    del layer
    return Moved(images)

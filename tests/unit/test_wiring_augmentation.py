from pathlib import Path
from typing import Any

import pytest

from exporter.wiring import augmentation, handled_classes
from tests.unit.builders import failing, wired

NAMES = [
    name
    for name, handler in handled_classes().items()
    if handler is augmentation.nothing_at_inference
]
SETTINGS: dict[str, dict[str, Any]] = {
    "MaxNumBoundingBoxes": {"max_number": 3},
    "RandomCrop": {"height": 8, "width": 8},
    "RandomPosterization": {"factor": 4},
    "RandomTranslation": {"height_factor": 0.2, "width_factor": 0.2},
    "RandomZoom": {"height_factor": 0.2},
    **{
        f"Random{name}": {"factor": 0.2}
        for name in ["Brightness", "ColorDegeneration", "Contrast", "Hue", "Rotation", "Saturation"]
    },
    "RandomSharpness": {"factor": 0.2},
}


@pytest.mark.parametrize("name", NAMES)
def test_passes_images_on(name: str, tmp_path: Path) -> None:
    import keras

    images = keras.Input((8, 8, 3))
    changed = getattr(keras.layers, name)(**SETTINGS.get(name, {}))(images)
    case = wired(keras.Model(images, changed + 1), tmp_path)
    assert [planned.class_name for planned in case.plan.layers] == ["InputLayer", "Add"]
    assert failing(case, samples=2) == []

"""What cannot be wired is refused for that reason alone, whichever Keras wrote it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from queries.errors import UnsupportedLayerError
from tests.keras2.files import FORMATS, keras2, saved
from tests.opening import open_model

STEPS = (4, 3)
REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "Lambda": (lambda layers: layers.Lambda(lambda x: x), "its code is not a list of layers"),
}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("class_name", REFUSED)
def test_names_the_layer_and_the_reason(class_name: str, suffix: str, tmp_path: Path) -> None:
    make, why = REFUSED[class_name]
    layers = keras2().layers
    refused = make(layers)
    inner = keras2().Sequential(
        [layers.Dense(3, activation="hard_sigmoid", input_shape=STEPS), refused], name="inner"
    )
    model = keras2().Sequential([layers.Input(STEPS), inner, layers.Flatten(), layers.Dense(2)])
    path = saved(model, tmp_path, suffix)
    with pytest.raises(UnsupportedLayerError) as caught:
        open_model(path)
    said = f"{path}: 1 layer cannot be wired: inner/{refused.name} ({class_name}: {why}"
    assert str(caught.value).startswith(said)

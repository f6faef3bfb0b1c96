"""The settings of layers are those that Keras's own layers have."""

from pathlib import Path
from typing import Any

import pytest

from queries import NeuronGraph

SETTINGS = {
    "kernel": "kernel_size",
    "stride": "strides",
    "padding": "padding",
    "dilation": "dilation_rate",
    "groups": "groups",
}


def set_layers() -> dict[str, tuple[tuple[int, ...], Any]]:
    """Return layers of each kind, each with the shape of its input, by what they show."""
    import keras

    layers = keras.layers
    return {
        "one axis, causal": ((9, 4), layers.Conv1D(4, 3, dilation_rate=2, padding="causal")),
        "groups": ((7, 9, 4), layers.Conv2D(6, (2, 3), strides=(2, 1), groups=2)),
        "channels first": (
            (4, 7, 9),
            layers.Conv2D(2, (2, 3), padding="same", data_format="channels_first"),
        ),
        "three axes": ((4, 5, 6, 2), layers.Conv3D(2, (1, 2, 3), strides=(1, 2, 3))),
        "transposed": ((4, 5, 2), layers.Conv2DTranspose(2, (2, 3), strides=2)),
        "depthwise": ((7, 9, 2), layers.DepthwiseConv2D((3, 2), padding="same")),
        "separable": ((7, 9, 2), layers.SeparableConv2D(3, (3, 2), strides=2)),
        "pooled": ((7, 9, 2), layers.MaxPooling2D((3, 2), padding="same")),
        "averaged": ((9, 2), layers.AveragePooling1D(3, strides=1)),
    }


def settings(layer: Any) -> dict[str, Any]:
    """Return what a layer of Keras says of itself."""
    pooled = {"kernel": "pool_size"} if hasattr(layer, "pool_size") else {}
    return {name: getattr(layer, of, None) for name, of in {**SETTINGS, **pooled}.items()}


def answered(model: Any, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Return what the query says of each layer of a model, lists as tuples."""
    model.save(tmp_path / "model.keras")
    with NeuronGraph(tmp_path / "model.keras") as graph:
        frame = graph.layers().set_index("name").astype(object)
    columns: Any = frame.where(frame.notna(), None)[[*SETTINGS, "moved_by"]]
    return {
        str(name): {
            key: tuple(value) if isinstance(value, list) or hasattr(value, "tolist") else value
            for key, value in row.items()
        }
        for name, row in columns.to_dict("index").items()
    }


def test_what_slides_over_positions(tmp_path: Path) -> None:
    import keras

    inputs, outputs, layers = [], [], set_layers()
    for number, (shape, layer) in enumerate(layers.values()):
        layer.name = f"layer_{number}"
        inputs.append(keras.Input(shape, name=f"input_{number}"))
        outputs.append(layer(inputs[-1]))
    found = answered(keras.Model(inputs, outputs), tmp_path)
    for kind, (_, layer) in layers.items():
        own = {name: value for name, value in found[layer.name].items() if name != "moved_by"}
        assert own == settings(layer), kind
    separable = layers["separable"][1]
    assert found[f"{separable.name}/depthwise"]["kernel"] == separable.kernel_size


def test_other_layers_have_none(tmp_path: Path) -> None:
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 4), name="pixels"),
            layers.ZeroPadding2D(1, name="padded"),
            layers.GlobalAveragePooling2D(name="whole"),
            layers.Dense(3, name="dense"),
        ]
    )
    found = answered(model, tmp_path)
    assert found["pixels"].pop("moved_by") == "padded (ZeroPadding2D)"
    assert all(value is None for row in found.values() for value in row.values())


def test_what_only_moves_values(tmp_path: Path) -> None:
    import keras

    layers = keras.layers
    left, right = (keras.Input((2, 3), name=name) for name in ("left", "right"))
    joined = layers.Concatenate(name="joined")(
        [layers.Permute((2, 1), name="turned")(left), layers.Reshape((3, 2), name="shaped")(right)]
    )
    sums = layers.Dense(2, name="sums")(joined)
    model = keras.Model([left, right], layers.Flatten(name="flat")(sums))
    found = {name: row["moved_by"] for name, row in answered(model, tmp_path).items()}
    assert found == {
        "left": "turned (Permute), joined (Concatenate)",
        "right": "shaped (Reshape), joined (Concatenate)",
        "sums": "flat (Flatten)",
    }


@pytest.mark.parametrize("value", ["3", 3.5, (3, "3"), None, object()])
def test_what_a_class_of_ones_own_may_have(value: object) -> None:
    from exporter.reading.keras.settings import settings_of
    from exporter.reading.settings import Settings

    class Own:
        kernel_size = value

    assert settings_of(Own()) == Settings()

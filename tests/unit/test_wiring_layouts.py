"""Every layer that knows of space, in one to three dimensions and in both data formats."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.builders import Spec, Wired, chain, failing, layer, named, wired

# No axis of space is as long as there are filters: of a bias of channels_first that fits both,
# Keras 3.15 on TensorFlow adds the wrong one.
SPACE = (5, 4, 3)
CHANNELS = 4


def _convolutions(rank: int) -> Iterator[Spec]:
    for settings in (
        {"strides": 2, "padding": "same"},
        {"dilation_rate": 2, "kernel_size": 2},
        {"groups": 2, "padding": "same"},
    ):
        sized: dict[str, Any] = {"filters": 6, "kernel_size": 3, **settings}
        yield layer(f"Conv{rank}D", **sized)
    for settings in (
        {"strides": 2, "padding": "same"},
        {"strides": 2, "padding": "valid", "activation": "relu"},
        {"strides": 3, "padding": "same", "output_padding": 1},
        {"strides": 3, "padding": "valid", "output_padding": 2, "kernel_size": 2},
        {"dilation_rate": 2, "kernel_size": 2},
    ):
        sized = {"filters": 3, "kernel_size": 3, **settings}
        yield layer(f"Conv{rank}DTranspose", **sized)


def _depthwise(rank: int) -> Iterator[Spec]:
    settings = {"kernel_size": 3, "depth_multiplier": 2, "padding": "same", "activation": "relu"}
    yield layer(f"DepthwiseConv{rank}D", strides=2, **settings)
    yield layer(f"SeparableConv{rank}D", filters=7, **settings)
    yield layer(f"SeparableConv{rank}D", filters=7, strides=2, kernel_size=2, use_bias=False)


def _others(rank: int) -> Iterator[Spec]:
    for kind in ("Max", "Average"):
        yield layer(f"{kind}Pooling{rank}D", pool_size=3, strides=2, padding="same")
        yield layer(f"{kind}Pooling{rank}D", pool_size=2)
        yield layer(f"Global{kind}Pooling{rank}D")
        yield layer(f"Global{kind}Pooling{rank}D", keepdims=True)
    yield layer(f"ZeroPadding{rank}D", padding=1)
    yield layer(f"Cropping{rank}D", cropping=1)
    yield layer(f"UpSampling{rank}D", size=2)


SPECS = [
    (rank, spec)
    for rank in (1, 2, 3)
    for spec in [*_convolutions(rank), *(_depthwise(rank) if rank < 3 else ()), *_others(rank)]
]
LAST_ONLY = ("Cropping1D", "UpSampling1D")
"""Keras has no other data format for these."""


def _wired(rank: int, spec: Spec, first: bool, folder: Path) -> Wired:
    name, settings = spec
    shape = (CHANNELS, *SPACE[:rank]) if first else (*SPACE[:rank], CHANNELS)
    if name not in LAST_ONLY:
        settings = {**settings, "data_format": "channels_first" if first else "channels_last"}
    return wired(chain(shape, (name, settings), layer("PReLU")), folder)


@pytest.mark.parametrize(("rank", "spec"), SPECS, ids=named(spec for _, spec in SPECS))
def test_channels_last(rank: int, spec: Spec, tmp_path: Path) -> None:
    assert failing(_wired(rank, spec, False, tmp_path), samples=2) == []


FIRST = [(rank, spec) for rank, spec in SPECS if spec[0] not in LAST_ONLY]


@pytest.mark.parametrize(("rank", "spec"), FIRST, ids=named(spec for _, spec in FIRST))
def test_channels_first(rank: int, spec: Spec, tmp_path: Path) -> None:
    case = _wired(rank, spec, True, tmp_path)
    assert failing(case, samples=2) == []
    pixels = case.plan.layers[0].neuron_table("m", 0, case.plan.layers[0].neurons)
    assert pixels["channel"].to_pylist()[0] == 0
    assert pixels["channel"].to_pylist()[-1] == CHANNELS - 1
    assert len(set(pixels["channel"].to_pylist()[: case.plan.layers[0].neurons // CHANNELS])) == 1


@pytest.mark.parametrize("dilation", [1, 2])
def test_causal_padding(dilation: int, tmp_path: Path) -> None:
    spec = layer("Conv1D", filters=2, kernel_size=3, padding="causal", dilation_rate=dilation)
    assert failing(wired(chain((7, 3), spec), tmp_path)) == []


PADDED = [
    layer("MaxPooling2D", pool_size=2),
    layer("MaxPooling2D", pool_size=3, strides=1, padding="same"),
    layer("AveragePooling2D", pool_size=2),
    layer("AveragePooling2D", pool_size=3, strides=1, padding="same"),
    layer("GlobalMaxPooling2D"),
    layer("GlobalAveragePooling2D"),
    layer("DepthwiseConv2D", kernel_size=3),
    layer("ReLU"),
    layer("BatchNormalization"),
]


@pytest.mark.parametrize("spec", PADDED, ids=named(PADDED))
def test_the_zeros_of_zero_padding_count(spec: Spec, tmp_path: Path) -> None:
    # Of a window of 2 by 2 in the corner all is padding; negative inputs lose against it.
    case = wired(chain((3, 4, 2), layer("ZeroPadding2D", padding=2), spec), tmp_path)
    assert failing(case) == []


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("kind", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
def test_interpolation(kind: str, first: bool, tmp_path: Path) -> None:
    shape = (2, 4, 5) if first else (4, 5, 2)
    spec = layer(
        "UpSampling2D",
        size=(2, 3),
        interpolation=kind,
        data_format="channels_first" if first else "channels_last",
    )
    case = wired(chain(shape, spec), tmp_path)
    assert [planned.class_name for planned in case.plan.layers] == ["InputLayer", "UpSampling2D"]
    assert failing(case) == []

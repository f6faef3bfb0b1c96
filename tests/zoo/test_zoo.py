"""Every family of keras.applications, wired from its file and replayed from the stream.

`make zoo` runs all members; `make test` runs a quick one of each way of building.
"""

import inspect
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from exporter.planning.push import Trace, trace
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from tests.opening import open_model
from tests.weights import livened

TOLERANCE = 1e-4


@dataclass(frozen=True)
class Member:
    """A model of keras.applications, at the smallest input that it allows."""

    name: str
    side: int = 32

    def build(self) -> Any:
        """Build it with random variables, without the softmax that would hide differences."""
        shape = (self.side, self.side, 3)
        make = getattr(keras.applications, self.name)
        model = make(weights=None, input_shape=shape, classes=10, classifier_activation=None)
        return livened(model)


CI = [
    Member("VGG16"),
    Member("ResNet50"),
    Member("MobileNetV3Small"),
    Member("DenseNet121"),
    Member("EfficientNetB0"),
    Member("ConvNeXtTiny"),
]
REST = [
    Member("ResNet50V2"),
    Member("MobileNet"),
    Member("MobileNetV2"),
    Member("EfficientNetV2B0"),
    Member("VGG19"),
    Member("ResNet101"),
    Member("ResNet152"),
    Member("ResNet101V2"),
    Member("ResNet152V2"),
    Member("MobileNetV3Large"),
    Member("DenseNet169"),
    Member("DenseNet201"),
    *(Member(f"EfficientNetB{size}") for size in range(1, 8)),
    *(Member(f"EfficientNetV2B{size}") for size in range(1, 4)),
    *(Member(f"EfficientNetV2{size}") for size in "SML"),
    *(Member(f"ConvNeXt{size}") for size in ("Small", "Base", "Large", "XLarge")),
    Member("NASNetMobile"),
    Member("NASNetLarge"),
    Member("Xception", 71),
    Member("InceptionV3", 75),
    Member("InceptionResNetV2", 75),
]


def families(names: Iterable[str]) -> set[str]:
    """Return the modules of Keras that have models."""
    return {getattr(keras.applications, name).__module__ for name in names}


EVERY = {name for name, _ in inspect.getmembers(keras.applications, inspect.isfunction)}


@pytest.fixture(scope="module")
def replayed_ones() -> Iterator[set[str]]:
    """The names of the models that replay, counted at the end."""
    names: set[str] = set()
    yield names
    print(
        f"\n  replayed {len(names)} of {len(EVERY)} models,"
        f" of {len(families(names))} of {len(families(EVERY))} families"
    )


def test_no_model_of_keras_is_left_out() -> None:
    assert {member.name for member in CI + REST} == EVERY


@pytest.mark.one_in(2)
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "member",
    [
        *(pytest.param(member, id=member.name) for member in CI),
        *(pytest.param(member, id=member.name, marks=pytest.mark.full) for member in REST),
    ],
)
def test_replays(member: Member, tmp_path: Path, replayed_ones: set[str]) -> None:
    path = tmp_path / f"{member.name}.keras"
    model = member.build()
    model.save(path)
    opened = open_model(path)
    traced = trace(opened)
    inputs = np.random.default_rng(1).uniform(
        0, 255, (1, *(size or 0 for size in opened.inputs[0].shape))
    )
    begun = time.perf_counter()
    replayed = _outputs(traced, opened.outputs[0].position, inputs)
    seconds = time.perf_counter() - begun
    predicted = np.asarray(model(inputs.astype(np.float32), training=False))
    difference = np.abs(replayed - predicted).max() / np.abs(predicted).max()
    planned = traced.plan
    print(
        f"\n  {member.name:20} {planned.neurons:12,} neurons {planned.edges:14,} relationships  "
        f"difference {difference:.1e}  {planned.edges / seconds / 1e6:5.0f} M replayed/s"
    )
    assert np.isfinite(predicted).all()
    assert difference <= TOLERANCE
    replayed_ones.add(member.name)


def _outputs(traced: Trace, output: int, inputs: Any) -> Any:
    """Replay the stream and return the values at the neurons of an output."""
    first = traced.plan.layers[0]
    replayed = replay(StreamSource(traced.plan), {first.name: inputs})
    values = np.concatenate(list(replayed.values()), axis=1)
    return values[:, traced.ids[output]]

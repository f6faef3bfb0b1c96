"""Every family of keras.applications as Keras 2 has it: what the graph of its file computes."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.keras2.files import FORMATS, difference, filled, inputs_of, keras2, saved

TOLERANCE = 1e-4


@dataclass(frozen=True)
class Member:
    """A model of keras.applications, at the smallest input that it allows."""

    name: str
    side: int = 32
    settings: dict[str, Any] = field(default_factory=dict)

    def build(self) -> Any:
        """Build it with random variables, without the softmax that would hide differences."""
        make = getattr(keras2().applications, self.name)
        shape = (self.side, self.side, 3)
        settings = {"classes": 5, "classifier_activation": None, **self.settings}
        return filled(make(weights=None, input_shape=shape, **settings))


QUICK = Member("MobileNet", settings={"alpha": 0.25})
REST = [
    Member("DenseNet121"),
    Member("VGG16"),
    Member("ResNet50"),
    Member("ResNet50V2"),
    Member("ResNetRS50"),
    Member("RegNetX002"),
    Member("RegNetY002"),
    Member("MobileNetV2", settings={"alpha": 0.35}),
    Member("MobileNetV3Small", settings={"alpha": 0.75}),
    Member("EfficientNetB0"),
    Member("EfficientNetV2B0"),
    Member("ConvNeXtTiny"),
    Member("NASNetMobile"),
    Member("Xception", 71),
    Member("InceptionV3", 75),
    Member("InceptionResNetV2", 75),
]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    "member",
    [
        pytest.param(QUICK, id=QUICK.name, marks=pytest.mark.slow),
        *(pytest.param(member, id=member.name, marks=pytest.mark.full) for member in REST),
    ],
)
def test_a_family_computes_what_keras_2_predicts(
    member: Member, suffix: str, tmp_path: Path
) -> None:
    model = member.build()
    path = saved(model, tmp_path, suffix)
    assert difference(model, path, [each[:1] for each in inputs_of(model)]) <= TOLERANCE

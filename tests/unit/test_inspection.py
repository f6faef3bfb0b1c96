from pathlib import Path

import numpy as np
import pytest

from exporter import inspect
from exporter.inspection import Inspection
from exporter.planning.grouping import grouped
from exporter.planning.push import plan
from queries.core.granularity import GRANULARITIES
from queries.errors import ModelFileError, UnsupportedLayerError
from tests.models import BUILDERS
from tests.opening import open_model
from tests.unit.builders import chain, layer, saved, unwirable

EVERY_KIND_OF_VARIABLE = [
    layer("Normalization", mean=[1.0, 2.0], variance=[3.0, 4.0]),
    layer("Conv2D", filters=4, kernel_size=3, padding="same", groups=2),
    layer("BatchNormalization"),
    layer("PReLU"),
    layer("SeparableConv2D", filters=3, kernel_size=2),
    layer("Dropout", rate=0.5),
    layer("Conv2DTranspose", filters=2, kernel_size=3, strides=2),
    layer("Flatten"),
    layer("Dense", units=3),
]


def assert_same_as_with_weights(path: Path) -> Inspection:
    whole = plan(open_model(path))
    for granularity in GRANULARITIES:
        planned, seen = grouped(whole, granularity), inspect(path, granularity=granularity)
        assert seen.frame["layer"].tolist() == [row.name for row in planned.rows]
        making = seen.frame.dropna(subset="neurons")
        assert making["neurons"].tolist() == [layer.neurons for layer in planned.layers]
        assert making["edges"].tolist() == [layer.edges for layer in planned.layers]
        assert seen.neurons == planned.neurons
        assert seen.edges == planned.edges
        assert seen.parameters == planned.parameters
    return inspect(path)


@pytest.mark.parametrize("name", BUILDERS)
def test_counts_without_weights(small_files: dict[str, Path], name: str) -> None:
    assert_same_as_with_weights(small_files[name])


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_every_kind_of_variable(tmp_path: Path, suffix: str) -> None:
    model = chain((6, 5, 2), *EVERY_KIND_OF_VARIABLE)
    assert_same_as_with_weights(saved(model, tmp_path / f"model{suffix}"))


def test_a_normalization_that_was_adapted(tmp_path: Path) -> None:
    model = chain((3,), layer("Normalization"), layer("Dense", units=2))
    model.layers[0].adapt(np.random.default_rng(0).normal(size=(9, 3)))
    assert_same_as_with_weights(saved(model, tmp_path / "model.keras"))


def test_a_model_of_millions_of_relationships(cifar_file: Path) -> None:
    seen = assert_same_as_with_weights(cifar_file)
    assert (seen.neurons, seen.edges) == (53_290, 4_586_624)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_variables_are_zeros_of_no_size(tmp_path: Path, dtype: str) -> None:
    # Half precision is read as single precision.
    model = chain((3,), layer("Dense", units=2, use_bias=False, dtype=dtype))
    opened = open_model(saved(model, tmp_path / "model.keras"), weights=False)
    for variable in opened.calls[-1].layer.variables:
        values = np.asarray(variable)
        assert (values.shape, values.dtype.name) == ((3, 2), "float32")
        assert not any(values.strides)
        assert not values.any()


def test_nothing_is_left_for_keras_to_initialize(digits_file: Path) -> None:
    from keras.src.backend.common.global_state import get_global_attribute

    inspect(digits_file)
    assert not get_global_attribute("uninitialized_variables")


def test_what_cannot_be_wired_is_refused(tmp_path: Path) -> None:
    path = saved(chain((4, 2), unwirable()), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match="or on hashes of it"):
        inspect(path)


def test_a_setting_that_cannot_be_wired_is_refused(tmp_path: Path) -> None:
    path = saved(chain((4, 2), layer("Activation", activation="glu")), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match="half as many outputs"):
        inspect(path)


def test_what_keras_cannot_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "model.keras").write_bytes(b"no model")
    with pytest.raises(ModelFileError, match="is no model file"):
        inspect(tmp_path / "model.keras")

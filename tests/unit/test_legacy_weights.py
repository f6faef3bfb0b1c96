"""The weights of old files go to the layers that had them."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from exporter.planning.push import plan
from queries.errors import ModelFileError
from tests.keras2.files import filled, inputs_of, keras2, predicted, saved
from tests.opening import open_model
from tests.unit.builders import Wired, failing, randomized

ARCHIVES = sorted((Path(__file__).parent / "archives").glob("*.keras"))
MEMBER, METADATA = "model.weights.h5", "metadata.json"


def edited_weights(source: Path, target: Path, edit: Callable[[Path], None]) -> Path:
    """Copy an archive with its weights changed."""
    unpacked = target.with_suffix(".h5")
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(target, "w") as write:
        for name in read.namelist():
            content = read.read(name)
            if name == MEMBER:
                unpacked.write_bytes(content)
                edit(unpacked)
                content = unpacked.read_bytes()
            write.writestr(name, content)
    return target


def as_windows_writes(path: Path) -> None:
    """Put each group of variables under one name, with a backslash for each slash."""
    old = path.with_suffix(".old")
    shutil.move(path, old)
    with h5py.File(old) as read, h5py.File(path, "w") as write:
        paths: list[str] = []
        read.visit(paths.append)
        for name in paths:
            folder, _, last = name.rpartition("/")
            if last == "vars":
                holder = write.require_group(folder.replace("/", "\\")) if folder else write
                read.copy(name, holder, name="vars")


class TestArchives:
    @pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)
    def test_that_tensorflow_wrote_compute_what_it_predicted(self, path: Path) -> None:
        with np.load(path.with_suffix(".npz")) as expected:
            opened = open_model(path)
            outputs = np.asarray(opened.keras(expected["inputs"]))
            np.testing.assert_allclose(outputs, expected["outputs"], rtol=1e-5, atol=1e-6)
        assert failing(Wired(opened, plan(opened)), samples=2) == []

    @pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)
    def test_of_windows_are_the_same(self, path: Path, tmp_path: Path) -> None:
        there = open_model(edited_weights(path, tmp_path / "windows.keras", as_windows_writes))
        for got, expected in zip(there.keras.weights, open_model(path).keras.weights, strict=True):
            np.testing.assert_array_equal(got, expected)

    def test_are_read_as_arrays_as_well(self) -> None:
        opened = open_model(ARCHIVES[0])
        layers = [call.layer for call in opened.calls if call.parameters and call.first]
        read = [weight.value for layer in layers for weight in layer.weights]
        assert all(isinstance(array, np.ndarray) and array.any() for array in read)
        sizes = sum(array.size for array in read)
        assert sizes == sum(np.asarray(weight).size for weight in opened.keras.weights)

    def test_without_the_weights_of_a_layer_name_it(self, tmp_path: Path) -> None:
        def without(path: Path) -> None:
            with h5py.File(path, "r+") as file:
                del file["layers/functional/layers/batch_normalization"]

        path = edited_weights(ARCHIVES[-1], tmp_path / "cut.keras", without)
        with pytest.raises(ModelFileError, match="layer 'bn': the file has no weights of it"):
            open_model(path)

    def test_with_weights_of_a_layer_too_many_name_it(self, tmp_path: Path) -> None:
        def doubled(path: Path) -> None:
            with h5py.File(path, "r+") as file:
                inner = file["layers/functional/layers"]
                file.copy("layers/dense", inner, name="dense_7")

        path = edited_weights(ARCHIVES[-1], tmp_path / "more.keras", doubled)
        with pytest.raises(ModelFileError, match="layer 'dense_7': the file has weights, but no"):
            open_model(path)


def frozen_in_parts(functional: bool) -> Any:
    """Build a model around one whose layers are trained in part."""
    made = keras2()
    layers = [
        made.layers.Dense(4, input_shape=(4,), name="a"),
        made.layers.BatchNormalization(name="b"),
        made.layers.Dense(4, name="c", trainable=False),
        made.layers.Dense(4, name="d"),
    ]
    inner = made.Sequential(layers, name="inner")
    if functional:
        inner = made.Model(inner.inputs, inner.outputs, name="inner")
    inputs = made.Input((4,))
    return filled(made.Model(inputs, made.layers.Dense(4, name="e")(inner(inputs))))


def without_names(path: Path) -> None:
    """Take the names of layers out of those of the arrays."""
    with h5py.File(path, "r+") as file:
        group = file["model_weights/inner"]
        arrays = [np.asarray(group[name]) for name in group.attrs["weight_names"]]
        for name in list(group):
            del group[name]
        names = [f"{number}:0" for number in range(len(arrays))]
        group.attrs["weight_names"] = names
        for name, array in zip(names, arrays, strict=True):
            group[name] = array


class TestHdf5:
    @pytest.mark.parametrize("edit", [lambda _: None, without_names], ids=["named", "unnamed"])
    @pytest.mark.parametrize(
        "trained", [{"inner": True}, {"inner": False}, {"inner": False, "d": True}]
    )
    @pytest.mark.parametrize("functional", [True, False])
    def test_of_a_nested_model_are_shared_out(
        self,
        edit: Callable[[Path], None],
        trained: dict[str, bool],
        functional: bool,
        tmp_path: Path,
    ) -> None:
        model = frozen_in_parts(functional)
        inner = model.get_layer("inner")
        for name, value in trained.items():
            (inner if name == inner.name else inner.get_layer(name)).trainable = value
        inputs = inputs_of(model)
        path = saved(model, tmp_path, ".h5")
        edit(path)
        outputs = open_model(path).keras(inputs[0])
        np.testing.assert_allclose(outputs, predicted(model, inputs)[0], rtol=1e-5, atol=1e-6)

    def test_go_by_names_and_not_by_the_order_of_keras_3(self, tmp_path: Path) -> None:
        made = keras2()
        inputs = made.Input((3,), name="in")
        branches = [made.layers.Dense(3, name=name)(inputs) for name in ("a", "b")]
        model = filled(made.Model(inputs, made.layers.Subtract(name="s")(branches)))
        path = saved(model, tmp_path, ".h5")
        with h5py.File(path, "r+") as file:
            weights, config = file["model_weights"], json.loads(file.attrs["model_config"])
            config["config"]["layers"][1:3] = config["config"]["layers"][2:0:-1]
            file.attrs["model_config"] = json.dumps(config)
            weights.attrs["layer_names"] = ["in", "b", "a", "s"]
        outputs = open_model(path).keras(inputs_of(model)[0])
        np.testing.assert_allclose(outputs, predicted(model, inputs_of(model))[0], rtol=1e-6)

    def test_of_renamed_layers_go_by_the_order_of_the_file(self, tmp_path: Path) -> None:
        made = keras2()
        model = filled(
            made.Sequential([made.layers.Dense(3, input_shape=(3,)), made.layers.Dense(3)])
        )
        path = saved(model, tmp_path, ".h5")
        with h5py.File(path, "r+") as file:
            config = json.loads(file.attrs["model_config"])
            for name, layer in zip("xyz", config["config"]["layers"], strict=True):
                layer["config"]["name"] = name
            file.attrs["model_config"] = json.dumps(config)
        outputs = open_model(path).keras(inputs_of(model)[0])
        np.testing.assert_allclose(outputs, predicted(model, inputs_of(model))[0], rtol=1e-6)

    def test_without_those_of_a_layer_name_it(self, tmp_path: Path) -> None:
        made = keras2()
        model = made.Sequential(
            [made.layers.Dense(3, input_shape=(3,), name="first"), made.layers.Dense(3)]
        )
        path = saved(model, tmp_path, ".h5")
        with h5py.File(path, "r+") as file:
            file["model_weights/first"].attrs["weight_names"] = np.array([], dtype="S1")
        with pytest.raises(ModelFileError, match="layer 'first': the file has no weights of it"):
            open_model(path)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_of_a_wrapper_with_variables_of_its_own(suffix: str, tmp_path: Path) -> None:
    import keras

    dense = keras.layers.SpectralNormalization(keras.layers.Dense(4, name="d"), name="s")
    model = randomized(keras.Sequential([keras.Input((3,)), dense]))
    path = tmp_path / f"model{suffix}"
    model.save(path)
    read = open_model(said_to_be_of_keras_2(path)).keras
    for got, expected in zip(read.weights, model.weights, strict=True):
        np.testing.assert_array_equal(got, expected)


def said_to_be_of_keras_2(path: Path) -> Path:
    """Exchange the version in a file; this wrapper has the same settings in both."""
    if path.suffix == ".h5":
        with h5py.File(path, "r+") as file:
            file.attrs["keras_version"] = "2.15.0"
        return path
    target = path.with_name("old.keras")
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(target, "w") as write:
        for name in read.namelist():
            content = read.read(name)
            write.writestr(name, b'{"keras_version": "2.15.0"}' if name == METADATA else content)
    return target


def shared_beside_a_nested_model() -> Any:
    import keras

    layers = keras.layers
    shared, given = layers.Dense(4, name="shared"), keras.Input((4,))
    sub = keras.Model(given, shared(given), name="sub")
    inputs = keras.Input((4,))
    return keras.Model(inputs, shared(sub(inputs)))


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_layer_that_keras_3_saved_once_is_read_in_both_places(
    suffix: str, tmp_path: Path
) -> None:
    model = shared_beside_a_nested_model()
    path = tmp_path / f"model{suffix}"
    model.save(path)
    opened = open_model(path)
    inputs = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    np.testing.assert_allclose(opened.keras(inputs), model(inputs), rtol=1e-6)
    assert [call.name for call in opened.calls][1:] == ["sub/shared", "shared"]


def test_a_layer_that_keras_3_saved_nowhere_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    shared_beside_a_nested_model().save(path)

    def without(weights: Path) -> None:
        with h5py.File(weights, "r+") as file:
            group = file["layers/functional/layers/dense/vars"]
            for name in list(group):
                del group[name]

    cut = edited_weights(path, tmp_path / "cut.keras", without)
    with pytest.raises(ModelFileError, match="the file has no weights of layer 'shared'"):
        open_model(cut)

import json
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter import load
from exporter.planning.push import plan
from queries.errors import ModelFileError, UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import (
    Wired,
    chain,
    edited,
    edited_hdf5,
    failing,
    layer,
    randomized,
    saved,
    unwirable,
)

SUFFIXES = [".keras", ".h5"]


def small() -> Any:
    return chain(
        (5, 4, 2),
        layer("Conv2D", filters=3, kernel_size=2, activation="relu", name="conv"),
        layer("Flatten", name="flat"),
        layer("Dense", units=3, name="dense"),
    )


def functional() -> Any:
    import keras

    read = keras.Input((5, 4, 2), name="image")
    seen = keras.layers.Conv2D(3, 2, name="conv")(read)
    seen = keras.layers.MaxPooling2D(name="pool")(seen)
    seen = keras.layers.Flatten(name="flat")(seen)
    return randomized(keras.Model(read, keras.layers.Dense(3, name="dense")(seen)))


def without_input_layer() -> Any:
    import keras

    model = keras.Sequential([keras.layers.Dense(3, name="a"), keras.layers.Dense(2, name="b")])
    model.build((None, 4))
    return randomized(model)


class TestOpening:
    @pytest.mark.parametrize("suffix", [*SUFFIXES, ".hdf5"])
    @pytest.mark.parametrize("make", [small, functional, without_input_layer])
    def test_predicts_what_the_original_does(
        self, make: Callable[[], Any], suffix: str, tmp_path: Path
    ) -> None:
        model = make()
        opened = open_model(saved(model, tmp_path / f"model{suffix}"))
        inputs = np.random.default_rng(0).standard_normal((3, *model.input_shape[1:]))
        expected = np.asarray(model(inputs.astype(np.float32)))
        assert np.ptp(expected) > 0
        np.testing.assert_array_equal(opened.keras(inputs.astype(np.float32)), expected)

    def test_lists_the_calls_inputs_first(self, tmp_path: Path) -> None:
        opened = open_model(saved(functional(), tmp_path / "model.keras"))
        assert [(call.name, call.class_name, call.inputs) for call in opened.calls] == [
            ("image", "InputLayer", ()),
            ("conv", "Conv2D", (0,)),
            ("pool", "MaxPooling2D", (1,)),
            ("flat", "Flatten", (2,)),
            ("dense", "Dense", (3,)),
        ]
        assert [tensor.shape for tensor in opened.inputs] == [(5, 4, 2)]
        assert [tensor.shape for tensor in opened.outputs] == [(3,)]

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_says_who_saved_it(self, suffix: str, tmp_path: Path) -> None:
        import keras

        opened = open_model(saved(small(), tmp_path / f"model{suffix}"))
        assert opened.source == f"Keras {keras.__version__}"
        assert len(opened.sha256) == 64

    def test_the_hash_is_of_the_file(self, tmp_path: Path) -> None:
        path = saved(small(), tmp_path / "model.keras")
        before = open_model(path).sha256
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("note.txt", "changed")
        assert open_model(path).sha256 != before


def normalizing() -> Any:
    """Every kind of variable that a plan reads; what Normalization holds it makes of them."""
    import keras

    layers = keras.layers
    known = layers.Normalization(name="known")
    known.adapt(np.random.default_rng(1).normal(2.0, 3.0, (50, 6, 5, 3)))
    pixels = keras.Input((6, 5, 3))
    seen = layers.Conv2D(4, 3, padding="same")(known(pixels))
    seen = layers.BatchNormalization()(layers.PReLU()(seen))
    seen = layers.SeparableConv2D(3, 2, data_format="channels_last")(seen)
    turned = layers.Conv2DTranspose(2, 3, strides=2)(layers.Dropout(0.5)(seen))
    model = keras.Model(pixels, layers.Dense(3)(layers.Flatten()(turned)))
    statistics = [variable.numpy() for variable in known.variables]
    randomized(model)
    for variable, value in zip(known.variables, statistics, strict=True):
        variable.assign(value)
    return model


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.parametrize("make", [small, functional, normalizing])
def test_arrays_plan_as_the_variables_of_tensorflow_do(
    make: Callable[[], Any], suffix: str, tmp_path: Path
) -> None:
    path = saved(make(), tmp_path / f"model.{suffix}")
    computing, opened = open_model(path), open_model(path)
    assert computing.keras.trainable_variables[0].value.handle is not None
    live, seen = plan(computing), plan(opened)
    assert len(seen.layers) == len(live.layers)
    for found, expected in zip(seen.layers, live.layers, strict=True):
        for name in ("weights", "bias", "slope", "sources"):
            one, other = getattr(found.wiring, name), getattr(expected.wiring, name)
            np.testing.assert_array_equal(one, other)
    assert failing(Wired(opened, seen)) == []


def refused(path: Path) -> str:
    """Load a bad file; return the message, which is one line, when nothing was written."""
    graph = path.parent / "graph.lbug"
    with pytest.raises(ModelFileError) as caught:
        load(path, graph)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert str(path) in message
    assert not graph.exists()
    return message


def text_file(folder: Path) -> Path:
    (folder / "model.keras").write_text("no model at all\n" * 100)
    return folder / "model.keras"


def empty(folder: Path) -> Path:
    (folder / "model.h5").touch()
    return folder / "model.h5"


def saved_model_folder(folder: Path) -> Path:
    (folder / "model" / "variables").mkdir(parents=True)
    (folder / "model" / "saved_model.pb").write_bytes(b"\x08\x01")
    return folder / "model"


def zip_without_config(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "model.keras", "w") as archive:
        archive.writestr("metadata.json", "{}")
    return folder / "model.keras"


def zip_with_bad_json(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "model.keras", "w") as archive:
        archive.writestr("config.json", "{")
        archive.writestr("metadata.json", "{}")
    return folder / "model.keras"


def weights_only(folder: Path) -> Path:
    model = small()
    model.save_weights(folder / "model.weights.h5")
    return folder / "model.weights.h5"


def locked_archive(folder: Path) -> Path:
    path = saved(small(), folder / "model.keras")
    content = bytearray(path.read_bytes())
    # The flag of an encrypted member, in each entry of the archive's directory.
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 1)
    path.write_bytes(content)
    return path


def custom_model_class(folder: Path) -> Path:
    def edit(config: Any) -> None:
        config.update(class_name="MyModel", module="mine.models", registered_name="mine>MyModel")

    return edited(saved(small(), folder / "model.keras"), edit)


def newer_keras(folder: Path) -> Path:
    path = saved(small(), folder / "model.keras")
    edited(path, lambda config: config["config"]["layers"][-1]["config"].update(brand_new=1))
    return edited(path, lambda data: data.update(keras_version="99.0.0"), "metadata.json")


def never_built(folder: Path) -> Path:
    import keras

    with pytest.warns(UserWarning, match="has not yet been built"):
        return saved(keras.Sequential([keras.layers.Dense(3)]), folder / "model.keras")


def open_shape(folder: Path) -> Path:
    return saved(chain((None, 3), layer("Dense", units=2)), folder / "model.keras")


def config_is_a_list(folder: Path) -> Path:
    path = saved(small(), folder / "model.keras")
    with zipfile.ZipFile(path) as archive:
        metadata = archive.read("metadata.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps([1, 2]))
        archive.writestr("metadata.json", metadata)
    return path


def layers_are_no_layers(folder: Path) -> Path:
    return edited(
        saved(small(), folder / "model.keras"), lambda c: c["config"].update(layers=[1, "a"])
    )


BAD_FILES: dict[Callable[[Path], Path], str] = {
    lambda folder: folder / "none.keras": "No such file or directory",
    text_file: "is no model file",
    empty: "is no model file",
    saved_model_folder: "is a SavedModel",
    zip_without_config: "has no config.json",
    zip_with_bad_json: "damaged",
    weights_only: "model.load_weights(",
    locked_archive: "damaged",
    custom_model_class: "class 'MyModel', whose code is not in the file",
    newer_keras: "saved by Keras 99.0.0",
    never_built: "before its input shape was known",
    open_shape: r"open shape (None, 3)",
    config_is_a_list: "its configuration is not that of a model",
    layers_are_no_layers: "damaged",
}


@pytest.mark.parametrize(
    ("make", "said"),
    BAD_FILES.items(),
    ids=lambda value: getattr(value, "__name__", str(value)[:30]),
)
def test_a_bad_file_is_refused(make: Callable[[Path], Path], said: str, tmp_path: Path) -> None:
    assert said in refused(make(tmp_path))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_cut_file_is_refused(suffix: str, share: float, tmp_path: Path) -> None:
    path = saved(small(), tmp_path / f"model{suffix}")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_changed_bytes_are_refused_or_do_no_harm(suffix: str, tmp_path: Path) -> None:
    content = saved(small(), tmp_path / f"whole{suffix}").read_bytes()
    random = np.random.default_rng(11)
    path = tmp_path / f"model{suffix}"
    said = []
    for _ in range(60):
        changed = np.frombuffer(content, dtype=np.uint8).copy()
        at = random.integers(0, len(changed), random.integers(1, 40))
        changed[at] = random.integers(0, 256, len(at))
        path.write_bytes(changed.tobytes())
        try:
            open_model(path)
        except ModelFileError as error:
            said.append(str(error))
    assert said, "no change was noticed: the test shows nothing"
    assert all(len(message.splitlines()) == 1 for message in said)


class TestUnsupportedLayers:
    def message(self, model: Any, tmp_path: Path, suffix: str = ".keras") -> str:
        path = saved(model, tmp_path / f"model{suffix}")
        assert issubclass(UnsupportedLayerError, ModelFileError)
        with pytest.raises(UnsupportedLayerError):
            open_model(path)
        return refused(path)

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_are_named_together(self, suffix: str, tmp_path: Path) -> None:
        layers = [
            layer("Dense", units=3, name="fine"),
            unwirable(),
            layer("Flatten"),
            layer("Reshape", target_shape=(-1, 1)),
            unwirable("again"),
        ]
        said = self.message(chain((4, 3), *layers), tmp_path, suffix)
        assert "2 layers" in said
        assert "again (Hashing: it works on text, or on hashes of it)" in said
        assert "heard (Hashing: it works on text, or on hashes of it)" in said
        assert "fine" not in said

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_custom_layers_are_named_together(self, suffix: str, tmp_path: Path) -> None:
        import keras

        # Keras knows no such classes when the file is opened.
        doubled = type("Doubled", (keras.layers.Layer,), {"call": lambda _, x: 2 * x})
        halved = type("Halved", (keras.layers.Layer,), {"call": lambda _, x: x / 2})
        model = keras.Sequential([keras.Input((3,)), doubled(name="one"), halved(name="two")])
        said = self.message(model, tmp_path, suffix)
        assert "2 layers" in said
        assert "one (" in said
        assert "Doubled: " in said
        assert "two (" in said
        assert "Halved: " in said
        assert "import the module that registers it" in said

    def test_a_custom_class_cannot_take_the_name_of_a_known_one(self, tmp_path: Path) -> None:
        path = saved(small(), tmp_path / "model.keras")

        def edit(config: Any) -> None:
            config["config"]["layers"][-1].update(module="mine", registered_name="mine>Dense")

        edited(path, edit)
        assert "dense (Dense: a class of somebody's own" in refused(path)

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_in_nested_models(self, suffix: str, tmp_path: Path) -> None:
        import keras

        inner = chain((4, 3), unwirable())
        inner.name = "inner"
        model = keras.Sequential([keras.Input((4, 3)), inner])
        assert "inner/heard (Hashing: " in self.message(model, tmp_path, suffix)

    @pytest.mark.parametrize(
        ("shape", "spec", "said"),
        [
            ((4,), layer("Dense", units=4, activation="glu", name="l"), "glu"),
            ((), layer("Reshape", target_shape=(1,)), "no axis beside the batch"),
        ],
    )
    def test_settings_that_cannot_be_wired(
        self, shape: tuple[int, ...], spec: Any, said: str, tmp_path: Path
    ) -> None:
        message = refused(saved(chain(shape, spec), tmp_path / "model.keras"))
        assert "cannot be wired" in message
        assert said in message


class TestCodeInTheFile:
    """A payload makes a file as soon as it runs."""

    @pytest.fixture
    def marker(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("MARKER", str(tmp_path / "marker"))
        return tmp_path / "marker"

    @pytest.fixture
    def payload(self) -> Any:
        # Code in a model file sees nothing of the module that it comes from.
        return lambda x: (
            __import__("pathlib").Path(__import__("os").environ["MARKER"]).write_text(""),
            x,
        )[1]

    def run_by_keras(self, path: Path) -> None:
        """Show that the payload works, where Keras is told to trust the file."""
        import keras

        model = keras.models.load_model(path, compile=False, safe_mode=False)
        model(np.zeros((1, *model.input_shape[1:]), dtype=np.float32))

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_of_a_lambda_layer_does_not_run(
        self, suffix: str, payload: Any, marker: Path, tmp_path: Path
    ) -> None:
        model = chain((3,), layer("Lambda", function=payload, name="trap"))
        path = saved(model, tmp_path / f"model{suffix}")
        marker.unlink()
        assert "trap (Lambda: " in refused(path)
        assert not marker.exists()
        self.run_by_keras(path)
        assert marker.exists()

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_of_an_activation_does_not_run(
        self, suffix: str, payload: Any, marker: Path, tmp_path: Path
    ) -> None:
        import keras

        with pytest.warns(UserWarning, match="lambda"):
            code = keras.saving.serialize_keras_object(payload)

        def edit(config: Any) -> None:
            config["config"]["layers"][-1]["config"]["activation"] = code

        change = edited if suffix == ".keras" else edited_hdf5
        path = change(saved(small(), tmp_path / f"model{suffix}"), edit)
        assert "lambda" in refused(path)
        assert not marker.exists()
        self.run_by_keras(path)
        assert marker.exists()

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize(
        "function",
        [
            {"class_name": "function", "config": "system", "module": "os"},
            {"class_name": "function", "config": "get_file", "module": "keras.utils"},
            {"class_name": "function", "config": "mine", "module": "builtins"},
            "mine",
        ],
        ids=str,
    )
    def test_functions_that_are_no_activation_are_refused(
        self, function: Any, suffix: str, tmp_path: Path
    ) -> None:
        def edit(config: Any) -> None:
            config["config"]["layers"][-1]["config"]["activation"] = function

        change = edited if suffix == ".keras" else edited_hdf5
        refused(change(saved(small(), tmp_path / f"model{suffix}"), edit))

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("registered_name", [None, "Dense"])
    @pytest.mark.parametrize(
        ("module", "class_name"),
        [
            ("os", "system"),
            ("builtins", "eval"),
            ("keras.src.export.tfsm_layer", "TFSMLayer"),
        ],
    )
    @pytest.mark.parametrize("where", ["layer", "activation", "initializer", "model"])
    def test_of_a_class_anywhere_in_python_does_not_run(
        self,
        where: str,
        module: str,
        class_name: str,
        registered_name: str | None,
        suffix: str,
        marker: Path,
        tmp_path: Path,
    ) -> None:
        shell = f"touch {marker}"
        call: dict[str, Any] = {
            "module": module,
            "class_name": class_name,
            "registered_name": registered_name,
            "config": {"command": shell, "args": ["sh", "-c", shell], "function": shell},
        }

        def edit(config: Any) -> None:
            last = config["config"]["layers"][-1]
            if where == "layer":
                last.update(call)
            elif where == "model":
                config.update({**call, "config": {**call["config"], **config["config"]}})
            else:
                last["config"][{"initializer": "kernel_initializer"}.get(where, where)] = call

        change = edited if suffix == ".keras" else edited_hdf5
        path = change(saved(chain((3,), layer("Dense", units=2)), tmp_path / f"m{suffix}"), edit)
        with suppress(ModelFileError):
            open_model(path)
        assert not marker.exists()

    def test_a_file_beside_the_model_is_not_read(self, tmp_path: Path) -> None:
        # Keras 2 wrote such configurations; from_config reads them with safe mode unset.
        words = tmp_path / "words"
        words.write_text("secret\n")
        lookup = {"name": "l", "vocabulary": str(words)}

        def edit(config: Any) -> None:
            config["config"]["layers"][-1]["config"]["activation"] = {
                "__passive_serialization__": True,
                "class_name": "StringLookup",
                "config": lookup,
            }
            for entry in config["config"]["layers"]:
                entry.pop("module", None)

        path = edited_hdf5(saved(small(), tmp_path / "model.h5"), edit)
        assert "vocabulary file" in refused(path)


def test_the_file_stays_as_it_is(tmp_path: Path) -> None:
    path = saved(small(), tmp_path / "model.keras")
    copy = shutil.copy(path, tmp_path / "copy.keras")
    open_model(path)
    assert path.read_bytes() == Path(copy).read_bytes()

"""Files that would fill the memory are refused by their size."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from exporter import inspect
from exporter.planning.push import plan
from exporter.reading.bounds import HARMLESS, LONGEST_NAME, MOST_NESTED
from exporter.reading.keras.model import KerasModel
from queries.core.memory import available_memory
from queries.errors import ModelFileError
from tests.opening import open_model
from tests.unit.builders import chain, edited, layer, randomized, saved

MOST_GROWTH = 200_000_000
"""Bytes by which the peak memory may grow, of Keras and TensorFlow themselves as well."""

Edit = Callable[[list[dict[str, Any]]], object]


def peak() -> int:
    """Return the most memory that this process has had since it was reset, in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.fixture
def flat() -> Iterator[None]:
    """Fail a test that takes memory, if only for a moment."""
    import keras  # noqa: F401

    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = peak()
    yield
    assert peak() - before < MOST_GROWTH


def small(folder: Path, edit: Edit) -> Path:
    """Save a small model, and change the settings of its layers; no shape is noted but these."""
    made = chain(
        (8, 8, 2),
        layer("UpSampling2D"),
        layer("MaxPooling2D", padding="same"),
        layer("Conv2D", filters=3, kernel_size=2, padding="same"),
        layer("GlobalMaxPooling2D"),
        layer("Dense", units=2),
    )
    path = saved(made, folder / "model.keras")

    def change(config: Any) -> None:
        for entry in config["config"]["layers"]:
            entry.pop("build_config", None)
        edit([entry["config"] for entry in config["config"]["layers"]])

    return edited(path, change)


def opened_and_planned(path: Path) -> Any:
    return plan(open_model(path))


ABSURD: dict[str, tuple[Edit, str]] = {
    "a dense layer of 10^12": (lambda c: c[5].update(units=10**12), "'units'"),
    "a dense layer of 10^400": (lambda c: c[5].update(units=10**400), "'units'"),
    "a dense layer of 10^8": (lambda c: c[5].update(units=10**8), "of weights"),
    "filters": (lambda c: c[3].update(filters=10**8), "of weights"),
    "a kernel": (lambda c: c[3].update(kernel_size=[10**5, 10**5]), "of weights"),
    "an input": (lambda c: c[0].update(batch_shape=[None, 10**7, 10**7, 2]), "2e+14 values"),
    "an enlargement": (lambda c: c[1].update(size=[10**6, 10**6]), "values"),
    "a window": (lambda c: c[2].update(pool_size=[10**6, 10**6]), "windows reach farther"),
}


@pytest.mark.usefixtures("flat")
@pytest.mark.parametrize("use", [inspect, opened_and_planned])
@pytest.mark.parametrize("case", ABSURD)
def test_an_absurd_shape(case: str, use: Callable[[Path], Any], tmp_path: Path) -> None:
    edit, said = ABSURD[case]
    with pytest.raises(ModelFileError) as caught:
        use(small(tmp_path, edit))
    message = str(caught.value)
    assert said in message
    assert len(message.splitlines()) == 1


@pytest.mark.usefixtures("flat")
@pytest.mark.parametrize("use", [inspect, opened_and_planned])
def test_a_layer_that_is_built_and_used_nowhere(use: Callable[[Path], Any], tmp_path: Path) -> None:
    import keras

    read = keras.Input((4,))
    path = saved(keras.Model(read, keras.layers.Dense(2)(read)), tmp_path / "model.keras")

    def edit(config: Any) -> None:
        layers = config["config"]["layers"]
        unused = json.loads(json.dumps(layers[-1]))
        unused["config"].update(name="unused", units=10**6)
        unused.update(name="unused", inbound_nodes=[], build_config={"input_shape": [None, 10**6]})
        layers.append(unused)

    with pytest.raises(ModelFileError, match="of weights"):
        use(edited(path, edit))


@pytest.mark.usefixtures("flat")
def test_models_in_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    monkeypatch.setattr("exporter.reading.keras.call_list.MOST_PARTS", 500)
    model = keras.Sequential([keras.Input((2,)), keras.layers.ReLU()])
    for _ in range(9):
        read = keras.Input((2,))
        model = keras.Model(read, model(model(read)))
    with pytest.raises(ModelFileError, match="more than 500"):
        inspect(saved(model, tmp_path / "model.keras"))


@pytest.mark.usefixtures("flat")
def test_steps_in_time(tmp_path: Path) -> None:
    import keras

    made = chain((4, 3), layer("TimeDistributed", layer=keras.layers.Dense(2)))

    def edit(config: Any) -> None:
        config["config"]["layers"][0]["config"]["batch_shape"] = [None, 10**6, 3]

    with pytest.raises(ModelFileError, match=r"1,000,000 steps.*at most 20,000 parts"):
        inspect(edited(saved(made, tmp_path / "model.keras"), edit))


@pytest.mark.usefixtures("flat")
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_dataset_of_nothing(suffix: str, tmp_path: Path) -> None:
    path = saved(chain((3,), layer("Dense", units=2)), tmp_path / f"model{suffix}")
    weights = tmp_path / "model.weights.h5" if suffix == ".keras" else path
    if suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            archive.extract(weights.name, tmp_path)
    with h5py.File(weights, "r+") as file:
        names: list[str] = []
        file.visititems(
            lambda name, found: names.append(name) if isinstance(found, h5py.Dataset) else None
        )
        del file[names[0]]
        file.create_dataset(names[0], (10**5, 10**6), "f4", chunks=(10, 10), compression="gzip")
    if suffix == ".keras":
        replaced(path, weights.name, weights.read_bytes())
    with pytest.raises(ModelFileError, match=r"datasets declare 400\.0 GB"):
        open_model(path)


def replaced(path: Path, member: str, content: bytes) -> None:
    """Put other content into an archive, packed by DEFLATE."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**members, member: content}.items():
            archive.writestr(name, data)


@pytest.mark.usefixtures("flat")
@pytest.mark.parametrize("use", [inspect, open_model])
def test_a_bomb_in_the_configuration(use: Callable[[Path], Any], tmp_path: Path) -> None:
    path = saved(chain((3,), layer("Dense", units=2)), tmp_path / "model.keras")
    replaced(path, "config.json", b"[" + b"[]," * 10_000_000 + b"1]")
    with pytest.raises(ModelFileError, match=r"configuration unpacks to 30\.0 MB"):
        use(path)


def nested(depth: int, path: Path) -> Path:
    """Save a model whose configuration has a setting more, so that it is nested so deep."""
    saved(chain((3,), layer("Dense", units=2)), path)
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json")
    # The text in it has brackets that count for nothing.
    deep = b'{"deep":' + b"[" * (depth - 1) + rb'"[[{\"[["' + b"]" * (depth - 1) + b","
    replaced(path, "config.json", deep + config[1:])
    return path


@pytest.mark.parametrize("use", [inspect, open_model])
def test_deep_nesting(use: Callable[[Path], Any], tmp_path: Path) -> None:
    path = nested(MOST_NESTED, tmp_path / "model.keras")
    use(path)
    for depth in (MOST_NESTED + 1, 50_000):
        path = nested(depth, tmp_path / "model.keras")
        with pytest.raises(ModelFileError, match=f"nested {depth:,} levels deep"):
            use(path)


@pytest.mark.usefixtures("flat")
def test_a_bomb_of_weights(tmp_path: Path) -> None:
    path = saved(chain((3,), layer("Dense", units=2)), tmp_path / "model.keras")
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in ("config.json", "metadata.json"):
            archive.writestr(name, members[name])
        with archive.open("model.weights.h5", "w") as file:
            for _ in range(HARMLESS // (1 << 20) + 1):
                file.write(bytes(1 << 20))
    with pytest.raises(ModelFileError, match="archive unpacks to"):
        open_model(path)


def test_a_heap_without_end(tmp_path: Path) -> None:
    path = saved(chain((3,), layer("Dense", units=2)), tmp_path / "model.h5")
    content = bytearray(path.read_bytes())
    at = content.index(b"GCOL") + 16
    content[at : at + 16] = bytes(16)
    path.write_bytes(content)
    # h5py itself never returns.
    for use in (inspect, open_model):
        with pytest.raises(ModelFileError, match="heap"):
            use(path)


def test_what_was_packed_anew_is_read(tmp_path: Path) -> None:
    model = chain((30,), layer("Dense", units=30))
    model.set_weights([np.zeros(weight.shape) for weight in model.weights])
    path = saved(model, tmp_path / "model.keras")
    replaced(path, "note.txt", b"packed by DEFLATE")
    assert isinstance(open_model(path), KerasModel)


def test_memory_is_that_of_this_machine() -> None:
    assert HARMLESS < available_memory() < 1 << 50


@pytest.mark.parametrize("name", ["x" * (LONGEST_NAME + 1), "zero\0byte"])
def test_a_name_that_no_graph_holds(name: str, tmp_path: Path) -> None:
    model = randomized(chain((3,), layer("Dense", units=2)))
    path = edited(
        saved(model, tmp_path / "model.keras"),
        lambda config: config["config"]["layers"][1]["config"].update(name=name),
    )
    with pytest.raises(ModelFileError, match="name") as caught:
        inspect(path)
    assert str(caught.value).isprintable()

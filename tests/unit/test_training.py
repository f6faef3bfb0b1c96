"""The callback that loads epochs while Keras trains."""

import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter import load, load_epochs, training
from queries import NeuronGraph
from queries.errors import (
    GraphError,
    GraphUnavailableError,
    ModelExistsError,
    ModelFileError,
    ParameterError,
    UnsupportedLayerError,
)
from tests.unit.builders import chain, layer, unwirable

X = np.random.default_rng(1).standard_normal((40, 4)).astype(np.float32)
Y = (X.sum(axis=1) > 0).astype(np.float32)


def model(*more: Any) -> Any:
    own = chain(
        (4,),
        layer("Dense", units=3, activation="tanh", name="hidden"),
        layer("Dropout", rate=0.5),
        *more,
        layer("Dense", units=1, name="out"),
    )
    own.compile(optimizer="adam", loss="mse")
    return own


def fitted(own: Any, callbacks: list[Any], epochs: int = 3, **options: Any) -> Any:
    return own.fit(X, Y, epochs=epochs, callbacks=callbacks, verbose=0, **options)


def noted(kernels: list[Any]) -> Any:
    """Return a callback that notes the kernel of each epoch."""
    import keras

    class Noted(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            kernels.append(self.model.get_layer("hidden").get_weights()[0])

    return Noted()


@contextmanager
def told() -> Iterator[list[str]]:
    """Give the warnings of the product within a block; Keras may warn of what it likes."""
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as every:
        warnings.simplefilter("always")
        yield texts
    texts += [str(each.message) for each in every if "not loaded" in str(each.message)]


def names(place: Path) -> list[str]:
    with NeuronGraph(place) as graph:
        return list(graph.models()["name"])


def test_each_epoch_is_loaded_as_it_was(tmp_path: Path) -> None:
    place = tmp_path / "run.lbug"
    kernels: list[Any] = []
    epochs = load_epochs("run", place)
    fitted(model(), [epochs, noted(kernels)])
    assert epochs.loaded == names(place) == ["run@1", "run@2", "run@3"]
    assert epochs.failed == {}
    with NeuronGraph(place) as graph:
        for name, kernel in zip(epochs.loaded, kernels, strict=True):
            weights = graph.adjacency(target="hidden", model=name)["weight"]
            np.testing.assert_array_equal(sorted(weights), sorted(kernel.ravel()))
        changes = graph.history("run").query("layer == 'hidden'")["change"].tolist()
    assert changes[1:] == pytest.approx(
        [np.linalg.norm(b.astype(float) - a) for a, b in pairwise(kernels)]
    )


def test_an_open_length_is_said_before_anything_is_trained(tmp_path: Path) -> None:
    import keras

    read = keras.Input((None, 4), name="series")
    own = keras.Model(read, keras.layers.GlobalAveragePooling1D()(read))
    own = keras.Model(read, keras.layers.Dense(1, name="out")(own.output))
    own.compile(optimizer="adam", loss="mse")
    series = X.reshape(10, 4, 4)
    with pytest.raises(ModelFileError, match=r"epoch 1 of run 'run'.*input_shape=\{'series'"):
        own.fit(series, Y[:10], callbacks=[load_epochs("run", tmp_path / "run.lbug")], verbose=0)
    epochs = load_epochs("run", tmp_path / "run.lbug", input_shape=(3, 4))
    own.fit(series, Y[:10], epochs=2, callbacks=[epochs], verbose=0)
    assert epochs.loaded == ["run@1", "run@2"]
    with NeuronGraph(tmp_path / "run.lbug", model="run@2") as graph:
        assert list(graph.layers()["neurons"]) == [12, 4, 1]


def test_it_tells_what_it_does(tmp_path: Path) -> None:
    place = tmp_path / "run.lbug"
    callback = load_epochs("run", place, every=2)
    shown = f"<EpochLoader of run 'run' in {place}, every 2 epochs"
    assert repr(callback) == f"{shown}: 0 loaded, 0 failed>"
    callback.loaded.append("run@2")
    assert repr(callback) == f"{shown}: 1 loaded, 0 failed>"
    assert "every epoch:" in repr(load_epochs("run", place))


@pytest.mark.parametrize(
    ("every", "epochs", "loaded"),
    [(2, 3, [2, 3]), (2, 2, [2]), (10, 3, [3])],
)
def test_some_epochs_and_the_last_one(
    tmp_path: Path, every: int, epochs: int, loaded: list[int]
) -> None:
    callback = load_epochs("run", tmp_path / "run.lbug", every=every, granularity="channel")
    fitted(model(), [callback], epochs)
    assert callback.loaded == [f"run@{epoch}" for epoch in loaded]
    with NeuronGraph(tmp_path / "run.lbug") as graph:
        assert set(graph.models()["granularity"]) == {"channel"}
        assert graph.history("run", by="l2")["epoch"].unique().tolist() == loaded


def test_a_training_that_stops_early(tmp_path: Path) -> None:
    import keras

    place = tmp_path / "run.lbug"
    stop = keras.callbacks.EarlyStopping("loss", min_delta=1e9)
    callback = load_epochs("run", place, every=10)
    history = fitted(model(), [callback, stop], 9)
    assert callback.loaded == [f"run@{len(history.epoch)}"]
    assert len(history.epoch) < 9


def test_training_goes_on_where_it_was(tmp_path: Path) -> None:
    place, own = tmp_path / "run.lbug", model()
    callback = load_epochs("run", place)
    fitted(own, [callback], 1)
    fitted(own, [callback], 2, initial_epoch=1)
    assert names(place) == ["run@1", "run@2"]


@pytest.mark.slow
def test_the_training_is_the_same_as_without(tmp_path: Path) -> None:
    import keras

    trained = []
    for callbacks in ([], [load_epochs("run", tmp_path / "run.lbug")]):
        keras.utils.set_random_seed(3)
        own = model()
        fitted(own, callbacks)
        # What comes after draws the same numbers as well.
        more = keras.layers.Dense(2)
        more.build((None, 3))
        trained.append([*own.get_weights(), np.asarray(more.kernel)])
    for one, other in zip(*trained, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_an_earlier_run_is_kept_or_removed_wholly(tmp_path: Path) -> None:
    place = tmp_path / "run.lbug"
    kernels: list[Any] = []
    model().save(tmp_path / "other.keras")
    load(tmp_path / "other.keras", place, name="other@7")
    fitted(model(), [load_epochs("run", place)])
    with pytest.raises(ModelExistsError, match=r"'run': run@1, run@2, run@3; say replace=True"):
        fitted(model(), [load_epochs("run", place), noted(kernels)])
    assert kernels == []
    assert names(place) == ["other@7", "run@1", "run@2", "run@3"]
    fitted(model(), [load_epochs("run", place, replace=True, every=2)], 2)
    assert names(place) == ["other@7", "run@2"]


class TestFailures:
    def test_of_an_epoch_are_told_and_end_no_training(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = tmp_path / "run.lbug"
        kernels: list[Any] = []
        own = load

        def failing(*args: Any, name: str, **kwargs: Any) -> Any:
            if name == "run@2":
                raise GraphUnavailableError("the server does not answer")
            return own(*args, name=name, **kwargs)

        monkeypatch.setattr(training, "load", failing)
        callback = load_epochs("run", place)
        with told() as warned:
            fitted(model(), [callback, noted(kernels)])
        reason = "the server does not answer"
        assert warned == [f"'run@2' was not loaded, and the training goes on: {reason}"]
        assert len(kernels) == 3
        assert callback.loaded == names(place) == ["run@1", "run@3"]
        assert list(callback.failed) == ["run@2"]

    def test_of_the_last_epoch_are_tried_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        own = load
        tried: list[str] = []

        def failing(*args: Any, name: str, **kwargs: Any) -> Any:
            tried.append(name)
            if tried.count(name) == 1:
                raise OSError(28, "No space left on device")
            return own(*args, name=name, **kwargs)

        monkeypatch.setattr(training, "load", failing)
        callback = load_epochs("run", tmp_path / "run.lbug", every=2)
        with told() as warned:
            fitted(model(), [callback], 2)
        assert len(warned) == 1
        assert "No space left" in warned[0]
        assert callback.loaded == ["run@2"]
        assert callback.failed == {}

    def test_of_a_model_that_cannot_be_loaded_come_before_it_is_trained(
        self, tmp_path: Path
    ) -> None:
        kernels: list[Any] = []
        place = tmp_path / "run.lbug"
        own = model(layer("Reshape", target_shape=(3, 1)), unwirable(), layer("Flatten"))
        with pytest.raises(UnsupportedLayerError):
            fitted(own, [load_epochs("run", place), noted(kernels)])
        assert kernels == []
        assert not place.exists()

    def test_name_the_epoch_and_not_the_model(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failing(model: Any, *_: Any, **__: Any) -> Any:
            raise ModelFileError(f"model {model.name!r} in memory: it is damaged")

        epochs = load_epochs("run", tmp_path / "run.lbug")
        monkeypatch.setattr(training, "load", failing)
        with told() as warned:
            fitted(model(), [epochs], 1)
        assert set(warned) == {
            "'run@1' was not loaded, and the training goes on: epoch 1 of run 'run': it is damaged"
        }
        monkeypatch.setattr(training, "inspect", failing)
        with pytest.raises(ModelFileError, match=r"^epoch 3 of run 'run': it is damaged$"):
            fitted(model(), [epochs], 3, initial_epoch=2)

    def test_of_arguments(self, tmp_path: Path) -> None:
        place = tmp_path / "run.lbug"
        for wrong in ({"every": 0}, {"every": 1.5}, {"granularity": "kernel"}):
            with pytest.raises(ParameterError):
                load_epochs("run", place, **wrong)
        with pytest.raises(ParameterError, match="name"):
            load_epochs("run\n", place)
        with pytest.raises(GraphError, match="is a model file"):
            load_epochs("run", tmp_path / "run.keras")


def test_keras_is_imported_when_the_callback_is_made() -> None:
    code = "import sys; from exporter import load_epochs; assert 'keras' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)

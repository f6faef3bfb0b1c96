"""Models in memory: their graphs are those of their files, and they stay as they are."""

import random
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from exporter import inspect, load, verify
from queries import NeuronGraph
from queries.errors import (
    GraphError,
    ModelExistsError,
    ModelFileError,
    ParameterError,
    UnsupportedLayerError,
    VerificationError,
)
from tests.unit.builders import chain, layer, randomized


def functional() -> Any:
    """Return a model with a layer that is called twice, and a model within it."""
    import keras
    from keras import layers

    given = keras.Input((6, 6, 2), name="picture")
    found = layers.Conv2D(3, 3, activation="relu", name="find")(given)
    found = layers.BatchNormalization(name="settle")(found)
    shared = layers.Dense(3, name="shared")
    flat = layers.Flatten(name="flat")(shared(shared(found)))
    inner = keras.Sequential(
        [keras.Input((48,)), layers.Dense(4, name="a"), layers.Dense(4, name="b")], name="inner"
    )
    left, right = inner(flat), layers.Dense(4, name="right")(flat)
    said = layers.Dense(2, name="say")(layers.Dropout(0.5, name="drop")(left) * right)
    return randomized(keras.Model(given, said, name="functional"))


def frozen() -> Any:
    model = functional()
    model.name = "frozen"
    model.layers[2].trainable = False
    return model


def sequential() -> Any:
    model = chain((5,), layer("Dense", units=3, activation="tanh"), layer("Dense", units=2))
    model.name = "sequential"
    return model


def half() -> Any:
    import keras

    made = [keras.layers.Dense(3, dtype="mixed_float16"), keras.layers.Dense(2, dtype="bfloat16")]
    return randomized(keras.Sequential([keras.Input((4,)), *made], name="half"))


def recurrent() -> Any:
    import keras

    both = keras.layers.Bidirectional(keras.layers.GRU(2, name="rnn"), name="both")
    return randomized(keras.Sequential([keras.Input((3, 2)), both], name="recurrent"))


MODELS: tuple[Callable[[], Any], ...] = (functional, frozen, sequential, half, recurrent)


def own_model() -> Any:
    """Return a model of a class that is not registered, of layers of another."""
    import keras

    class Twice(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self, units: int, **settings: Any) -> None:
            super().__init__(**settings)
            self.units = units
            self.first, self.second = keras.layers.Dense(units), keras.layers.Dense(units)

        def build(self, shape: Any) -> None:
            self.first.build(shape)
            self.second.build((*shape[:-1], self.units))

        def call(self, values: Any) -> Any:
            return self.second(keras.ops.relu(self.first(values)))

    class Net(keras.Model):  # type: ignore[misc]
        def __init__(self, units: int = 3, **settings: Any) -> None:
            super().__init__(**settings)
            self.body, self.head = Twice(units), keras.layers.Dense(2, name="head")
            self.rest = keras.layers.Dropout(0.5)

        def call(self, values: Any, training: bool = False) -> Any:
            return self.head(self.rest(self.body(values), training=training)) + 1.0

    model = Net(name="own")
    model(np.zeros((1, 4), np.float32))
    return randomized(model)


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_the_graph_is_that_of_the_file(make: Callable[[], Any], tmp_path: Path) -> None:
    model, graph = make(), tmp_path / "graph.lbug"
    model.save(tmp_path / "file.keras")
    live = load(model, graph, progress=False)
    saved = load(tmp_path / "file.keras", graph, progress=False)
    assert live.model == model.name
    assert (live.layers, live.checksums) == (saved.layers, saved.checksums)
    assert live.half_precisions == saved.half_precisions
    assert verify(model, graph, progress=False).passed
    assert inspect(model).frame.equals(inspect(tmp_path / "file.keras").frame)
    with NeuronGraph(model) as asked, NeuronGraph(tmp_path / "file.keras") as other:
        assert asked.location == f"model {model.name!r} in memory"
        assert asked.strength().equals(other.strength())
        assert asked.layers()["neuron_checksum"].equals(other.layers()["neuron_checksum"])
    with NeuronGraph(graph) as held:
        row = held.models().set_index("name").loc[model.name]
    assert row["source"].startswith("Keras ")
    assert row["source"].endswith(", in memory")


def test_a_model_of_its_own_class(tmp_path: Path) -> None:
    model, graph = own_model(), tmp_path / "graph.lbug"
    report = load(model, graph, progress=False)
    assert report.layers[-2:] == ("head", "add")
    assert verify(model, graph, progress=False).passed
    kernels = {
        "body/first": model.body.first.kernel,
        "body/second": model.body.second.kernel,
        "head": model.head.kernel,
    }
    with NeuronGraph(graph) as asked:
        for name, kernel in kernels.items():
            weights = np.sort(asked.edges(target=name)["weight"].to_numpy())
            assert np.array_equal(weights, np.sort(np.ravel(kernel.numpy())))


def state(model: Any) -> dict[str, Any]:
    """Return all that somebody can see of a model."""
    every = [model, *model._flatten_layers(include_self=False)]
    return {
        "attributes": [sorted(vars(each)) for each in every],
        "nodes": [len(each._inbound_nodes) for each in every],
        "names": [each.name for each in every],
        "trainable": [(each.trainable, each.built) for each in every],
        "losses": [len(each._losses) for each in every],
        "variables": [id(variable) for variable in model.variables],
        "values": [variable.numpy().tolist() for variable in model.variables],
        "optimizer": id(model.optimizer),
        "random": random.getstate(),
    }


@pytest.mark.parametrize("make", [functional, own_model], ids=lambda make: make.__name__)
def test_the_model_stays_as_it_is(make: Callable[[], Any], tmp_path: Path) -> None:
    import keras

    model = make()
    model.compile("adam", "mse")
    batch = np.ones((2, 6, 6, 2) if make is functional else (2, 4), np.float32)
    said = model.predict_on_batch(batch)
    number = int(f"0{keras.layers.Dense(1).name.removeprefix('dense').removeprefix('_')}")
    before = state(model)
    load(model, tmp_path / "graph.lbug", progress=False)
    inspect(model)
    assert verify(model, tmp_path / "graph.lbug", progress=False).passed
    with NeuronGraph(model) as graph:
        graph.strength()
    assert state(model) == before
    assert np.array_equal(model.predict_on_batch(batch), said)
    assert keras.layers.Dense(1).name == f"dense_{number + 1}"


def test_a_model_is_known_again(tmp_path: Path) -> None:
    import keras

    model, graph = functional(), tmp_path / "graph.lbug"
    first = load(model, graph, name="run", progress=False)
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    copy.name, copy.trainable = "copy", False
    # The same weights and layers are the same model, whoever holds it.
    assert verify(copy, graph, name="run", progress=False).passed
    again = load(copy, graph, name="run", resume=True, progress=False)
    assert (again.resumed, again.checksums) == (first.edges, first.checksums)
    model.layers[-1].kernel.assign_add(np.ones((4, 2)))
    with pytest.raises(VerificationError, match="another model than model 'functional' in memory"):
        verify(model, graph, name="run", progress=False)
    with pytest.raises(ModelExistsError, match="nothing to go on with"):
        load(model, graph, name="run", resume=True, progress=False)
    assert (
        load(model, graph, name="run", replace=True, progress=False).checksums["say"]
        != (first.checksums["say"])
    )
    assert verify(model, graph, name="run", progress=False).passed


def test_a_training_may_go_on(tmp_path: Path) -> None:
    model = chain((5,), layer("Dense", units=30, activation="tanh"), layer("Dense", units=2))
    model.compile("sgd", "mse")
    random_numbers = np.random.default_rng(0)
    x, y = random_numbers.normal(size=(64, 5)), random_numbers.normal(size=(64, 2))
    model.fit(x, y, verbose=0)
    stop = False

    def train() -> None:
        while not stop:
            model.train_on_batch(x, y)

    training = Thread(target=train)
    training.start()
    try:
        with NeuronGraph(model) as graph:
            kernel = graph.edges()["weight"].to_numpy()
            # What is asked is a copy, which the training does not change.
            assert np.array_equal(kernel, graph.edges()["weight"].to_numpy())
        load(model, tmp_path / "graph.lbug", progress=False)
    finally:
        stop = True
        training.join()
    assert np.isfinite(model.predict_on_batch(x)).all()


def test_a_copy_that_computes_something_else_is_no_proof(tmp_path: Path) -> None:
    import keras

    class Scaled(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self, factor: float = 1.0, **settings: Any) -> None:
            super().__init__(**settings)
            self.factor = factor

        def get_config(self) -> dict[str, Any]:
            # It forgets the factor.
            return {"name": self.name}

        def call(self, values: Any) -> Any:
            return values * self.factor

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), Scaled(3.0)], name="bad")
    load(model, tmp_path / "graph.lbug", progress=False)
    assert not verify(model, tmp_path / "graph.lbug", progress=False).passed


def test_numbers_that_are_not_finite_are_counted() -> None:
    model = sequential()
    kernel = model.layers[0].kernel.numpy()
    kernel[0, 1] = np.nan
    model.layers[0].kernel.assign(kernel)
    assert inspect(model).frame["not_finite_weights"].sum() == 1


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    import keras

    class Closed(keras.Model):  # type: ignore[misc]
        def __init__(self, body: Any) -> None:
            super().__init__(name="closed")
            self.body = body

        def call(self, values: Any) -> Any:
            return self.body(values)

    never = keras.Sequential([keras.layers.Dense(2)], name="never")
    for ask in (inspect, lambda model: load(model, tmp_path / "graph.lbug")):
        with pytest.raises(ModelFileError, match=r"^model 'never' in memory: .*call it once"):
            ask(never)
    closed = Closed(keras.layers.Dense(2))
    closed(np.zeros((1, 3), np.float32))
    with pytest.raises(ModelFileError, match=r"^model 'closed' in memory: .*get_config\(\)"):
        inspect(closed)
    squared = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: x)], name="own")
    with pytest.raises(UnsupportedLayerError, match=r"^model 'own' in memory: 1 layer cannot"):
        inspect(squared)
    with pytest.raises(ParameterError, match="each process opens the model from a file"):
        load(sequential(), f"{tmp_path}/files/", dask="local", progress=False)
    with pytest.raises(ParameterError, match="dask: many processes pass over a model file"):
        NeuronGraph(sequential(), dask="local")
    with pytest.raises(GraphError, match="is a model in memory, which can be asked as it is"):
        load(sequential(), functional())
    assert not list(tmp_path.iterdir())


def test_an_open_axis_is_closed(tmp_path: Path) -> None:
    model = chain((None, 3), layer("Dense", units=2), layer("GlobalAveragePooling1D"))
    with pytest.raises(ModelFileError, match=r"in memory: .*open shape"):
        inspect(model)
    load(model, tmp_path / "graph.lbug", input_shape=(4, 3), progress=False)
    assert verify(model, tmp_path / "graph.lbug", progress=False).passed
    with NeuronGraph(model, input_shape=(4, 3)) as graph:
        assert len(graph.neurons()) == 4 * 3 + 4 * 2 + 2
        assert "saved page" in repr(graph.view(live=False))

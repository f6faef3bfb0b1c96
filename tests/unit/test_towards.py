"""What a text names as a target, and what it does not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from queries import NeuronGraph
from queries.errors import LayerNotFoundError, ParameterError
from tests.unit.builders import randomized

X = np.array([[0.5, -1.0, 2.0]])


@pytest.fixture(scope="module")
def graph() -> Iterator[NeuronGraph]:
    """Give a model with two outputs, of which the names have a minus."""
    import keras

    layers = keras.layers
    given = keras.Input((3,), name="in-put")
    hidden = layers.Dense(3, activation="relu", name="hid-den")(given)
    outs = [layers.Dense(2, name="a-b")(hidden), layers.Dense(1, name="b")(hidden)]
    with NeuronGraph(randomized(keras.Model(given, outs))) as opened:
        yield opened


def target(graph: NeuronGraph, text: str) -> tuple[str, float]:
    """Return what a target is called, and its value: what begins at inputs and biases."""
    frame = graph.attribution(X, towards=text)
    given = frame["layer"] == "in-put"
    total = frame.loc[given, "attribution"].sum() + frame["bias_part"].sum()
    return str(frame["towards"].iloc[0]), float(total)


def test_a_neuron_or_the_difference_of_two(graph: NeuronGraph) -> None:
    said = graph.activations(X).set_index("name")["pre_activation"]
    for text, value in {
        "a-b[1]": said["a-b[1]"],
        " a-b[1] - a-b[0] ": said["a-b[1]"] - said["a-b[0]"],
        "a-b[0]-b": said["a-b[0]"] - said["b[0]"],
        "b-hid-den[2]": said["b[0]"] - said["hid-den[2]"],
        "in-put[1]": -1.0,
    }.items():
        assert target(graph, text)[1] == pytest.approx(value, rel=1e-5)
    assert target(graph, "a-b[0]-b")[0] == "a-b[0]-b[0]"


def test_of_two_outputs_none_is_meant_by_itself(graph: NeuronGraph) -> None:
    with pytest.raises(
        ParameterError, match=r"towards is missing: .* has 2 outputs, b, a-b; name a"
    ):
        graph.attribution(X)


@pytest.mark.parametrize("text", ["a-c[1]", "nobody", "-", "a-b[1]-nobody[0]", "a-b[1]--b"])
def test_what_is_no_neuron(graph: NeuronGraph, text: str) -> None:
    with pytest.raises((LayerNotFoundError, ParameterError)):
        graph.attribution(X, towards=text)


def test_zeros_and_constant_outputs_have_attributions(graph: NeuronGraph) -> None:
    frame = graph.attribution(0 * X, towards="b[0]", rule="ig", steps=0)
    assert (frame["attribution"] == 0).all()
    frame = graph.conservation(0 * X, towards="hid-den[0]", slope="rescale")
    assert frame[["local", "flow", "cut"]].to_numpy().max() == 0


def test_inputs_of_a_model_of_onnx_begin_nothing(shared_file: Callable[[str], Path]) -> None:
    with NeuronGraph(shared_file("digits_keras_export.onnx")) as opened:
        x = np.linspace(0, 1, 64).reshape(1, 8, 8, 1)
        frame = opened.conservation(x, slope="rescale")
        assert frame[["local", "flow", "cut"]].to_numpy().max() == 0
        assert opened.attribution(x, "input_layer")["bias_part"].abs().max() == 0

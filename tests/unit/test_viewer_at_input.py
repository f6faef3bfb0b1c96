"""What the viewer shows at an input: the input itself, the answer, the circuit and the pick."""

import base64
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers
from PIL import Image

from queries.core.model_input import ModelInput
from queries.errors import ParameterError
from queries.viewer import samples as page_samples
from queries.viewer.at_input import circuit as circuits
from queries.viewer.at_input.answer import InputLayer
from queries.viewer.at_input.input_html import input_html
from queries.viewer.lines import circuit_lines
from queries.viewer.page_graph import PageGraph
from queries.viewer.save import standalone
from queries.viewer.scene import Scene, complete
from queries.viewer.view import View

PICTURES = np.random.default_rng(4).random((3, 5, 4, 3))


@pytest.fixture(scope="module")
def convolved() -> keras.Model:
    """Give a model of pictures in colour whose last layer is a softmax."""
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((5, 4, 3), name="picture"),
            layers.Conv2D(4, 2, activation="relu", name="maps"),
            layers.Flatten(),
            layers.Dense(3, activation="softmax", name="classes"),
        ]
    )


@pytest.fixture(scope="module")
def graph(convolved: keras.Model) -> Iterator[PageGraph]:
    with opened(convolved, PICTURES) as found:
        yield found


def opened(model: keras.Model, samples: Any) -> PageGraph:
    """Return the graph of a page at some inputs, which are read."""
    graph = PageGraph(model, model_input=samples)
    graph.samples.of(graph.page_model().model)
    return graph


def scene(graph: PageGraph, **changes: Any) -> Scene:
    """Return what a page shows at first, but for some changes."""
    return complete(graph, replace(graph.samples.first(View(graph.page_model().name)), **changes))


def neurons(values: np.ndarray, *axes: str) -> pd.DataFrame:
    """Return the neurons of an input layer, and what it gets."""
    places = np.indices(values.shape).reshape(values.ndim, -1)
    frame = pd.DataFrame(dict.fromkeys(("channel", "x", "y", "z"), pd.NA), index=range(values.size))
    for axis, place in zip(axes, places, strict=True):
        frame[axis] = place
    return frame.astype("Int64").assign(value=values.ravel())


def pixels(html: str) -> list[np.ndarray]:
    """Return the images of a page."""
    found = re.findall(r"base64,([^']*)'", html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(each)))) for each in found]


class TestInput:
    def test_three_channels_are_colours(self) -> None:
        bytes_ = np.random.default_rng(0).integers(0, 256, (3, 4, 3))
        layer = InputLayer("in", neurons(bytes_ / 255, "y", "x", "channel"), tokens=False)
        (image,) = pixels(input_html(layer, "a.png"))
        assert image.tolist() == bytes_.tolist()

    def test_other_channels_are_in_grey(self) -> None:
        values = np.linspace(-2, 3, 24).reshape(2, 3, 4)
        layer = InputLayer("in", neurons(values, "y", "x", "channel"), tokens=False)
        html = input_html(layer, "a")
        images = pixels(html)
        assert [image.shape for image in images] == [(2, 3)] * 4
        level = np.round((values + 2) / 5 * 255)
        assert np.stack(images, axis=-1).tolist() == level.tolist()
        assert "-2 is black, 3 white" in html

    def test_time_runs_to_the_right(self) -> None:
        values = np.array([[0.0, 1.0], [0.2, 0.4], [0.6, 0.8]])
        layer = InputLayer("in", neurons(values, "x", "channel"), tokens=False)
        (image,) = pixels(input_html(layer, "a"))
        assert image.tolist() == np.round(255 * values.T).tolist()

    def test_constant_values_are_an_image(self) -> None:
        layer = InputLayer("in", neurons(np.full((2, 2, 1), 300.0), "y", "x", "channel"), False)
        (image,) = pixels(input_html(layer, "a"))
        assert len(np.unique(image)) == 1

    def test_numbers_are_bars(self) -> None:
        values = np.array([-1.0, 0.0, 3.0])
        layer = InputLayer("in", neurons(values, "channel"), tokens=False)
        html = input_html(layer, "<b>'&")
        assert "aria-label='input &lt;b&gt;&#x27;&amp;: 3 numbers from -1 to 3'" in html
        found = re.findall(r"<rect x='.*?' y='(.*?)' width='.*?' height='(.*?)'", html)
        bars = [(float(top), float(height)) for top, height in found]
        zero = bars[1][0]
        assert bars[0][0] == pytest.approx(zero)
        assert sum(bars[2]) == pytest.approx(zero)
        assert bars[2][1] == pytest.approx(3 * bars[0][1], abs=0.02)

    def test_tokens_are_numbers(self) -> None:
        layer = InputLayer("in", neurons(np.array([3.0, 0.0, 12.0]), "channel"), tokens=True)
        assert "tokens 3 0 12<" in input_html(layer, "a")


class TestSamples:
    def test_without_any_there_is_no_colour_of_one(self, convolved: keras.Model) -> None:
        with PageGraph(convolved) as graph:
            found = complete(graph, View(graph.page_model().name, color="activation"))
        assert found.answer is None
        assert found.circuit is None
        assert found.shades is None
        ((_, problem),) = found.problems
        assert "there is no input" in problem

    def test_too_many_are_refused(
        self, convolved: keras.Model, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(page_samples, "MOST_INPUTS", 2)
        with pytest.raises(ParameterError, match="3 samples, and a page shows 2 at most"):
            opened(convolved, PICTURES)

    def test_of_two_the_second_is_beside(self, graph: PageGraph, convolved: keras.Model) -> None:
        assert graph.samples.first(View("m")).beside == ""
        with opened(convolved, PICTURES[:2]) as two:
            assert two.samples.first(View("m")) == View(
                "m", color="activation", input="0", beside="1"
            )

    def test_one_that_is_not_there_is_a_problem(self, graph: PageGraph) -> None:
        found = scene(graph, input="7")
        assert found.answer is None
        assert ("", "there is no input '7'; choose another one") in found.problems


class TestScene:
    def test_answer_is_that_of_keras(self, graph: PageGraph, convolved: keras.Model) -> None:
        found = scene(graph, input="2")
        wanted = convolved.predict(PICTURES[2:], verbose=0)[0]
        assert found.answer is not None
        best = np.argsort(-wanted)
        assert found.answer.outputs["name"].tolist() == [f"classes[{each}]" for each in best]
        assert found.answer.outputs["value"].to_numpy() == pytest.approx(wanted[best], rel=1e-5)
        assert found.answer.names == ("0", "1", "2")

    @pytest.mark.parametrize("level", ["channel", "neuron"])
    def test_circuit_is_that_of_the_query(self, graph: PageGraph, level: str) -> None:
        shares: dict[str, Any] = {"node_share": 0.6, "edge_share": 0.9}
        found = scene(graph, level=level, towards="classes[1]", **shares)
        circuit = found.circuit
        assert circuit is not None
        given = ModelInput(PICTURES[:1])
        asked: dict[str, Any] = {"towards": "classes[1]", "level": level, **shares}
        wanted = graph.circuit(given, **asked)
        nodes = graph.circuit_nodes(given, **asked)
        names = wanted["source_name"] + " " + wanted["target_name"]
        drawn = circuit.edges["from"] + " " + circuit.edges["to"]
        assert dict(zip(drawn, circuit.edges["attribution"], strict=True)) == pytest.approx(
            dict(zip(names, wanted["attribution"], strict=True))
        )
        assert len(np.unique(circuit.node[circuit.within])) == len(nodes)
        told = dict(circuit.numbers)
        assert told["nodes"].startswith(f"{len(nodes)} of ")
        assert told["relationships"].startswith(f"{len(wanted)} of ")

    def test_lines_join_the_middles_of_channels(self, graph: PageGraph) -> None:
        found = scene(graph)
        assert found.circuit is not None
        lines = circuit_lines(found.circuit, found.layout).set_index("names")
        edge = found.circuit.edges.iloc[0]
        line = lines.loc[f"{edge['from']} to {edge['to']}"]
        for end, name in (("0", edge["from"]), ("1", edge["to"])):
            own = graph.neurons(name)["id"].to_numpy() - found.model.first
            assert line[f"x{end}"] == pytest.approx(found.layout.x[own].mean())
            assert line[f"y{end}"] == pytest.approx(found.layout.y[own].mean())
        assert lines["width"].max() == pytest.approx(4.3)

    def test_of_many_relationships_the_largest_are_drawn(
        self, graph: PageGraph, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        every = scene(graph).circuit
        monkeypatch.setattr(circuits, "MOST_DRAWN", 3)
        some = scene(graph, node_share=0.81).circuit
        assert every is not None
        assert some is not None
        assert dict(some.numbers)["drawn"] == "the 3 largest"
        largest = every.edges["attribution"].abs().nlargest(3).tolist()
        assert some.edges["attribution"].abs().tolist() == pytest.approx(largest)

    def test_colours_of_two_inputs_have_one_scale(self, graph: PageGraph) -> None:
        for color in ("activation", "attribution"):
            found = scene(graph, color=color, beside="1")
            assert found.shades is not None
            assert found.other is not None
            assert found.other.shades is not None
            assert found.shades.ends == found.other.shades.ends
            assert found.titles == ("0", "1")

    def test_difference_is_that_of_the_activations(
        self, graph: PageGraph, convolved: keras.Model
    ) -> None:
        found = scene(graph, color="difference", beside="1")
        assert found.shades is not None
        first, second = convolved.predict(PICTURES[:2], verbose=0)
        last = found.shades.scores[-3:]
        assert last == pytest.approx(first - second, abs=1e-6)
        assert ("", "choose an input beside, to colour by difference") in scene(
            graph, color="difference"
        ).problems

    def test_contributions_of_a_pick_add_up_to_its_sum(
        self, graph: PageGraph, convolved: keras.Model
    ) -> None:
        found = scene(graph, pick="classes[2]", lines=100)
        assert found.facts is not None
        told = dict(found.facts.numbers)
        bias = convolved.get_layer("classes").bias[2]
        total = found.facts.inputs["weight"].sum() + float(bias)
        assert total == pytest.approx(float(told["pre-activation"]), rel=1e-3)

    def test_attributions_of_a_channel_add_up_to_its_own(self, graph: PageGraph) -> None:
        found = scene(graph, color="attribution", pick="maps[1]", lines=100)
        assert found.facts is not None
        told = dict(found.facts.numbers)
        assert found.facts.outputs["weight"].sum() == pytest.approx(
            float(told["attribution"]), rel=1e-3
        )

    def test_paths_are_those_at_the_input(self, graph: PageGraph) -> None:
        found = scene(graph, source="picture", target="classes[0]", input="1")
        given = ModelInput(PICTURES[1:2])
        wanted = graph.strongest_paths("picture", "classes[0]", k=3, input=given)
        assert found.paths is not None
        assert found.paths["strength"].tolist() == pytest.approx(wanted["strength"].tolist())
        assert found.paths["name"].tolist() == wanted["name"].tolist()

    @pytest.mark.parametrize("level", ["channel", "off"])
    def test_a_saved_page_tells_shares_where_a_circuit_is_drawn(
        self, graph: PageGraph, level: str
    ) -> None:
        found = scene(graph, level=level)
        drawn = level != "off"
        assert (found.circuit is not None) == drawn
        assert ("Saved with a share of nodes of 0.8" in standalone(graph, found.view)) == drawn


class TestModels:
    def test_a_sequence_of_tokens(self) -> None:
        tokens = keras.Input((4,), dtype="int32")
        states = layers.LSTM(2)(layers.Embedding(6, 3)(tokens))
        with opened(keras.Model(tokens, layers.Dense(2)(states)), [[1, 5, 0, 3]]) as graph:
            found = scene(graph)
            page = standalone(graph, found.view)
        assert found.problems == ()
        assert found.circuit is not None
        assert found.answer is not None
        assert found.answer.inputs[0].tokens
        assert "tokens 1 5 0 3" in page

    def test_of_several_outputs_one_must_be_named(self) -> None:
        one, two = keras.Input((3,), name="one"), keras.Input((2,), name="two")
        joined = layers.Concatenate()([one, two])
        outputs = [layers.Dense(2, name=name)(joined) for name in ("left", "right")]
        given = {"one": np.ones((1, 3)), "two": np.ones((1, 2))}
        with opened(keras.Model([one, two], outputs), given) as graph:
            found, chosen = scene(graph), scene(graph, towards="right[1]")
        assert found.answer is not None
        assert [layer.name for layer in found.answer.inputs] == ["one", "two"]
        assert len(found.answer.outputs) == 4
        ((control, problem),) = found.problems
        assert control == "towards"
        assert "name a neuron" in problem
        assert chosen.problems == ()
        assert chosen.circuit is not None
        assert chosen.circuit.towards == "right[1]"

    def test_an_input_of_zeros_has_a_circuit(self, convolved: keras.Model) -> None:
        with opened(convolved, np.zeros((1, 5, 4, 3))) as graph:
            found = scene(graph)
        assert found.problems == ()
        assert found.circuit is not None
        assert found.circuit.edges.empty


class TestAddress:
    def test_keeps_shares_and_level_within_bounds(self) -> None:
        given = {"node_share": [b"7"], "edge_share": [b"nan"], "level": [b"layer"]}
        assert View.of_arguments(given, "m") == View("m", node_share=1.0)

"""Where the viewer draws neurons, which measures it offers, and what its addresses say."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.core.layer import Layer
from queries.errors import ParameterError
from queries.viewer.class_labels import class_labels
from queries.viewer.class_names import ClassNames, class_names_of, read_class_names
from queries.viewer.column import Box
from queries.viewer.labels import labels_of
from queries.viewer.layer_facts import layer_facts
from queries.viewer.layout import Layout, arrange
from queries.viewer.lines import strongest_lines
from queries.viewer.measures import measures
from queries.viewer.names import middle_shortened, neuron_shortened
from queries.viewer.shades import shades_of
from queries.viewer.tables import CUT, table
from queries.viewer.tiles import HEIGHT, WIDTH
from queries.viewer.view import MOST_LINES, MOST_PATHS, View
from queries.viewer.walk import ARROWS, walked

Shape = tuple[int, int, int] | tuple[int, int] | tuple[int]


def model(shapes: list[Shape]) -> tuple[list[Layer], pd.DataFrame]:
    """Return layers of some shapes in a row, and their neurons in Keras's order."""
    layers: list[Layer] = []
    frames: list[pd.DataFrame] = []
    first = 0
    for index, shape in enumerate(shapes):
        places = np.indices(shape).reshape(len(shape), -1)
        if len(shape) == 1:
            axes = {"channel": places[0], "x": pd.NA, "y": pd.NA}
        elif len(shape) == len(("x", "channel")):
            axes = {"channel": places[1], "x": places[0], "y": pd.NA}
        else:
            axes = {"channel": places[2], "x": places[1], "y": places[0]}
        count = places.shape[1]
        frame = pd.DataFrame({"id": np.arange(first, first + count), **axes, "z": pd.NA})
        frames.append(frame.astype("Int64"))
        inputs = (index - 1,) if index else ()
        last = first + count - 1
        name = f"layer_{index}"
        layers.append(Layer(index, name, "Conv2D", shape, None, {}, "sum", first, last, 0, inputs))
        first += count
    return layers, pd.concat(frames, ignore_index=True)


def arranged(shapes: list[Shape], most: int = 1 << 18) -> tuple[pd.DataFrame, Layout]:
    """Place all neurons of a model."""
    layers, neurons = model(shapes)
    return neurons, arrange(layers, neurons, np.ones(len(neurons), dtype=bool), most)


maps = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 40))
sequences = st.tuples(st.integers(1, 40), st.integers(1, 40))
shapes = st.lists(
    st.one_of(maps, sequences, st.tuples(st.integers(1, 300))), min_size=1, max_size=5
)


class TestLayout:
    @settings(deadline=None)
    @given(shapes)
    def test_each_neuron_is_found_where_it_is(self, shapes: list[Shape]) -> None:
        neurons, layout = arranged(shapes)
        for column in layout.columns:
            for neuron in column.neurons.tolist():
                assert column.at(layout.x[neuron], layout.y[neuron]) == neuron
        drawn = np.concatenate([column.neurons for column in layout.columns])
        assert drawn.tolist() == neurons["id"].tolist()

    @settings(deadline=None)
    @given(shapes)
    def test_all_is_in_the_picture_and_columns_stand_apart(self, shapes: list[Shape]) -> None:
        columns = arranged(shapes)[1].columns
        edges = [edge for column in columns for edge in (column.left, column.left + column.width)]
        assert edges == sorted(edges)
        assert edges[0] >= -1e-6
        assert edges[-1] <= WIDTH + 1e-6
        assert all(-1e-6 <= each.top <= HEIGHT - each.height + 1e-6 for each in columns)

    def test_a_tile_has_its_neurons_at_x_and_y(self) -> None:
        neurons, layout = arranged([(4, 6, 3)])
        for _, tile in neurons.groupby("channel"):
            x, y = layout.x[tile["id"]], layout.y[tile["id"]]
            cell = (x.max() - x.min()) / 5
            assert (x - x.min()) / cell == pytest.approx(tile["x"].to_numpy(float))
            assert (y - y.min()) / cell == pytest.approx(tile["y"].to_numpy(float))

    @pytest.mark.parametrize("layers", [1, 60])
    @pytest.mark.parametrize("features", [3, 64])
    def test_of_a_sequence_each_time_is_a_column(self, layers: int, features: int) -> None:
        neurons, layout = arranged([(6, features)] * layers)
        own = neurons.iloc[: 6 * features]
        place = pd.DataFrame({"x": layout.x, "y": layout.y}).iloc[: len(own)].round(6)
        assert place["x"].groupby(own["x"].to_numpy(int)).nunique().tolist() == [1] * 6
        assert place["y"].groupby(own["channel"].to_numpy(int)).nunique().eq(1).all()
        assert place["x"].unique().tolist() == sorted(place["x"].unique())
        assert layout.columns[0].height == min(HEIGHT, 26 * features)

    def test_a_big_layer_shows_the_mean_of_each_channel(self) -> None:
        neurons, layout = arranged([(8, 8, 5), (10,)], most=100)
        big, small = layout.columns
        assert (big.kind, small.kind) == ("channel", "strip")
        scores = np.random.default_rng(0).normal(size=len(neurons))
        means = pd.Series(scores[:320]).groupby(neurons["channel"][:320].to_numpy()).mean()
        assert big.mark_means(scores) == pytest.approx(means.to_numpy())

    def test_near_by_it_shows_neurons(self) -> None:
        neurons, layout = arranged([(8, 8, 5), (10,)], most=100)
        of_tile = neurons.query("channel == 2 and id < 320")["id"].to_numpy()
        x, y = layout.x[of_tile], layout.y[of_tile]
        near = layout.columns[0].near(Box(x.min(), x.max(), y.min(), y.max()), 200)
        assert near is not None
        assert near.neurons.tolist() == of_tile.tolist()
        assert all(
            near.at(layout.x[each], layout.y[each]) == each for each in near.neurons.tolist()
        )
        assert layout.columns[0].near(Box(0, WIDTH, 0, HEIGHT), 200) is None

    def test_what_is_not_shown_has_no_place(self) -> None:
        layers, neurons = model([(4, 4, 3), (5,)])
        shown = (neurons["channel"] == 1).to_numpy(bool)
        layout = arrange(layers, neurons, shown, 1 << 18)
        assert np.isnan(layout.x).tolist() == (~shown).tolist()


class TestView:
    @settings(deadline=None)
    @given(
        st.builds(
            View,
            model=st.text(),
            color=st.text(),
            layers=st.lists(st.text(min_size=1)).map(tuple),
            pick=st.text(),
            min_weight=st.floats(0, 1e6),
            lines=st.integers(0, MOST_LINES),
            k=st.integers(1, MOST_PATHS),
        )
    )
    def test_an_address_says_it_all(self, view: View) -> None:
        texts = parse_qs(view.query, keep_blank_values=True, errors="surrogatepass")
        assert View.of_arguments(encoded(texts), "other") == view

    @pytest.mark.parametrize(
        "query", ["k=many", "k=-1", "min_weight=nan", "min_weight=-1", "by=x", "nothing=1"]
    )
    def test_what_is_wrong_is_left_out(self, query: str) -> None:
        assert View.of_arguments(encoded(parse_qs(query)), "digits") == View("digits")

    def test_there_are_limits(self) -> None:
        view = View.of_arguments({"k": [b"1000000"], "lines": [b"1000000"]}, "digits")
        assert (view.k, view.lines) == (MOST_PATHS, MOST_LINES)

    def test_is_coloured_by_a_measure_or_a_property(self) -> None:
        colors = ("katz", "field", "mine", "property:katz", "property:field")
        named = [View("digits", color=color).written for color in colors]
        assert named == [None, None, "mine", "katz", "field"]


def encoded(texts: Mapping[str, list[str]]) -> dict[str, list[bytes]]:
    """Return arguments as Tornado has them."""
    return {name: [text.encode() for text in each] for name, each in texts.items()}


def test_measures_are_those_of_the_library() -> None:
    expected = {"bias", "in_strength", "out_strength", "in_degree", "out_degree", "degree"}
    expected |= {"katz", "pagerank", "path_centrality", "eigenvector_centrality"}
    assert expected <= set(measures())
    assert not {"from_input", "importance", "weight"} & set(measures())


def test_no_neuron_is_joined_to_none() -> None:
    _, layout = arranged([(2,), (3,)])
    assert strongest_lines(None, layout).empty


class TestNames:
    @given(st.text(), st.integers(3, 40))
    def test_are_shortened_in_the_middle(self, name: str, most: int) -> None:
        short = middle_shortened(name, most)
        assert len(short) == min(len(name), most)
        head, cut, tail = short.partition("…")
        assert (name.startswith(head) and name.endswith(tail)) if cut else short == name

    def test_keep_the_channel_and_the_place(self) -> None:
        long = "mixed_block_12_depthwise_convolution[117]@12,7"
        short = neuron_shortened(long, 26)
        assert len(short) == 26
        assert short.startswith("mixed_bl…")
        assert short.endswith("olution[117]@12,7")
        assert neuron_shortened("conv_0[3]@1,2", 26) == "conv_0[3]@1,2"

    def test_that_differ_at_their_ends_stay_apart(self) -> None:
        columns = {"conv_block_expanded_project_1": [1], "conv_block_expanded_project_2": [1]}
        short = [middle_shortened(name, 17) for name in columns]
        assert len(set(short)) == len(short)


class TestTables:
    def test_numbers_are_whole_however_long_names_are(self) -> None:
        frame = pd.DataFrame(
            {"name": ["a" * 200], "class": ["b" * 200], "neurons": [3_115_008]}
        )  # fmt: skip
        html = table(frame, header=True, letters=CUT)
        assert "<td class='number'>3,115,008</td>" in html
        assert f"title='{'a' * 200}'" in html
        assert ">aaaaaaaa…aaaaaaa<" in html


class TestLabels:
    def test_stand_above_the_middle_of_their_column(self) -> None:
        _, layout = arranged([(4, 4, 3), (10,)])
        labels = labels_of(layout)
        assert [label["text"] for label in labels.lower] == ["layer_0\n4 x 4 x 3", "layer_1\n10"]
        ends = [(column.left, column.left + column.width) for column in layout.columns]
        assert [(label["left"], label["right"]) for label in labels.lower] == ends
        assert not labels.upper
        assert not labels.turned

    def test_of_many_layers_are_turned(self) -> None:
        _, layout = arranged([(2,)] * 60)
        labels = labels_of(layout)
        assert labels.turned
        assert [label["text"] for label in labels.lower] == [f"layer_{n}" for n in range(60)]


class TestShades:
    @pytest.mark.parametrize(("scores", "zero"), [([-2.0, 0.0, 4.0], 0.5), ([1.0, 2.0, 3.0], None)])
    def test_are_from_0_to_1(self, scores: list[float], zero: float | None) -> None:
        _, layout = arranged([(3,)])
        shades = shades_of(np.array(scores), layout, View("digits", color="bias"))
        levels = shades.levels(layout.columns[0])
        assert levels.max() == 1.0
        assert levels.min() == (0.25 if shades.signed else 0.0)
        assert shades.signed == (zero is not None)
        assert zero is None or levels[1] == zero

    def test_tell_what_does_not_feed_the_pick(self) -> None:
        _, layout = arranged([(3,)])
        scores = np.array([1.0, 2.0, np.nan])
        field = shades_of(scores, layout, View("digits", color="field"))
        assert field.missing == "not fed from here"
        assert shades_of(scores, layout, View("digits", color="bias")).missing == "none"


class TestWalk:
    def walk(self, layout: Layout, here: int | None, *keys: str, far: bool = False) -> int:
        at = here
        for key in keys:
            picked = None if at is None else np.array([at])
            found = walked(layout, picked, key, far=far, by_channel=False)
            at = at if found is None else found[1]
        assert at is not None
        return at

    def test_begins_at_the_first_neuron(self) -> None:
        _, layout = arranged([(4, 4, 3), (10,)])
        assert self.walk(layout, None, "ArrowDown") == 0

    @settings(deadline=None, max_examples=30)
    @given(shapes, st.integers(0, 10_000), st.sampled_from(sorted(ARROWS)))
    def test_goes_to_the_next_one_in_that_direction(
        self, shapes: list[Shape], start: int, key: str
    ) -> None:
        neurons, layout = arranged(shapes)
        here = start % len(neurons)
        there = self.walk(layout, here, key)
        off = np.array([layout.x[there] - layout.x[here], layout.y[there] - layout.y[here]])
        assert there == here or np.dot(off, ARROWS[key]) > 0

    @settings(deadline=None, max_examples=30)
    @given(shapes, st.sampled_from(["ArrowLeft", "ArrowRight"]))
    def test_by_layers_comes_to_the_end(self, shapes: list[Shape], key: str) -> None:
        neurons, layout = arranged(shapes)
        there = self.walk(layout, len(neurons) // 2, *[key] * len(shapes), far=True)
        last = layout.columns[-1 if key == "ArrowRight" else 0]
        assert there in last.neurons

    def test_by_channels_keeps_the_place(self) -> None:
        neurons, layout = arranged([(4, 4, 3)])
        here = int(neurons.query("channel == 0 and x == 2 and y == 1")["id"].iloc[0])
        there = self.walk(layout, here, "ArrowDown", far=True)
        place = [int(neurons[axis][there]) for axis in ("channel", "x", "y")]
        assert place[1:] == [2, 1]
        assert place[0] != 0

    def test_of_what_is_not_drawn_begins_anew(self) -> None:
        layers, neurons = model([(4, 4, 3), (5,)])
        shown = (neurons["channel"] == 1).to_numpy(bool)
        layout = arrange(layers, neurons, shown, 1 << 18)
        assert self.walk(layout, 0, "ArrowLeft") == layout.columns[0].neurons[0]


class TestClassNames:
    def test_are_those_of_the_outputs(self) -> None:
        layers, _ = model([(4, 4, 3), (3,)])
        classes = class_names_of(["cat", "dog", "cow"], layers[1:], {0: 3, 1: 3})
        assert classes.of("layer_1[2]") == "cow"
        assert classes.of("layer_0[2]") == classes.of("layer_1") == ""

    def test_stand_beside_outputs_that_have_room(self) -> None:
        _, layout = arranged([(4, 4, 3), (3,)])
        classes = ClassNames({f"layer_1[{number}]": f"class {number}" for number in range(3)})
        channels = np.r_[np.tile(np.arange(3), 16), np.arange(3)].astype(np.int32)
        labels, room = class_labels(layout, channels, classes)
        assert labels["text"] == ["class 0", "class 1", "class 2"]
        assert labels["y"].tolist() == layout.y[-3:].tolist()
        assert room > 0
        assert class_labels(layout, channels, ClassNames()) == ({"x": [], "y": [], "text": []}, 0)

    def test_must_be_as_many(self) -> None:
        layers, _ = model([(4, 4, 3), (3,)])
        with pytest.raises(ParameterError, match=r"there are 2 names.*'layer_1' has 3"):
            class_names_of(["cat", "dog"], layers[1:], {0: 3, 1: 3})

    def test_are_lines_of_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "classes.txt"
        file.write_text("tench, Tinca tinca\r\n goldfish \n\n", encoding="utf-8")
        assert read_class_names(file) == ["tench, Tinca tinca", "goldfish"]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, "No such file"),
            (b"\xff\xfe\x00", "UTF-8"),
            (b"", "line 1"),
            (b"a\n\nb", "line 2"),
        ],
    )
    def test_a_file_without_them_is_refused(
        self, tmp_path: Path, content: bytes | None, said: str
    ) -> None:
        file = tmp_path / "classes.txt"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(ParameterError, match=said):
            read_class_names(file)


def test_all_that_a_layer_is_set_to_is_told() -> None:
    layers, _ = model([(4, 4, 3), (3,)])
    row = {
        "index": 1, "name": "layer_1", "class_name": "Conv2D", "shape": [3], "first": 48,
        "activation": None, "kernel": [3, 3], "padding": "same", "parameters": 3_115_008,
        "left_out_edges": 0, "not_finite_weights": 2, "inputs": [0], "is_causal": True,
        "checksum": "a",
    }  # fmt: skip
    assert dict(layer_facts(row, layers)) == {
        "class": "Conv2D", "shape": "3", "kernel": "3 x 3", "padding": "same",
        "parameters": "3,115,008", "weights not finite": "2", "is causal": "yes",
        "fed by": "layer_0",
    }  # fmt: skip

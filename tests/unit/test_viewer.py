"""Where the viewer draws neurons, which measures it offers, and what its addresses say."""

from collections.abc import Mapping
from urllib.parse import parse_qs

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.core.layer import Layer
from queries.viewer.column import Box
from queries.viewer.layout import Layout, arrange
from queries.viewer.lines import strongest_lines
from queries.viewer.measures import measures
from queries.viewer.tiles import HEIGHT, WIDTH
from queries.viewer.view import MOST_LINES, MOST_PATHS, View

Shape = tuple[int, int, int] | tuple[int]


def model(shapes: list[Shape]) -> tuple[list[Layer], pd.DataFrame]:
    """Return layers of some shapes in a row, and their neurons in Keras's order."""
    layers: list[Layer] = []
    frames: list[pd.DataFrame] = []
    first = 0
    for index, shape in enumerate(shapes):
        places = np.indices(shape).reshape(len(shape), -1)
        if len(shape) == 1:
            axes = {"channel": places[0], "x": pd.NA, "y": pd.NA}
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
shapes = st.lists(st.one_of(maps, st.tuples(st.integers(1, 300))), min_size=1, max_size=5)


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

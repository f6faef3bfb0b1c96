"""Figures hold what the frames say that they draw."""

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest
from bokeh.models import LinearScale, LogScale
from bokeh.models.annotations import LabelSet
from bokeh.palettes import Cividis256
from bokeh.plotting import figure
from scipy.sparse import csr_array

from queries.core.colours import NEGATIVE, POSITIVE
from queries.errors import PlotNotFoundError
from queries.library.plots import plot, plots
from queries.library.queries import query
from queries.plots import (
    adjacency,
    centrality,
    comparison,
    effective_weights,
    field,
    strongest_paths,
    style,
    weight_distribution,
)
from queries.plots.bins import MOST_BINS, bins_of
from queries.plots.panels import arrange
from queries.plots.picture import Picture
from queries.plots.plots import Plots


def renderer(drawn: figure, name: str) -> Any:
    """Return what draws the marks of a name."""
    return drawn.select_one({"name": name})


def data(drawn: figure, name: str) -> pd.DataFrame:
    """Return what a renderer of a figure draws."""
    return pd.DataFrame(dict(renderer(drawn, name).data_source.data))


def neurons(**sizes: int) -> pd.DataFrame:
    """Return neurons of layers of some sizes."""
    rows = [(f"{layer}[{i}]", layer) for layer, size in sizes.items() for i in range(size)]
    return pd.DataFrame(rows, columns=["name", "layer"])


def test_every_plot_has_a_method() -> None:
    methods = {name for name in dir(Plots) if not name.startswith("_")}
    assert methods == set(plots())


def test_an_unknown_plot() -> None:
    with pytest.raises(PlotNotFoundError, match=r"no plot 'adjacent'.*adjacency"):
        plot("adjacent")


@pytest.mark.parametrize("name", plots())
def test_a_method_takes_what_its_plot_declares(name: str) -> None:
    own = dict(inspect.signature(getattr(Plots, name)).parameters)
    del own["self"], own["size"]
    assert (own.pop("model", None) is None) == (name == "history")
    declared = {parameter.name: parameter for parameter in plot(name).parameters}
    assert set(own) == set(declared)
    for key, parameter in declared.items():
        default = inspect.Parameter.empty if parameter.required else parameter.default
        assert own[key].default == default


@pytest.mark.parametrize("name", ["adjacency", "strongest_paths", "weight_distribution"])
def test_a_plot_takes_what_its_query_takes(name: str) -> None:
    assert set(query(name).parameters) <= set(plot(name).parameters)


class TestBins:
    def test_few_neurons_have_one_each(self) -> None:
        bins = bins_of(neurons(a=3, b=2))
        assert bins.of_neuron.tolist() == [0, 1, 2, 3, 4]
        assert bins.labels.tolist() == ["a[0]", "a[1]", "a[2]", "b[0]", "b[1]"]
        assert bins.bounds.tolist() == [0, 3, 5]
        assert bins.centres == [1.5, 4.0]

    def test_many_neurons_share_bins_within_their_layer(self) -> None:
        frame = neurons(a=50_000, b=3_000, c=2)
        bins = bins_of(frame)
        assert bins.bounds[-1] <= MOST_BINS + 8
        assert bins.bounds[-1] - bins.bounds[-2] == 2
        by_bin = frame.groupby(bins.of_neuron)["layer"]
        assert (by_bin.nunique() == 1).all()
        assert list(by_bin.first().index) == list(range(bins.bounds[-1]))
        for layer, first, last in zip("abc", bins.bounds, bins.bounds[1:], strict=False):
            assert (by_bin.first().iloc[first:last] == layer).all()
        in_a = by_bin.size().iloc[: bins.bounds[1]]
        assert in_a.max() - in_a.min() <= 1
        assert bins.labels[0] == f"a[0] … a[{in_a.iloc[0] - 1}]"


class TestAdjacency:
    def test_a_cell_for_each_two_neurons_that_are_joined(self) -> None:
        weights = np.array([[0.5, 0.0, -2.0], [1.0, 0.25, 0.0]])
        matrix = csr_array(weights)
        drawn = adjacency.draw(matrix, neurons(a=2), neurons(b=3), title="A matrix")
        cells = data(drawn, "cells")
        assert len(cells) == matrix.nnz
        for _, cell in cells.iterrows():
            row, column = int(cell["y"]), int(cell["x"])
            assert cell["mean"] == cell["largest"] == weights[row, column]
            assert (cell["source"], cell["target"]) == (f"a[{row}]", f"b[{column}]")
        assert cells["edges"].tolist() == [1] * 4

    def test_big_ones_are_put_together(self) -> None:
        random = np.random.default_rng(0)
        weights = random.normal(size=(400, 300)) * (random.random((400, 300)) < 0.1)
        sources, targets = neurons(a=150, b=250), neurons(c=300)
        drawn = adjacency.draw(csr_array(weights), sources, targets, title="A matrix")
        cells = data(drawn, "cells")
        rows, columns = bins_of(sources).of_neuron, bins_of(targets).of_neuron
        assert cells["edges"].sum() == np.count_nonzero(weights)
        for _, cell in cells.iterrows():
            block = weights[np.ix_(rows == int(cell["y"]), columns == int(cell["x"]))]
            block = block[block != 0]
            assert cell["edges"] == len(block)
            assert cell["mean"] == pytest.approx(block.mean())
            assert cell["largest"] == block[np.abs(block).argmax()]

    @pytest.mark.parametrize("measure", ["mean", "largest"])
    def test_colours_are_centred_on_zero(self, measure: Any) -> None:
        matrix = csr_array(np.array([[0.5, -2.0]]))
        drawn = adjacency.draw(
            matrix, neurons(a=1), neurons(b=2), title="A matrix", measure=measure
        )
        fill = renderer(drawn, "cells").glyph.fill_color
        assert fill.field == measure
        assert (fill.transform.low, fill.transform.high) == (-2.0, 2.0)

    def test_what_is_never_negative_has_colours_from_zero_on(self) -> None:
        matrix = csr_array(np.array([[0.5, 2.0]]))
        drawn = adjacency.draw(matrix, neurons(a=1), neurons(b=2), title="A matrix", by="l1")
        mapper = renderer(drawn, "cells").glyph.fill_color.transform
        assert (mapper.low, mapper.high, tuple(mapper.palette)) == (0.0, 2.0, style.SEQUENTIAL)

    def test_layers_end_where_ticks_are(self) -> None:
        frame = neurons(a=2, b=3)
        drawn = adjacency.draw(csr_array((5, 5)), frame, frame, title="A matrix")
        for axis in drawn.axis:
            ticker: Any = axis.ticker
            assert ticker.minor_ticks == [0, 2, 5]
            assert axis.major_label_overrides == {1.0: "a", 3.5: "b"}

    def test_a_few_large_weights_do_not_leave_the_others_pale(self) -> None:
        weights = np.full((1, 9), 0.1)
        weights[0, 0] = 5.0
        drawn = adjacency.draw(csr_array(weights), neurons(a=1), neurons(b=9), title="A matrix")
        assert renderer(drawn, "cells").glyph.fill_color.transform.high == pytest.approx(0.4)


def measured(**sizes: int) -> pd.DataFrame:
    """Return a frame of a measure, of neurons whose ids begin at 5."""
    frame = neurons(**sizes)
    frame["id"] = np.arange(len(frame)) + 5
    frame["katz"] = np.random.default_rng(1).lognormal(size=len(frame))
    return frame


class TestCentrality:
    def test_a_point_a_neuron(self) -> None:
        frame = measured(a=30, b=3)
        points = data(centrality.draw(frame, "katz", title="Katz"), "points")
        assert points["id"].tolist() == frame["id"].tolist()
        assert points["value"].tolist() == frame["katz"].tolist()
        assert set(points["x"].round()[points["layer"] == "a"]) == {0}
        assert set(points["x"].round()[points["layer"] == "b"]) == {1}

    def test_a_big_layer_is_a_box_and_its_first_neurons(self) -> None:
        frame = measured(a=centrality.MOST_POINTS + 1, b=3)
        drawn = centrality.draw(frame, "katz", title="Katz")
        points, boxes = data(drawn, "points"), data(drawn, "boxes")
        of_a = frame["katz"][frame["layer"] == "a"]
        assert sorted(points["value"][points["layer"] == "a"]) == sorted(of_a.nlargest(10))
        assert boxes["layer"].tolist() == ["a"]
        expected = np.quantile(of_a, [0.05, 0.25, 0.5, 0.75, 0.95])
        assert boxes[["p5", "q1", "median", "q3", "p95"]].to_numpy()[0] == pytest.approx(expected)

    def test_a_logarithm_has_no_zero_and_the_title_says_so(self) -> None:
        frame = measured(a=3, b=3)
        frame.loc[[0, 4], "katz"] = 0.0
        drawn = centrality.draw(frame, "katz", title="Katz")
        assert isinstance(drawn.y_scale, LogScale)
        assert Picture(drawn).title == "Katz; 2 neurons of 0 are not on the scale"
        assert len(data(drawn, "points")) == 4

    def test_what_has_no_place_is_named(self) -> None:
        frame = measured(a=3, b=3)
        frame.loc[[0, 1, 4], "katz"] = [0.0, np.nan, np.inf]
        title = Picture(centrality.draw(frame, "katz", title="Katz")).title
        assert title == "Katz; 3 neurons of 0, NaN or infinity are not on the scale"
        frame.loc[[0, 4], "katz"] = 1.0
        title = Picture(centrality.draw(frame, "katz", title="A", missing="no value")).title
        assert title == "A; 1 neurons of no value are not on the scale"

    def test_negative_values_are_on_a_linear_scale_with_0(self) -> None:
        frame = measured(a=3, b=3)
        frame.loc[[0, 4], "katz"] = [0.0, -2.0]
        drawn = centrality.draw(frame, "katz", title="Mine")
        assert isinstance(drawn.y_scale, LinearScale)
        assert data(drawn, "points")["value"].tolist() == frame["katz"].tolist()
        assert Picture(drawn).title == "Mine"
        assert drawn.yaxis.axis_label == "katz (no unit)"

    def test_names_of_classes_stand_at_their_neurons(self) -> None:
        frame = measured(a=5, b=3)
        frame.loc[6, "katz"] = 0.0
        drawn = centrality.draw(frame, "katz", title="Katz", classes=["cat", "dog", "ship"])
        labels = pd.DataFrame(dict(drawn.select_one({"name": "classes"}).source.data))  # type: ignore[union-attr]
        assert labels["label"].tolist() == ["cat", "ship"]
        assert labels["value"].tolist() == frame["katz"].iloc[[5, 7]].tolist()


def test_weight_distribution() -> None:
    frame = pd.DataFrame(
        {
            "layer": ["a", "a", "b"],
            "low": [-1.0, 0.0, 1.0],
            "high": [0.0, 1.0, 1.0],
            "edges": [3, 1, 4],
            "share": [0.75, 0.25, 1.0],
        }
    )
    drawn = weight_distribution.draw(frame, title="Weights")
    bars = data(drawn, "bars")
    assert bars["edges"].tolist() == [3, 1, 4]
    heights = (bars["top"] - bars["bottom"]).to_numpy()
    assert heights / heights.max() == pytest.approx([1, 1 / 3, 1])
    assert bars["left"].tolist()[:2] == [-1.0, 0.0]
    assert bars["left"][2] < 1.0 < bars["right"][2]
    names = drawn.yaxis[0].major_label_overrides
    assert [names[place] for place in bars["bottom"]] == ["a", "a", "b"]


class TestStrongestPaths:
    LAYERS = pd.DataFrame(
        {"index": [0, 1, 2], "name": ["a", "b", "c"], "first": [0, 3, 4], "last": [2, 3, 8]}
    )
    HOPS = pd.DataFrame(
        {
            "path": [1, 1, 1, 2, 2, 2],
            "hop": [0, 1, 2, 0, 1, 2],
            "id": [0, 3, 8, 2, 3, 8],
            "name": ["a[0]", "b[0]", "c[4]", "a[2]", "b[0]", "c[4]"],
            "layer": ["a", "b", "c"] * 2,
            "weight": [np.nan, 2.0, -4.0, np.nan, 1.0, -4.0],
        }
    )

    def test_each_relationship_is_one_line_by_sign_and_weight(self) -> None:
        drawn = strongest_paths.draw(self.HOPS, self.LAYERS, title="Paths")
        positive, negative = data(drawn, "positive"), data(drawn, "negative")
        ends = positive[["source", "target", "weight", "paths"]].to_numpy().tolist()
        assert sorted(ends) == [["a[0]", "b[0]", 2.0, 1], ["a[2]", "b[0]", 1.0, 1]]
        assert negative[["source", "target", "weight", "paths"]].to_numpy().tolist() == [
            ["b[0]", "c[4]", -4.0, 2]
        ]
        assert renderer(drawn, "positive").glyph.line_color == POSITIVE
        assert renderer(drawn, "negative").glyph.line_color == NEGATIVE
        widths = [*positive.sort_values("weight")["width"], *negative["width"]]
        assert widths == sorted(set(widths))

    def test_neurons_stand_at_their_layer_and_place(self) -> None:
        found = data(strongest_paths.draw(self.HOPS, self.LAYERS, title="Paths"), "neurons")
        places = {row["name"]: (row["x"], row["y"]) for _, row in found.iterrows()}
        assert places == {"a[0]": (0, 0), "a[2]": (0, 1), "b[0]": (1, 0.5), "c[4]": (2, 1)}

    def test_names_are_left_out_that_would_hide_others(self) -> None:
        count = 150
        ids, names = np.arange(count), [f"step@t{place}" for place in range(count)]
        layers = pd.DataFrame({"index": ids, "name": names, "first": ids, "last": ids})
        hops = pd.DataFrame({"path": 1, "hop": ids, "id": ids, "layer": names, "weight": 1.0})
        hops["name"] = hops["layer"] + "[0]"
        drawn: Any = strongest_paths.draw(hops, layers, title="Paths")
        (written,) = (each.source.data["x"] for each in drawn.select(LabelSet))
        # They stand at one height, 8 letters of about 7 pixels each in 1280.
        assert {0, count - 1} < set(written)
        assert np.diff(np.sort(written)).min() > 5
        assert drawn.xaxis[0].ticker.ticks == ids[::3].tolist()
        assert len(data(drawn, "neurons")) == count


class TestField:
    def test_channels_of_a_position_are_added_up(self) -> None:
        found = pd.DataFrame(
            {"channel": [0, 1, 0], "x": [2, 2, 3], "y": [1, 1, 1], "weight": [1.0, 2.0, 4.0]}
        ).astype({"x": "Int64", "y": "Int64", "channel": "Int64"})
        layer = {"name": "a", "lengths": {"x": 5, "y": 4}, "counted": {}}
        cells = data(field.draw(found, layer, title="A field"), "cells")
        assert cells.to_numpy().tolist() == [[2, 1, 3, 2], [3, 1, 4, 1]]

    @pytest.mark.parametrize("axis", ["x", "channel"])
    def test_layers_of_one_axis(self, axis: str) -> None:
        found = pd.DataFrame(index=range(2), columns=["channel", "x", "y"], dtype="Int64")
        found["channel"] = pd.array([0, 1], dtype="Int64")
        found[axis] = pd.array([3, 4], dtype="Int64")
        layer = {"name": "a", "lengths": {"x": 5} if axis == "x" else {}, "counted": {}}
        drawn = field.draw(found.assign(weight=[1.0, 2.0]), layer, title="A field")
        cells = data(drawn, "cells")
        assert cells[["x", "weight"]].to_numpy().tolist() == [[3, 1], [4, 2]]


def sources(**axes: Any) -> pd.DataFrame:
    """Return neurons of a layer ``a`` with some axes, by id."""
    frame = pd.DataFrame({axis: pd.array(axes.get(axis, [pd.NA] * 4), "Int64") for axis in AXES})
    names = [f"a{place}" for place in range(4)]
    return frame.assign(id=range(4), layer="a", name=names)


AXES = ("channel", "x", "y", "z")


class TestEffectiveWeights:
    TARGETS = pd.DataFrame({"id": [7, 9], "name": ["b[0]", "b[2]"]})
    PAIRS = pd.DataFrame(
        {
            "source": [0, 3, 1],
            "source_name": ["a0", "a3", "a1"],
            "target": [7, 7, 9],
            "target_name": ["b[0]", "b[0]", "b[2]"],
            "weight": [1.0, -2.0, np.nan],
        }
    )

    def draw(self, **axes: Any) -> figure:
        return effective_weights.draw(self.PAIRS, sources(**axes), self.TARGETS, title="Some")

    def test_an_array_of_two_axes_is_an_image_as_it_is_printed(self) -> None:
        drawn = self.draw(channel=[0, 1, 0, 1], x=[0, 0, 1, 1])
        heads, cells = data(drawn, "heads"), data(drawn, "cells")
        assert heads["text"].tolist() == ["b[0]", "b[2]"]
        places = cells[["left", "top"]].to_numpy()
        assert places[:2].tolist() == [[0, 0], [1, 1]]
        assert places[2].tolist() == [heads["left"][1] + 1.5, heads["top"][1] + 0.5]
        assert drawn.xaxis[0].axis_label == "channel of a"
        assert drawn.yaxis[0].axis_label == "x of a"
        bar: Any = drawn.right[0]
        assert "grey is NaN" in bar.title

    def test_a_layer_without_positions_is_a_row_a_target(self) -> None:
        drawn = self.draw(channel=[0, 1, 2, 3])
        assert data(drawn, "cells")[["left", "top"]].to_numpy().tolist() == [[0, 0], [3, 0], [1, 1]]
        assert drawn.yaxis[0].major_label_overrides == {0: "b[0]", 1: "b[2]"}

    def test_a_channel_at_each_z_is_an_image(self) -> None:
        drawn = self.draw(channel=[0, 0, 1, 1], z=[0, 1, 0, 1], x=[5] * 4, y=[6] * 4)
        texts = data(drawn, "heads")["text"].tolist()
        assert texts[:4] == [f"channel {channel} z {z}" for channel in (0, 1) for z in (0, 1)]
        assert texts[4:] == [""] * 4
        assert list(drawn.yaxis[0].major_label_overrides.values()) == ["b[0]", "b[2]"]

    def test_a_node_of_a_layer_graph_is_one_cell(self) -> None:
        whole = sources().iloc[:1]
        pairs, target = self.PAIRS.iloc[:1], self.TARGETS.iloc[:1]
        drawn = effective_weights.draw(pairs, whole, target, title="Some", by="l1")
        assert data(drawn, "cells")["weight"].tolist() == [1.0]
        mapper = renderer(drawn, "cells").glyph.fill_color.transform
        assert (mapper.low, mapper.high) == (0.0, 1.0)


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (4, 2), (3, 3), (10, 5)])
def test_panels_are_as_large_as_there_is_room(count: int, columns: int) -> None:
    room = (100.0 * columns, 100.0 * -(-count // columns))
    panels = arrange(count, (8.0, 8.0), room, gap=4, head=4)
    assert panels.columns == columns
    assert panels.gap == panels.head == pytest.approx(4 / 12)


def test_comparison() -> None:
    frame = pd.DataFrame(
        {"layer_index": [2, 1], "layer": ["b", "a"], "relative_change": [0.5, np.nan]}
    )
    bars = data(comparison.draw(frame, title="Change"), "bars")
    assert bars["layer"].tolist() == ["a", "b"]
    assert bars["height"].tolist() == [0.0, 0.5]


def test_signs_and_sizes_have_colours_that_the_colour_blind_tell_apart() -> None:
    assert style.DIVERGING[len(style.DIVERGING) // 2] == "#f7f7f7"
    assert Cividis256 == style.SEQUENTIAL

"""Figures hold what the frames say that they draw."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from bokeh.plotting import figure
from scipy.sparse import csr_array

from queries.errors import PlotNotFoundError
from queries.library import query
from queries.plots import adjacency
from queries.plots.bins import MOST_BINS, bins_of
from queries.plots.library import plot, plots
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
    methods = {name for name in vars(Plots) if not name.startswith("_")}
    assert methods == set(plots())


def test_an_unknown_plot() -> None:
    with pytest.raises(PlotNotFoundError, match=r"no plot 'adjacent'.*adjacency"):
        plot("adjacent")


def test_a_plot_takes_what_its_query_takes() -> None:
    assert set(query("adjacency").parameters) <= set(plot("adjacency").parameters)


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

    def test_layers_end_where_ticks_are(self) -> None:
        frame = neurons(a=2, b=3)
        drawn = adjacency.draw(csr_array((5, 5)), frame, frame, title="A matrix")
        for axis in drawn.axis:
            ticker: Any = axis.ticker
            assert ticker.minor_ticks == [0, 2, 5]
            assert axis.major_label_overrides == {1.0: "a", 3.5: "b"}

"""Attention patterns as images: a panel a head, a row a query, a column a key."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from bokeh.models import DataRange1d, FixedTicker
from bokeh.models.axes import Axis
from bokeh.plotting import figure
from numpy.typing import NDArray

from queries.plots.effective_weights import add_heads
from queries.plots.panels import Panels, arrange
from queries.plots.short_names import short_name
from queries.plots.style import add_color_bar, add_hover, new_figure, sequential, source_of

MOST_CELLS: Final = 100_000
"""Weights that a picture may have."""

_ROOM: Final = 560, 300
"""Pixels that axes and colours leave of a small figure."""

_GAP: Final = 16
_HEAD: Final = 22
_MOST_TICKS: Final = 48
_CORNER: Final = 0.0, 0.0


def draw(frame: pd.DataFrame, *, title: str) -> figure:
    """Return an image for each head of each layer.

    Parameters
    ----------
    frame
        Frame of the query attention, of one sample.
    title
        Title of the picture.
    """
    panel = frame.groupby(["layer", "head"], sort=False).ngroup().to_numpy().astype(np.int64)
    apart = frame.drop_duplicates(["layer", "head"])
    several = apart["layer"].nunique() > 1
    names = [
        f"{short_name(layer)} {head}" if several else f"head {head}"
        for layer, head in zip(apart["layer"], apart["head"], strict=True)
    ]
    queries, keys = (int(frame[axis].max()) + 1 for axis in ("query", "key"))
    panels = arrange(len(names), (keys, queries), _ROOM, gap=_GAP, head=_HEAD)
    # Tokens say more than numbers of positions, where all of them are known.
    told = bool(frame[["query_token", "key_token"]].notna().all(axis=None))
    plot = new_figure(
        title,
        x="token of the key" if told else "key",
        y="token of the query" if told else "query",
        y_range=DataRange1d(flipped=True),
        match_aspect=True,
    )
    add_heads(plot, panels, _CORNER, names)
    _add_cells(plot, cells_of(frame, panel, panels))
    ending = "_token" if told else ""
    _name(plot.xaxis[0], panels, frame, ("key", f"key{ending}"), keys)
    _name(plot.yaxis[0], panels, frame, ("query", f"query{ending}"), queries)
    return plot


def cells_of(frame: pd.DataFrame, panel: NDArray[np.int64], panels: Panels) -> pd.DataFrame:
    """Return each weight with its left and top in the figure."""
    return frame.assign(
        left=frame["key"].to_numpy() + panels.left(panel),
        top=frame["query"].to_numpy() + panels.top(panel),
        **{each: frame[each].astype("float64") for each in ("query_token", "key_token")},
    )


def _add_cells(plot: figure, cells: pd.DataFrame) -> None:
    mapper = sequential(1.0)
    renderer = plot.rect(
        "left", "top", 1, 1, source=source_of(cells), line_color=None, name="cells",
        fill_color={"field": "weight", "transform": mapper},
    )  # fmt: skip
    add_hover(
        plot,
        renderer,
        [
            ("layer", "@layer"),
            ("head", "@head"),
            ("query", "@query (token @query_token)"),
            ("key", "@key (token @key_token)"),
            ("weight", "@weight{0.0000}"),
        ],
    )
    add_color_bar(plot, mapper, "weight (share of a query)")
    plot.grid.grid_line_color = None


def _name(
    axis: Axis, panels: Panels, frame: pd.DataFrame, names: tuple[str, str], length: int
) -> None:
    """Write positions, or the tokens there, beside each row or column of panels."""
    position, shown = names
    across = position == "key"
    count = panels.columns if across else -(-panels.count // panels.columns)
    place: Callable[[NDArray[np.int64]], NDArray[np.floating]] = (
        panels.left if across else panels.top
    )
    first = np.arange(count) * (1 if across else panels.columns)
    ticks = (place(first)[:, np.newaxis] + np.arange(length)).reshape(-1)
    labels = frame.drop_duplicates(position).sort_values(position)[shown].astype(str).tolist()
    step = -(-len(ticks) // _MOST_TICKS)
    axis.ticker = FixedTicker(ticks=ticks[::step].tolist())
    axis.major_label_overrides = dict(
        zip(ticks[::step].tolist(), (labels * count)[::step], strict=True)
    )

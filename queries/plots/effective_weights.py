"""Effective weights as images over the positions of the layer that they begin in."""

from typing import Final

import numpy as np
import pandas as pd
from bokeh.models import DataRange1d, FixedTicker
from bokeh.plotting import figure
from numpy.typing import NDArray

from queries.plots.images import Images, images_of
from queries.plots.panels import Panels, arrange
from queries.plots.style import (
    DIVERGING,
    FAINT,
    SEQUENTIAL,
    add_color_bar,
    add_hover,
    diverging,
    new_figure,
    sequential,
    source_of,
)

MOST_IMAGES: Final = 100
ZERO: Final = DIVERGING[len(DIVERGING) // 2]
"""The colour of 0."""

_ROOM: Final = 520, 310
"""Pixels that axes and colours leave of a small figure; in a larger one heads have more room."""

_GAP: Final = 8
_HEAD: Final = 20
_LETTER: Final = 7


def draw(
    pairs: pd.DataFrame,
    sources: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    title: str,
    by: str = "weight",
    bar: str = "",
) -> figure:
    """Return an image for each target and channel of the sources, a cell for each source.

    Sources without positions are a row a target instead.

    Parameters
    ----------
    pairs
        Frame of the query effective_weights.
    sources
        Where the paths begin: id, layer, channel, x, y, z, by id, all of one layer.
    targets
        Where they end: id, name, by id.
    title
        Title of the picture.
    by
        What the weights are; but for ``weight`` none is negative.
    bar
        What the colours show, with its unit; by default a sum over paths.
    """
    images = images_of(sources)
    in_rows = bool(images.down) and len(images.names) > 1 and len(targets) > 1
    heads = heads_of(images, targets)
    width, height = images.size
    panels = arrange(
        len(heads),
        (width, height if images.down else float(len(targets))),
        _ROOM,
        gap=_GAP,
        head=_HEAD,
        columns=len(images.names) if in_rows else None,
    )
    layer = sources["layer"].iloc[0]
    plot = new_figure(
        title,
        x=f"{images.across} of {layer}",
        y=f"{images.down} of {layer}" if images.down else "target",
        y_range=DataRange1d(flipped=True),
        match_aspect=bool(images.down),
    )
    _add_grounds(plot, panels, images.corner, ZERO if by == "weight" else SEQUENTIAL[0])
    add_heads(plot, panels, images.corner, heads)
    bar = bar or f"sum over paths of the product of {by} (no unit)"
    _add_cells(plot, cells_of(pairs, sources, targets, panels), by, bar)
    rows = np.arange(len(targets)) * (panels.height + panels.head if in_rows else 1.0)
    if len(heads) > 1:
        plot.axis.ticker = FixedTicker(ticks=[])
    if in_rows:
        _name_rows(plot, rows + images.corner[1] + (height - 1) / 2, targets["name"].tolist())
    elif not images.down:
        _name_rows(plot, rows, targets["name"].tolist())
    return plot


def heads_of(images: Images, targets: pd.DataFrame) -> list[str]:
    """Return what stands above each image, one after the other of each target.

    Where there are several targets and several channels, a row is a target, and only the first row
    has heads.
    """
    if not images.down:
        return [""]
    if len(targets) > 1 and len(images.names) == 1:
        return [str(name) for name in targets["name"]]
    return images.names + [""] * (len(targets) - 1) * len(images.names)


def cells_of(
    pairs: pd.DataFrame, sources: pd.DataFrame, targets: pd.DataFrame, panels: Panels
) -> pd.DataFrame:
    """Return a row for each pair: left and top in the figure, and what it says of itself."""
    images = images_of(sources)
    begin = np.searchsorted(sources["id"], pairs["source"])
    end = np.searchsorted(targets["id"], pairs["target"])
    panel = end * len(images.names) + images.number[begin] if images.down else np.zeros_like(end)
    down = images.y[begin] if images.down else end
    return pd.DataFrame(
        {
            "left": images.x[begin] + panels.left(panel),
            "top": down + panels.top(panel),
            "source": pairs["source_name"].to_numpy(),
            "target": pairs["target_name"].to_numpy(),
            "weight": pairs["weight"].to_numpy(),
        }
    )


def _add_cells(plot: figure, cells: pd.DataFrame, by: str, bar: str) -> None:
    size = np.abs(cells["weight"].to_numpy())
    limit = float(size[np.isfinite(size)].max(initial=0.0))
    mapper = (diverging if by == "weight" else sequential)(limit)
    renderer = plot.rect(
        "left", "top", 1, 1, source=source_of(cells), line_color=None, name="cells",
        fill_color={"field": "weight", "transform": mapper},
    )  # fmt: skip
    tooltips = ("source", "@source"), ("target", "@target"), ("weight", "@weight{0.0000}")
    add_hover(plot, renderer, list(tooltips))
    grey = "; grey is NaN" if np.isnan(size).any() else ""
    add_color_bar(plot, mapper, f"{bar}{grey}")
    plot.grid.grid_line_color = None


def _add_grounds(plot: figure, panels: Panels, corner: tuple[float, float], zero: str) -> None:
    """Draw each image in the colour of 0, since pairs of 0 are left out."""
    number = np.arange(panels.count)
    plot.rect(
        corner[0] - 0.5 + panels.width / 2 + panels.left(number),
        corner[1] - 0.5 + panels.height / 2 + panels.top(number),
        panels.width,
        panels.height,
        fill_color=zero,
        line_color=FAINT,
    )


def add_heads(plot: figure, panels: Panels, corner: tuple[float, float], heads: list[str]) -> None:
    """Write above each image what it is.

    Parameters
    ----------
    plot
        The figure.
    panels
        Where images stand.
    corner
        The centre of the first cell of the first one.
    heads
        A text an image.
    """
    number = np.arange(panels.count)
    # A head that is wider than its image would be written over the next one.
    most = max(4, int(_HEAD / _LETTER * (panels.width + panels.gap) / panels.head))
    source = pd.DataFrame(
        {
            "left": corner[0] - 0.5 + panels.left(number),
            "top": corner[1] - 0.5 + panels.top(number),
            "text": [head if len(head) <= most else f"…{head[1 - most :]}" for head in heads],
        }
    )
    plot.text(
        "left", "top", "text", source=source_of(source), name="heads", y_offset=-3,
        text_font_size="13px", text_baseline="bottom",
    )  # fmt: skip


def _name_rows(plot: figure, places: NDArray[np.floating], names: list[str]) -> None:
    """Write a name beside each row."""
    ticks = places.tolist()
    plot.yaxis.ticker = FixedTicker(ticks=ticks)
    plot.yaxis.major_label_overrides = dict(zip(ticks, names, strict=True))

"""A small picture of what the inputs pass on to the picked neurons, signed."""

from typing import Any

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, LinearColorMapper, Range1d
from bokeh.plotting import figure

from queries.plots.effective_weights import ZERO
from queries.plots.images import images_of
from queries.plots.panels import arrange
from queries.plots.style import DIVERGING, add_hover, source_of

_GAP = 3


class EffectivePicture:
    """The effective weights of an input layer on some neurons, an image a channel.

    Parameters
    ----------
    side
        Width and height in pixels.
    """

    def __init__(self, side: int) -> None:
        self._side = side
        self._grounds = ColumnDataSource({"left": [], "top": [], "width": [], "height": []})
        self._cells = ColumnDataSource({"left": [], "top": [], "name": [], "weight": []})
        self._mapper = LinearColorMapper(palette=DIVERGING, low=-1, high=1)
        self.figure = figure(
            width=side, height=side + 16, tools="", toolbar_location=None,
            x_range=Range1d(start=0, end=1), y_range=Range1d(start=1, end=0),
            name="effective", title="effective weights", outline_line_color="#c3c8d0",
        )  # fmt: skip
        title: Any = self.figure.title
        # It is a little wider than the frame that it would begin with.
        title.update(text_font_size="10px", text_font_style="normal", offset=-4)
        self.figure.axis.visible = False
        self.figure.grid.visible = False
        self.figure.rect(
            "left", "top", "width", "height", source=self._grounds, fill_color=ZERO, line_color=None
        )
        renderer = self.figure.rect(
            "left", "top", 1, 1, source=self._cells, line_color=None, name="effective_cells",
            fill_color={"field": "weight", "transform": self._mapper},
        )  # fmt: skip
        tooltips = [("input", "@name"), ("effective weight", "@weight{0.0000}")]
        add_hover(self.figure, renderer, tooltips)

    def show(self, effective: pd.DataFrame) -> None:
        """Draw effective weights.

        Parameters
        ----------
        effective
            The neurons of the input layer with their weight: name, channel, x, y, z, weight. None
            where there is nothing to draw.
        """
        self.figure.visible = not effective.empty
        if effective.empty:
            return
        images = images_of(effective)
        room = float(self._side), float(self._side)
        panels = arrange(len(images.names), images.size, room, gap=_GAP, head=_GAP)
        number = np.arange(panels.count)
        grounds = pd.DataFrame(
            {
                "left": panels.left(number) + panels.width / 2,
                "top": panels.top(number) + panels.height / 2,
                "width": panels.width,
                "height": panels.height,
            }
        )
        cells = pd.DataFrame(
            {
                "left": images.x - images.corner[0] + 0.5 + panels.left(images.number),
                "top": images.y - images.corner[1] + 0.5 + panels.top(images.number),
                "name": effective["name"].to_numpy(),
                "weight": effective["weight"].to_numpy(),
            }
        )
        self._grounds.data = dict(source_of(grounds).data)
        self._cells.data = dict(source_of(cells[cells["weight"] != 0]).data)
        size = np.abs(cells["weight"].to_numpy())
        limit = float(size[np.isfinite(size)].max(initial=0.0)) or 1.0
        self._mapper.update(low=-limit, high=limit)
        self._frame(grounds, square=bool(images.down))

    def _frame(self, grounds: pd.DataFrame, *, square: bool) -> None:
        """Show all images, their cells square unless they are rows."""
        wide = float((grounds["left"] + grounds["width"] / 2).max())
        high = float((grounds["top"] + grounds["height"] / 2).max())
        across, down = (max(wide, high),) * 2 if square else (wide, high)
        self.figure.x_range.update(start=(wide - across) / 2, end=(wide + across) / 2)
        self.figure.y_range.update(start=(high + down) / 2, end=(high - down) / 2)

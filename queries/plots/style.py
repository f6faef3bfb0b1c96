"""What all pictures share: size, fonts, colours, hover."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    FixedTicker,
    HoverTool,
    LinearColorMapper,
    NoOverlap,
)
from bokeh.models.annotations import Title
from bokeh.models.annotations.legends import ColorBar
from bokeh.palettes import Cividis256, RdBu11, interp_palette
from bokeh.plotting import figure

from queries.plots.short_names import short_name

WIDTH, HEIGHT = 1280, 800
PLAIN: Final = "#3f5a8a"
FAINT: Final = "#bbbbbb"
MOST_LEVEL_NAMES: Final = 8
"""Layers of equal width whose names have room beside each other."""

MOST_SLANTED_NAMES: Final = 64
"""The same of names that are slanted, in a picture of the usual size."""

_WIDTH_OF_A_LETTER: Final = 7.0
"""In pixels."""

_SLANTED: Final = 0.6
"""How much of their length names take from left to right that are slanted."""

SEQUENTIAL: Final[tuple[str, ...]] = tuple(Cividis256)
# The middle one is 0.
DIVERGING: Final[tuple[str, ...]] = tuple(interp_palette(RdBu11, 255))


def new_figure(title: str, *, x: str, y: str, **settings: Any) -> figure:
    """Return an empty figure.

    Parameters
    ----------
    title
        What is shown, and of which model.
    x, y
        Labels of the axes, with units.
    **settings
        Further settings of ``bokeh.plotting.figure``.
    """
    plot = figure(
        title=Title(text=title, text_font_size="18px"),
        width=WIDTH,
        height=HEIGHT,
        x_axis_label=x,
        y_axis_label=y,
        tools="pan,box_zoom,wheel_zoom,reset",
        **settings,
    )
    plot.toolbar.logo = None
    plot.axis.axis_label_text_font_size = "15px"
    plot.axis.axis_label_text_font_style = "normal"
    plot.axis.major_label_text_font_size = "13px"
    return plot


def source_of(frame: pd.DataFrame) -> ColumnDataSource:
    """Return the columns of a frame as a figure takes them."""
    # Bokeh's own way to read a frame warns with pandas 3.1.
    return ColumnDataSource({str(name): frame[name].to_numpy() for name in frame.columns})


def add_hover(plot: figure, renderer: Any, tooltips: list[tuple[str, str]]) -> None:
    """Say something of each mark of a renderer while the mouse is over it."""
    plot.add_tools(HoverTool(renderers=[renderer], tooltips=tooltips))


def legend_above(plot: figure) -> None:
    """Move the legend out of what is drawn."""
    plot.add_layout(plot.legend[0], "above")
    plot.legend.orientation = "horizontal"
    plot.legend.spacing = 15
    plot.legend.border_line_color = None


def name_left(plot: figure, names: Mapping[float, str]) -> None:
    """Write the names of layers beside a figure, by their places; as many as have room."""
    places = sorted(names)
    plot.yaxis.ticker = FixedTicker(ticks=places)
    plot.yaxis.major_label_overrides = {place: names[place] for place in places}
    plot.yaxis.major_label_policy = NoOverlap()


def name_below(plot: figure, names: Mapping[float, str]) -> None:
    """Write the names of layers below a figure, by their places; as many as have room."""
    places = sorted(names)
    short = {place: short_name(names[place]) for place in places}
    longest = max(map(len, short.values()), default=0)
    if len(names) > MOST_LEVEL_NAMES or longest * len(names) * _WIDTH_OF_A_LETTER > WIDTH:
        slant_names(plot)
        places = places[:: -(-len(names) // MOST_SLANTED_NAMES)]
        # The first ones begin left of the figure.
        plot.min_border_left = round(longest * _WIDTH_OF_A_LETTER * _SLANTED)
    plot.xaxis.ticker = FixedTicker(ticks=places)
    plot.xaxis.major_label_overrides = {place: short[place] for place in places}


def slant_names(plot: figure) -> None:
    """Turn the names of layers below a figure, which would run into each other."""
    plot.xaxis.major_label_orientation = 0.6


def diverging(limit: float) -> LinearColorMapper:
    """Return the colours of signed numbers from ``-limit`` to ``limit``; blue is negative."""
    size = limit or 1.0
    return LinearColorMapper(palette=DIVERGING, low=-size, high=size)


def sequential(limit: float) -> LinearColorMapper:
    """Return the colours of numbers from 0 to ``limit``."""
    return LinearColorMapper(palette=SEQUENTIAL, low=0.0, high=limit or 1.0)


def add_note(plot: figure, text: str) -> None:
    """Say above a figure what has no room along an axis, which is short in a small picture."""
    plot.add_layout(Title(text=text, text_font_size="13px", text_font_style="normal"), "above")


def add_color_bar(plot: figure, mapper: LinearColorMapper, title: str, *notes: str) -> None:
    """Say beside a figure which colour stands for what.

    Parameters
    ----------
    plot
        The figure.
    mapper
        Its colours.
    title
        What they show; it stands along the bar, which is short in a small picture.
    *notes
        What else is to be known of the colours; it stands above the figure.
    """
    if notes:
        add_note(plot, "; ".join(notes))
    bar = ColorBar(
        color_mapper=mapper,
        title=title,
        title_text_font_size="14px",
        title_text_font_style="normal",
        major_label_text_font_size="13px",
        ticker=BasicTicker(desired_num_ticks=9),
        width=16,
        padding=20,
    )
    plot.add_layout(bar, "right")

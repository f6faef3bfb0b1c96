"""A picture that shows itself in a notebook and saves itself as a file."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bokeh import plotting
from bokeh.embed import file_html
from bokeh.models.annotations import Title
from bokeh.resources import INLINE

from queries.core.files import check_file, replaced
from queries.errors import ParameterError, listed
from queries.library.plots import SUFFIXES
from queries.plots.browser import image_of
from queries.plots.cell import in_cell

Size = tuple[int, int]
"""Width and height in pixels."""

_SIDES: Final = range(10, 100_000)


@dataclass(frozen=True, repr=False)
class Picture:
    """What a method of ``NeuronGraph.plot`` returns.

    In a notebook it shows itself, as wide as the cell but no wider than it is. Its page needs
    nothing from another host; in a notebook the first picture brings along what draws them all.

    Parameters
    ----------
    figure
        The Bokeh figure, which may be changed before it is shown or saved.
    note
        What it makes of weights that are NaN or infinite; empty where there are none.
    size
        Width and height in pixels; by default 1280 and 800.

    Raises
    ------
    ParameterError
        If the size is none.
    """

    figure: plotting.figure
    note: str = ""
    size: Size | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.size is not None:
            self._resize(self.size)

    def _resize(self, size: Size) -> None:
        try:
            width, height = size
            right = all(type(side) is int and side in _SIDES for side in (width, height))
        except (TypeError, ValueError):
            right = False
        if not right:
            raise ParameterError(
                f"size is {size!r}; it must be width and height in pixels, such as (800, 500)"
            )
        self.figure.width, self.figure.height = size

    @property
    def title(self) -> str:
        """The title of the picture."""
        title = self.figure.title
        return str(title.text if isinstance(title, Title) else title or "")

    @property
    def html(self) -> str:
        """A page with the picture and all that it needs."""
        return file_html(self.figure, INLINE, title=self.title, suppress_callback_warning=True)

    def save(self, path: str | os.PathLike[str], *, size: Size | None = None) -> Path:
        """Write the picture to a file, and return its path.

        Parameters
        ----------
        path
            Ends in ``.html``, ``.png`` or ``.svg``. The latter two are drawn by Chromium or
            Chrome, which must be on the PATH.
        size
            Width and height in pixels; by default those of the picture.

        Raises
        ------
        ParameterError
            If the path ends in something else, or the size is none.
        PictureError
            If there is no browser, or it fails.
        OutputError
            If the file cannot be written; what was there stays.
        """
        file = check_file(path)
        kind = SUFFIXES.get(file.suffix.lower())
        if kind is None:
            raise ParameterError(
                f"{file} ends in none of {listed(list(SUFFIXES))}; they say what is written"
            )
        if size is not None:
            self._resize(size)
        content = self.html.encode() if kind == "html" else image_of(self.html, kind)
        with replaced(file) as stream:
            stream.write(content)
        return file

    def __repr__(self) -> str:
        size = f"{self.figure.width} x {self.figure.height} pixels"
        return f"<Picture {self.title!r}, {size}: a notebook shows it, save(path) writes it>"

    def _repr_html_(self) -> str:
        width, height = self.figure.width, self.figure.height
        before = self.figure.sizing_mode
        self.figure.sizing_mode = "stretch_both"
        try:
            return in_cell(
                self.figure,
                title=self.title,
                size=f"max-width: {width}px",
                # Of a narrow cell the height is kept that axes and legends need.
                shape=f"aspect-ratio: {width} / {height}; min-height: {min(height or 0, 320)}px",
            )
        finally:
            self.figure.sizing_mode = before

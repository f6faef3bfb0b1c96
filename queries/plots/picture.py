"""A picture that shows itself in a notebook and saves itself as a file."""

import html
import os
from dataclasses import dataclass, field
from pathlib import Path

from bokeh import plotting
from bokeh.embed import file_html
from bokeh.models.annotations import Title
from bokeh.resources import INLINE

from queries.core.files import check_file, replaced
from queries.errors import ParameterError, listed
from queries.library.plots import SUFFIXES
from queries.plots.browser import image_of


@dataclass(frozen=True)
class Picture:
    """What a method of ``NeuronGraph.plot`` returns.

    In a notebook it shows itself. Its page needs nothing from another host.

    Parameters
    ----------
    figure
        The Bokeh figure, which may be changed before it is shown or saved.
    note
        What it makes of weights that are NaN or infinite; empty where there are none.
    """

    figure: plotting.figure = field(repr=False)
    note: str = field(default="", repr=False)

    @property
    def title(self) -> str:
        """The title of the picture."""
        title = self.figure.title
        return str(title.text if isinstance(title, Title) else title or "")

    @property
    def html(self) -> str:
        """A page with the picture and all that it needs."""
        return file_html(self.figure, INLINE, title=self.title, suppress_callback_warning=True)

    def save(self, path: str | os.PathLike[str], *, size: tuple[int, int] | None = None) -> Path:
        """Write the picture to a file, and return its path.

        Parameters
        ----------
        path
            Ends in ``.html``, ``.png`` or ``.svg``. The latter two are drawn by Chromium or
            Chrome, which must be on the PATH.
        size
            Width and height in pixels; by default 1280 and 800.

        Raises
        ------
        ParameterError
            If the path ends in something else.
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
            self.figure.width, self.figure.height = size
        content = self.html.encode() if kind == "html" else image_of(self.html, kind)
        with replaced(file) as stream:
            stream.write(content)
        return file

    def _repr_html_(self) -> str:
        # A frame of its own needs no BokehJS in the notebook, and works in an exported one.
        page = html.escape(self.html)
        width, height = ((side or 0) + 20 for side in (self.figure.width, self.figure.height))
        return f'<iframe srcdoc="{page}" width="{width}" height="{height}" style="border: 0">'

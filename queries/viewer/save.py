"""A view as a page that needs no server."""

from bokeh.embed import file_html
from bokeh.layouts import row
from bokeh.models import LayoutDOM
from bokeh.resources import INLINE

from queries.viewer.page_graph import PageGraph
from queries.viewer.panel import FactsPanel
from queries.viewer.picture import ModelPicture
from queries.viewer.scene import complete
from queries.viewer.style import TEMPLATE, dress
from queries.viewer.view import View


def standalone(graph: PageGraph, view: View) -> str:
    """Return a view as HTML with all that it needs.

    Raises
    ------
    NeurongraphError
        If there is no such model.
    """
    title = f"{view.model} - neurongraph"
    return file_html(layout(graph, view), INLINE, title=title, template=TEMPLATE)


def layout(graph: PageGraph, view: View) -> LayoutDOM:
    """Return what such a page shows.

    Raises
    ------
    NeurongraphError
        If there is no such model.
    """
    scene = complete(graph, view)
    picture, panel = ModelPicture(), FactsPanel(links=False)
    picture.show(scene)
    panel.show(scene)
    if scene.facts is None:
        # It says how to use the page.
        panel.heading.visible = False
    root = row(picture.figure, panel.layout, sizing_mode="stretch_both")
    dress(root)
    return root

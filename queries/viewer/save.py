"""A view as a page that needs no server."""

from typing import Final

from bokeh.embed import file_html
from bokeh.layouts import column, row
from bokeh.models import LayoutDOM
from bokeh.models.widgets.markups import Div
from bokeh.resources import INLINE

from queries.viewer.at_input.panel import InputPanel
from queries.viewer.page_graph import PageGraph
from queries.viewer.panel import FactsPanel
from queries.viewer.picture import ModelPicture, side_by_side
from queries.viewer.scene import Scene, complete
from queries.viewer.style import TEMPLATE, dress
from queries.viewer.tables import WIDTH
from queries.viewer.view import View

_STILL: Final = (
    "<p class='hint'>Saved with a share of nodes of {view.node_share:g} and of relationships of "
    "{view.edge_share:g}; a page that is served has sliders for them.</p>"
)


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
    about = f"Picture of the model {view.model}, its inputs left."
    picture, panel = ModelPicture(about), FactsPanel(links=False)
    pictures = [picture]
    title, beside = scene.titles
    picture.show(scene, title)
    if scene.other is not None:
        pictures.append(ModelPicture(about, beside=picture))
        pictures[-1].show(scene.other, beside)
    panel.show(scene)
    if scene.facts is None:
        # It says how to use the page.
        panel.heading.visible = False
    parts: list[LayoutDOM] = [panel.layout]
    if scene.answer is not None:
        at_input = InputPanel()
        at_input.show(scene.answers, scene.classes, links=False)
        parts = [at_input.answers, *_still(scene, view), at_input.of_circuit, *parts]
    side = column(*parts, width=WIDTH + 26, css_classes=["side"])
    drawn = side_by_side(pictures, at_input=scene.answer is not None, cypher=False)
    root = row(drawn, side, sizing_mode="stretch_both", css_classes=["body", "page"])
    dress(root)
    return root


def _still(scene: Scene, view: View) -> list[LayoutDOM]:
    """Return with which shares a circuit was drawn, where there is one."""
    if scene.circuit is None:
        return []
    return [Div(text=_STILL.format(view=view), disable_math=True, width=WIDTH)]

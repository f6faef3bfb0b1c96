"""A part of a graph as a Graphviz drawing."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from queries.core.colours import NEGATIVE, POSITIVE
from queries.core.text import printable
from queries.export.layout import placed
from queries.export.subgraph import Subgraph

_OPACITY: Final = "c0"
"""So that crossing relationships can be told apart."""

_THINNEST: Final = 0.3
_WIDEST: Final = 3.0
"""Points."""

_STYLE: Final = """\
  // With layout and inputscale every program of Graphviz keeps the positions.
  layout=neato
  inputscale=72
  splines=line
  outputorder=edgesfirst
  size="40,30"
  fontname=Helvetica
  labelloc=b
  node [shape=circle, fixedsize=true, style=filled, fillcolor=white, color=gray40]
  node [penwidth=0.7, fontname=Helvetica]
  edge [arrowhead=none]
""".splitlines()


def dot(part: Subgraph) -> str:
    """Return a drawing in the DOT language, with positions in inches.

    Graphviz draws it with ``dot -Tpng``, or faster with ``neato -n -Tpng``.

    Parameters
    ----------
    part
        What is drawn; strong relationships come to lie above weak ones.
    """
    lines = [
        "digraph {",
        *_STYLE,
        f"  label={_quoted(_caption(part))}",
        *(_nodes(part.neurons) if len(part.neurons) else ()),
        *_edges(part),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _caption(part: Subgraph) -> str:
    weight = part.edges[part.by].abs()
    most = f", the widest {weight.max():.4g}" if weight.notna().any() else ""
    most += ", dashed is NaN" if weight.isna().any() else ""
    return (
        f"{part.model.name}: {len(part.neurons):,} nodes, {len(part.edges):,} relationships; "
        f"red positive, blue negative, width by |{part.by}|{most}"
    )


def _nodes(neurons: pd.DataFrame) -> Iterator[str]:
    place = placed(neurons)
    rows = neurons.assign(**place, label=neurons["channel"].astype(object).fillna(""))
    for layer, own in rows.groupby("layer", sort=False):
        # The title stands above the middle of the layer.
        across = (own["across"].min() + own["across"].max()) / 2
        up = own["up"].max() + 0.6
        title = f"layer_{own['layer_index'].iloc[0]}"
        yield (
            f"  {title} [shape=plaintext, style=solid, fixedsize=false, fontsize=14,"
            f' pos="{_points(across)},{_points(up)}!", label={_quoted(str(layer))}]'
        )
        columns = (own[name].tolist() for name in ("id", "name", "label", "across", "up", "step"))
        for neuron, name, label, x, y, step in zip(*columns, strict=True):
            size = 0.85 * step
            yield (
                f'  {neuron} [pos="{_points(x)},{_points(y)}!", width={size:.3f}, '
                f"fontsize={30 * size:.1f}, label={_quoted(str(label))}, "
                f"tooltip={_quoted(str(name))}]"
            )


def _edges(part: Subgraph) -> Iterator[str]:
    edges = part.edges.assign(width=part.edges[part.by].abs()).sort_values("width")
    finite = edges["width"][np.isfinite(edges["width"])]
    largest = finite.max() if len(finite) else 0.0
    names = ("source", "target", part.signed, part.by, "width")
    columns = [edges[name].tolist() for name in names]
    for source, target, signed, weight, width in zip(*columns, strict=True):
        # Infinite ones are as wide as the largest of the others, and NaN has no width.
        share = min(1.0, width / (largest or 1.0)) if width > 0 else 0.0
        dashed = "style=dashed, " if np.isnan(width) else ""
        yield (
            f'  {source} -> {target} [color="{NEGATIVE if signed < 0 else POSITIVE}{_OPACITY}", '
            f"penwidth={_THINNEST + (_WIDEST - _THINNEST) * share:.2f}, {dashed}"
            f'tooltip="{weight:.6g}"]'
        )


def _points(inches: float) -> str:
    return f"{72 * inches:.1f}"


def _quoted(text: str) -> str:
    """Return a string of the DOT language that is shown as it is."""
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f'"{escaped}"'

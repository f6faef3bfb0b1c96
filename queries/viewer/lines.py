"""The lines of a picture, as columns of Bezier curves."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from queries.viewer.at_input.circuit import DrawnCircuit
from queries.viewer.facts import Facts
from queries.viewer.layout import Layout
from queries.viewer.scene import Scene, middle
from queries.viewer.tiles import HEIGHT


def strongest_lines(facts: Facts | None, layout: Layout) -> pd.DataFrame:
    """Return a line for each of the strongest inputs and outputs."""
    rows: list[tuple[float, float, float, float, float, str]] = []
    if facts is not None:
        here = middle(layout, facts.neurons)
        for frame, into in ((facts.inputs, True), (facts.outputs, False)):
            for name, weight, neurons in zip(
                frame["name"], frame["weight"], frame["neurons"], strict=True
            ):
                there = middle(layout, np.asarray(neurons, dtype=np.int64))
                ends = (*there, *here) if into else (*here, *there)
                rows.append((*ends, weight, f"from {name}" if into else f"to {name}"))
    return _lines(rows)


def circuit_lines(circuit: DrawnCircuit | None, layout: Layout) -> pd.DataFrame:
    """Return a line for each of the largest relationships of a circuit."""
    if circuit is None:
        return _lines([])
    edges = circuit.edges
    source, target = edges["source"].to_numpy(), edges["target"].to_numpy()
    x, y = circuit.middles(layout.x), circuit.middles(layout.y)
    frame = pd.DataFrame(
        {
            "x0": x[source],
            "y0": y[source],
            "x1": x[target],
            "y1": y[target],
            "weight": edges["attribution"],
            "names": edges["from"] + " to " + edges["to"],
        }
    )
    lines = _bent(frame[frame["x0"].notna() & frame["x1"].notna()])
    # There may be many, of which the smallest would hide the others.
    width = 0.3 + 4 * lines["weight"].abs() / (circuit.largest or 1.0)
    return lines.assign(width=width, casing=np.where(width > 1, width + 1, 0.0)).iloc[::-1]


def path_lines(scene: Scene) -> pd.DataFrame:
    """Return a line for each step of the paths between two picks, or of that through one.

    At an input the path through a pick is that of the weights, and is not drawn.
    """
    rows: list[tuple[float, float, float, float, float, str]] = []
    hops = scene.paths
    if hops is not None:
        places = hops["id"].to_numpy(np.int64) - scene.model.first
        first = hops["hop"].to_numpy() == 0
    elif scene.facts is not None and scene.answer is None:
        hops = scene.facts.path
        places = hops["neuron"].to_numpy(np.int64)
        first = np.arange(len(hops)) == 0
    else:
        return _lines(rows)
    x, y = scene.layout.x[places], scene.layout.y[places]
    names, weights = hops["name"].to_numpy(), hops["weight"].to_numpy(np.float64)
    for here in np.flatnonzero(~first):
        before = here - 1
        ends = (x[before], y[before], x[here], y[here])
        rows.append((*ends, weights[here], f"{names[before]} to {names[here]}"))
    lines = _lines(rows)
    return lines.assign(width=3.0, casing=6.0)


def _lines(rows: Sequence[tuple[float, float, float, float, float, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["x0", "y0", "x1", "y1", "weight", "names"])
    frame = frame[frame["x0"].notna() & frame["x1"].notna()]
    # Where there are no rows, pandas does not know that weights are numbers.
    size = frame["weight"].astype(np.float64).abs().fillna(0.0)
    finite = size[np.isfinite(size)]
    largest = float(finite.max()) if len(finite) else 1.0
    size = size.clip(upper=largest)
    return _bent(frame).assign(
        width=1 + 3.5 * size / (largest or 1.0),
        casing=3 + 3.5 * size / (largest or 1.0),
    )


def _bent(frame: pd.DataFrame) -> pd.DataFrame:
    """Return lines with the places towards which they bend."""
    bend = 0.5 * (frame["x1"] - frame["x0"])
    return frame.assign(cx0=frame["x0"] + bend, cx1=frame["x1"] - bend)


def wires(layout: Layout) -> dict[str, Any]:
    """Return an arc for each layer that feeds one that does not follow it."""
    by_index = {column.layer.index: column for column in layout.columns}
    order = {index: place for place, index in enumerate(by_index)}
    arcs: dict[str, list[float]] = {name: [] for name in ("x0", "y0", "x1", "y1", "cy")}
    for index, column in by_index.items():
        for feeding in column.layer.inputs:
            if feeding in by_index and order[index] - order[feeding] > 1:
                other = by_index[feeding]
                ends = (other.left + other.width, HEIGHT / 2, column.left, HEIGHT / 2)
                for name, value in zip(arcs, (*ends, HEIGHT + 10.0), strict=True):
                    arcs[name].append(value)
    return {**arcs}

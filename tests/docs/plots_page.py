"""The page about pictures and exports, and its pictures, which a browser and Graphviz draw."""

import shlex
from typing import Final

from PIL import Image

from queries.commands.description import example_words
from queries.export.files import SUFFIXES
from queries.library.plots import Plot, plots
from tests.docs.markdown import NOTE, block, parameters_of, table
from tests.docs.queries_page import load_both, load_repeat, load_series
from tests.docs.sample import ROOT, run, sample_folder

PICTURES: Final = ROOT / "docs" / "pictures"
_SIZE: Final = "680x410"
_PLOTS: Final = f"""\
`neurongraph plot NAME` draws a picture, and so does a method of `NeuronGraph.plot`, which shows
itself in a notebook:

```python
from neurongraph import NeuronGraph

with NeuronGraph("digits.lbug") as graph:
    graph.plot.centrality(measure="pagerank").save("pagerank.html")
```

A picture is a page that works without a network and tells names and numbers under the mouse.
Without `--output` the command writes `NAME.html` and opens it in your browser, or says where it is
where there is no display. A picture is PNG or SVG where the file's name ends so, which needs
Chromium or Chrome. A plot takes what the query takes whose answer it draws; its neurons may be
chosen, and `centrality` be drawn, by a
[property that was written](graph.md#properties-of-your-own). [queries.md](queries.md) says how
neurons are named, and how the sample and the graph with two models are loaded,
[training.md](training.md#a-series-of-checkpoints) how the run is.

In a notebook a picture is as wide as its cell, but no wider than it is made: 1280 by 800 pixels, or
what `size=(800, 500)` says in Python, and `--size 800x500` in a shell. The pictures here are of
`--size {_SIZE}`.
"""
_EXPORT: Final = """\
## Export

`neurongraph export` and `NeuronGraph.export` write a graph, or a part of it, for other tools;
`NeuronGraph.to_networkx` gives the same as a NetworkX graph. All properties go along, also those
that were [written](graph.md#properties-of-your-own) to neurons; a drawing has none. One that has a
name of the format itself, such as `label`, stands there as `_label`.
`neurongraph export circuit` writes [the circuit of an answer](circuits.md#circuits-elsewhere).
"""
_FORMATS: Final = {
    ".graphml": "GraphML: NetworkX, igraph, Gephi, yEd, Cytoscape",
    ".gexf": "GEXF: Gephi",
    ".dot": "a drawing for Graphviz, with a position for each neuron",
    ".png": "that drawing; needs Graphviz",
    ".svg": "that drawing; needs Graphviz",
}
_DRAWING: Final = "neurongraph export --graph digits.lbug source=dense_0 target=dense_1 k=60"
_PARTS: Final = """\
`source` and `target` say where relationships begin and end, `min_weight` and `k` keep the strong
ones. A drawing has at most 10,000 relationships, another file 1,000,000. A file that is there is
replaced once the new one is whole: see [output.md](output.md#how-files-are-written).
"""


def plots_page() -> str:
    """Return the page."""
    parts = [
        NOTE,
        "# Pictures and exports\n",
        _PLOTS,
        table(
            ["plot", "shows"],
            [*((f"[{p.name}](#{p.name})", p.summary) for p in plots().values())],
        ),
        *(_section(plot) for plot in plots().values()),
        _EXPORT,
        table(["a file's name ends in", "it is"], [(f"`{s}`", _FORMATS[s]) for s in SUFFIXES]),
        _PARTS,
        block("sh", f"{_DRAWING} --output export.svg"),
        "![export](pictures/export.svg)\n",
    ]
    return "\n".join(parts)


def _section(plot: Plot) -> str:
    parts = [
        f"## {plot.name}\n",
        f"{plot.summary}\n",
        parameters_of(plot),
        block("sh", f"{_command(plot)} --output {plot.name}.png"),
        f"![{plot.name}](pictures/{plot.name}.png)\n",
    ]
    return "\n".join(parts)


def _command(plot: Plot) -> str:
    words = example_words(plot)
    graph = ["both.lbug", "--model", "rounded"] if "other=digits" in words else ["digits.lbug"]
    graph = ["series.lbug"] if "run=digits" in words else graph
    graph = ["repeat.lbug"] if plot.name == "attention" else graph
    return shlex.join(["neurongraph", "plot", plot.name, "--graph", *graph, *words])


def main() -> None:
    """Draw every picture again."""
    with sample_folder():
        load_both()
        load_repeat()
        load_series()
        for plot in plots().values():
            picture = PICTURES / f"{plot.name}.png"
            run(f"{_command(plot)} --output {picture} --size {_SIZE}")
            # Of 256 colours each is a third as large.
            Image.open(picture).convert("RGB").quantize(256).save(picture, optimize=True)
        run(f"{_DRAWING} --output {PICTURES / 'export'}.svg")


if __name__ == "__main__":
    main()

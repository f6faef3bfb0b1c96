"""Write a part of a graph to a file, in the format that its suffix says."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from queries.core.address import path_text
from queries.core.files import replaced
from queries.core.text import printable
from queries.errors import NeurongraphError, ParameterError
from queries.export.circuit import CircuitGraph
from queries.export.dot import dot
from queries.export.graph_json import write_graph_json
from queries.export.subgraph import MOST_EDGES, Subgraph

_BY_GRAPHVIZ: Final = (".png", ".svg")
_DRAWINGS: Final = (".dot", *_BY_GRAPHVIZ)
SUFFIXES: Final = (".graphml", ".gexf", *_DRAWINGS)
CIRCUIT_SUFFIXES: Final = (".json", *SUFFIXES)
"""Those of a circuit."""

MOST_DRAWN: Final = 10_000
"""Relationships in a drawing."""

_TAKEN: Final = {
    ".graphml": {"label"},
    ".gexf": {"end", "key", "label", "parents", "pid", "slices", "spells", "start", "viz"},
}
"""Names that a format, as NetworkX writes it, gives to what is no property of somebody's own."""


def suffix_of(file: Path, suffixes: Sequence[str] = SUFFIXES) -> str:
    """Return the suffix of a file, which says its format.

    Parameters
    ----------
    file
        The file.
    suffixes
        Those that there are.

    Raises
    ------
    ParameterError
        If it says none.
    """
    suffix = file.suffix.lower()
    if suffix not in suffixes:
        raise ParameterError(
            f"cannot tell the format of {path_text(file)}; let it end in {', '.join(suffixes)}"
        )
    return suffix


def check_tools(suffix: str) -> None:
    """Raise NeurongraphError where a format needs Graphviz, and it is missing."""
    if suffix in _BY_GRAPHVIZ and shutil.which("neato") is None:
        raise NeurongraphError(
            f"{suffix} needs Graphviz, which is not installed (no neato on the PATH); install it, "
            "such as by apt-get install graphviz, or write .dot"
        )


def most_edges(suffix: str) -> int:
    """Return how many relationships a file of a format may have."""
    return MOST_DRAWN if suffix in _DRAWINGS else MOST_EDGES


def write(part: Subgraph, file: Path) -> None:
    """Write a part of a graph to a file, which is replaced once it is whole.

    Parameters
    ----------
    part
        What is written.
    file
        Ends in one of ``SUFFIXES``, or of ``CIRCUIT_SUFFIXES`` where it is a circuit.

    Raises
    ------
    OutputError
        If the file cannot be written.
    NeurongraphError
        If Graphviz fails.
    """
    suffix = file.suffix.lower()
    if isinstance(part, CircuitGraph) and suffix == ".json":
        with replaced(file) as stream:
            write_graph_json(part, file.stem, stream)
        return
    if suffix not in _DRAWINGS:
        with replaced(file) as stream:
            _write_xml(part, suffix, stream)
        return
    drawing = dot(part).encode()
    content = _draw(drawing, suffix) if suffix in _BY_GRAPHVIZ else drawing
    with replaced(file) as stream:
        stream.write(content)


def _draw(drawing: bytes, suffix: str) -> bytes:
    # With a resolution Graphviz makes an SVG larger than the box that it shows.
    resolution = ["-Gdpi=120"] if suffix == ".png" else []
    command = ["neato", "-n", f"-T{suffix[1:]}", *resolution]
    result = subprocess.run(command, input=drawing, capture_output=True, check=False)  # noqa: S603
    if result.returncode:
        raise NeurongraphError(f"Graphviz cannot draw it: {result.stderr.decode(errors='replace')}")
    return result.stdout


def _write_xml(part: Subgraph, suffix: str, stream: BinaryIO) -> None:
    import networkx as nx

    graph = part.to_networkx()
    for _, properties in graph.nodes(data=True):
        # No name that a user may write begins with an underscore.
        for name in _TAKEN[suffix].intersection(properties):
            properties[f"_{name}"] = properties.pop(name)
        # XML holds no control characters.
        properties.update({k: printable(v) for k, v in properties.items() if isinstance(v, str)})
        properties["label"] = properties["name"]
    # Two relationships between the same neurons have the same key in NetworkX.
    for number, (_, _, properties) in enumerate(graph.edges(data=True)):
        properties["id"] = number
    graph.graph["name"] = printable(part.model.name)
    if suffix == ".gexf":
        nx.write_gexf(graph, stream)
    else:
        nx.write_graphml(graph, stream, edge_id_from_attribute="id")

"""Opens a graph for Neo4j Browser, and serves what belongs to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from queries.browser.grass import style_sheet
from queries.browser.guide import Guide
from queries.browser.server import Pages, Server
from queries.core.labels import of_ours
from queries.core.schema import neuron_labels
from queries.errors import ParameterError
from queries.neurongraph import NeuronGraph
from queries.stores.kinds import NEO4J
from queries.stores.location import locate

_KINDS: Final = of_ours("MATCH (l:Layer) RETURN DISTINCT l.class_name AS kind")


def open_server(graph: str | None = None) -> NeuronGraph:
    """Open a graph in Neo4j.

    Parameters
    ----------
    graph
        A ``bolt://`` or ``neo4j://`` URI; None for the environment's NEURONGRAPH_GRAPH.

    Raises
    ------
    ParameterError
        If the graph is not in Neo4j.
    GraphError
        If it cannot be opened.
    """
    place = locate(graph)
    if place.kind is not NEO4J:
        raise ParameterError(
            f"Neo4j Browser shows what is in Neo4j, and {place.text!r} is not; give the address "
            "of a server, such as --graph bolt://localhost:7687"
        )
    return NeuronGraph(place.text)


@contextmanager
def serve(graph: NeuronGraph, port: int, model: str | None) -> Iterator[Server]:
    """Give a server of the guide and the style sheet, which waits to be run.

    Parameters
    ----------
    graph
        An open graph in Neo4j.
    port
        Where to serve; 0 for any free port.
    model
        The model that the guide begins with; None for the one loaded last.

    Raises
    ------
    ParameterError
        If the port cannot be had.
    ModelNotFoundError
        If there is no such model.
    """
    host = urlsplit(graph.location).hostname or ""
    with Server(port, host) as server:
        guide = Guide(graph, server.address, model)
        server.pages = Pages(lambda: _style(graph), guide.html)
        # A model that is not there is told now, rather than in Browser.
        guide.html()
        yield server


def _style(graph: NeuronGraph) -> str:
    kinds = graph.cypher(_KINDS)["kind"]
    return style_sheet(label for kind in kinds for label in neuron_labels(str(kind))[2:])

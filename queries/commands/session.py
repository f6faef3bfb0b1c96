"""A graph for one command, which shows how far its work is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from queries.neurongraph import NeuronGraph


@contextmanager
def open_graph(
    graph: str | None,
    model: str | None,
    dask: str | None = None,
    input_shape: list[str] | None = None,
) -> Iterator["NeuronGraph"]:
    """Open a graph, as ``NeuronGraph`` does, and show on stderr how far a computation is."""
    from queries.commands.input_shapes import input_shapes
    from queries.commands.progress_bar import ProgressBar
    from queries.core.log import notices
    from queries.neurongraph import NeuronGraph
    from queries.stores.location import locate

    notices.setLevel("INFO")
    with (
        ProgressBar(f"Asking {locate(graph).text}") as progress,
        NeuronGraph(
            graph,
            model=model,
            progress=progress,
            dask=dask,
            input_shape=input_shapes(input_shape),
        ) as session,
    ):
        yield session

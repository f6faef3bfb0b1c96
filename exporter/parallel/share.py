"""What a worker does in a pass: compute some pieces of a layer of a model file."""

from collections.abc import Sequence
from dataclasses import dataclass

from exporter.model_graph import ModelNetwork
from exporter.model_graph.pieces import Piece, Result, Work
from exporter.model_graph.threads import limit_blas
from exporter.parallel.source import Content, ModelSource, plan_of
from queries.analysis.operators import WeightFunction


@dataclass(frozen=True)
class Share:
    """Consecutive pieces of a layer, with all that they are computed from but the model.

    Parameters
    ----------
    number
        Which share of the layer it is.
    layer
        The index of the layer.
    function
        What a relationship counts by its weight.
    work
        What is computed.
    pieces
        The pieces.
    """

    number: int
    layer: int
    function: WeightFunction
    work: Work
    pieces: Sequence[Piece]


def compute_share(
    source: ModelSource, share: Share, content: Content | None
) -> tuple[int, list[Result]]:
    """Compute a share of a layer; done twice, it gives the same.

    Parameters
    ----------
    source
        The model.
    share
        What to compute.
    content
        As in ``source.plan_of``.

    Returns
    -------
    tuple
        The number of the share, and the results of its pieces.

    Raises
    ------
    NeurongraphError
        If this process does not find the model, or cannot open it.
    """
    # Each core has a task of its own.
    limit_blas()
    network = ModelNetwork(plan_of(source, content))
    layer = next(each for each in network.layers if each.index == share.layer)
    (wired,) = network.operators(layer)
    return share.number, wired.weighed(share.function).results_of(share.work, share.pieces)

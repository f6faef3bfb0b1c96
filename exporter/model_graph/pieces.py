"""What is computed of a layer, piece by piece, by any thread or process."""

from dataclasses import dataclass

from exporter.model_graph.addresses import Section
from exporter.model_graph.reductions import Reduction
from queries.analysis.operators import Scores

Result = tuple[Section | slice, Scores]
"""Where the result of a piece stands among all results, and the result itself."""


@dataclass(frozen=True)
class Work:
    """What is computed of a layer.

    Parameters
    ----------
    reduction
        What is done with the contributions to one neuron.
    inward
        Whether scores go from sources to targets, or back.
    """

    reduction: Reduction
    inward: bool


@dataclass(frozen=True)
class Piece:
    """A section of a layer, and the scores that it takes.

    Parameters
    ----------
    section
        Which section.
    scores
        Inward, those at some addresses, among which are all that it reads; outward, those
        of its targets: shape (batch, positions, channels).
    first
        Inward, the first of the addresses.
    """

    section: Section
    scores: Scores
    first: int = 0

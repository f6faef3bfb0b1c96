"""What the plots of a graph share."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pandas as pd

from queries.answers.question import Question

if TYPE_CHECKING:
    from queries.neurongraph import NeuronGraph


class GraphPlots:
    """Some plots of a graph.

    Parameters
    ----------
    graph
        An open graph.
    showing
        Shows, while it is entered, how far a computation is.
    """

    def __init__(
        self, graph: "NeuronGraph", showing: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._graph, self._showing = graph, showing

    def _computed(
        self, compute: Callable[[Question], pd.DataFrame], question: Question
    ) -> pd.DataFrame:
        """Answer a question, and show meanwhile how far that is."""
        with self._showing():
            return compute(question)


def title_of(what: str, question: Question) -> str:
    """Return the title of a picture: what it shows, of which model."""
    at_input = "" if question.frozen is None else ", at an input"
    return f"{what}, model {question.model.name}{at_input}"


def layers_of(question: Question) -> pd.DataFrame:
    """Return the layers as the query ``layers`` has them, as far as pictures need it."""
    return pd.DataFrame(
        [
            (layer.index, layer.name, layer.lengths, layer.counted, layer.first, layer.last)
            for layer in question.layers
        ],
        columns=["index", "name", "lengths", "counted", "first", "last"],
    )

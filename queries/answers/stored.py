"""What a store answers by itself, where more than that is to be done."""

import numpy as np
import pandas as pd

from queries.answers.question import Question
from queries.core.memory import edge_room
from queries.core.neuron_filter import NeuronFilter


def edges(question: Question) -> pd.DataFrame:
    """Read relationships.

    Raises
    ------
    ParameterError
        If they do not fit into the memory that is free.
    """
    values, ends = question.values, question.values["target"]
    if not values["source"] and not values["min_weight"]:
        _require_room(question, ends)
    return by_ends(question.stored_answer())


def by_ends(frame: pd.DataFrame) -> pd.DataFrame:
    """Return relationships by target, source and weight; a store gives them in any order.

    Parameters
    ----------
    frame
        An answer to the query ``edges``.
    """
    source, target = frame["source"].to_numpy(), frame["target"].to_numpy()
    # One key sorts several times faster than two; ids of a model are far below 2**31.
    ends = target << 32 | source
    if (ends[1:] > ends[:-1]).all():
        return frame
    order = np.argsort(ends, kind="stable")
    ends = ends[order]
    if (ends[1:] == ends[:-1]).any():
        order = order[np.lexsort((frame["weight"].to_numpy()[order], ends))]
    return frame.take(order).reset_index(drop=True)


def _require_room(question: Question, ends: NeuronFilter) -> None:
    if ends == NeuronFilter(layer=ends.layer):
        layers = [
            each for each in question.layers if ends.layers is None or each.name in ends.layers
        ]
        edge_room().require(sum(layer.edges for layer in layers))

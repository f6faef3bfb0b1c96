"""What a store answers by itself, where more than that is to be done."""

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
    return question.stored_answer()


def _require_room(question: Question, ends: NeuronFilter) -> None:
    if ends == NeuronFilter(layer=ends.layer):
        layers = [
            each for each in question.layers if ends.layers is None or each.name in ends.layers
        ]
        edge_room().require(sum(layer.edges for layer in layers))

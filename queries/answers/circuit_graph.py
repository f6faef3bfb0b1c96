"""The circuit of an answer, for other tools."""

from typing import Final

import numpy as np
import pandas as pd

from queries.analysis.circuit.scores import explanation
from queries.answers.circuit import Explained, edges_of, explained_of, nodes_in
from queries.answers.question import Question
from queries.answers.storing import baseline_text
from queries.core.wording import option
from queries.errors import ParameterError
from queries.export.circuit import CircuitGraph

_COLUMNS: Final = (
    "id", "name", "layer", "layer_index", "channel", "x", "y", "z", "kind", "value", "attribution",
    "bias_part", "left_out", "influence", "answer", "probability",
)  # fmt: skip
_PROBABILITIES: Final = {"softmax", "sigmoid"}


def circuit_graph(question: Question, most: int) -> CircuitGraph:
    """Return the circuit of a question with all that is known of it.

    Parameters
    ----------
    question
        One of the query ``circuit``, about one sample.
    most
        How many relationships are allowed.

    Raises
    ------
    ParameterError
        If there are several samples, or too many relationships.
    """
    if (samples := question.given().samples) != 1:
        raise ParameterError(
            f"{option('input')}: {samples:,} samples, and a circuit is of one; give one"
        )
    (explained,) = explained_of(question)
    if (edges := len(explained.chosen.share)) > most:
        raise ParameterError(
            f"the circuit has {edges:,} relationships, and {most:,} are allowed; take the level "
            "channel or layer, or smaller shares"
        )
    joined = edges_of(explained).drop(columns=["source_name", "target_name"])
    return CircuitGraph(
        question.model.stored, "attribution", _nodes(explained), joined, _facts(explained)
    )


def _nodes(explained: Explained) -> pd.DataFrame:
    """Return the nodes, with what the targets among them are of the answer."""
    sample, own = explained.sample, explained.chosen.nodes
    answer = explained.answer[own]
    frame = nodes_in(explained).assign(answer=np.where(answer > 0, answer, np.nan))
    values = sample.at.value[sample.towards.own != 0]
    layers = {each.name for each in sample.question.layers if each.activation in _PROBABILITIES}
    likely = (answer > 0) & frame["layer"].isin(layers).to_numpy()
    frame["probability"] = np.nan
    # Two targets may be one node.
    if likely.sum() == len(values):
        frame.loc[likely, "probability"] = values
    return frame[[*_COLUMNS]]


def _facts(explained: Explained) -> dict[str, str | float | None]:
    """Return what is said of a circuit as a whole."""
    sample = explained.sample
    values = sample.question.values
    explains = explanation(explained.chosen, explained.flow, explained.answer, explained.inputs)
    chosen = ("level", "prune", "node_share", "edge_share", "rule", "products")
    return {
        "input": sample.name,
        "towards": sample.towards.name,
        **{name: values[name] for name in chosen},
        "baseline": baseline_text(sample.question),
        "target": float(sample.towards.own @ sample.at.pre_activation),
        **explains._asdict(),
    }

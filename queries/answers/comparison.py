"""What changes from one model to another of the same architecture."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from queries.analysis.comparison import (
    ModelPair,
    difference,
    largest_changes,
    layer_changes,
    neuron_changes,
    other_ends,
    require_same_layers,
)
from queries.answers.model import PLACE, Model
from queries.answers.question import Question
from queries.core.labels import of_ours
from queries.core.layer import Layer
from queries.core.neuron_filter import NeuronFilter
from queries.core.wording import option
from queries.errors import ParameterError

_RANKED_BY: Final = {
    "weights": "weight_change",
    "strength": "strength_change",
    "bias": "bias_change",
}


_OTHER_ENDS: Final = """
UNWIND $layers AS layer
CALL (layer) {
  MATCH (t:Neuron) WHERE t.model = $model AND t.layer = layer
  // In a subquery, so that no planner holds each neuron against all of the other model.
  CALL (t) { MATCH (u:Neuron) WHERE u.model = $other AND u.id = t.id RETURN u }
  WITH t, u
  WHERE COLLECT {
    MATCH (t)<-[:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model RETURN s.id AS id ORDER BY id
  } <> COLLECT {
    MATCH (u)<-[:CONNECTS_TO]-(s:Neuron) WHERE s.model = $other RETURN s.id AS id ORDER BY id
  }
  RETURN t.id AS id LIMIT 1
}
RETURN layer LIMIT 1
"""


def require_alike(model: Model, other: Model) -> None:
    """Raise ParameterError where two models are not of one architecture and granularity."""
    about, against = model.stored, other.stored
    if against.granularity != about.granularity:
        raise ParameterError(
            f"other: {against.name!r} is a {against.granularity} graph, and {about.name!r} a "
            f"{about.granularity} graph; load both with the same "
            f"{option('granularity')}"
        )
    require_same_layers(model.layers, other.layers, (about.name, against.name))


def in_store(question: Question) -> pd.DataFrame:
    """Let the store compare two models, once it has seen that both join the same neurons.

    Raises
    ------
    CypherError
        If the store has no statement of the query.
    ParameterError
        If they do not join the same neurons; the message names the layer.
    """
    model, other = _both(question)
    store, stored = model.store, model.stored
    store.statement(question.query, question.values, stored, **question.internal)
    layers = [layer.name for layer in _layers_of(question) if layer.edges]
    values = {"layers": layers, "model": stored.key, "other": other.stored.key}
    for layer in store.frame(of_ours(_OTHER_ENDS), values, stored.name)["layer"]:
        raise other_ends(layer, (model.name, other.name))
    return question.in_store_answer()


def _layers_of(question: Question) -> Iterable[Layer]:
    """Return the layers of which relationships are compared."""
    if "source" not in question.values:
        return question.layers
    begins, ends = question.among("source"), question.among("target")
    return _compared(question).layers_between(begins, ends)


def compare_layers(question: Question) -> pd.DataFrame:
    """Measure how the weights into each layer change."""
    models = _compared(question)
    neurons = _with_biases(question, NeuronFilter())
    # A sum of pandas leaves NaN out, which a bias may be as well.
    own = neurons[neurons["has_bias"]]
    squares = (own["bias_change"] ** 2).groupby(own["layer_index"]).agg(_added)
    rows = [
        {
            "layer_index": layer.index,
            "layer": layer.name,
            **layer_changes(models.edge_pairs(layer)),
            "bias_change": np.sqrt(squares.get(layer.index, np.nan)),
        }
        for layer in models.one.layers
        if layer.edges
    ]
    frame = question.rows(rows)
    return question.typed_answer(
        frame.sort_values("relative_change", ascending=False, kind="stable")
    )


def compare_neurons(question: Question) -> pd.DataFrame:
    """Find the neurons that change most."""
    models, measure = _compared(question), question.values["measure"]
    frame = _with_biases(question, question.values["neurons"])
    for name, of_all in neuron_changes(models).items():
        frame[name] = of_all[models.one.places(frame)]
    size = frame[_RANKED_BY[measure]].abs()
    # Neurons without a bias come last, those whose change is NaN not at all.
    missing = ~frame["has_bias"] if measure == "bias" else False
    size = size[size.notna() | missing]
    most = size.sort_values(ascending=False, kind="stable").index[: question.values["k"]]
    return question.typed_answer(frame.loc[most])


def compare_edges(question: Question) -> pd.DataFrame:
    """Find the weights that change most."""
    models, values = _compared(question), question.values
    between = models.edge_pairs_between(question.among("source"), question.among("target"))
    most = largest_changes(between, values["measure"], values["k"])
    frame = pd.DataFrame(
        {
            "source": most.source + models.one.first,
            "target": most.target + models.one.first,
            "weight": most.weight,
            "other_weight": most.other,
            "change": most.change,
            "relative_change": most.relative,
            "flips": most.flips,
        }
    )
    ids = NeuronFilter(id=sorted({*frame["source"].tolist(), *frame["target"].tolist()}))
    names = question.model.neurons(ids, ("id", "name")).set_index("id")["name"]
    for side in ("source", "target"):
        frame[f"{side}_name"] = names.reindex(frame[side]).array
    return question.typed_answer(frame)


def _added(numbers: "pd.Series[float]") -> float:
    return float(numbers.to_numpy().sum())


def _both(question: Question) -> tuple[Model, Model]:
    """Return the two models of a comparison."""
    if question.other is None:
        raise ValueError(f"{question.query.name} compares no models")
    return question.model, question.other


def _compared(question: Question) -> ModelPair:
    """Return the relationships of both models side by side."""
    model, other = _both(question)
    one, second = (each.network(question.values["by"]) for each in (model, other))
    return ModelPair(one, second, (model.name, other.name))


def _with_biases(question: Question, neurons: NeuronFilter) -> pd.DataFrame:
    """Return neurons of the one model, with the change of each bias, and who has one."""
    frame = question.model.neurons(neurons, (*PLACE, "bias"))
    (own, has), (others, other_has) = (each.biases() for each in _both(question))
    place = question.network.places(frame)
    frame["has_bias"] = (has & other_has)[place]
    change = difference(own[place], others[place])
    frame["bias_change"] = np.where(frame["has_bias"], change, np.nan)
    return frame

"""How central neurons are: exact, by one or two passes through the layers."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from queries.analysis import centrality, passes
from queries.analysis.network import Network
from queries.analysis.not_finite import require_finite, require_finite_weights
from queries.analysis.operators import Flags, Ids, Scores
from queries.answers.question import Question
from queries.core.layer import Layer
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronFilter
from queries.core.wording import option
from queries.errors import ParameterError
from queries.library.queries import query

Measure = Literal[
    "katz",
    "pagerank",
    "path_centrality",
    "in_strength",
    "out_strength",
    "in_degree",
    "out_degree",
]
_AT_INPUT: Final = "path_centrality"
"""The measure that there is at an input as well."""

_TEXTS: Final = ("name", "layer")
_ONLY_FINITE: Final = {"pagerank": "PageRank", "path_centrality": "path centrality"}
"""What is not defined where weights are NaN or infinite."""


def degree(question: Question) -> pd.DataFrame:
    """Count the relationships that end and begin at each neuron."""
    network = question.network
    into, out = passes.in_strength(network, "count"), passes.out_strength(network, "count")
    counts = {"in_degree": into, "out_degree": out, "degree": into + out}
    return _scored(question, {name: count.astype(np.int64) for name, count in counts.items()})


def katz(question: Question) -> pd.DataFrame:
    """Compute Katz centrality."""
    return _scored(question, {"katz": _katz(question.network, question.values)})


def pagerank(question: Question) -> pd.DataFrame:
    """Compute PageRank."""
    return _scored(
        question, {"pagerank": centrality.pagerank(question.network, question.values["alpha"])}
    )


def path_centrality(question: Question) -> pd.DataFrame:
    """Compute the share of all path weight through each neuron."""
    return _scored(question, {"path_centrality": centrality.path_centrality(question.network)})


def eigenvector_centrality(question: Question) -> pd.DataFrame:
    """Compute eigenvector centrality by power iteration."""
    values = question.values
    scores = centrality.eigenvector_centrality(
        question.network, values["weights"], max_iter=values["max_iter"], tol=values["tol"]
    )
    return _scored(question, {"eigenvector_centrality": scores})


def top_neurons(question: Question) -> pd.DataFrame:
    """Choose the neurons of each layer that a measure puts first.

    Raises
    ------
    ParameterError
        If an input is given for a measure of weights alone.
    """
    require_at_input(question.values["measure"], question.values["input"])
    network, values = question.network, question.values
    scores = _measured(network, values["measure"])
    among = question.among("neurons") if values["neurons"] else np.ones(network.neurons, dtype=bool)
    best = np.concatenate(
        [_best(network, layer, among, scores, values["k"]) for layer in network.layers]
    )
    ids = best + network.first
    # Only of these the store is asked for names: a model may have many millions.
    frame = question.model.neurons(NeuronFilter(id=ids.tolist())).set_index("id", drop=False)
    top = frame.loc[ids].reset_index(drop=True)
    top["value"] = scores[best]
    top["rank"] = top.groupby("layer_index").cumcount() + 1
    return question.answer(top)


def in_store(question: Question) -> pd.DataFrame:
    """Let the store compute a measure, or choose neurons by one.

    Raises
    ------
    NotFiniteError
        If the measure is not defined with the weights that the model has.
    """
    what = _ONLY_FINITE.get(question.values.get("measure", question.query.name))
    if what is None:
        return question.in_store_answer()
    require_finite_weights(question.layers, what)
    frame = question.in_store_answer()
    # Somebody may have changed weights since they were counted.
    require_finite(frame.iloc[:, -1].to_numpy(), question.layers, what)
    return frame


def require_at_input(measure: str, given: InputLike | None) -> None:
    """Raise ParameterError where an input is given for a measure of weights alone."""
    if given is not None and measure != _AT_INPUT:
        raise ParameterError(
            f"{option('input')}: {measure} is of weights alone; the measure at an input "
            f"is {_AT_INPUT}"
        )


def _scored(question: Question, scores: Mapping[str, np.ndarray[Any, Any]]) -> pd.DataFrame:
    """Return the neurons that are asked for, with a column for each quantity."""
    order = question.order
    # Texts take most of the memory of a row: none is made of a row that is left out.
    late = order.limit is not None and not order.sorts_by(_TEXTS)
    frame = question.neurons("neurons", ("id",) if late else ("id", *_TEXTS))
    places = question.network.places(frame)
    for name, of_all in scores.items():
        frame[name] = of_all[places]
    return question.answer(_named(question, order.apply(frame)) if late else frame)


def _named(question: Question, frame: pd.DataFrame) -> pd.DataFrame:
    """Return neurons with their names and layers as well."""
    ids = NeuronFilter(id=frame["id"].tolist())
    texts = question.model.neurons(ids, ("id", *_TEXTS)).set_index("id").loc[frame["id"]]
    return frame.assign(**{name: texts[name].to_numpy() for name in _TEXTS})


def _best(network: Network, layer: Layer, among: Flags, scores: Scores, k: int) -> Ids:
    """Return the k neurons of a layer that score most; of equal ones the first."""
    own = network.neurons_of(layer)
    places = own.start + np.flatnonzero(among[own])
    places = places[~np.isnan(scores[places])]
    best: Ids = places[np.argsort(-scores[places], kind="stable")[:k]]
    return best


def _katz(network: Network, values: Mapping[str, Any]) -> Scores:
    """Return Katz centrality, given the checked values of the query."""
    alpha, beta = values["alpha"], values["beta"]
    return centrality.katz(network, values["weights"], alpha=alpha, beta=beta)


def _measured(network: Network, measure: Measure) -> Scores:
    """Return a measure of every neuron, with its usual parameters."""
    match measure:
        case "katz":
            return _katz(network, query("katz").checked({}))
        case "pagerank":
            return centrality.pagerank(network, query("pagerank").checked({})["alpha"])
        case "path_centrality":
            return centrality.path_centrality(network)
        case "in_strength":
            return passes.in_strength(network)
        case "out_strength":
            return passes.out_strength(network)
        case "in_degree":
            return passes.in_strength(network, "count")
        case "out_degree":
            return passes.out_strength(network, "count")

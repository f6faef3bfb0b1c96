"""Which channels a model can lose, by samples that somebody gives."""

from typing import Final

import pandas as pd
from numpy.typing import ArrayLike

from queries.analysis.channels import Channels, channels_of
from queries.analysis.forward import ForwardPass
from queries.analysis.pruning import prune_costs
from queries.answers.question import Question
from queries.answers.samples import Samples, given
from queries.core.neuron_filter import NeuronFilter
from queries.core.wording import option
from queries.errors import ParameterError
from queries.library.declaration import Column
from queries.library.frames import declared

_COLUMNS: Final = (
    Column("name", "text", "layer[channel], which is taken where neurons are meant"),
    Column("layer", "text", "name of the layer"),
    Column("channel", "int", "channel, feature map or unit"),
    Column("neurons", "int", "number of neurons"),
    Column("mean_change", "float", "mean absolute change of the outputs, in their units"),
    Column("rms_change", "float", "root mean square of the change of the outputs, in their units"),
)
_OF_LABELS: Final = (
    Column("accuracy_before", "float", "share of the labels that the whole model predicts"),
    Column("accuracy_after", "float", "share of the labels that it predicts without the channel"),
)


def prune_cost(question: Question, x: Samples, y: ArrayLike | None) -> pd.DataFrame:
    """Measure what the outputs change when each channel is set to 0, cheapest first.

    Parameters
    ----------
    question
        The question which neurons there are, of which the channels are meant.
    x, y
        As ``NeuronGraph.prune_cost`` takes them.

    Raises
    ------
    ParameterError
        If the graph cannot compute what its model computes, or the samples do not fit.
    """
    model, network = question.model, question.network
    _require_computing(question)
    samples = given(model, x, y)
    channels = _channels(question)
    forward = ForwardPass(network, model.biases()[0], model.slopes())
    costs = prune_costs(forward, samples.inputs, channels, samples.labels, network.progress)
    frame = channels.table.assign(mean_change=costs.mean_change, rms_change=costs.rms_change)
    by = ["rms_change"]
    columns: tuple[Column, ...] = _COLUMNS
    if samples.labels is not None and costs.right is not None:
        frame["accuracy_before"] = costs.right_before / samples.labels.count
        frame["accuracy_after"] = costs.right / samples.labels.count
        # Of channels that cost as many right answers, the one that changes less comes first.
        frame["wrong"] = -frame["accuracy_after"]
        by = ["wrong", *by]
        columns = (*columns, *_OF_LABELS)
    return declared(frame.sort_values(by, kind="stable", ignore_index=True), columns)


def _require_computing(question: Question) -> None:
    stored = question.model.stored
    if not stored.properties["replayable"]:
        why = (
            "without its weak relationships or last layers; load it without "
            f"{option('min_weight')}, {option('top')} and {option('partial')}"
            if stored.granularity == "neuron"
            else f"as a {stored.granularity} graph; load it with {option('granularity', 'neuron')}"
        )
        raise ParameterError(
            f"{stored.name!r} cannot compute what its model computes, since it was loaded {why}"
        )


def _channels(question: Question) -> Channels:
    """Return the channels that are meant, all of their neurons in each."""
    if question.values["neurons"]:
        named = question.neurons("neurons")
    else:
        named = question.model.neurons(NeuronFilter(layer=_prunable(question)))
    whole = question.model.neurons(NeuronFilter(layer=list(named["layer"].unique())))
    both = ["layer_index", "channel"]
    meant = whole.merge(named[both].drop_duplicates(), on=both)
    return channels_of(meant.sort_values("id", ignore_index=True), question.network.first)


def _prunable(question: Question) -> list[str]:
    """Return the layers that have parameters and feed others."""
    rows = question.also("layers").stored_answer()
    feeding = {index for inputs in rows["inputs"] for index in inputs}
    names = rows.loc[(rows["parameters"] > 0) & rows["index"].isin(feeding), "name"]
    return list(map(str, names))

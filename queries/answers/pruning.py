"""Which channels a model can lose, by samples that somebody gives."""

from collections.abc import Mapping

import pandas as pd
from numpy.typing import ArrayLike

from queries.analysis.channels import Channels, channels_of
from queries.analysis.pruning import prune_costs
from queries.answers.question import Question
from queries.answers.samples import given
from queries.answers.uses import first_uses
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronFilter
from queries.core.wording import worded
from queries.library.frames import declared
from queries.library.pruning import COLUMNS, OF_LABELS
from queries.library.row_order import RowOrder


def prune_cost(
    question: Question, x: InputLike, y: ArrayLike | None, order: RowOrder
) -> pd.DataFrame:
    """Measure what the outputs change when each channel is set to 0, cheapest first.

    Parameters
    ----------
    question
        The question which neurons there are, of which the channels are meant.
    x, y
        As ``NeuronGraph.prune_cost`` takes them.
    order
        Which rows there are, and in which order.

    Raises
    ------
    ParameterError
        If the graph cannot compute what its model computes, the samples do not fit, or there is no
        column by which the rows are to be sorted.
    """
    model, network = question.model, question.network
    samples = given(model, x, y)
    columns = COLUMNS if samples.labels is None else (*COLUMNS, *OF_LABELS)
    order.require(worded("prune-cost", "prune_cost"), [each.name for each in columns])
    channels = _channels(question)
    forward = question.forward_pass()
    costs = prune_costs(forward, samples.inputs, channels, samples.labels, network.progress)
    frame = channels.table.assign(mean_change=costs.mean_change, rms_change=costs.rms_change)
    by = ["rms_change"]
    if samples.labels is not None and costs.right is not None:
        frame["accuracy_before"] = costs.right_before / samples.labels.count
        frame["accuracy_after"] = costs.right / samples.labels.count
        # Of channels that cost as many right answers, the one that changes less comes first.
        frame["wrong"] = -frame["accuracy_after"]
        by = ["wrong", *by]
    cheapest_first = frame.sort_values(by, kind="stable", ignore_index=True)
    return order.apply(declared(cheapest_first, columns))


def _channels(question: Question) -> Channels:
    """Return the channels that are meant, with all of their neurons, at all uses of a layer."""
    model, rows = question.model, question.also("layers").stored_answer()
    first = first_uses(rows.to_dict("records"))
    names = dict(zip(rows["index"], rows["name"], strict=True))
    if question.values["neurons"]:
        named = question.neurons("neurons")
    else:
        prunable = [names[index] for index in _prunable(rows, first)]
        named = model.neurons(NeuronFilter(layer=prunable))
    named["layer_index"] = named["layer_index"].map(first)
    layers = set(named["layer_index"])
    uses = [names[index] for index in names if first[index] in layers]
    whole = model.neurons(NeuronFilter(layer=uses))
    whole["layer_index"] = whole["layer_index"].map(first)
    whole["layer"] = whole["layer_index"].map(names)
    both = ["layer_index", "channel"]
    meant = whole.merge(named[both].drop_duplicates(), on=both)
    return channels_of(meant.sort_values("id", ignore_index=True), question.network.first)


def _prunable(rows: pd.DataFrame, first: Mapping[int, int]) -> list[int]:
    """Return the layers that have parameters and of which each use feeds others."""
    feeding = {index for inputs in rows["inputs"] for index in inputs}
    ending = {first[index] for index in rows["index"] if index not in feeding}
    return [index for index in rows.loc[rows["parameters"] > 0, "index"] if index not in ending]

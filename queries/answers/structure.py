"""How a model is wired, and which of its parts do little."""

import math

import numpy as np
import pandas as pd

from queries.analysis import passes, structure
from queries.analysis.channels import channels_of
from queries.analysis.duplicate_channels import similar_channels
from queries.answers.question import Question
from queries.core.neuron_filter import NeuronFilter


def dead_neurons(question: Question) -> pd.DataFrame:
    """Find neurons without any path to an output, or without any from an input."""
    network, above = question.network, question.values["threshold"]
    frame = question.neurons("neurons", ("id", "name", "layer"))
    place = network.places(frame)
    begin, end = network.inputs, network.outputs
    reached = begin | passes.reach_forward(network, begin, above=above)
    reaching = end | passes.reach_backward(network, end, above=above)
    frame["from_input"], frame["to_output"] = reached[place], reaching[place]
    return question.typed_answer(frame[~(frame["from_input"] & frame["to_output"])])


def zero_channels(question: Question) -> pd.DataFrame:
    """Find channels of which all weights in, or all weights out, are zero."""
    network = question.network
    into, out_of = passes.in_strength(network), passes.out_strength(network)
    into[network.inputs] = out_of[network.outputs] = np.nan
    channels = channels_of(question.neurons("neurons"), network.first)
    frame = channels.table
    frame["in_strength"], frame["out_strength"] = channels.total(into), channels.total(out_of)
    zero = (frame[["in_strength", "out_strength"]] <= question.values["threshold"]).any(axis=1)
    return question.typed_answer(frame[zero])


def channel_importance(question: Question) -> pd.DataFrame:
    """Rank the channels of each layer by the weights of their paths to the targets."""
    network, k = question.network, question.values["k"]
    end = question.among("target") if question.values["target"] else network.outputs
    own = end.astype(np.float64)
    channels = channels_of(question.model.neurons(NeuronFilter()), network.first)
    frame = channels.table
    frame["importance"] = channels.total(own + passes.sums_backward(network, own))
    layers = frame.groupby("layer_index")["importance"]
    frame["share"] = frame["importance"] / layers.transform("sum")
    frame["rank"] = layers.rank(method="first", ascending=False)
    extreme = (frame["rank"] <= k) | (frame["rank"] > layers.transform("count") - k)
    ranked = frame[extreme & (layers.transform("sum") > 0)]
    return question.typed_answer(ranked.sort_values(["layer_index", "rank"]))


def duplicate_channels(question: Question) -> pd.DataFrame:
    """Find pairs of channels of a layer with alike incoming weights."""
    network = question.network
    neurons = question.neurons("neurons")
    pairs = []
    for layer in network.layers:
        own = neurons[neurons["layer"] == layer.name]
        if layer.edges and len(own):
            pairs.append(similar_channels(network, layer, own, question.values["least"]))
    frame = pd.concat(pairs) if pairs else question.rows([])
    return question.typed_answer(frame.sort_values("cosine", ascending=False, kind="stable"))


def layer_statistics(question: Question) -> pd.DataFrame:
    """Describe the weights into each layer."""
    network = question.network
    rows = [
        {
            "layer_index": layer.index,
            "layer": layer.name,
            "neurons": layer.neurons,
            **structure.layer_statistics(network, layer, question.values["threshold"]),
        }
        for layer in network.layers
        if layer.edges
    ]
    return question.typed_answer(question.rows(rows))


def bifans(question: Question) -> pd.DataFrame:
    """Count how many pairs of sources feed the same pair of targets."""
    begin, end = question.among("source"), question.among("target")
    between = question.network.edges_between(begin, end, structure.BIFAN_BYTES)
    pairs, count = structure.bifans(between, question.values["threshold"])
    sources, targets = int(begin.sum()), int(end.sum())
    possible = math.comb(sources, 2) * math.comb(targets, 2)
    row = {
        "sources": sources,
        "targets": targets,
        "pairs": pairs,
        "bifans": count,
        "share": count / possible if possible else np.nan,
    }
    return question.typed_answer(pd.DataFrame([row]))

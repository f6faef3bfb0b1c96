"""The statements of the guide: each answers at once, and returns no more than can be drawn."""

import math
from dataclasses import dataclass
from typing import Final

from queries.core.literals import literal

STRONGEST: Final = 25
"""How many inputs of a neuron are drawn."""

_BINS: Final = 20


@dataclass(frozen=True)
class Question:
    """A question of the guide.

    Parameters
    ----------
    title
        A few words.
    text
        What the statement shows, and what to change in it.
    cypher
        The statement.
    """

    title: str
    text: str
    cypher: str


def models() -> Question:
    """Ask for the coarse picture of all models."""
    return Question(
        "Models and layers",
        "Each model with its layers. Double-click a node to see what it is joined to.",
        "MATCH p = (m:NeurongraphModel)-[:HAS_LAYER]->(l:NeurongraphLayer)\n"
        "WHERE l.model = m.key\n"
        "RETURN p\n"
        "LIMIT 200",
    )


def layers(model: str) -> Question:
    """Ask how the layers of a model follow one another.

    Parameters
    ----------
    model
        The model's name.
    """
    return Question(
        "How layers follow one another",
        "The coarse picture: a node is a layer, and leads to the layers that it feeds.",
        f"{_layers_of(model)}"
        "OPTIONAL MATCH p = (l)-[:NEXT]->(:NeurongraphLayer {model: m.key})\n"
        "RETURN l, p\n"
        "LIMIT 300",
    )


def sizes(model: str) -> Question:
    """Ask for the sizes of the layers of a model.

    Parameters
    ----------
    model
        The model's name.
    """
    return Question(
        "How large the layers are",
        "A table: neurons, relationships into each layer, and what a neuron computes.",
        f"{_layers_of(model)}"
        "RETURN l.name AS layer, l.class_name AS kind, l.shape AS shape,\n"
        "  l.neurons AS neurons, l.edges AS relationships, l.reduce AS reduce,\n"
        "  l.activation AS activation\n"
        "ORDER BY l.index\n"
        "LIMIT 1000",
    )


def strongest_inputs(key: str, neuron: str) -> Question:
    """Ask what feeds a neuron most strongly.

    Parameters
    ----------
    key, neuron
        The model's key and the neuron's name.
    """
    return Question(
        "The strongest inputs of a neuron",
        f"The {STRONGEST} inputs of {neuron} with the largest absolute weights.",
        f"MATCH p = (:NeurongraphNeuron {{model: {literal(key)}}})\n"
        f"  -[r:CONNECTS_TO]->(:NeurongraphNeuron {_by_name(key, neuron)})\n"
        "RETURN p\n"
        "ORDER BY abs(r.weight) DESC\n"
        f"LIMIT {STRONGEST}",
    )


def receptive_field(key: str, neuron: str, depth: int) -> Question:
    """Ask how far the receptive field of a neuron reaches.

    Parameters
    ----------
    key, neuron
        The model's key and the neuron's name.
    depth
        How many layers there can be before it.
    """
    return Question(
        "A receptive field",
        f"A table: which part of each earlier layer {neuron} depends on.",
        f"MATCH p = (:NeurongraphNeuron {_by_name(key, neuron)})<-[:CONNECTS_TO*1..{depth}]-(s)\n"
        f"WHERE all(n IN nodes(p) WHERE n:NeurongraphNeuron AND n.model = {literal(key)})\n"
        "WITH DISTINCT s\n"
        "RETURN s.layer_index AS position, s.layer AS layer, count(*) AS neurons,\n"
        "  min(s.x) AS left, max(s.x) AS right, min(s.y) AS top, max(s.y) AS bottom\n"
        "ORDER BY position\n"
        "LIMIT 1000",
    )


def field_picture(key: str, neuron: str) -> Question:
    """Ask for the strongest part of a receptive field, two steps back.

    Parameters
    ----------
    key, neuron
        The model's key and the neuron's name.
    """
    return Question(
        "The strongest part of a receptive field",
        f"The six strongest inputs of {neuron}, and the six strongest of each of these.",
        f"MATCH (n:NeurongraphNeuron {_by_name(key, neuron)})\n"
        "CALL (n) {\n"
        "  MATCH p = (n)<-[r:CONNECTS_TO]-(a:NeurongraphNeuron {model: n.model})\n"
        "  RETURN p, a ORDER BY abs(r.weight) DESC LIMIT 6\n"
        "}\n"
        "OPTIONAL CALL (a) {\n"
        "  MATCH q = (a)<-[r:CONNECTS_TO]-(:NeurongraphNeuron {model: a.model})\n"
        "  RETURN q ORDER BY abs(r.weight) DESC LIMIT 6\n"
        "}\n"
        "RETURN p, q",
    )


def paths(key: str, output: str, paths: list[list[int]]) -> Question:
    """Ask for paths whose neurons are known.

    Parameters
    ----------
    key
        The model's key.
    output
        The name of the neuron where they end.
    paths
        The ids of the neurons of each path.
    """
    return Question(
        "The strongest paths to an output",
        f"The {len(paths)} paths from the inputs to {output} with the largest product of absolute "
        "weights; the numbers are ids of neurons. Browser also draws what else joins them, unless "
        "you switch off Connect result nodes in its settings.",
        f"UNWIND {literal(paths)} AS ids\n"
        "UNWIND range(0, size(ids) - 2) AS i\n"
        f"MATCH p = (:NeurongraphNeuron {{model: {literal(key)}, id: ids[i]}})\n"
        f"  -[:CONNECTS_TO]->(:NeurongraphNeuron {{model: {literal(key)}, id: ids[i + 1]}})\n"
        "RETURN p",
    )


def distribution(key: str, layer: str, least: float, most: float) -> Question:
    """Ask how the weights into a layer are distributed.

    Parameters
    ----------
    key, layer
        The model's key and the layer's name.
    least, most
        The smallest and the largest weight.
    """
    step = _step(least, most)
    digits = max(0, -math.floor(math.log10(step)))
    return Question(
        "The distribution of a layer's weights",
        f"A table: how many weights into {layer} there are near each multiple of {step:g}.",
        f"MATCH (t:NeurongraphNeuron {{model: {literal(key)}, layer: {literal(layer)}}})\n"
        "  <-[r:CONNECTS_TO]-(:NeurongraphNeuron {model: t.model})\n"
        f"RETURN round(round(r.weight / {step!r}) * {step!r}, {digits}) AS weight,\n"
        "  count(*) AS relationships\n"
        "ORDER BY weight\n"
        "LIMIT 1000",
    )


def _layers_of(model: str) -> str:
    return (
        f"MATCH (m:NeurongraphModel {{name: {literal(model)}}})\n"
        "  -[:HAS_LAYER]->(l:NeurongraphLayer {model: m.key})\n"
    )


def _by_name(key: str, neuron: str) -> str:
    return f"{{model: {literal(key)}, name: {literal(neuron)}}}"


def _step(least: float, most: float) -> float:
    """Return a round width of which some twenty cover a range."""
    width = (most - least) / _BINS
    if not 0 < width < math.inf:
        return 1.0
    exponent = math.floor(math.log10(width))
    factor = next(factor for factor in (1, 2, 5, 10) if factor * 10.0**exponent >= width * 0.999)
    return float(f"{factor}e{exponent}")

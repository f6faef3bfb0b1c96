"""The statements of the guide that are its own, most of them for a picture.

Each but ``best_products`` answers at once, and returns no more than can be drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from queries.core.literals import literal
from queries.core.properties import quoted

STRONGEST: Final = 25
"""How many inputs of a neuron are drawn, or neurons of a layer or of a written property."""

MOST_CONTRIBUTIONS: Final = 100
"""How many relationships of a stored circuit are drawn."""

BEST: Final = "neurongraph_best"
"""The property that the guide writes to neurons, for the statement that draws paths."""

_PATHS: Final = 5
_PER_SECOND: Final = 500_000
"""How many relationships a pass over a model reads, about."""


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


def neurons(key: str, layer: str) -> Question:
    """Ask for the neurons of a layer, which no relationship joins to the layer's node.

    Parameters
    ----------
    key, layer
        The model's key and the layer's name.
    """
    return Question(
        "From a layer to its neurons",
        f"The layer {layer}, and its first {STRONGEST} neurons. They have the name of the layer as "
        "their property layer, which an index finds. Name another layer to see its neurons.",
        f"MATCH (l:NeurongraphLayer {_by_name(key, layer)})\n"
        "MATCH (n:NeurongraphNeuron {model: l.model, layer: l.name})\n"
        "RETURN l, n\n"
        "ORDER BY n.id\n"
        f"LIMIT {STRONGEST}",
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


def best_products(key: str, outputs: Sequence[str], relationships: int) -> Question:
    """Ask for the pass that the strongest paths need: it writes a property to each neuron.

    Parameters
    ----------
    key
        The model's key.
    outputs
        The names of the layers where paths end; they feed no other.
    relationships
        How many relationships the model has.
    """
    seconds = max(1, round(relationships / _PER_SECOND))
    return Question(
        "Before the strongest paths",
        f"This writes a property {BEST} to each neuron that leads to an output: the logarithm of "
        "the largest product of absolute weights on the way there. The next slide needs it, and "
        f"the slide behind that removes it again. All {relationships:,} relationships are read, "
        f"layer by layer from the outputs back, which takes about {_seconds(seconds)} on a server "
        "that does nothing else. It is one transaction: if you stop it, nothing is left of it.",
        f"MATCH (n:NeurongraphNeuron {{model: {literal(key)}}})\n"
        f"SET n.{BEST} = CASE WHEN n.layer IN {literal(outputs)} THEN 0.0 END\n"
        "WITH count(*) AS neurons\n"
        f"MATCH (l:NeurongraphLayer {{model: {literal(key)}}})\n"
        "WITH l ORDER BY l.index DESC\n"
        "CALL (l) {\n"
        "  MATCH (s:NeurongraphNeuron {model: l.model, layer: l.name})\n"
        "  OPTIONAL MATCH (s)-[r:CONNECTS_TO]->(t:NeurongraphNeuron {model: l.model})\n"
        f"  WITH s, abs(r.weight) AS size, t.{BEST} AS best\n"
        "  WITH s, max(CASE WHEN size > 0 THEN log(size) + best END) AS best\n"
        "  WHERE best IS NOT NULL\n"
        f"  SET s.{BEST} = best\n"
        "}\n"
        "WITH count(*) AS layers\n"
        f"MATCH (m:NeurongraphModel {{key: {literal(key)}}})\n"
        f"SET m.properties = [{literal(BEST)}] +{_others()}\n"
        "RETURN m.name AS model, m.properties AS properties",
    )


def paths(key: str, inputs: Sequence[str], outputs: Sequence[str]) -> Question:
    """Ask for the strongest paths, by the property that ``best_products`` writes.

    Parameters
    ----------
    key
        The model's key.
    inputs, outputs
        The names of the layers where paths begin and end.
    """
    return Question(
        "The strongest paths to an output",
        "The path with the largest product of absolute weights from an input to an output, and "
        f"that of the {_PATHS - 1} inputs that come next. It needs the property of the slide "
        "before, and draws nothing where that is not written. Each step goes to a neuron that "
        "keeps the best product. Name another layer behind IN to begin there. Browser also draws "
        "what else joins these neurons, unless you switch off Connect result nodes in its "
        "settings.",
        f"MATCH (s:NeurongraphNeuron {{model: {literal(key)}}})\n"
        f"WHERE s.layer IN {literal(inputs)} AND s.{BEST} IS NOT NULL\n"
        f"WITH s ORDER BY s.{BEST} DESC, s.id LIMIT {_PATHS}\n"
        "CALL (s) {\n"
        "  MATCH p = (s)\n"
        "    ((a:NeurongraphNeuron)-[r:CONNECTS_TO]->\n"
        f"      (b:NeurongraphNeuron {{model: {literal(key)}}})\n"
        f"      WHERE log(abs(toFloatOrNull(r.weight))) + b.{BEST} = a.{BEST})+\n"
        "    (t:NeurongraphNeuron)\n"
        f"  WHERE t.layer IN {literal(outputs)}\n"
        "  RETURN p LIMIT 1\n"
        "}\n"
        "RETURN p",
    )


def remove_best(key: str) -> Question:
    """Ask for the property of ``best_products`` to be removed.

    Parameters
    ----------
    key
        The model's key.
    """
    return Question(
        "After the strongest paths",
        f"This removes the property {BEST} from all neurons of the model.",
        f"MATCH (m:NeurongraphModel {{key: {literal(key)}}})\n"
        f"SET m.properties ={_others()}\n"
        "WITH m\n"
        "MATCH (n:NeurongraphNeuron {model: m.key})\n"
        f"WHERE n.{BEST} IS NOT NULL\n"
        f"REMOVE n.{BEST}\n"
        "RETURN count(*) AS neurons",
    )


def written(model: str) -> Question:
    """Ask for the properties that were written to the neurons of a model.

    Parameters
    ----------
    model
        The model's name.
    """
    return Question(
        "Written properties",
        "A table: the properties that were written to neurons, by --write-property of "
        "neurongraph query or by this guide, and the values that they have.",
        f"MATCH (m:NeurongraphModel {{name: {literal(model)}}})\n"
        "UNWIND m.properties AS property\n"
        "MATCH (n:NeurongraphNeuron {model: m.key})\n"
        "RETURN property, count(n[property]) AS neurons,\n"
        "  min(n[property]) AS least, max(n[property]) AS most\n"
        "ORDER BY property",
    )


def largest(key: str, name: str) -> Question:
    """Ask for the neurons that have the largest values of a written property.

    Parameters
    ----------
    key
        The model's key.
    name
        The property.
    """
    value = f"n.{quoted(name)}"
    return Question(
        f"The largest {name}",
        f"The {STRONGEST} neurons of the model with the largest {name}.",
        f"MATCH (n:NeurongraphNeuron {{model: {literal(key)}}})\n"
        f"WHERE NOT isNaN({value})\n"
        "RETURN n\n"
        f"ORDER BY {value} DESC\n"
        f"LIMIT {STRONGEST}",
    )


def records(key: str) -> Question:
    """Ask for the inputs and the circuits that are stored with a model.

    Parameters
    ----------
    key
        The model's key.
    """
    return Question(
        "Stored inputs and circuits",
        "Each input that is stored with the model, and each circuit at it: the part of the model "
        "that explains an answer. None is there before one is stored: by neurongraph activate "
        "--input FILE an input with what neurons put out at it, by neurongraph query circuit "
        "--input FILE --store NAME a circuit as well. Load this guide again then: it has slides "
        "about them.",
        f"MATCH (i:NeurongraphInput {{model: {literal(key)}}})\n"
        "OPTIONAL MATCH p = (:NeurongraphCircuit {model: i.model})-[:OF]->(i)\n"
        "RETURN i, p\n"
        "LIMIT 100",
    )


def circuit(key: str, name: str) -> Question:
    """Ask for the picture of a stored circuit.

    Parameters
    ----------
    key, name
        The model's key and the circuit's name.
    """
    of = f"{{model: {literal(key)}, circuit: {literal(name)}}}"
    return Question(
        "A stored circuit",
        f"The {MOST_CONTRIBUTIONS} relationships of the circuit {name} over which most of the "
        "answer comes, for it or against it: the caption is their attribution. A circuit that "
        "another tool traced is ordered by its weights, and has no captions. Double-click a node "
        "to see which neuron it is.",
        f"MATCH p = (:NeurongraphActive {of})\n"
        f"  -[e:CONTRIBUTES]->(:NeurongraphActive {of})\n"
        "WITH p, coalesce(e.attribution, e.weight) AS share\n"
        "WHERE NOT isNaN(share)\n"
        "RETURN p\n"
        "ORDER BY abs(share) DESC\n"
        f"LIMIT {MOST_CONTRIBUTIONS}",
    )


def _others() -> str:
    """Return an expression for the written properties that are not the guide's."""
    return f"\n  [name IN coalesce(m.properties, []) WHERE name <> {literal(BEST)}]"


def _seconds(count: int) -> str:
    return "a second" if count == 1 else f"{count} seconds"


def _layers_of(model: str) -> str:
    return (
        f"MATCH (m:NeurongraphModel {{name: {literal(model)}}})\n"
        "  -[:HAS_LAYER]->(l:NeurongraphLayer {model: m.key})\n"
    )


def _by_name(key: str, name: str) -> str:
    return f"{{model: {literal(key)}, name: {literal(name)}}}"

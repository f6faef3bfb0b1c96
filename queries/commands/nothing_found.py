"""What is said of an answer without rows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from queries.errors import listed
from queries.library.queries import Query

if TYPE_CHECKING:
    from queries.core.neuron_filter import NeuronFilter
    from queries.neurongraph import NeuronGraph

_ENDS: Final = ("source", "target")


def without_rows(session: "NeuronGraph", query: Query, values: Mapping[str, Any]) -> str:
    """Return a sentence about an answer without rows; empty where there is nothing to say.

    Parameters
    ----------
    session
        The graph that was asked.
    query
        What was asked.
    values
        The values of its parameters.
    """
    if query.theme == "attention":
        return f"Model {session.question(query.name, **values).model.name!r} has no attention."
    if query.theme != "path" or not all(values.get(end) for end in _ENDS):
        return ""
    source, target = (_name(end, values[end]) for end in _ENDS)
    turned = {**values, "source": values["target"], "target": values["source"]}
    # Every query of the library has a method of its name.
    other_way = len(getattr(session, query.name)(**turned))
    hint = f"; one leads from {target} to {source}" if other_way else ""
    return f"No path leads from {source} to {target}{hint}."


def _name(end: str, neurons: "NeuronFilter") -> str:
    """Return what neurons are called in a sentence."""
    from queries.core.neuron_filter import NeuronFilter

    are_layers = neurons == NeuronFilter(layer=neurons.layer)
    return listed(neurons.layers) if are_layers else f"the {end}"

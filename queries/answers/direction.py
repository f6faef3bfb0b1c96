"""Whether a statement passes from sources to targets or back: from the side of fewer neurons."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from queries.answers.question import Question


def is_forward(question: "Question") -> bool:
    """Tell whether there are fewer sources than targets.

    Parameters
    ----------
    question
        A question of the query ``effective_weights`` or ``combine``.
    """
    begin, end = (question.neurons(name, ("id", "layer_index")) for name in question.query.neurons)
    sources = _feeding(question, begin) if "first" in question.values else len(begin)
    return sources <= len(end)


def _feeding(question: "Question", neurons: "pd.DataFrame") -> int:
    """Return about how many neurons feed some neurons; there are no more where all have as many."""
    own = neurons["layer_index"].value_counts()
    inputs, edges = set[int](), 0
    for layer in question.layers:
        if count := int(own.get(layer.index, 0)):
            inputs.update(layer.inputs)
            edges += layer.edges * count // layer.neurons
    return min(edges, sum(question.layers[index].neurons for index in inputs))

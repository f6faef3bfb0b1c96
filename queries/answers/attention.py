"""Where a model attends at an input, and what of a target comes through each head."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries.analysis.attention import Pattern, Weighed, patterns_of, weighed_by
from queries.answers.at_input import batches
from queries.answers.attribution import Sample, answer_of_samples
from queries.answers.question import Question
from queries.answers.token_ids import token_inputs, tokens_at
from queries.core.address import repeatable
from queries.core.memory import neuron_room
from queries.errors import LayerNotFoundError, listed_layers, meant, parts_of

_KEPT: Final[Mapping[str, tuple[int, ...]]] = {
    "head": (0,),
    "query": (0, 1),
    "key": (0, 2),
    "position": (0, 1, 2),
}
"""Which of the axes of heads, queries and keys rows are apart by."""

_TEXTS, _NUMBERS = 2, 8


def attention(question: Question) -> pd.DataFrame:
    """Compute the attention patterns of inputs.

    Raises
    ------
    LayerNotFoundError
        If the model has no attention of the name.
    ParameterError
        If the graph does not compute what its model does, samples do not fit, or there is too
        little memory for the rows.
    """
    model, given, order = question.model, question.given(), question.order
    patterns = _patterns(question)
    rows = sum(pattern.layer.neurons for pattern in patterns)
    neuron_room(_TEXTS, _NUMBERS).require(rows if order.limit else rows * given.samples)
    names = token_inputs(model.layers)
    forward = question.forward_pass()
    places = [question.network.neurons_of(pattern.layer) for pattern in patterns]
    last = max((place.stop for place in places), default=0) - 1
    frames: list[pd.DataFrame] = []
    for start, values, sums in batches(forward, given, last) if patterns else ():
        for column in range(values.shape[1]):
            sample = start + column
            inputs = {name: each[sample] for name, each in given.inputs.items()}
            for pattern, place in zip(patterns, places, strict=True):
                weight = values[place, column][pattern.neurons]
                frame = _positions(pattern, inputs, names).assign(
                    id=pattern.layer.first + pattern.neurons,
                    weight=weight,
                    score=np.where(weight, sums[place, column][pattern.neurons], np.nan),
                    input=given.names[sample],
                )
                frames.append(frame)
            if order.limit is not None:
                # Equal rows stay in their order: the best of the best are the best of all.
                frames = [order.apply(pd.concat(frames, ignore_index=True))]
    return question.typed_answer(
        pd.concat(frames, ignore_index=True) if frames else _no_rows(question)
    )


def head_loadings(question: Question) -> pd.DataFrame:
    """Compute what of a target comes through each head, the patterns held as they are.

    Raises
    ------
    LayerNotFoundError
        If the model has no attention of the name.
    ParameterError
        If the graph does not compute what its model does, samples do not fit, or there is too
        little memory for the rows.
    """
    patterns = _patterns(question)
    held = replace(question, values={**question.values, "products": "frozen"})
    kept = _KEPT[question.values["split"]]
    count = sum(int(np.prod([pattern.shape[axis] for axis in kept])) for pattern in patterns)
    neuron_room(_TEXTS, _NUMBERS).require(count * held.given().samples)
    weighed = [weighed_by(question.network, pattern) for pattern in patterns]
    names = token_inputs(question.layers)

    def rows(sample: Sample) -> pd.DataFrame:
        frames = [
            _loadings(pattern, found, sample, names, kept)
            for pattern, found in zip(patterns, weighed, strict=True)
        ]
        frame = pd.concat(frames, ignore_index=True) if frames else _no_rows(question)
        return frame.assign(towards=sample.towards.name)

    return answer_of_samples(held, rows, ends=())


def _patterns(question: Question) -> list[Pattern]:
    """Return the patterns that are meant."""
    found, name = patterns_of(question.layers), question.values["layer"]
    names = [pattern.layer.name for pattern in found]
    if name is None:
        return found
    among = {name, *parts_of(name, names)}
    if not among.intersection(names):
        raise LayerNotFoundError(
            f"layer: model {question.model.name!r} has no attention {repeatable(name)}; it has "
            f"{listed_layers(names)}{meant(name, names)}"
        )
    return [pattern for pattern in found if pattern.layer.name in among]


def _loadings(
    pattern: Pattern,
    weighed: Weighed,
    sample: Sample,
    names: Mapping[int, str],
    kept: tuple[int, ...],
) -> pd.DataFrame:
    """Return what of a target comes through the heads of a pattern at a sample."""
    through = weighed.summed(sample.attributed.neurons)[pattern.neurons].reshape(pattern.shape)
    added_up = tuple(axis for axis in range(3) if axis not in kept)
    frame = _positions(pattern, sample.inputs, names, kept)
    return frame.assign(attribution=through.sum(axis=added_up).reshape(-1))


def _positions(
    pattern: Pattern,
    inputs: Mapping[str, NDArray[Any]],
    names: Mapping[int, str],
    kept: tuple[int, ...] = (0, 1, 2),
) -> pd.DataFrame:
    """Return a row by head, query and key, with the tokens that stand there; NaN is no number."""
    lengths = [pattern.shape[axis] for axis in kept]
    places = dict(zip(kept, np.indices(lengths).reshape(len(kept), -1), strict=True))
    none = np.full(int(np.prod(lengths)), np.nan)
    columns: dict[str, Any] = {"layer": pattern.layer.name, "head": places[0]}
    for axis, name in ((1, "query"), (2, "key")):
        tokens = tokens_at(inputs, names, pattern.shape[axis])
        columns[name] = places.get(axis, none)
        columns[f"{name}_token"] = tokens[places[axis]] if axis in places else none
    return pd.DataFrame(columns)


def _no_rows(question: Question) -> pd.DataFrame:
    return pd.DataFrame({column.name: [] for column in question.query.columns})

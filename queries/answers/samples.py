"""Samples that somebody gives, for a model to compute with: inputs, and the classes they are of."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from queries.analysis.accuracy import Labels
from queries.answers.inputs.arrays import decoded, numbers, one_or_more
from queries.answers.inputs.scaling import in_range
from queries.answers.inputs.sources import read_source
from queries.answers.inputs.tokens import require_tokens
from queries.answers.inputs.wanted import Read, Wanted
from queries.answers.labels import labels_of
from queries.answers.model import Model
from queries.core.layer import Layer
from queries.core.model_input import InputLike, ModelInput, as_input
from queries.core.wording import option, worded
from queries.errors import ParameterError, listed

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class GivenInput:
    """Samples that fit a model.

    Parameters
    ----------
    inputs
        Values by the names of input layers, in single precision: shape (samples, *shape).
    names
        What each sample is called: by its file and row, or by its number, counted from 0.
    labels
        The classes that stand beside the samples, the first axis that of the samples; None where
        not all have one.
    sources
        The path and row that each was read from, as they were given; None of arrays.
    first, among
        Which of how many the first one is, where they are a part of others; 0 for ``among`` where
        they are no part.
    """

    inputs: Mapping[str, Singles]
    names: tuple[str, ...]
    labels: NDArray[Any] | None
    sources: tuple[str | None, ...]
    first: int = 0
    among: int = 0

    @property
    def samples(self) -> int:
        """How many there are."""
        return len(self.names)

    @property
    def total(self) -> int:
        """How many there are with those that they are a part of."""
        return self.among or self.samples

    def part(self, samples: slice) -> "GivenInput":
        """Return some of them."""
        return GivenInput(
            {name: each[samples] for name, each in self.inputs.items()},
            self.names[samples],
            None if self.labels is None else self.labels[samples],
            self.sources[samples],
            self.first + samples.start,
            self.total,
        )


@dataclass(frozen=True)
class Given:
    """Samples, and the classes that a model should say of them.

    Parameters
    ----------
    inputs
        Values by the names of input layers, in single precision: shape (samples, *shape).
    labels
        The true classes; None where there are none.
    """

    inputs: Mapping[str, Singles]
    labels: Labels | None


def given_input(model: Model, how: ModelInput, argument: str | None = None) -> GivenInput:
    """Return what a model computes with, read and checked against its inputs.

    Parameters
    ----------
    model
        The model: a neuron graph of which nothing was left out.
    how
        Which samples, and what is done to them.
    argument
        What they were given as; None for ``input``.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, samples cannot be read, or do not fit.
    """
    require_computing(model)
    read = _read(model, how, argument or option("input"))
    if read.labels is not None and len(read.labels) != len(read.names):
        raise ParameterError(
            f"{read.labels_name}: there are {len(read.labels):,} classes of {len(read.names):,} "
            "samples"
        )
    return GivenInput(read.inputs, read.names, read.labels, read.sources)


def one_beside(
    model: Model, how: ModelInput, beside: ModelInput, argument: str, one: str
) -> GivenInput:
    """Return one sample that stands beside others, and is read as they are.

    Parameters
    ----------
    model
        The model.
    how
        Which sample. Where it says nothing of pixels or of a column of classes, it is read as the
        others are.
    beside
        The others.
    argument
        What it was given as.
    one
        What an error says of one sample.

    Raises
    ------
    ParameterError
        As ``given_input``; or if there are several samples.
    """
    read = read_beside(model, how, beside, argument)
    if read.samples != 1:
        raise ParameterError(f"{argument}: {read.samples:,} samples, and {one}")
    return read


def read_beside(model: Model, how: ModelInput, beside: ModelInput, argument: str) -> GivenInput:
    """Return samples that stand beside others, and are read as they are.

    Parameters
    ----------
    model, how, beside, argument
        As in ``one_beside``, but for several samples.
    """
    if how.pixels is None:
        how = replace(how, pixels=beside.pixels, resize=how.resize or beside.resize)
    if how.label is None:
        how = replace(how, label=beside.label)
    return given_input(model, how, argument)


def given(model: Model, x: InputLike, y: ArrayLike | None) -> Given:
    """Return samples and classes, checked against the inputs and outputs of a model.

    Parameters
    ----------
    model
        The model: a neuron graph of which nothing was left out.
    x, y
        As ``NeuronGraph.prune_cost`` takes them.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, a file cannot be read, or an array does
        not fit.
    """
    require_computing(model)
    how = as_input(x)
    argument = worded("SAMPLES", "x")
    if how is None:
        raise ParameterError(f"{argument}: None is no sample")
    read = _read(model, how, argument, labels=y is None, strict=True)
    classes, name = (read.labels, read.labels_name) if y is None else (y, "y")
    samples = len(read.names)
    return Given(read.inputs, None if classes is None else labels_of(model, name, classes, samples))


def require_computing(model: Model) -> None:
    """Raise ParameterError where a graph does not compute what its model computes."""
    stored = model.stored
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


@dataclass(frozen=True, eq=False)
class _Checked:
    """Samples that fit, and classes that nothing has checked."""

    inputs: Mapping[str, Singles]
    names: tuple[str, ...]
    labels: NDArray[Any] | None
    labels_name: str
    sources: tuple[str | None, ...]


def _read(
    model: Model, how: ModelInput, argument: str, *, labels: bool = True, strict: bool = False
) -> _Checked:
    """Read samples for all inputs of a model."""
    layers = _input_layers(model)
    wanted = Wanted(model, layers, how, argument, strict=strict, labels=labels)
    first: list[Read] = []
    values: dict[str, list[Singles]] = {layer.name: [] for layer in layers}
    for part in _parts(wanted):
        for layer in layers:
            if layer.name in part.values:
                values[layer.name].append(_single(layer, part.values[layer.name], wanted))
        if layers[0].name in part.values:
            # What was read is in single precision from here on.
            first.append(replace(part, values={}))
    inputs = _inputs(wanted, values)
    names = _names(first, len(next(iter(inputs.values()))))
    found = [part for part in first if part.labels is not None]
    joined = _joined_labels(found, wanted) if len(found) == len(first) else None
    labels_name = found[0].labels_name if found else "y"
    return _Checked(inputs, names, joined, labels_name, _sources(first, len(names)))


def _joined_labels(parts: Sequence[Read], wanted: Wanted) -> NDArray[Any] | None:
    """Return the classes of all samples; None where those of some have another shape."""
    arrays = [decoded(np.atleast_1d(part.labels)) for part in parts]
    shapes = {array.shape[1:]: None for array in arrays}
    if len(shapes) == 1:
        return np.concatenate(arrays)
    if arrays and wanted.strict:
        raise wanted.error(
            f"the labels of a sample have the shapes {listed([str(shape) for shape in shapes])}; "
            "give labels of one shape, such as the numbers of the classes"
        )
    return None


def _parts(wanted: Wanted) -> Iterator[Read]:
    """Yield samples as they are named, for one input or for all."""
    samples = wanted.how.samples
    if isinstance(samples, Mapping):
        for name in samples:
            if name not in wanted.names:
                raise wanted.error(
                    f"{wanted.model.name!r} has no input {name!r}; its inputs are "
                    f"{listed(wanted.names)}"
                )
        for layer in wanted.layers:
            if layer.name not in samples:
                raise wanted.error(f"there is no array for the input {layer.name!r}")
            yield from _of(samples[layer.name], wanted.of(layer))
    else:
        yield from _of(samples, wanted)


def _of(samples: Any, wanted: Wanted) -> Iterator[Read]:
    """Yield what is read of an array, a text, or several texts."""
    if texts := _texts(samples):
        least = len(texts) * sum(layer.neurons for layer in wanted.layers)
        # Joined they are there twice.
        wanted.require_memory(2 * least * np.dtype(np.float32).itemsize, "all that is named")
        for text in texts:
            yield read_source(text, wanted)
        return
    if len(wanted.layers) > 1:
        raise wanted.error(
            f"{wanted.model.name!r} has {len(wanted.layers)} inputs; give a dictionary with an "
            f"array for each of {listed(wanted.names)}"
        )
    (layer,) = wanted.layers
    array = one_or_more(numbers(wanted.argument, samples), layer)
    yield Read({layer.name: in_range(array, wanted, "an array", are_pixels=False)})


def _texts(samples: Any) -> list[str]:
    """Return texts and paths, where samples are such."""
    if isinstance(samples, (str, os.PathLike)):
        return [os.fsdecode(samples)]
    if not isinstance(samples, (list, tuple)):
        return []
    texts = [os.fsdecode(each) for each in samples if isinstance(each, (str, os.PathLike))]
    return texts if len(texts) == len(samples) else []


def _names(parts: Sequence[Read], count: int) -> tuple[str, ...]:
    """Return what samples are called, no two of them the same."""
    names = [name for part in parts for name in part.names]
    if len(names) != count:
        return tuple(map(str, range(count)))
    if len(set(names)) < count:
        names = [name for part in parts for name in part.whole_names]
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        seen[name] += 1
        # The same sample may be given twice.
        names[place] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return tuple(names)


def _sources(parts: Sequence[Read], count: int) -> tuple[str | None, ...]:
    """Return where samples were read from; None of those that no file has."""
    sources = tuple(name for part in parts for name in part.whole_names)
    return sources if len(sources) == count else (None,) * count


def _input_layers(model: Model) -> list[Layer]:
    layers = [each for each in model.layers if each.is_input]
    if len(layers) != len(json.loads(model.stored.properties["input_shapes"])):
        raise ParameterError(
            f"{model.name!r} was loaded without its inputs, from which all values are computed; "
            f"load it without {option('from_layer')}"
        )
    return layers


def _inputs(wanted: Wanted, values: Mapping[str, list[Singles]]) -> dict[str, Singles]:
    """Return the values of the inputs, checked."""
    inputs = {}
    for layer in wanted.layers:
        arrays = values[layer.name]
        joined = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
        _require_finite(layer, joined, wanted)
        require_tokens(layer, joined, wanted)
        inputs[layer.name] = joined
    counts = {name: len(values) for name, values in inputs.items()}
    if len(set(counts.values())) > 1:
        each = [f"{count:,} of {name!r}" for name, count in counts.items()]
        raise wanted.error(f"the inputs have different numbers of samples: {listed(each)}")
    return inputs


def _single(layer: Layer, values: ArrayLike, wanted: Wanted) -> Singles:
    """Return values of an input as Keras would get them, in single precision."""
    array = np.asarray(values)
    if array.shape[1:] != layer.shape or array.ndim == 0:
        raise wanted.error(
            f"an array of the shape {array.shape}, but the input {layer.name!r} takes "
            f"(samples, {', '.join(map(str, layer.shape))})"
        )
    if not len(array):
        raise wanted.error(f"there is no sample for the input {layer.name!r}")
    with np.errstate(over="ignore"):
        return array.astype(np.float32, copy=False)


def _require_finite(layer: Layer, values: Singles, wanted: Wanted) -> None:
    wrong = np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1))
    if len(wrong):
        raise wanted.error(
            f"sample {wrong[0]} of the input {layer.name!r} has a value that is NaN or infinite"
        )

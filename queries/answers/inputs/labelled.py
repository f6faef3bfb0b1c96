"""Samples of one class, as a text says it behind what names the samples."""

import os
import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from queries.answers.inputs.arrays import decoded
from queries.answers.inputs.wanted import Read, Wanted
from queries.errors import listed

_LABELLED: Final = re.compile(r"(?P<samples>.+):label=(?P<label>.*)", re.DOTALL)
_MOST_TOLD: Final = 20
"""Classes that an error tells."""


def split(text: str) -> tuple[str, str | None]:
    """Return what names samples, and the class that is meant; a file of that whole name has all."""
    match = _LABELLED.fullmatch(text)
    if match is None or os.path.exists(text):  # noqa: PTH110 - a Path refuses some texts
        return text, None
    return match["samples"], match["label"]


def of_label(read: Read, label: str, text: str, wanted: Wanted) -> Read:
    """Return those of some samples that are of a class.

    Parameters
    ----------
    read
        The samples.
    label
        The class: a number, or a text.
    text
        What names them.
    wanted
        What they are for.

    Raises
    ------
    ParameterError
        If no class stands beside the samples, or none is of that class.
    """
    classes = _classes(read, text, wanted)
    if not label:
        raise wanted.error(f"{text} names no class; there are {_listed(classes)}")
    at = np.flatnonzero(_are(classes, label))
    if not len(at):
        raise wanted.error(
            f"{text} names no sample of the class {label}; there are {_listed(classes)}"
        )
    return Read(
        {name: np.asarray(values)[at] for name, values in read.values.items()},
        [read.names[each] for each in at.tolist()],
        [read.whole_names[each] for each in at.tolist()],
        classes[at],
        read.labels_name,
    )


def _listed(classes: NDArray[Any]) -> str:
    """Return the classes that there are, for an error."""
    return listed([str(each) for each in np.unique(classes).tolist()[:_MOST_TOLD]])


def _classes(read: Read, text: str, wanted: Wanted) -> NDArray[Any]:
    """Return the class of each sample."""
    if read.labels is None:
        raise wanted.error(
            f"no class stands beside the samples that {text} names; a .npz file has them as y, a "
            "table as a column, and a dataset of Keras by itself"
        )
    classes = decoded(np.asarray(read.labels))
    count = len(read.names)
    if classes.shape not in {(count,), (count, 1)}:
        raise wanted.error(
            f"the classes beside the samples that {text} names have the shape {classes.shape}, "
            f"and those of {count:,} samples are ({count},)"
        )
    return classes.reshape(-1)


def _are(classes: NDArray[Any], label: str) -> NDArray[np.bool_]:
    """Tell which classes are one that a text says."""
    said = np.asarray([str(each) == label for each in classes.tolist()], dtype=bool)
    if classes.dtype.kind not in "biuf":
        return said
    try:
        return np.asarray(said | (classes == float(label)))
    except ValueError:
        return said

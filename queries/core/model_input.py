"""What a model computes with: samples, and what is done to pixels before the model gets them."""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from numpy.typing import ArrayLike

from queries.core.arguments import described, require_text
from queries.core.wording import option
from queries.errors import ParameterError

Source = ArrayLike | str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
"""Samples for one input: an array, or what names them."""

Samples = Source | Mapping[str, Source]
"""Samples for one input, or by the names of inputs."""


@dataclass(frozen=True, eq=False)
class ModelInput:
    """Samples for a model, with what is to be done to them.

    Parameters
    ----------
    samples
        An array, of the shape (samples, ``*shape of the input``), or of the shape of the input for
        one sample. Or a text that names samples, or several: the path of a picture; a path with
        rows, as in ``digits.npz:7``; ``keras:mnist:7``; or numbers, as in ``1,5,7``. Where the
        model has several inputs, a dictionary of such by the names of the input layers.
    pixels
        What 0 and 255 become, such as (0, 1); of a picture of 16 bits 0 and 65535. By default
        numbers stay as they are. Where nothing in a model says what it takes, pictures need it.
    resize
        True to make pictures as large as the model takes them; else another size is an error.
    label
        The column of a table that is no input, but the class. By default ``label``, ``labels`` or
        ``y``, where there is one.

    Raises
    ------
    ParameterError
        If an argument is of a wrong kind.

    Examples
    --------
    >>> ModelInput("photo.jpg", pixels=(0, 1), resize=True)
    ModelInput(samples='photo.jpg', pixels=(0.0, 1.0), resize=True, label=None)
    """

    samples: Samples
    pixels: tuple[float, float] | None = None
    resize: bool = False
    label: str | None = None

    def __post_init__(self) -> None:
        if self.samples is None:
            raise ParameterError("None names no samples; give an array, or the path of a file")
        if not isinstance(self.resize, bool):
            raise ParameterError(
                f"{option('resize')}: {described(self.resize)} is not True or False"
            )
        if self.label is not None:
            require_text(option("label"), self.label, "the name of a column")
        if self.pixels is not None:
            object.__setattr__(self, "pixels", _pixels(self.pixels))


InputLike = ModelInput | Samples
"""What is taken where an input is meant."""


def as_input(value: Any) -> ModelInput | None:
    """Return the input that is meant by samples alone, or by all that is to be done to them."""
    return value if value is None or isinstance(value, ModelInput) else ModelInput(value)


def _pixels(value: Any) -> tuple[float, float]:
    """Return what the darkest and the brightest pixel become."""
    ends = tuple(value) if isinstance(value, (tuple, list)) else ()
    if len(ends) != len(("darkest", "brightest")) or not all(map(_is_number, ends)):
        raise ParameterError(
            f"{option('pixels')}: {value!r} is no pair of what 0 and 255 become, such as (0, 1)"
        )
    low, high = map(float, ends)
    if low == high:
        raise ParameterError(f"{option('pixels')}: 0 and 255 would both become {low:g}")
    return low, high


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(value)

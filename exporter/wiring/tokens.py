"""Numbers that stand for something else: a neuron is 1 where such a number stands, else 0."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.layout import by_channel
from exporter.wiring.results import Computed, Ids, NotWirableError, Stage

Numbers = NDArray[np.int64]

TOKEN: Final = "token"  # noqa: S105 - no password
_LARGEST: Final = 1 << 24
"""Up to here single precision holds every whole number."""


def token_stages(
    ids: Ids,
    numbers: Numbers,
    dtypes: Sequence[str],
    *,
    axis: int = -1,
    from_end: bool = False,
    known: Numbers | None = None,
) -> tuple[Stage, ...]:
    """Return the steps that make a neuron of each token at each position, 1 where it stands there.

    Parameters
    ----------
    ids
        The neurons that say which token stands at each position.
    numbers
        What they say of each token.
    dtypes
        What the tensor that they are of is stored as; of a float the decimals are left out first.
    axis
        Which axis of the output is that of the tokens.
    from_end
        Whether a negative number counts the tokens from the last one, -1.
    known
        What the neurons may say, where that is more than these numbers.

    Raises
    ------
    NotWirableError
        If single precision does not hold the numbers.
    """
    require_whole(numbers)
    others = [0.0, -float(len(numbers))] if from_end else [0.0]
    drawn = numbers if known is None else known

    def token(read: Ids) -> Computed:
        rank = read.ndim + 1
        place = axis % rank
        shape = (*read.shape[:place], len(numbers), *read.shape[place:])
        sources = np.broadcast_to(np.expand_dims(read, place), shape)
        bias = by_channel(-numbers.astype(np.float64), place, rank)
        single = one_to_one(sources, "isin", bias=bias, x2=others)
        counted = tuple("token" if each == place else None for each in range(rank))
        return replace(single, channel_axis=place, counted=counted, known=drawn)

    def output(x: NDArray[Any]) -> NDArray[Any]:
        place = axis % x.ndim
        these = by_channel(numbers.astype(np.float64), place + 1, x.ndim + 1)
        return np.isin(np.expand_dims(x, place + 1) - these, others).astype(np.float32)

    if not is_float(dtypes):
        return (Stage(TOKEN, token, output=output, reads=(ids,)),)
    return (
        Stage("whole", lambda read: whole(read, drawn), output=np.trunc, reads=(ids,)),
        Stage(TOKEN, token, output=output),
    )


def is_float(dtypes: Sequence[str]) -> bool:
    """Tell whether the first tensor that a layer reads may have decimals."""
    return bool(dtypes) and "float" in dtypes[0]


def whole(ids: Ids, known: Numbers | None = None) -> Computed:
    """Leave the decimals out, as a cast to integers does."""
    return replace(one_to_one(ids, "trunc"), is_exact=True, known=known)


def require_whole(numbers: NDArray[Any]) -> None:
    """Raise NotWirableError where single precision does not hold whole numbers."""
    if numbers.size and np.abs(numbers).max() > _LARGEST:
        raise NotWirableError("it knows whole numbers that single precision does not hold")

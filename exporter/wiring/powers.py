"""Powers, and other functions of two numbers, whose second number is not one for all neurons."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.merge import merged
from exporter.wiring.operands import Operand, constant, number
from exporter.wiring.results import EMPTY, Chain, Computed, Floats, Ids, NotWirableError, Stage

_MOST_NUMBERS: Final = 256
_LOG_OF_0: Final = -1e30
"""Stands for minus infinity, of which 0 times is no number."""


def by_numbers(
    ids: Ids, numbers: Operand, name: str, function: Callable[[Any, float], Any]
) -> Computed | Chain:
    """Apply a function of a neuron and a constant; a step for each number of the constant.

    Parameters
    ----------
    ids
        The neurons.
    numbers
        The constant.
    name, function
        The activation, whose second argument is ``x2``, and what it computes.
    """
    each = constant(numbers, ids.ndim)
    shape = np.broadcast_shapes(ids.shape, each.shape)
    read = np.broadcast_to(ids, shape)
    values, places = np.unique(each, return_inverse=True)
    places = np.broadcast_to(places.reshape(each.shape), shape)
    if len(values) == 1:
        return one_to_one(read, name, x2=number(values))
    if len(values) > _MOST_NUMBERS:
        raise NotWirableError(
            f"a constant of it holds {len(values):,} numbers, and at most {_MOST_NUMBERS} are "
            "computed, each in a step of its own"
        )
    masks = [places == place for place in range(len(values))]
    steps = [
        _step(f"with_{place}", read[mask], float(value), name, function)
        for place, (value, mask) in enumerate(zip(values, masks, strict=True))
    ]

    def together(*parts: Ids) -> Computed:
        joined = np.full(shape, EMPTY, dtype=np.int64)
        for mask, part in zip(masks, parts, strict=True):
            joined[mask] = part
        return one_to_one(joined)

    names = tuple(step.name for step in steps)
    return Chain((*steps, Stage("together", together, reads=names)))


def _step(
    step: str, ids: Ids, value: float, name: str, function: Callable[[Any, float], Any]
) -> Stage:
    return Stage(
        step,
        lambda each: one_to_one(each, name, x2=value),
        output=lambda x: function(x, value),
        reads=(ids,),
    )


def power_of_tensors(base: Ids, exponent: Ids) -> Chain:
    """Raise a tensor to a tensor: ``exp(y log abs(x))``, and the sign of whole powers.

    Where the base is negative and the exponent not whole, the root of -1 is no number, as it is
    for NumPy.
    """
    shape = np.broadcast_shapes(base.shape, exponent.shape)
    x, y = (np.broadcast_to(each, shape) for each in (base, exponent))
    return Chain(
        (
            Stage("size", lambda i: one_to_one(i, "absolute"), output=np.abs, reads=(x,)),
            Stage("log", lambda i: one_to_one(i, "log"), output=np.log),
            Stage(
                "bounded",
                lambda i: one_to_one(i, "maximum", x2=_LOG_OF_0),
                output=lambda z: np.maximum(z, np.float32(_LOG_OF_0)),
            ),
            Stage(
                "magnitude",
                lambda *both: replace(merged(both, "product"), activation="exp"),
                output=lambda z, p: np.exp(z * p),
                reads=("bounded", y),
            ),
            Stage(
                "negative",
                lambda i: one_to_one(i, "less", x2=0.0),
                output=lambda z: z < 0,
                reads=(x,),
            ),
            Stage(
                "odd",
                lambda i: one_to_one(i, "mod", x2=2.0),
                output=lambda p: np.mod(p, 2),
                reads=(y,),
            ),
            Stage(
                "part",
                lambda i: one_to_one(i, "mod", x2=1.0),
                output=lambda p: np.mod(p, 1),
                reads=(y,),
            ),
            Stage("broken", lambda i: one_to_one(i, "not_equal", x2=0.0), output=lambda p: p != 0),
            Stage(
                "undefined",
                lambda *both: replace(
                    merged(both, "product", weights=[-1.0, 1.0]), activation="sqrt"
                ),
                output=lambda z, p: np.sqrt(-z * p),
                reads=("negative", "broken"),
            ),
            Stage(
                "turned",
                lambda *both: merged(both, "product"),
                output=lambda z, p: z * p,
                reads=("negative", "odd"),
            ),
            Stage("sign", _sign, output=lambda z, n: 1 - 2 * z + n, reads=("turned", "undefined")),
            Stage(
                "power",
                lambda *both: merged(both, "product"),
                reads=("magnitude", "sign"),
            ),
        )
    )


def _sign(turned: Ids, undefined: Ids) -> Computed:
    one: Floats = np.ones(())
    return replace(merged([turned, undefined], weights=[-2.0, 1.0]), bias=one)

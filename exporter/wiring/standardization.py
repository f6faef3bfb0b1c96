"""Normalization by statistics of the input itself: each is a step that makes neurons."""

import math
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.axes import without_batch
from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.layout import by_channel
from exporter.wiring.means import Means
from exporter.wiring.merge import merged
from exporter.wiring.operands import Operand, constant, is_neurons
from exporter.wiring.results import Chain, Computed, Floats, Ids, NotWirableError, Stage

_CENTRED: Final = "centred"
_SQUARES: Final = "squares"
_RSQRT: Final = "rsqrt"


@handles("LayerNormalization")
def layer_normalization(layer: Any, ids: Ids) -> Chain:
    """Subtract the mean over axes and divide by the deviation, all in steps of their own.

    Ba, Kiros and Hinton (2016), eq. 4, with ``epsilon`` added to the variance.
    """
    steps = standardized(
        ids,
        Means.over(layer.axis, ids),
        layer.epsilon,
        scale=_along(layer.axis, ids, layer.gamma),
        offset=_along(layer.axis, ids, layer.beta),
        centred=not layer.rms_scaling,
    )
    return _with_parameters(layer, steps)


@handles("ops.LayerNorm")
def layer_norm(
    operation: Any, x: Operand, gamma: Operand | None = None, beta: Operand | None = None
) -> Chain:
    """Standardize over axes, and scale by constants or tensors, all in steps of their own."""
    ids, axis, by_variance = _tensor(x), operation.axis, operation.rms_scaling
    steps = standardized(
        ids,
        Means.over(axis, ids),
        operation.epsilon,
        scale=_along(axis, ids, gamma),
        # Keras leaves it out.
        offset=None if by_variance else _along(axis, ids, beta),
        centred=not by_variance,
    )
    return Chain(steps)


@handles("GroupNormalization")
def group_normalization(layer: Any, ids: Ids) -> Chain:
    """Standardize groups of channels over all positions, all in steps of their own.

    Wu and He (2018), eq. 1.
    """
    (axis,) = without_batch(layer.axis, ids.ndim)
    gamma, beta = (
        None if variable is None else by_channel(np.asarray(variable, np.float64), axis, ids.ndim)
        for variable in (layer.gamma, layer.beta)
    )
    means = Means(ids.shape, tuple(range(ids.ndim)), axis, layer.groups)
    return _with_parameters(
        layer, standardized(ids, means, layer.epsilon, scale=gamma, offset=beta)
    )


@handles("RMSNormalization")
def rms_normalization(layer: Any, ids: Ids) -> Chain:
    """Divide by the root of the mean of the squares over axes, all in steps of their own.

    Zhang and Sennrich (2019), eq. 4, with ``epsilon`` added to the mean of the squares.
    """
    scale = np.asarray(layer.scale, dtype=np.float64)
    return _with_parameters(layer, _by_root_mean_square(ids, layer, scale))


@handles("ops.RMSNorm")
def rms_norm(operation: Any, x: Operand, scale: Operand | None = None) -> Chain:
    """Divide by the root of the mean of the squares, and scale by a constant or a tensor."""
    ids = _tensor(x)
    own = scale if scale is None or is_neurons(scale) else constant(scale, ids.ndim)
    return Chain(_by_root_mean_square(ids, operation, own))


def standardized(
    ids: Ids,
    means: Means,
    epsilon: float,
    *,
    scale: Operand | None,
    offset: Operand | None,
    centred: bool = True,
) -> tuple[Stage, ...]:
    """Return the steps that divide by the deviation: what is left without the mean, or all."""
    if not centred:
        return (
            means.step(ids),
            means.left(_SQUARES, ids, "square"),
            _reciprocal_root(means, epsilon),
            *_scaled(ids, means, scale, offset),
        )
    return (
        means.step(ids),
        means.left(_CENTRED, ids),
        _squares(_CENTRED),
        _reciprocal_root(means, epsilon),
        *_scaled(_CENTRED, means, scale, offset),
    )


def _by_root_mean_square(ids: Ids, settings: Any, scale: Operand | None) -> tuple[Stage, ...]:
    means = Means.over(settings.axis, ids)
    return (
        _squares(ids),
        _reciprocal_root(means, settings.epsilon),
        *_scaled(ids, means, scale, None),
    )


def _squares(read: str | Ids) -> Stage:
    return Stage(_SQUARES, lambda each: one_to_one(each, "square"), output=np.square, reads=(read,))


def _reciprocal_root(means: Means, epsilon: float) -> Stage:
    """Return the step that says by what to multiply: ``1 / sqrt(mean of the squares + epsilon)``.

    Keras's ``epsilon`` is the bias.
    """
    return Stage(
        _RSQRT,
        lambda squares: means.wired(squares, bias=np.asarray(epsilon), activation="rsqrt"),
        output=lambda squares: 1 / np.sqrt(means.of(squares) + epsilon),
        reads=(_SQUARES,),
    )


def _scaled(
    read: str | Ids, means: Means, scale: Operand | None, offset: Operand | None
) -> tuple[Stage, ...]:
    """Return the steps that multiply by the reciprocal root and the scale, and add the offset.

    A constant scale is the weight of the edges from what is multiplied, a constant offset the
    bias. A tensor of either is read.
    """
    factors, weight = _apart(1.0 if scale is None else scale, means.shape, 1.0)
    added, bias = _apart(0.0 if offset is None else offset, means.shape, 0.0)

    def product(each: Ids, root: Ids, *more: Ids) -> Computed:
        made = merged(
            [each, means.spread(root), *more], "product", weights=[weight, 1.0, *[1.0] * len(more)]
        )
        return replace(made, bias=None if offset is None else bias)

    def output(x: NDArray[Any], root: NDArray[Any], *more: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(math.prod(more, start=weight * x * means.spread(root, 1)))

    multiplied = Stage("product", product, output=output, reads=(read, _RSQRT, *factors))
    if not added:
        return (multiplied,)
    return multiplied, Stage("sum", lambda *both: merged(both), reads=("product", *added))


def _apart(
    values: Operand, shape: tuple[int, ...], without: float
) -> tuple[tuple[Ids, ...], Floats]:
    """Return a scale or an offset as a tensor and as a constant, of which one does nothing.

    Raises
    ------
    NotWirableError
        If it does not broadcast to the shape of what is scaled.
    """
    if is_neurons(values):
        tensor = np.asarray(values)
        if tensor.ndim != len(shape):
            raise NotWirableError("its scale or offset is a tensor of another rank")
        return (tensor,), np.asarray(without)
    constants: Floats = np.asarray(values, dtype=np.float64)
    try:
        np.broadcast_to(constants, shape)
    except ValueError:
        raise NotWirableError(
            f"its scale or offset of the shape {constants.shape} does not fit {shape}"
        ) from None
    return (), constants


def _along(axis: Any, ids: Ids, values: Any) -> Operand | None:
    """Return a scale or an offset, which has the axes of the normalization, as it broadcasts."""
    if values is None or is_neurons(values):
        return values  # type: ignore[no-any-return]
    array = np.asarray(values, dtype=np.float64)
    if array.ndim > ids.ndim:
        return constant(array, ids.ndim)
    axes = Means.over(axis, ids).axes
    along = [size if position in axes else 1 for position, size in enumerate(ids.shape)]
    return array.reshape(along) if array.size == np.prod(along) else array


def _tensor(x: Operand) -> Ids:
    if not is_neurons(x):
        raise NotWirableError("it normalizes a constant by a tensor")
    return np.asarray(x)


def _with_parameters(layer: Any, steps: tuple[Stage, ...]) -> Chain:
    """Return the steps of a layer: the last one has its parameters."""
    parameters = sum(int(np.prod(variable.shape)) for variable in layer.weights)
    return Chain((*steps[:-1], replace(steps[-1], parameters=parameters)))

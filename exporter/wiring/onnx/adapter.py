"""Handlers of ONNX operations, registered as ``onnx.`` and the operation's name.

Tensors have the shapes that a plan has: without the batch of one. Constants stand in their places.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from exporter.wiring.handlers import ONNX, handler_of, handles
from exporter.wiring.onnx.node import OnnxNode, TensorType
from exporter.wiring.operands import constant
from exporter.wiring.results import (
    Computed,
    Floats,
    Ids,
    Moved,
    NotWirableError,
    Parts,
    Stage,
    Wiring,
)

_Handler = TypeVar("_Handler", bound=Callable[..., Wiring])


def onnx_handles(*ops: str) -> Callable[[_Handler], _Handler]:
    """Register the decorated function as the handler of ONNX operations.

    It is called with the node and with what the node reads: neuron ids of tensors, arrays of
    constants, None for an input that is left out.

    Parameters
    ----------
    *ops
        The names of the operations.

    Returns
    -------
    Callable
        The decorator. It returns the function unchanged.
    """

    def register(function: _Handler) -> _Handler:
        def handler(node: OnnxNode, *ids: Ids) -> Wiring:
            return _as_in_model(node, function(node, *node.operands(ids)))

        handler.__doc__ = function.__doc__
        handler.__module__ = function.__module__
        handles(*(f"{ONNX}{op}" for op in ops))(handler)
        return function

    return register


def handler_of_node(node: OnnxNode) -> Callable[..., Wiring]:
    """Return the handler of a node; KeyError where there is none."""
    return handler_of(f"{ONNX}{node.op}")


def plain_function(node: OnnxNode) -> Computed | None:
    """Return the function that a node applies to each neuron; None where it is more than that."""
    tensors = [each for each in node.inputs if isinstance(each, TensorType)]
    if len(tensors) != 1 or tensors[0].shape != node.outputs[0].shape:
        return None
    try:
        made = handler_of_node(node)(node, np.broadcast_to(np.int64(0), tensors[0].own))
    except (KeyError, NotWirableError):
        return None
    if not isinstance(made, Computed):
        return None
    is_plain = (
        made.activation is not None
        and made.bias is None
        and made.weights.size == 1
        and bool(np.all(made.weights == 1))
    )
    return made if is_plain else None


def _as_in_model(node: OnnxNode, wiring: Wiring) -> Wiring:
    if isinstance(wiring, Parts):
        return Parts(tuple(_placed(node, wiring.parts[place], place) for place in node.used))
    if any(node.used):
        raise NotWirableError(f"its output {max(node.used)} is read, which no neuron says")
    if isinstance(wiring, Moved):
        return _placed(node, wiring, 0)
    if isinstance(wiring, Computed):
        return _completed(node, wiring)
    last = wiring.stages[-1]
    return replace(wiring, stages=(*wiring.stages[:-1], _last(node, last)))


def _last(node: OnnxNode, stage: Stage) -> Stage:
    return replace(stage, wire=lambda *ids: _completed(node, stage.wire(*ids)))


def _placed(node: OnnxNode, moved: Moved, place: int) -> Moved:
    kind = node.outputs[place]
    axis = None if moved.channel_axis is None else kind.planned_axis(moved.channel_axis)
    shaped = moved.ids.reshape(kind.planned)
    return Moved(shaped, node.channel_axes[place] if axis is None else axis)


def _completed(node: OnnxNode, computed: Computed) -> Computed:
    """Give neurons the shape that a plan has, the bias and the function of their node."""
    kind = node.outputs[0]
    own = kind.planned
    if kind.is_by_time and len(computed.shape) == len(kind.own):
        computed = _without_batch(computed, kind)
    if not computed.sources.shape[: computed.rank]:
        computed = replace(computed, sources=np.asarray(computed.read)[np.newaxis], rank=1)
    if computed.shape != own:
        computed = _reshaped(computed, own)
    if computed.channel_axis is None:
        computed = replace(computed, channel_axis=node.channel_axes[0])
    if node.bias is not None:
        added = _own_bias(node.bias, kind)
        bias = added if computed.bias is None else computed.bias + added
        computed = replace(computed, bias=bias)
    if node.activation is None:
        return computed
    function = plain_function(node.activation)
    if function is None:
        raise NotWirableError(f"its activation {node.activation.op} is no plain function")
    return replace(
        computed,
        activation=function.activation,
        activation_config=function.activation_config,
        slope=function.slope,
    )


def _own_bias(bias: Floats, kind: TensorType) -> Floats:
    if kind.is_by_time and bias.ndim == kind.rank:
        return np.squeeze(bias, axis=kind.batch)
    return constant(bias, len(kind.planned))


def _without_batch(computed: Computed, kind: TensorType) -> Computed:
    """Return what a handler says of axes as a plan counts them, which has no batch."""
    axis = computed.channel_axis
    changes: dict[str, Any] = {}
    if axis is not None:
        changes["channel_axis"] = kind.planned_axis(axis)
    if computed.counted is not None:
        kept = [kind.planned_axis(place) is not None for place in range(len(kind.own))]
        changes["counted"] = tuple(
            what for what, is_kept in zip(computed.counted, kept, strict=True) if is_kept
        )
    if "axis" in computed.activation_config:
        over = np.atleast_1d(computed.activation_config["axis"])
        places = [kind.planned_axis(int(each)) for each in over]
        own = [place - len(kind.planned) for place in places if place is not None]
        if not own:
            raise NotWirableError("it goes over the samples of a batch")
        axes = own[0] if len(own) == 1 else own
        changes["activation_config"] = {**computed.activation_config, "axis": axes}
    return replace(computed, **changes)


def _reshaped(computed: Computed, own: tuple[int, ...]) -> Computed:
    """Return the same neurons in another shape, and with them what they have of their own."""
    shape = computed.shape
    if int(np.prod(shape)) != int(np.prod(own)):
        raise NotWirableError(f"its handler gives the shape {shape}, but the model {own}")
    each = {
        name: np.broadcast_to(value, shape).reshape(own)
        for name in ("bias", "slope")
        if (value := getattr(computed, name)) is not None
    }
    changes: dict[str, Any] = {"output": own, **each}
    return replace(computed, **changes)

"""Operations of ONNX that write into a tensor at constant places."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.constants import saying
from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.moves import moved
from exporter.wiring.onnx.node import OnnxNode, TensorType
from exporter.wiring.operands import is_neurons
from exporter.wiring.results import (
    EMPTY,
    Chain,
    Computed,
    Floats,
    Ids,
    NotWirableError,
    Reduce,
    Stage,
    Wiring,
)
from exporter.wiring.room import require_room
from exporter.wiring.zeros import with_zeros_joined

_JOINED: Final[dict[str, tuple[Reduce, Any, float]]] = {
    "add": ("sum", np.add, 0.0),
    "max": ("max", np.maximum, -np.inf),
    "min": ("min", np.minimum, np.inf),
    "mul": ("product", np.multiply, 1.0),
}
"""What joins what is written to what stood there: of neurons, of constants; what changes none."""


@onnx_handles("Scatter", "ScatterElements", "ScatterND")
def scattered(node: OnnxNode, data: Any, places: Any, updates: Any) -> Wiring:
    """Put other neurons, or constants, in place of some; or join them to these."""
    if is_neurons(places):
        raise NotWirableError("it writes at places that depend on its input")
    _require_inside(node, np.asarray(places))
    joined = node.attributes.get("reduction", "none")
    if joined == "none":
        return moved(node, data, places, updates)
    if joined not in _JOINED:
        raise NotWirableError(f"its attribute reduction is {joined}")
    reduce, function, start = _JOINED[joined]
    into, told = (_full(node, place, each) for place, each in ((0, data), (2, updates)))
    targets = _targets(node, np.asarray(places), into.shape)
    if not is_neurons(told):
        return _constants_joined(reduce, function, start, into.reshape(-1), targets, told)
    if not is_neurons(into):
        raise NotWirableError("it joins a tensor to a constant that it writes into")
    return _joined(into.reshape(-1), targets, told.reshape(-1), reduce)


@onnx_handles("TensorScatter")
def written_behind(node: OnnxNode, past: Any, update: Any, places: Any = None) -> Wiring:
    """Put neurons in place of others, from constant places of an axis on."""
    if is_neurons(places):
        raise NotWirableError("it writes at places that depend on its input")
    return moved(node, past, update, *([] if len(node.inputs) < 3 else [places]))  # noqa: PLR2004


def _require_inside(node: OnnxNode, places: NDArray[Any]) -> None:
    known = node.inputs[0]
    shape = () if known is None else known.shape
    axis = int(node.attributes.get("axis", 0)) % max(len(shape), 1)
    own = shape[: places.shape[-1]] if node.op == "ScatterND" else shape[axis : axis + 1]
    lengths = np.array(own)
    if np.any(places >= lengths) or np.any(places < -lengths):
        raise NotWirableError("it writes outside of its tensor")


def _full(node: OnnxNode, place: int, operand: Any) -> NDArray[Any]:
    """Return neurons or constants in the shape that the model has."""
    known = node.inputs[place]
    shaped: NDArray[Any] = (
        operand.reshape(known.shape) if isinstance(known, TensorType) else np.asarray(operand)
    )
    return shaped


def _targets(node: OnnxNode, places: NDArray[Any], shape: tuple[int, ...]) -> Ids:
    """Return where each update goes, as a place in the flat tensor."""
    flat = np.arange(np.prod(shape)).reshape(shape)
    if node.op == "ScatterND":
        return np.asarray(flat[tuple(np.moveaxis(places, -1, 0))].reshape(-1))
    axis = int(node.attributes.get("axis", 0)) % len(shape)
    grid: list[Any] = list(np.indices(places.shape, sparse=True))
    grid[axis] = places
    return np.asarray(flat[tuple(grid)].reshape(-1))


def _joined(into: Ids, targets: Ids, updates: Ids, reduce: Reduce) -> Computed:
    """Join each element to all that is written there."""
    order = np.argsort(targets, kind="stable")
    targets, updates = targets[order], updates[order]
    first = np.searchsorted(targets, targets)
    slots = np.arange(len(targets)) - first + 1
    require_room(into.size * (int(slots.max(initial=0)) + 1), "it writes at the same place often")
    sources = np.full((into.size, int(slots.max(initial=0)) + 1), EMPTY, dtype=np.int64)
    sources[:, 0] = into
    sources[targets, slots] = updates
    one = np.ones((), dtype=np.float32)
    return with_zeros_joined(Computed(sources, one, 1, reduce=reduce))


def _constants_joined(
    reduce: Reduce, function: Any, start: float, into: Ids, targets: Ids, told: Floats
) -> Wiring:
    """Join constants to some elements: as biases, as weights, or as neurons that say them."""
    values = np.full(into.size, start)
    function.at(values, targets, told.reshape(-1).astype(np.float64))
    if reduce in {"sum", "product"}:
        return Computed(
            into[:, np.newaxis],
            (values if reduce == "product" else np.ones(into.size))[:, np.newaxis].astype("f4"),
            1,
            bias=values if reduce == "sum" else None,
        )
    changed = np.unique(targets)
    return Chain(
        (
            saying("constant", values[changed], into),
            Stage(
                "joined",
                lambda ids, constants: _joined(ids, changed, constants, reduce),
                reads=(into, "constant"),
            ),
        )
    )

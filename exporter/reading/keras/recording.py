"""Record the operations and layers that a layer's ``call`` is made of.

It is called with symbolic tensors of fixed shapes, for a batch of one: Keras notes what is done
with them, and computes nothing.
"""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

from exporter.reading.calls import Shape, Tensor, leaves, mapped
from exporter.reading.keras.graph import NotRecordedError, nodes_between
from exporter.reading.keras.refusing import reason_in
from exporter.reading.keras.symbolic import symbolic_operands
from exporter.reading.keras.unrolling import recorded_loops
from exporter.wiring import NotWirableError

_UNINITIALIZED: Final = "uninitialized_variables"
_LONGEST: Final = 200


@dataclass(frozen=True)
class Spec:
    """What is known of a tensor: its shape without the batch, and what its values are stored as."""

    shape: Shape
    dtype: str


@dataclass(frozen=True)
class Recording:
    """What a call of a layer consists of.

    Parameters
    ----------
    inputs
        The symbolic tensors that it was called with, in the order of its arguments, each once.
    outputs
        What it returned: symbolic tensors, values that no input changes, and None.
    nodes
        The nodes of Keras between them, each after those that it reads.
    unmasked
        Which of the inputs, by their places, lost a mask that they carried.
    """

    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    nodes: tuple[Any, ...]
    unmasked: tuple[int, ...] = ()


def recorded(
    layer: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    specs: Sequence[Spec],
    masks: Mapping[int, int] | None = None,
) -> Recording:
    """Call a layer with symbolic tensors, as at inference, and return what it did.

    Parameters
    ----------
    layer
        The built Keras layer, or model.
    args, kwargs
        The arguments of its call, with a ``Tensor`` in the place of each tensor.
    specs
        What is known of each tensor, by its position.
    masks
        The positions of the masks that tensors carry, by their positions, which are those of
        further inputs.

    Raises
    ------
    NotRecordedError
        If the call fails on symbolic tensors, or changes what the layer holds.
    """
    import keras
    from keras.src.backend import set_keras_mask

    inputs, own_args, own_kwargs = symbolic(args, kwargs, specs)
    masks = masks or {}
    for position, mask in masks.items():
        if mask not in inputs:
            inputs[mask] = keras.KerasTensor((1, *specs[mask].shape), specs[mask].dtype)
        set_keras_mask(inputs[position], inputs[mask])
    if getattr(layer, "_call_has_training_arg", False):
        own_kwargs["training"] = False
    on = ", ".join(str(specs[position].shape) for position in inputs)
    with symbolic_operands(), recorded_loops():
        outputs = _called(layer, own_args, own_kwargs, on)
    flat = tuple(keras.tree.flatten(outputs))
    nodes = tuple(nodes_between(inputs.values(), flat))
    bare = (place for place, at in enumerate(inputs) if at in masks and not _is_masked(inputs[at]))
    return Recording(tuple(inputs.values()), flat, nodes, tuple(bare))


def _is_masked(tensor: Any) -> bool:
    from keras.src.backend import get_keras_mask

    return get_keras_mask(tensor) is not None


def likeness(args: Sequence[Any], kwargs: Mapping[str, Any], specs: Sequence[Spec]) -> str | None:
    """Return what the arguments of two calls have in common if they do the same.

    None where that is not told: of arrays among them.
    """
    order: dict[int, int] = {}
    told = True

    def described(leaf: Any) -> Any:
        nonlocal told
        if isinstance(leaf, Tensor):
            return order.setdefault(leaf.position, len(order)), specs[leaf.position]
        told = told and (leaf is None or isinstance(leaf, (bool, int, float, str)))
        return leaf

    text = repr(mapped(described, (tuple(args), dict(kwargs))))
    return text if told else None


def symbolic(
    args: Sequence[Any], kwargs: Mapping[str, Any], specs: Sequence[Spec]
) -> tuple[dict[int, Any], tuple[Any, ...], dict[str, Any]]:
    """Return symbolic tensors of a batch of one by position, and the arguments with them.

    Raises
    ------
    NotRecordedError
        If an axis of one is open.
    """
    import keras

    tensors = {}
    for leaf in leaves((tuple(args), dict(kwargs))):
        if isinstance(leaf, Tensor):
            spec = specs[leaf.position]
            if None in spec.shape:
                raise NotRecordedError(f"its input has the open shape {spec.shape}")
            tensors[leaf.position] = keras.KerasTensor((1, *spec.shape), spec.dtype)
    own_args, own_kwargs = mapped(
        lambda leaf: tensors[leaf.position] if isinstance(leaf, Tensor) else leaf,
        (tuple(args), dict(kwargs)),
    )
    return tensors, own_args, own_kwargs


def _called(layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any], on: str) -> Any:
    """Call a layer; nothing that it holds is changed."""
    import keras
    from keras.src.backend.common.global_state import get_global_attribute, set_global_attribute

    try:
        with keras.StatelessScope(initialize_variables=False) as scope:
            outputs = layer.call(*args, **kwargs)
        made = get_global_attribute(_UNINITIALIZED)
    except NotWirableError as error:
        raise NotRecordedError(str(error)) from error
    except Exception as error:  # A call may be anybody's.
        where = f"its call() on {on} fails{_place(layer, error)}"
        reason = f"{type(error).__name__}: {reason_in(str(error), _LONGEST)}"
        raise NotRecordedError(f"{where}: {reason}") from error
    finally:
        # Keras would fill them the next time that it builds a model.
        set_global_attribute(_UNINITIALIZED, [])
    if made:
        raise NotRecordedError("its call() makes weights, which no file can have")
    if scope.state_mapping:
        raise NotRecordedError("its call() changes what it holds, as random numbers do")
    return outputs


def _place(layer: Any, error: BaseException) -> str:
    """Return where in the file of a layer's class an error came up; nothing for one of Keras."""
    file = getattr(getattr(type(layer).call, "__code__", None), "co_filename", None)
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file
    ]
    return f" at line {frames[-1].lineno} of {PurePath(str(file)).name}" if frames else ""

"""Unroll recurrent layers: a step of one is recorded once, and stands at each time.

A recurrent layer of Keras leaves its loop over time to the backend, which cannot run it without
values.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.reading.bounds import MOST_PARTS
from exporter.reading.keras.graph import nodes_between
from exporter.reading.keras.replacing import replaced
from exporter.wiring import is_of_keras
from queries.core.wording import option
from queries.errors import ModelFileError

_FAST: Final = ("lstm", "gru", "bidirectional_lstm", "bidirectional_gru")
"""Loops of the backend that compute at once what a cell says."""

_SAYING_THEIR_STATE: Final = frozenset(["ConvLSTMCell", "GRUCell", "LSTMCell", "SimpleRNNCell"])
"""Cells that say the first of their states."""


@dataclass(eq=False)
class Loop:
    """A loop over time, in the place of an operation of a node of Keras.

    Parameters
    ----------
    inputs, states
        The symbolic tensors that a step reads: what stands at its time, and what it keeps.
    outputs
        What a step returns: what it says, and what it keeps.
    nodes
        The nodes of Keras between them.
    cell
        The ``id`` of the layer that a step consists of; None where it is made of several.
    times
        The times, in the order in which they are passed.
    mask
        Whether each time counts; None where all do, or where a step says so by itself.
    zeros
        True where a time that does not count says 0; else it says what the one before it says.
    all_outputs
        True where the loop returns what each time says.
    """

    inputs: Sequence[Any]
    states: Sequence[Any]
    outputs: Sequence[Any]
    nodes: Sequence[Any]
    cell: int | None
    times: Sequence[int]
    mask: NDArray[np.bool_] | None
    zeros: bool
    all_outputs: bool
    name: str = "loop"
    _inbound_nodes: list[Any] = field(default_factory=list)
    _outbound_nodes: list[Any] = field(default_factory=list)

    def counts(self, time: int) -> bool:
        """Tell whether a time counts."""
        return self.mask is None or bool(self.mask[time])


@contextmanager
def recorded_loops() -> Iterator[None]:
    """Record the loops over time of recurrent layers, as at inference."""
    import keras
    from keras.src import backend
    from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell

    names = [name for name in _FAST if hasattr(backend, name)]
    loops = [
        (backend, "rnn", _loop(backend.rnn)),
        *((backend, name, _slow(getattr(backend, name))) for name in names),
        # A mask of dropout is drawn at inference as well, and not used.
        (keras.layers.RNN, "_maybe_config_dropout_masks", lambda *_: None),
        (DropoutRNNCell, "get_dropout_mask", lambda *_: None),
        (DropoutRNNCell, "get_recurrent_dropout_mask", lambda *_: None),
    ]
    with replaced(loops):
        yield


def require_parts(name: str, loop: Loop, before: int, parts: int) -> None:
    """Raise ModelFileError where a model would have too many parts because a loop is long.

    Parameters
    ----------
    name
        The name of the layer that the loop is in.
    loop
        The loop.
    before, parts
        How many tensors the model had before one step, and how many behind it.
    """
    steps, each = len(loop.times), parts - before
    if steps * each > MOST_PARTS:
        raise ModelFileError(
            f"layer {name.rstrip('/')!r} has {steps:,} steps of {each} parts, each with neurons of "
            f"its own, and a model has at most {MOST_PARTS:,}; {_shorter()}"
        )


def _shorter() -> str:
    """Say what to do about a loop that is too long."""
    return (
        "save it for a shorter input; where the length is open in the file, give a shorter one by "
        f"{option('input_shape')}"
    )


def require_steps(name: str, steps: int) -> None:
    """Raise ModelFileError where a loop alone is longer than a model may have parts.

    Parameters
    ----------
    name
        The name of the layer that the loop is in.
    steps
        How many steps it has.
    """
    if steps > MOST_PARTS:
        raise ModelFileError(
            f"layer {name.rstrip('/')!r} has {steps:,} steps, each with neurons of its own, and a "
            f"model has at most {MOST_PARTS:,} parts; {_shorter()}"
        )


def _slow(function: Callable[..., Any]) -> Callable[..., Any]:
    from keras.src.backend.common.keras_tensor import any_symbolic_tensors

    def compute(*args: Any, **kwargs: Any) -> Any:
        if any_symbolic_tensors(args, kwargs):
            # Then Keras takes the loop that has a cell.
            raise NotImplementedError
        return function(*args, **kwargs)

    return compute


def _loop(function: Callable[..., Any]) -> Callable[..., Any]:
    from keras.src.backend.common.keras_tensor import any_symbolic_tensors

    def loop(step: Any, inputs: Any, initial_states: Any, **settings: Any) -> Any:
        if any_symbolic_tensors((inputs, initial_states)):
            return _recorded(step, inputs, initial_states, **settings)
        return function(step, inputs, initial_states, **settings)

    return loop


def _recorded(
    step: Callable[[Any, Any], Any],
    inputs: Any,
    initial_states: Any,
    *,
    go_backwards: bool = False,
    mask: Any = None,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
    **_: Any,
) -> tuple[Any, Any, Any]:
    """Record one step, and return symbolic tensors of what the loop returns."""
    import keras
    from keras.src.ops.node import Node

    def of_step(tensor: Any) -> Any:
        return keras.KerasTensor((1, *tensor.shape[2:]), tensor.dtype)

    def kept(tensor: Any) -> Any:
        return keras.KerasTensor(tensor.shape, keras.backend.standardize_dtype(tensor.dtype))

    read = keras.tree.map_structure(of_step, inputs)
    states = keras.tree.map_structure(kept, initial_states)
    said, new_states = step(read, states)
    given, old, new = map(keras.tree.flatten, (read, states, new_states))
    begins = keras.tree.flatten(initial_states)
    own = nodes_between([*given, *old], [said, *new])
    reads = keras.tree.flatten(inputs)
    length = reads[0].shape[1]
    if _is_tensor(mask):
        mark = of_step(mask)
        reads, given = [*reads, mask], [*given, mark]
        zeros = [not _is_tensor(leaf) and not np.any(np.asarray(leaf)) for leaf in begins]
        place = _place_of_said(own[0].operation) if len(own) == 1 else None
        twin = place if place is not None and zeros[place] else None
        said, old, new = _masked(mark, said, old, new, twin, zeros=zero_output_for_mask)
        # What it says where the first time does not count is 0, whatever state it begins with.
        begins += [np.zeros(said.shape, np.float32)] * (len(old) - len(begins))
        mask = None
    ends = [said, *new]
    times = range(length)
    loop = Loop(
        given,
        old,
        ends,
        nodes=nodes_between([*given, *old], ends),
        cell=id(own[0].operation) if len(own) == 1 else None,
        times=times[::-1] if go_backwards else times,
        mask=None if mask is None else np.asarray(mask).astype(bool).reshape(-1),
        zeros=zero_output_for_mask,
        all_outputs=return_all_outputs,
    )
    last, every = kept(said), keras.KerasTensor((1, length, *said.shape[1:]), said.dtype)
    ending = keras.tree.map_structure(kept, new_states)
    flat = keras.tree.flatten(ending)
    rest = [kept(each) for each in new[len(flat) :]]
    outputs = [last, *([every] if return_all_outputs else []), *flat, *rest]
    Node(operation=loop, call_args=(reads, begins), call_kwargs={}, outputs=outputs)
    return last, every if return_all_outputs else last, ending


def _masked(
    mark: Any,
    said: Any,
    old: list[Any],
    new: list[Any],
    twin: int | None,
    *,
    zeros: bool,
) -> tuple[Any, list[Any], list[Any]]:
    """Return what a step says, what it reads of the one before it, and what it keeps.

    Where the time does not count, it keeps what it read; it says 0, or what the one before it
    said. That is a further state, unless it is a ``twin``: it always says what that state is.
    """
    import keras

    kept = [_chosen(mark, *each) for each in zip(new, old, strict=True)]
    if zeros:
        return _chosen(mark, said, keras.ops.zeros_like(said)), old, kept
    if twin is not None:
        return kept[twin], old, kept
    before = keras.KerasTensor(said.shape, said.dtype)
    said = _chosen(mark, said, before)
    return said, [*old, before], [*kept, said]


def _place_of_said(cell: Any) -> int | None:
    """Return which of its states a cell of Keras says, None where that is not known."""
    import keras

    name = type(cell).__name__
    if not is_of_keras(type(cell).__module__):
        return None
    if name != "StackedRNNCells":
        return 0 if name in _SAYING_THEIR_STATE else None
    *before, last = cell.cells
    place = _place_of_said(last)
    sizes = [size for each in before for size in keras.tree.flatten(each.state_size)]
    return None if place is None else place + len(sizes)


def _is_tensor(leaf: Any) -> bool:
    import keras

    return isinstance(leaf, keras.KerasTensor)


def _chosen(mark: Any, new: Any, old: Any) -> Any:
    """Return what is new where a time counts, else what is old."""
    import keras

    while len(mark.shape) < len(new.shape):
        mark = keras.ops.expand_dims(mark, -1)
    return keras.ops.where(mark, new, old)

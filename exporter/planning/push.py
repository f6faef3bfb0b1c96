"""Plan a load: push neuron ids through a model, and note what each layer does to them."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from exporter.planning.layer import PlannedLayer
from exporter.planning.plan import LayerRow, Plan
from exporter.reading.calls import LayerCall
from exporter.reading.model_file import reading
from exporter.reading.opened_model import OpenedModel
from exporter.reading.refusal import Refusal, raise_unsupported
from exporter.wiring import (
    ZERO,
    Chain,
    Computed,
    Moved,
    NotWirableError,
    Parts,
    Stage,
    Wiring,
    handler_of,
    reason,
    takes_arguments,
    takes_dtypes,
)
from exporter.wiring.sources import Ids, IdSum, Sources
from exporter.wiring.variables import in_reading_order
from queries.core.memory import fits_in_memory

Step = tuple[LayerRow, PlannedLayer | None]
"""A layer of the model, and its planned layer; None where it only moves data."""


@dataclass(frozen=True)
class Trace:
    """A plan, and the neurons in each tensor of the model.

    Parameters
    ----------
    plan
        The plan.
    ids
        For each tensor, by its position, the ids of its neurons in the tensor's shape without
        the batch; ``wiring.ZERO`` where it holds the constant 0. They are built when looked up.
    inner
        For each planned layer that is not the last step of a layer of the model, by its index:
        the step, and the ids of the neurons that it reads.
    """

    plan: Plan
    ids: Mapping[int, Ids]
    inner: Mapping[int, tuple[Stage, tuple[Ids | IdSum, ...]]]


def plan(model: OpenedModel, *, partial: bool = False) -> Plan:
    """Push neuron ids through a model, layer by layer, and note what each layer does.

    Parameters
    ----------
    model
        The opened model.
    partial
        Plan what stands before the layers that cannot be wired, and note these.

    Returns
    -------
    Plan
        The layers, with ids given out from 0.

    Raises
    ------
    UnsupportedLayerError
        If layers cannot be wired and ``partial`` is false; the message names all of them.
    """
    return trace(model, partial=partial).plan


def trace(model: OpenedModel, *, partial: bool = False) -> Trace:
    """Plan a load, and say which neurons stand in each tensor of the model."""
    pushed = _push(model, partial=partial)
    steps = [step for call in model.calls for step in pushed.through(call)]
    if not partial:
        _raise_refused(model, pushed)
    rows, layers = zip(*steps, strict=True) if steps else ((), ())
    made = (replace(each, moved_by=pushed.moved_by(each)) for each in layers if each)
    plan = Plan(tuple(made), rows, tuple(pushed.refused))
    return Trace(plan, _IdsOf(pushed.tensors), pushed.inner)


def planned_steps(model: OpenedModel) -> Iterator[Step]:
    """Yield what a plan consists of, one by one, and hold no more of it than the next needs.

    Parameters
    ----------
    model
        The opened model; of its weights only the shapes are looked at.

    Yields
    ------
    tuple
        A layer of the model, and its planned layer; None where it only moves data.

    Raises
    ------
    UnsupportedLayerError
        At the end, if layers cannot be wired; the message names all of them.
    """
    pushed = _push(model)
    last_reader = {position: call for call in model.calls for position in call.inputs}
    for call in model.calls:
        yield from pushed.through(call)
        pushed.inner.clear()
        for position in call.inputs:
            if last_reader[position] is call:
                pushed.tensors.pop(position, None)
    _raise_refused(model, pushed)


def _raise_refused(model: OpenedModel, pushed: "_Push") -> None:
    with reading(model.path):
        raise_unsupported(pushed.refused)


@dataclass(frozen=True)
class _Pushed:
    """The neurons that stand in a tensor, the layers that they are of, and what it is stored as."""

    sum: IdSum
    channel_axis: int
    layers: frozenset[int]
    dtype: str = "float32"

    @cached_property
    def ids(self) -> Ids:
        """The ids as an array, which is built once for all that read it."""
        if len(self.sum.terms) > 1 and not fits_in_memory(self.sum.size):
            raise NotWirableError(
                f"it reads {self.sum.size:.3g} neurons, more than fit into memory; save the model "
                "with a shorter input"
            )
        return np.asarray(self.sum)


@dataclass(frozen=True)
class _IdsOf(Mapping[int, Ids]):
    """The ids of tensors by their positions."""

    tensors: Mapping[int, _Pushed]

    def __getitem__(self, position: int) -> Ids:
        return self.tensors[position].ids

    def __iter__(self) -> Iterator[int]:
        return iter(self.tensors)

    def __len__(self) -> int:
        return len(self.tensors)


@dataclass
class _Push:
    """What has been planned so far; ``firsts`` has the first id of each layer of neurons."""

    channels_first: bool
    partial: bool
    tensors: dict[int, _Pushed] = field(default_factory=dict)
    firsts: list[int] = field(default_factory=list)
    neurons: int = 0
    refused: list[Refusal] = field(default_factory=list)
    inner: dict[int, tuple[Stage, tuple[Ids | IdSum, ...]]] = field(default_factory=dict)
    moves: dict[int, list[str]] = field(default_factory=dict)

    def moved_by(self, layer: PlannedLayer) -> tuple[str, ...]:
        """Return the layers that only move values of a layer on, each with its class."""
        return tuple(self.moves.get(layer.index, ()))

    def through(self, call: LayerCall) -> list[Step]:
        """Give the output of a call its neurons; return the layers that make them."""
        steps: list[Step] = []
        if not self.tensors.keys() >= set(call.inputs):
            return steps
        try:
            pushed = self._wired(call, steps)
        except NotWirableError as error:
            self.refused.append(Refusal(call.name, call.class_name, str(error)))
            if not self.partial:
                self._stand_in(call)
        else:
            stored = map(_stored_as, pushed, call.dtypes)
            self.tensors.update(zip(call.outputs, stored, strict=True))
        return steps

    def _wired(self, call: LayerCall, steps: list[Step]) -> list[_Pushed]:
        _require_memory(call)
        inputs = [self.tensors[position] for position in call.inputs]
        wiring = _wiring(call, self.tensors)
        if isinstance(wiring, Moved | Parts):
            return self._moved(call, wiring, inputs, steps)
        if isinstance(wiring, Chain):
            return self._in_stages(call, wiring, inputs, steps)
        _require_output(call, wiring)
        return [self._computed(call, call.name, wiring, inputs, call.parameters, steps)]

    def _moved(
        self,
        call: LayerCall,
        wiring: Moved | Parts,
        inputs: Sequence[_Pushed],
        steps: list[Step],
    ) -> list[_Pushed]:
        parts = wiring.parts if isinstance(wiring, Parts) else (wiring,)
        _require_shapes(call, [part.ids.shape for part in parts])
        steps.append((LayerRow(call.name, call.class_name, parts[0].ids.shape), None))
        for index in frozenset().union(*(tensor.layers for tensor in inputs)):
            self.moves.setdefault(index, []).append(f"{call.name} ({call.class_name})")
        return [
            _Pushed(
                IdSum.of(part.ids),
                _channel_axis(part.channel_axis, inputs, part.ids.ndim),
                _layers_of(part.ids, self.firsts),
            )
            for part in parts
        ]

    def _in_stages(
        self,
        call: LayerCall,
        chain: Chain,
        inputs: Sequence[_Pushed],
        steps: list[Step],
    ) -> list[_Pushed]:
        """Plan the steps of a layer; where one cannot be wired, none of them is left."""
        begun = len(self.firsts), self.neurons
        # What an operation is given of a layer's weights no step of it knows.
        rest = call.parameters - sum(stage.parameters for stage in chain.stages)
        last = chain.stages[-1]
        outputs: dict[str, _Pushed] = {}
        try:
            for stage in chain.stages:
                operands = self._operands(stage, inputs, outputs)
                read = tuple(each.sum if stage.in_blocks else each.ids for each in operands)
                computed: Computed = _handled(Computed, stage.wire, *read)
                name, parameters = call.name, stage.parameters
                if stage is last:
                    parameters += max(rest, 0)
                    _require_exact(call, computed)
                else:
                    name += f"/{stage.name}"
                    self.inner[len(self.firsts)] = stage, read
                outputs[stage.name] = self._computed(
                    call, name, computed, operands, parameters, steps
                )
            made = [outputs[name] for name in chain.outputs or (last.name,)]
            _require_shapes(call, [tensor.sum.shape for tensor in made])
        except NotWirableError:
            steps.clear()
            del self.firsts[begun[0] :]
            self.neurons = begun[1]
            self.inner = {index: step for index, step in self.inner.items() if index < begun[0]}
            raise
        return made

    def _operands(
        self, stage: Stage, inputs: Sequence[_Pushed], outputs: Mapping[str, _Pushed]
    ) -> list[_Pushed]:
        """Return what a step reads: earlier steps, and neurons of the layer's inputs."""
        if stage.reads is None:
            return [*outputs.values()][-1:] or [*inputs[:1]]
        return [
            outputs[read]
            if isinstance(read, str)
            else _Pushed(
                IdSum.of(read),
                _channel_axis(None, inputs, read.ndim),
                _layers_of(read, self.firsts),
            )
            for read in stage.reads
        ]

    def _computed(
        self,
        call: LayerCall,
        name: str,
        computed: Computed,
        operands: Sequence[_Pushed],
        parameters: int,
        steps: list[Step],
    ) -> _Pushed:
        """Plan a layer of neurons that reads some tensors."""
        layer = PlannedLayer(
            name=name,
            class_name=call.class_name,
            index=len(self.firsts),
            first=self.neurons,
            inputs=tuple(sorted(frozenset().union(*(tensor.layers for tensor in operands)))),
            parameters=parameters if call.first else 0,
            wiring=replace(computed, weights=in_reading_order(computed.weights)),
            channel_axis=self._axis(computed, operands),
            settings=call.settings,
        )
        steps.append((LayerRow(layer.name, call.class_name, layer.shape, layer.index), layer))
        self.firsts.append(layer.first)
        self.neurons += layer.neurons
        ids = IdSum.range(layer.first, layer.shape)
        return _Pushed(ids, layer.channel_axis, frozenset([layer.index]))

    def _axis(self, computed: Computed, inputs: Sequence[_Pushed]) -> int:
        rank = len(computed.shape)
        if not inputs and computed.channel_axis is None:
            # An input of Keras does not say what its axes are, but the layers behind it do.
            return 0 if self.channels_first and rank > 1 else -1
        return _channel_axis(computed.channel_axis, inputs, rank)

    def _stand_in(self, call: LayerCall) -> None:
        """Give a refused layer's outputs a shape, so that the layers behind it are looked at."""
        for position, shape, dtype in zip(call.outputs, call.shapes, call.dtypes, strict=True):
            closed = [size for size in shape if size is not None]
            if closed and len(closed) == len(shape) and fits_in_memory(math.prod(closed)):
                nothing = np.broadcast_to(np.int64(ZERO), closed)
                self.tensors[position] = _Pushed(IdSum.of(nothing), -1, frozenset(), dtype)


def _push(model: OpenedModel, *, partial: bool = False) -> _Push:
    return _Push(channels_first=any(call.channels_first for call in model.calls), partial=partial)


def _wiring(call: LayerCall, tensors: Mapping[int, _Pushed]) -> Wiring:
    """Return what the handler of a call says of it."""
    if call.refused:
        raise NotWirableError(call.refused)
    try:
        handler = handler_of(call.key)
    except KeyError:
        raise NotWirableError(reason(call.key)) from None
    args, kwargs = _arguments(call, _IdsOf(tensors))
    if takes_dtypes(call.key):
        kwargs["dtypes"] = [tensors[position].dtype for position in call.inputs]
    wiring: Wiring = _handled(Wiring, handler, call.layer, *args, **kwargs)
    return wiring


def _arguments(call: LayerCall, ids: Mapping[int, Ids]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return what the handler of a call gets beside the layer."""
    if call.is_operation:
        return call.arguments(ids, _as_operand)
    inputs = tuple(ids[position] for position in call.inputs)
    if not takes_arguments(call.key):
        return inputs, {}
    _, kwargs = call.arguments(ids, _as_operand)
    # At inference no layer trains, whatever its call says.
    given = {name: value for name, value in kwargs.items() if value is not None}
    given.pop("training", None)
    return inputs, given


def _stored_as(tensor: _Pushed, dtype: str) -> _Pushed:
    return replace(tensor, dtype=dtype)


def _handled(kind: Any, handler: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a handler, or a step, which is to return something of a kind.

    Whatever it or Keras raises is a reason not to wire its layer.
    """
    try:
        result = handler(*args, **kwargs)
    except NotWirableError:
        raise
    except Exception as error:
        reason = next(iter(str(error).splitlines()), "")
        raise NotWirableError(f"its handler fails: {type(error).__name__}: {reason}") from error
    if not isinstance(result, kind):
        raise NotWirableError(f"its handler gives a {type(result).__name__}, which says no wiring")
    return result


def _as_operand(value: Any) -> Any:
    """Return a constant tensor as an array that cannot be taken for ids, which are int64."""
    if not hasattr(value, "dtype"):
        return value
    constant = np.asarray(value)
    return constant.astype(np.int32 if constant.dtype.kind in "iu" else np.float64)


def _require_memory(call: LayerCall) -> None:
    """Raise NotWirableError where the neurons' ids alone would take more memory than is free."""
    values = sum(math.prod(size or 1 for size in shape) for shape in call.shapes)
    if not fits_in_memory(values):
        raise NotWirableError(f"its output has {values:.3g} values, more than fit into memory")


def _require_shapes(call: LayerCall, shapes: Sequence[tuple[int, ...]]) -> None:
    """Raise NotWirableError where neurons would have another shape than the model's output."""
    if len(shapes) != len(call.shapes):
        raise NotWirableError(
            f"its handler gives {len(shapes)} outputs, the model {len(call.shapes)}"
        )
    for shape, of_model in zip(shapes, call.shapes, strict=True):
        fits = len(shape) == len(of_model) and all(
            own == size for own, size in zip(shape, of_model, strict=True) if size is not None
        )
        if not fits:
            raise NotWirableError(
                f"its handler gives the shape {shape}, but the model {tuple(of_model)}"
            )


def _require_output(call: LayerCall, computed: Computed) -> None:
    _require_shapes(call, [computed.shape])
    if not computed.shape:
        raise NotWirableError("its output has no axis beside the batch")
    _require_exact(call, computed)


def _require_exact(call: LayerCall, computed: Computed) -> None:
    """Raise NotWirableError where Keras computes in integers, which round and wrap around."""
    dtype = call.dtypes[0]
    adds = call.inputs and computed.reduce in {"sum", "product"}
    if adds and "float" not in dtype and not computed.is_exact:
        raise NotWirableError(f"it computes in {dtype}, which rounds and wraps around")


def _channel_axis(axis: int | None, inputs: Sequence[_Pushed], rank: int) -> int:
    """Return which axis of an output is the channel."""
    if axis is not None:
        return axis
    same = [tensor.channel_axis for tensor in inputs if tensor.sum.ndim == rank]
    return same[0] if same else -1


def _layers_of(ids: Ids, firsts: Sequence[int]) -> frozenset[int]:
    """Return the indices of the layers whose neurons these are."""
    # Ids below 0, which are no neurons, are counted at position 0.
    every = Sources.of(ids)
    read = np.asarray(every.at_first(every.repeating))
    position = np.searchsorted(firsts, read.reshape(-1), side="right")
    counts = np.bincount(position, minlength=len(firsts) + 1)
    return frozenset(np.flatnonzero(counts[1:]).tolist())

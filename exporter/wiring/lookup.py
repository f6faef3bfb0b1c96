"""Numbers that are looked up in a vocabulary of numbers; what it does not have shares places."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.encoding import counted, positions, present, require_dense
from exporter.wiring.handlers import handles
from exporter.wiring.merge import merged
from exporter.wiring.results import ZERO, Chain, Computed, Ids, NotWirableError, Stage, Weights
from exporter.wiring.tokens import TOKEN, Numbers, require_whole, token_stages
from exporter.wiring.zeros import with_zeros_joined

_ONE: Final[Weights] = np.ones((), dtype=np.float32)
_UNKNOWN: Final = "unknown"
_PLACE: Final = "place"
_OTHER: Final = "other"
Values = NDArray[Any]


@handles("IntegerLookup", dtypes=True)
def integer_lookup(layer: Any, ids: Ids, *, dtypes: Sequence[str] = ()) -> Chain:
    """Make a neuron of each known number at each position; others share so many places."""
    require_dense(layer)
    if _is_spread(layer) and layer.oov_method == "farmhash":
        raise NotWirableError("it spreads unknown numbers by a hash of their digits")
    if not int(layer.lookup_table.size()):
        raise NotWirableError(
            "its vocabulary was learnt by adapt, and the file does not have it; save the model as "
            ".keras, or build it with IntegerLookup(vocabulary=layer.get_vocabulary())"
        )
    known = np.asarray(layer.get_vocabulary(include_special_tokens=False), dtype=np.int64)
    if layer.output_mode == "int":
        return _numbered(layer, ids, known, dtypes)
    return _told_apart(layer, positions(layer, ids), known, dtypes)


def _is_spread(layer: Any) -> bool:
    """Tell whether unknown numbers go to several places, by what is left of a division."""
    return layer.num_oov_indices > 1 and not layer.invert


@dataclass(frozen=True)
class _Read:
    """The steps that tell known numbers apart, and which of them say the whole numbers.

    Parameters
    ----------
    steps
        The steps, of which the last is ``TOKEN``.
    numbers
        The step of the whole numbers, or the neurons that the layer reads.
    """

    steps: tuple[Stage, ...]
    numbers: str | Ids

    @classmethod
    def of(cls, layer: Any, ids: Ids, keys: Numbers, dtypes: Sequence[str]) -> "_Read":
        """Return them for the numbers that a layer knows."""
        others = np.arange(1, layer.num_oov_indices + 1) + keys.max()
        steps = token_stages(ids, keys, dtypes, known=np.append(keys, others))
        return cls(steps, steps[0].name if len(steps) > 1 else ids)


def _numbered(layer: Any, ids: Ids, known: Numbers, dtypes: Sequence[str]) -> Chain:
    """Return the steps that give each known number, or place, its place, or number."""
    spread = _is_spread(layer)
    unknown = int(layer._oov_start_index() if spread else layer._default_value)
    keys, values = known, np.arange(len(known)) + layer._token_start_index()
    if layer.invert:
        keys, values = values, known
    if layer.mask_token is not None:
        keys = np.append(keys, int(layer._mask_key))
        values = np.append(values, int(layer._mask_value))
    require_whole(np.append(values, unknown))
    weights = (values - unknown).astype(np.float32)
    bias = np.asarray(float(unknown))

    def number(tokens: Ids) -> Computed:
        return Computed(tokens, weights, tokens.ndim - 1, bias=bias, is_exact=True)

    def number_or_place(tokens: Ids, other: Ids) -> Computed:
        sources = np.concatenate([tokens, other[..., np.newaxis]], axis=-1)
        both = np.append(weights, np.float32(1))
        return Computed(sources, both, other.ndim, bias=bias, is_exact=True)

    read = _Read.of(layer, ids, keys, dtypes)
    if not spread:
        return Chain((*read.steps, Stage("number", number)))
    return Chain(
        (
            *read.steps,
            _unknown(),
            _place(layer, read),
            Stage(
                _OTHER,
                lambda rest, place: merged([rest[..., 0], place], "product"),
                output=lambda rest, place: rest[..., 0] * place,
                reads=(_UNKNOWN, _PLACE),
            ),
            Stage("number", number_or_place, reads=(TOKEN, _OTHER)),
        )
    )


def _unknown() -> Stage:
    """Return the step that is 1 where no known number stands."""

    def unknown(read: Ids) -> Computed:
        sources = read[..., np.newaxis, :]
        return Computed(sources, -_ONE, read.ndim, bias=np.ones(()), channel_axis=-1)

    return Stage(_UNKNOWN, unknown, output=lambda x: np.asarray(1 - x.sum(axis=-1, keepdims=True)))


def _place(layer: Any, read: _Read) -> Stage:
    """Return the step that says which of several places a number has if it is unknown."""
    count = layer.num_oov_indices
    return Stage(
        _PLACE,
        lambda ids: replace(one_to_one(ids, "mod", x2=float(count)), is_exact=True),
        output=lambda x: np.mod(x, count),
        reads=(read.numbers,),
    )


def _told_apart(layer: Any, ids: Ids, known: Numbers, dtypes: Sequence[str]) -> Chain:
    """Return the steps that make a neuron of each known number, behind those of all others."""
    depth = layer.max_tokens if layer.pad_to_max_tokens else layer.vocabulary_size()
    tokens, others = len(known), layer.num_oov_indices
    masked = [] if layer.mask_token is None else [int(layer._mask_key)]
    keys = np.append(known, masked).astype(np.int64)
    read = _Read.of(layer, ids, keys, dtypes)
    free = [(0, 0)] * ids.ndim + [(0, depth - tokens - others)]

    def joined(*parts: Ids) -> Ids:
        """Return all categories, and the constant 0 in places that no number takes."""
        return np.pad(np.concatenate(parts, axis=-1), free, constant_values=ZERO)

    by_mode: dict[str, Callable[[Ids], Computed]] = {
        "one_hot": one_to_one,
        "multi_hot": lambda each: with_zeros_joined(present(each)),
        "count": counted,
        "tf_idf": lambda each: _weighted(layer, each),
    }
    over = by_mode[layer.output_mode]
    if not others:
        return Chain(
            (*read.steps, Stage("category", lambda each: over(joined(each[..., :tokens]))))
        )
    spread = _apart(others) if _is_spread(layer) else ()
    return Chain(
        (
            *read.steps,
            _unknown(),
            *((_place(layer, read), *spread) if spread else ()),
            Stage(
                "category",
                lambda each, rest: replace(over(joined(rest, each[..., :tokens])), is_exact=True),
                reads=(TOKEN, _OTHER if spread else _UNKNOWN),
            ),
        )
    )


def _apart(count: int) -> tuple[Stage, Stage]:
    """Return the steps that make a neuron of each place, 1 where an unknown number has it."""
    places = np.arange(count)

    def wire(ids: Ids) -> Computed:
        sources = np.broadcast_to(ids[..., np.newaxis], (*ids.shape, count))
        bias = -places.astype(np.float64)
        return replace(one_to_one(sources, "equal", bias=bias, x2=0.0), channel_axis=-1)

    def output(x: Values) -> Values:
        return np.asarray(x[..., np.newaxis] == places, dtype=np.float32)

    return (
        Stage("apart", wire, output=output),
        Stage(
            _OTHER,
            lambda each, rest: merged([each, rest], "product"),
            output=np.multiply,
            reads=("apart", _UNKNOWN),
        ),
    )


def _weighted(layer: Any, ids: Ids) -> Computed:
    """Count each category, each time by the weight that the layer gives it."""
    sources = np.moveaxis(ids, 0, -1)
    weights = np.asarray(layer.idf_weights_const, dtype=np.float32)[:, np.newaxis]
    return Computed(sources, weights, ids.ndim - 1, channel_axis=-1)

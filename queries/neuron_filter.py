"""Say which neurons are meant: comparisons, which become the WHERE clause of a query."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries.errors import ParameterError

Range = int | Sequence[int] | NDArray[np.integer[Any]] | range | slice
"""One number, some numbers, or a ``range`` or ``slice``, whose end is left out as ever."""

_NAME: Final = re.compile(r"^(?P<layer>.+?)(?:\[(?P<channel>[^\]]*)\])?(?:@(?P<place>[^@\[\]]*))?$")
_INTEGERS: Final = ("id", "channel", "x", "y", "z")
_SUFFIXES: Final = {"=": "", "IN": "", ">=": "_from", "<=": "_to"}


@dataclass(frozen=True)
class Comparison:
    """What must hold of a neuron; it does not where the neuron lacks the field.

    Parameters
    ----------
    field
        A property of neurons.
    operator, value
        How it compares with what; the value is a list where the operator is ``IN``.
    """

    field: str
    operator: Literal["=", "IN", ">=", "<="]
    value: Any


@dataclass(frozen=True, kw_only=True)
class NeuronFilter:
    """A set of neurons; what is not said is not filtered.

    Parameters
    ----------
    layer
        Name of a layer, or several.
    channel, x, y, z
        A number, several, a ``range`` or a ``slice`` (``slice(2, None)``: 2 and above).
    bias
        Smallest and largest bias, both included; None leaves a side open.
    id
        Neuron ids.
    name
        Names such as ``conv_0[3]@12,7``.

    Examples
    --------
    >>> NeuronFilter(layer="conv_0", channel=3, x=range(0, 5))
    NeuronFilter(layer='conv_0', channel=3, x=range(0, 5))
    """

    layer: str | Sequence[str] | None = None
    channel: Range | None = None
    x: Range | None = None
    y: Range | None = None
    z: Range | None = None
    bias: tuple[float | None, float | None] | None = None
    id: Range | None = None
    name: str | Sequence[str] | None = None

    def __post_init__(self) -> None:
        for field in _INTEGERS:
            _check_integers(field, getattr(self, field))
        if self.bias is not None:
            _check_interval(self.bias)

    def __bool__(self) -> bool:
        """Tell whether anything is filtered at all."""
        return any(getattr(self, field.name) is not None for field in fields(self))

    def __repr__(self) -> str:
        said = ((field.name, getattr(self, field.name)) for field in fields(self))
        inner = ", ".join(f"{name}={value!r}" for name, value in said if value is not None)
        return f"NeuronFilter({inner})"

    @property
    def layers(self) -> list[str] | None:
        """The names of the layers; None where layers are not filtered."""
        if self.layer is None:
            return None
        return [self.layer] if isinstance(self.layer, str) else [str(name) for name in self.layer]

    def comparisons(self) -> Iterator[Comparison]:
        """Yield what must hold of a neuron, one by one."""
        for field in ("layer", "name"):
            value = getattr(self, field)
            if value is not None:
                texts = [value] if isinstance(value, str) else [str(text) for text in value]
                yield _among(field, texts)
        for field in _INTEGERS:
            low, high, values = _bounds(getattr(self, field))
            if values is not None:
                yield _among(field, values)
            yield from _within(field, low, high)
        if self.bias is not None:
            yield from _within(
                "bias", *(None if bound is None else float(bound) for bound in self.bias)
            )

    def conditions(self, variable: str, prefix: str) -> tuple[list[str], dict[str, Any]]:
        """Return Cypher conditions on a node variable, and the parameters they name.

        Parameters
        ----------
        variable
            The variable of the node in the statement; chosen by the query's author.
        prefix
            What the parameters' names begin with.
        """
        conditions: list[str] = []
        parameters: dict[str, Any] = {}
        for each in self.comparisons():
            parameter = f"{prefix}_{each.field}{_SUFFIXES[each.operator]}"
            conditions.append(f"{variable}.{each.field} {each.operator} ${parameter}")
            parameters[parameter] = each.value
        return conditions, parameters


NeuronsLike = NeuronFilter | str | int | Iterable[int] | pd.DataFrame | None
"""What is taken where neurons are meant: see ``as_filter``."""


def as_filter(neurons: NeuronsLike) -> NeuronFilter:
    """Return the filter that is meant by anything that names neurons.

    Parameters
    ----------
    neurons
        A filter; a layer's or neuron's name, in which any part may be a range of inclusive
        ends (``conv_0``, ``conv_0[3]``, ``conv_0[0..3]@2..5,7``); one id or several; a frame
        with a column ``id``; None for all neurons.

    Returns
    -------
    NeuronFilter
        The filter.

    Raises
    ------
    ParameterError
        If it names no neurons.
    """
    if neurons is None:
        return NeuronFilter()
    if isinstance(neurons, NeuronFilter):
        return neurons
    if isinstance(neurons, str):
        return _parsed(neurons)
    if isinstance(neurons, pd.DataFrame):
        if "id" not in neurons:
            raise ParameterError(
                f"neurons: the frame has no column 'id', but {', '.join(map(str, neurons.columns))}"
            )
        return NeuronFilter(id=neurons["id"].unique().tolist())
    if isinstance(neurons, (int, np.integer)):
        return NeuronFilter(id=int(neurons))
    if isinstance(neurons, Iterable):
        return NeuronFilter(id=np.asarray(list(neurons)))
    raise ParameterError(
        f"neurons: {neurons!r} names no neurons; give a NeuronFilter, a name such as "
        "'conv_0[3]@12,7', ids, or a frame with a column 'id'"
    )


def parse_range(field: str, text: str) -> int | slice | list[int]:
    """Return the numbers that ``3``, ``1,4``, ``0..5``, ``2..`` or ``..7`` names, ends included."""
    try:
        if ".." in text:
            low, high = text.split("..")
            if low and high and int(low) > int(high):
                raise ValueError
            return slice(int(low) if low else None, int(high) + 1 if high else None)
        values = [int(part) for part in text.split(",")]
    except ValueError:
        raise ParameterError(
            f"{field}: {text!r} is no number, list or range; write 3, or 1,4, or 0..5, or 2.."
        ) from None
    return values[0] if len(values) == 1 else values


def _parsed(text: str) -> NeuronFilter:
    match = _NAME.match(text)
    if match is None:
        raise ParameterError(f"neurons: {text!r} names no layer and no neuron")
    layer, channel, place = match["layer"], match["channel"], match["place"]
    places = place.split(",") if place else []
    if len(places) > len("xyz"):
        raise ParameterError(f"neurons: {text!r} has {len(places)} coordinates; there are x, y, z")
    axes = dict(zip("xyz", places, strict=False))
    given = {"channel": channel, **axes}
    ranges = {key: parse_range(key, part) for key, part in given.items() if part}
    return NeuronFilter(
        layer=layer,
        channel=ranges.get("channel"),
        x=ranges.get("x"),
        y=ranges.get("y"),
        z=ranges.get("z"),
    )


def _among(field: str, values: Sequence[Any]) -> Comparison:
    if len(values) == 1:
        return Comparison(field, "=", values[0])
    return Comparison(field, "IN", list(values))


def _within(field: str, low: Any, high: Any) -> Iterator[Comparison]:
    if low is not None:
        yield Comparison(field, ">=", low)
    if high is not None:
        yield Comparison(field, "<=", high)


def _bounds(value: Any) -> tuple[int | None, int | None, list[int] | None]:
    """Return the lowest number, the highest, and the list, of which some are None."""
    if value is None:
        return None, None, None
    if isinstance(value, slice):
        return value.start, None if value.stop is None else value.stop - 1, None
    if isinstance(value, range) and value.step == 1:
        return value.start, value.stop - 1, None
    return None, None, np.atleast_1d(np.asarray(value)).astype(np.int64).tolist()


def _check_integers(field: str, value: Any) -> None:
    if value is None or isinstance(value, range):
        return
    if isinstance(value, slice):
        if value.step in (None, 1) and all(
            bound is None or (isinstance(bound, (int, np.integer)) and bound >= 0)
            for bound in (value.start, value.stop)
        ):
            return
    else:
        numbers = np.asarray(value)
        if numbers.size == 0 or np.issubdtype(numbers.dtype, np.integer):
            return
    raise ParameterError(
        f"{field}: {value!r} is no whole number, list of them, range, or slice from 0 up of step 1"
    )


def _check_interval(bias: Any) -> None:
    if not (
        isinstance(bias, (tuple, list))
        and len(bias) == len(("smallest", "largest"))
        and all(bound is None or isinstance(bound, Real) for bound in bias)
    ):
        raise ParameterError(
            f"bias: {bias!r} is no pair of a smallest and a largest value, such as (-0.5, None)"
        )

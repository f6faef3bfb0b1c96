"""What every declaration of a query, a plot or an export is made of."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, TypeVar, get_args

from queries.core.address import repeatable
from queries.core.arguments import require_text
from queries.core.properties import is_property_name, property_named
from queries.core.wording import option
from queries.errors import NeurongraphError, ParameterError, listed, meant

Weighing = Literal["weight", "l1", "l2", "largest", "edges"]
"""A property of relationships; those of a neuron graph have ``weight`` alone."""

ParameterType = Literal["neurons", "input", "text", "int", "float"]
ColumnType = Literal["int", "int?", "float", "bool", "text", "ints"]
_LARGEST: Final = (1 << 63) - 1
_KINDS: Final = {"int": "whole number", "float": "number"}
"""What types are called in errors."""

_CONVERSIONS: Final = {"text": str, "int": int, "float": float}


@dataclass(frozen=True)
class Parameter:
    """A declared parameter of a query.

    Parameters
    ----------
    name, type, help
        As the header says; the type ``neurons`` is anything that ``as_filter`` takes, the type
        ``input`` anything that ``as_input`` takes.
    default
        The value where none is given; None where the parameter is optional or required.
    required
        True where a value must be given.
    choices
        The allowed values; empty where any goes.
    least
        The smallest allowed value; None where any goes.
    most
        The largest allowed value; None where any goes.
    unit
        What a number is counted or measured in; empty for a plain number.
    otherwise
        Which neurons are meant where none are named.
    bounds_weights
        True where weights are compared with it: ``weight_bound`` says how.
    or_property
        True where beside the choices, which are measures of neurons, a property that was written
        to neurons may be named. Whether it was, ``Model.require_property`` says.
    not_stated
        By choice, why the query's own statement does not answer with it; empty where it does.
    record
        ``Input`` or ``Circuit`` where it is the name of one that is stored with the model.
    only_with
        By the names of other parameters, with which of their values it counts; empty where it
        always does. Those that a query does not have do not matter.
    """

    name: str
    type: ParameterType
    help: str
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    unit: str = ""
    otherwise: str = "all"
    bounds_weights: bool = False
    or_property: bool = False
    not_stated: Mapping[str, str] = field(default_factory=dict, hash=False)
    record: str = ""
    only_with: Mapping[str, Collection[str]] = field(default_factory=dict, hash=False)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The choices, and what else may be named; empty where any value of the type goes."""
        return (*self.choices, *(["a written property"] if self.or_property else []))

    @property
    def meaning(self) -> str:
        """Help, type or choices, unit, bounds and default, in one line."""
        kind = " or ".join(self.kinds) or self.type
        parts = [kind]
        if self.unit or self.type == "float":
            parts.append(f"in {self.unit}" if self.unit else "no unit")
        parts += [] if self.least is None else [f"at least {self.least:g}"]
        parts += [] if self.most is None else [f"at most {self.most:,}"]
        if self.required:
            parts.append("required")
        elif self.type == "neurons":
            parts.append(f"default {self.otherwise}")
        elif self.default is not None:
            parts.append(f"default {self.default}")
        return f"{self.help} ({', '.join(parts)})"

    def checked(self, value: Any) -> Any:
        """Return the value in the declared type.

        Raises
        ------
        ParameterError
            If it is of another type, not one of the choices, or too small.
        """
        if value is None and self.required:
            # Others beside it are named as parameters are.
            name = option(self.name) if self.name == "input" else self.name
            raise ParameterError(f"{name} is missing: {self.help}")
        if self.type == "neurons":
            from queries.core.neuron_filter import as_filter

            try:
                return as_filter(value)
            except ParameterError as error:
                raise ParameterError(f"{self.name}: {error}") from None
        if self.type == "input":
            from queries.core.model_input import as_input

            return as_input(value)
        if value is None:
            return None
        text = repeatable(value) if isinstance(value, str) else repr(value)
        kind = _KINDS.get(self.type, self.type)
        try:
            converted = self._converted(value)
        except (TypeError, ValueError, OverflowError):
            raise ParameterError(f"{self.name}: {text} is no {kind}; {self.help}") from None
        if self.choices and not self._is_choice(converted):
            no_name = ", and no name of a property" * self.or_property
            raise ParameterError(
                f"{self.name}: {text} is not one of {', '.join(self.choices)}{no_name}"
                f"{meant(str(value), self.choices)}"
            )
        if self.least is not None and not converted >= self.least:
            raise ParameterError(
                f"{self.name}: {value!r} is too small; it is at least {self.least}"
            )
        if self.most is not None and not converted <= self.most:
            raise ParameterError(f"{self.name}: {value!r} is too large; it is at most {self.most}")
        if self.type != "text" and not -_LARGEST <= converted <= _LARGEST:
            raise ParameterError(f"{self.name}: {value!r} is no {kind} within {_LARGEST:.2g}")
        return converted

    def require_use(self, values: Mapping[str, Any]) -> None:
        """Raise ParameterError where a value that is not the default counts for nothing.

        Parameters
        ----------
        values
            All values, checked.
        """
        if values[self.name] is None or values[self.name] == self.default:
            return
        for name, those in self.only_with.items():
            if name in values and values[name] not in those:
                raise ParameterError(
                    f"{self.name}: it counts for nothing with {name}={values[name]}; leave it out, "
                    f"or take {name}={' or '.join(those)}"
                )

    def property_of(self, value: str) -> str | None:
        """Return the property of neurons that a checked value names; None for a choice."""
        return property_named(value, self.choices) if self.or_property else None

    def _is_choice(self, value: Any) -> bool:
        return value in self.choices or is_property_name(self.property_of(value))

    def _converted(self, value: Any) -> Any:
        """Return the value in the declared type, or raise one of Python's errors."""
        if _is_bool(value) or (self.type == "text" and not isinstance(value, str)):
            raise TypeError
        converted = _CONVERSIONS[self.type](value)
        # int() would cut off a fraction.
        if self.type == "int" and not isinstance(value, str) and value != converted:
            raise ValueError
        if self.type == "float" and math.isnan(converted):
            raise ValueError
        return converted


@dataclass(frozen=True)
class Column:
    """A declared column of a query's result.

    Parameters
    ----------
    name, type, help
        As the header says.
    unit
        What a number is measured in; empty for a plain number, or one that says what it counts.
    explode
        True where the store may answer with a list, of which each element is a row.
    grouped
        True where only channel and layer graphs have it.
    not_stated
        Why it is null where the query's own statement answers; empty where that gives it.
    """

    name: str
    type: ColumnType
    help: str
    unit: str = ""
    explode: bool = False
    grouped: bool = False
    not_stated: str = ""

    @property
    def kind(self) -> str:
        """Type and unit."""
        if self.unit or self.type == "float":
            return f"{self.type}, {f'in {self.unit}' if self.unit else 'no unit'}"
        return self.type

    @property
    def meaning(self) -> str:
        """What it holds, and where."""
        where = "; in channel and layer graphs only" if self.grouped else ""
        unless = f"; null where the store computes it: {self.not_stated}" if self.not_stated else ""
        return f"{self.help}{where}{unless}"


BY: Final = Parameter(
    "by",
    "text",
    "which property of the relationships weighs them; in a neuron graph there is weight alone",
    default="weight",
    choices=get_args(Weighing),
)
"""What nearly all take."""


INPUT: Final = Parameter(
    "input",
    "input",
    "what the model computes with: samples in files, in arrays, or numbers",
    required=True,
)
"""What queries about a model at an input take."""

AT_INPUT: Final = Parameter(
    "input",
    "input",
    "an input, one sample: a relationship then weighs what a unit more of its source adds to its "
    "target there, the slope of the activation function times the weight. Of a maximum the winner "
    "counts alone, gates and a softmax within the model are held at what they say, and outputs "
    "count before their activation function. By default weights count alone",
)
"""What queries about weights take, for those at an input."""

SlopeRule = Literal["gradient", "secant", "rescale"]
AttributionRule = Literal["gradient", "secant", "rescale", "ig"]
ProductsRule = Literal["half", "frozen", "gradient"]

ATTRIBUTION: Final = (
    Parameter(
        "towards",
        "text",
        "a neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1], "
        "before their activation function: of a softmax or a sigmoid its logit; by default the "
        "largest output",
    ),
    Parameter(
        "slope",
        "text",
        "what stands for an activation function: its derivative, the line from 0, or that from its "
        "value at the baseline",
        default="gradient",
        choices=get_args(SlopeRule),
    ),
    Parameter(
        "rule",
        "text",
        "what stands for an activation function: its derivative, the line from 0, that from its "
        "value at the baseline, or such lines in steps on the way from there, which come close to "
        "integrated gradients",
        default="gradient",
        choices=get_args(AttributionRule),
    ),
    Parameter(
        "products",
        "text",
        "what passes on through a product: equal shares of it through its factors; all through "
        "those that are no gates, which come out of a sigmoid, a softmax, one over a size or a "
        "comparison; or its derivative",
        default="half",
        choices=get_args(ProductsRule),
    ),
    Parameter(
        "baseline",
        "input",
        "one sample that rescale and ig compare with; by default zeros",
        only_with={"rule": ("rescale", "ig"), "slope": ("rescale",)},
    ),
    Parameter(
        "steps",
        "int",
        "how many equal steps ig takes; 0 for those from kink to kink of a piecewise linear model, "
        "which give the integral exactly",
        default=32,
        least=0,
        unit="steps",
        only_with={"rule": ("ig",)},
    ),
)
"""What queries take that lead back from a target."""

CircuitLevel = Literal["neuron", "channel", "layer"]
Pruning = Literal["influence", "attribution"]

CIRCUIT: Final = (
    Parameter(
        "level",
        "text",
        "what a node of the circuit is",
        default="channel",
        choices=get_args(CircuitLevel),
    ),
    Parameter(
        "prune",
        "text",
        "by what relationships are kept: the share of the answer that flows over them, or of each "
        "layer the largest attributions into it",
        default="influence",
        choices=get_args(Pruning),
    ),
    Parameter(
        "node_share",
        "float",
        "nodes are kept until they have this share of all influence; with attribution all are",
        default=0.8,
        least=0,
        most=1,
        only_with={"prune": ("influence",)},
    ),
    Parameter(
        "edge_share",
        "float",
        "relationships between them are kept until they have this share",
        default=0.98,
        least=0,
        most=1,
    ),
)
"""What queries take that cut a circuit out of a model."""


@dataclass(frozen=True)
class Declaration:
    """What has a name and takes parameters: a query, a plot or an export.

    Parameters
    ----------
    name
        Its name.
    summary
        What it answers or shows, in a sentence.
    parameters
        What it takes.
    example
        Values that make sense for the model of samples/digits.keras, or samples/repeat.keras where
        it is about attention, as the command line has them.
    """

    kind: ClassVar[str]
    several: ClassVar[str]
    missing: ClassVar[type[NeurongraphError]]
    name: str
    summary: str
    parameters: tuple[Parameter, ...]
    example: Mapping[str, Any] = field(default_factory=dict, kw_only=True)

    @property
    def neurons(self) -> list[str]:
        """Names of the parameters that name neurons."""
        return [parameter.name for parameter in self.parameters if parameter.type == "neurons"]

    def parameter(self, name: str) -> Parameter:
        """Return a declared parameter by its name."""
        return next(parameter for parameter in self.parameters if parameter.name == name)

    def no_parameter(self, name: str, more: Collection[str] = (), also: str = "") -> str:
        """Say for an error that there is no parameter of a name, and which there are.

        Parameters
        ----------
        name
            The name.
        more
            What may have been meant beside the parameters.
        also
            A text about it, which goes on behind the parameters.
        """
        declared = [parameter.name for parameter in self.parameters]
        this = self.kind if self.kind == self.name else f"{self.kind} {self.name!r}"
        return (
            f"{this} has no parameter {repeatable(name)}; its parameters are "
            f"{listed(declared)}{also}{meant(name, [*declared, *more])}"
        )

    @property
    def without_names(self) -> list[str]:
        """Names of the parameters whose values may stand without them, in their order."""
        return [
            each.name
            for each in self.parameters
            if each.type == "neurons" or (each.required and each.type != "input")
        ]

    @property
    def input(self) -> str | None:
        """Name of the parameter that is an input of the model; None where it takes none."""
        return next((each.name for each in self.parameters if each.type == "input"), None)

    def checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a value for each declared parameter, checked, defaults filled in.

        Raises
        ------
        ParameterError
            If a name is not declared, a value is missing or does not fit, or counts for nothing
            with the others.
        """
        declared = {parameter.name: parameter for parameter in self.parameters}
        for name in values:
            if name not in declared:
                raise ParameterError(self.no_parameter(name))
        checked = {
            name: parameter.checked(parameter.default if values.get(name) is None else values[name])
            for name, parameter in declared.items()
        }
        by = checked.get("by", "weight")
        for name, parameter in declared.items():
            if parameter.bounds_weights:
                checked[name] = _weight_bound(checked[name], by)
            parameter.require_use(checked)
        return checked


def _weight_bound(bound: float, by: str) -> float:
    # Most of what is asked has no bound, and numpy takes a while to import.
    if bound == 0:
        return bound
    from queries.core.weight_bound import weight_bound

    return weight_bound(bound, by)


def _is_bool(value: Any) -> bool:
    """Tell whether a value is True or False, also of NumPy; int() makes 1 or 0 of it."""
    return isinstance(value, bool) or str(getattr(value, "dtype", "")) == "bool"


_Declared = TypeVar("_Declared", bound=Declaration)


def by_name(name: str, kind: type[_Declared], declared: Mapping[str, _Declared]) -> _Declared:
    """Return a declaration by its name.

    Parameters
    ----------
    name
        The name.
    kind, declared
        What is meant: all queries, all plots, or all exports.

    Raises
    ------
    NeurongraphError
        If there is none, in the type of its kind; the message names those that are alike, else all.
    """
    require_text(kind.kind, name, f"the name of one: {listed(declared)}")
    try:
        return declared[name]
    except KeyError:
        alike = meant(name, declared) or f"; the {kind.several} are {listed(declared)}"
        raise kind.missing(f"there is no {kind.kind} {repeatable(name)}{alike}") from None

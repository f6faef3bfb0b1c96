"""The query library: reads ``cypher/``, checks parameters, and lists what there is.

A query is a ``.cypher`` file. A TOML header in its leading comment declares the summary,
the parameters and the columns; lines that begin with ``//%`` and parts in ``/*{ }*/`` are
Jinja, so that the file is Cypher all the same. Values never become text of a statement.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from queries.core.address import repeatable
from queries.core.granularity import NEURON_GRAPH
from queries.core.labels import of_ours
from queries.errors import ParameterError, QueryNotFoundError, listed

if TYPE_CHECKING:
    from jinja2 import Template

ParameterType = Literal["neurons", "text", "int", "float"]
ColumnType = Literal["int", "int?", "float", "bool", "text", "ints"]
_LARGEST: Final = (1 << 63) - 1
_CONVERSIONS: Final = {"text": str, "int": int, "float": float}


@dataclass(frozen=True)
class Parameter:
    """A declared parameter of a query.

    Parameters
    ----------
    name, type, help
        As the header says; the type ``neurons`` is anything that ``as_filter`` takes.
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
    otherwise
        Which neurons are meant where none are named.
    bounds_weights
        True where weights are compared with it: ``weight_bound`` says how.
    """

    name: str
    type: ParameterType
    help: str
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    otherwise: str = "all"
    bounds_weights: bool = False

    def checked(self, value: Any) -> Any:
        """Return the value in the declared type.

        Raises
        ------
        ParameterError
            If it is of another type, not one of the choices, or too small.
        """
        if value is None and self.required:
            raise ParameterError(f"{self.name} is missing: {self.help}")
        if self.type == "neurons":
            from queries.core.neuron_filter import as_filter

            try:
                return as_filter(value)
            except ParameterError as error:
                raise ParameterError(f"{self.name}: {error}") from None
        if value is None:
            return None
        given = repeatable(value) if isinstance(value, str) else repr(value)
        try:
            if _is_bool(value) or (self.type == "text" and not isinstance(value, str)):
                raise TypeError
            converted = _CONVERSIONS[self.type](value)
            # int() would cut off a fraction.
            if self.type == "int" and not isinstance(value, str) and value != converted:
                raise ValueError
            if self.type == "float" and math.isnan(converted):
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            raise ParameterError(f"{self.name}: {given} is no {self.type}; {self.help}") from None
        if self.choices and converted not in self.choices:
            raise ParameterError(f"{self.name}: {given} is not one of {', '.join(self.choices)}")
        if self.least is not None and not converted >= self.least:
            raise ParameterError(
                f"{self.name}: {value!r} is too small; it is at least {self.least}"
            )
        if self.most is not None and not converted <= self.most:
            raise ParameterError(f"{self.name}: {value!r} is too large; it is at most {self.most}")
        if self.type != "text" and not -_LARGEST <= converted <= _LARGEST:
            raise ParameterError(f"{self.name}: {value!r} is no {self.type} within {_LARGEST:.2g}")
        return converted


@dataclass(frozen=True)
class Column:
    """A declared column of a query's result.

    Parameters
    ----------
    name, type, help
        As the header says.
    explode
        True where the store may answer with a list, of which each element is a row.
    grouped
        True where only channel and layer graphs have it.
    """

    name: str
    type: ColumnType
    help: str
    explode: bool = False
    grouped: bool = False

    @property
    def meaning(self) -> str:
        """What it holds, and where."""
        return f"{self.help}; in channel and layer graphs only" if self.grouped else self.help


@dataclass(frozen=True)
class Statement:
    """Cypher ready to run.

    Parameters
    ----------
    cypher
        The text.
    parameters
        The values of its parameters.
    columns
        What is taken of what it returns.
    """

    cypher: str
    parameters: dict[str, Any]
    columns: tuple[Column, ...] = field(repr=False)


@dataclass(frozen=True)
class Asked:
    """What is asked by its name, with parameters: a query or a plot.

    Parameters
    ----------
    name
        Its name.
    summary
        What it answers or shows, in a sentence.
    parameters
        What it takes.
    """

    kind: ClassVar[str] = "query"
    name: str
    summary: str
    parameters: tuple[Parameter, ...]

    def parameter(self, name: str) -> Parameter:
        """Return a declared parameter by its name."""
        return next(parameter for parameter in self.parameters if parameter.name == name)

    def checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a value for each declared parameter, checked, defaults filled in.

        Raises
        ------
        ParameterError
            If a name is not declared, a value is missing or does not fit.
        """
        declared = {parameter.name: parameter for parameter in self.parameters}
        for name in values:
            if name not in declared:
                raise ParameterError(
                    f"{self.kind} {self.name!r} has no parameter {name!r}; "
                    f"its parameters are {listed(declared)}"
                )
        checked = {
            name: parameter.checked(parameter.default if values.get(name) is None else values[name])
            for name, parameter in declared.items()
        }
        by = checked.get("by", "weight")
        for name, parameter in declared.items():
            if parameter.bounds_weights:
                checked[name] = _weight_bound(checked[name], by)
        return checked


def _weight_bound(bound: float, by: str) -> float:
    # Most of what is asked has no bound, and numpy takes a while to import.
    if bound == 0:
        return bound
    from queries.core.weight_bound import weight_bound

    return weight_bound(bound, by)


@dataclass(frozen=True)
class Query(Asked):
    """One query of the library.

    Parameters
    ----------
    name
        The file's name without suffix.
    columns
        What its rows hold.
    body
        The Cypher, with its Jinja.
    definition
        Where the definition of what it computes comes from; empty where it is plain.
    reads
        The query whose statement reads what this one computes with; empty where a statement of
        its own gives the answer.
    not_finite
        What the answer makes of weights that are NaN or infinite; empty where it has none.
    """

    columns: tuple[Column, ...]
    body: str = field(repr=False)
    definition: str = ""
    reads: str = ""
    not_finite: str = ""

    @property
    def about_a_model(self) -> bool:
        """Whether it asks about one model, rather than about all of the graph."""
        return bool(self.reads) or "$model" in self.body

    def columns_in(self, granularity: str) -> tuple[Column, ...]:
        """Return the columns that it has in a graph of a granularity."""
        grouped = granularity != NEURON_GRAPH
        return tuple(column for column in self.columns if grouped or not column.grouped)

    def statement(
        self,
        values: Mapping[str, Any],
        store: str,
        granularity: str = NEURON_GRAPH,
        **internal: Any,
    ) -> Statement:
        """Return the Cypher of this query for a store.

        Parameters
        ----------
        values
            What ``checked`` returned.
        store
            ``neo4j`` or ``embedded``.
        granularity
            That of the model's graph.
        **internal
            Further parameters of the statement, which are not the user's.
        """
        if self.reads:
            read = query(self.reads)
            return read.statement(read.checked({}), store, granularity, **internal)
        parameters = {**values, **internal}

        def where(name: str, variable: str) -> str:
            conditions, named = values[name].conditions(variable, name)
            parameters.update(named)
            return "".join(f" AND {condition}" for condition in conditions)

        # A file of the embedded store holds one model alone.
        def within(variable: str) -> str:
            return f" AND {variable}.model = $model" if store == "neo4j" else ""

        # What joins a neuron to somebody else's node may have a weight that is no number.
        def among(one: str, other: str, condition: str) -> str:
            if store != "neo4j":
                return condition
            ours = f"{one}:Neuron AND {other}:Neuron{within(one)}{within(other)}"
            return f"CASE WHEN {ours} THEN {condition} ELSE false END"

        helpers = {"where": where, "within": within, "among": among}
        grouped = granularity != NEURON_GRAPH
        text = _template(self.body).render(values, store=store, grouped=grouped, **helpers)
        text = of_ours(text, store)
        # The embedded store refuses a parameter that its statement does not name.
        named = set(re.findall(r"\$(\w+)", text))
        return Statement(
            "\n".join(line.rstrip() for line in text.splitlines() if line.strip()),
            {name: value for name, value in parameters.items() if name in named},
            self.columns_in(granularity),
        )


@cache
def queries() -> dict[str, Query]:
    """Return every query by its name, in alphabetical order."""
    folder = files("queries") / "cypher"
    return {
        name: _read(name, file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(".cypher")
        for name in [file.name.removesuffix(".cypher")]
    }


def query(name: str) -> Query:
    """Return a query by its name.

    Raises
    ------
    QueryNotFoundError
        If there is none; the message lists what there is.
    """
    try:
        return queries()[name]
    except KeyError:
        raise QueryNotFoundError(
            f"there is no query {repeatable(name)}; the queries are {listed(queries())}"
        ) from None


def _is_bool(value: Any) -> bool:
    """Tell whether a value is True or False, also of NumPy; int() makes 1 or 0 of it."""
    return isinstance(value, bool) or str(getattr(value, "dtype", "")) == "bool"


@cache
def _template(body: str) -> "Template":
    from jinja2 import Environment, StrictUndefined

    return Environment(
        line_statement_prefix="//%",
        variable_start_string="/*{",
        variable_end_string="}*/",
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - this writes Cypher from our own files, no page.
    ).from_string(body)


def _read(name: str, text: str) -> Query:
    opening, _, body = text.partition("*/")
    header = tomllib.loads(opening.removeprefix("/*"))
    return Query(
        name=name,
        summary=header["summary"],
        parameters=tuple(
            Parameter(
                name=key,
                type=entry.get("type", "text"),
                help=entry["help"],
                default=entry.get("default"),
                required=entry.get("required", False),
                choices=tuple(entry.get("choices", ())),
                least=entry.get("least"),
                most=entry.get("most"),
                otherwise=entry.get("otherwise", "all"),
                bounds_weights=entry.get("bounds_weights", False),
            )
            for key, entry in header.get("parameters", {}).items()
        ),
        columns=tuple(Column(name=key, **entry) for key, entry in header["columns"].items()),
        body=body.strip(),
        definition=header.get("definition", ""),
        reads=header.get("reads", ""),
        not_finite=header.get("not_finite", ""),
    )

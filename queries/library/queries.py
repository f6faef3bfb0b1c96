"""The query library: reads ``cypher/``, and lists what there is.

A query is a ``.cypher`` file. A TOML header in its leading comment declares the summary, an
example, the parameters and the columns; then comes the Cypher that answers it. Lines that begin
with ``//%`` and parts in ``/*{ }*/`` are Jinja, so that the file is Cypher all the same. Values
never become text of a statement.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar, Final

from queries.core.granularity import NEURON_GRAPH
from queries.core.labels import of_ours
from queries.core.literals import operand
from queries.core.properties import quoted
from queries.core.wording import worded
from queries.errors import CypherError, NeurongraphError, QueryNotFoundError, listed
from queries.library.declaration import (
    AT_INPUT,
    ATTRIBUTION,
    BY,
    CIRCUIT,
    INPUT,
    Column,
    Declaration,
    Parameter,
    by_name,
)

if TYPE_CHECKING:
    from jinja2 import Template

_SHARED: Final = {each.name: each for each in (BY, INPUT, *ATTRIBUTION, *CIRCUIT)}
"""Parameters that a header names alone: they mean the same in all queries."""

_OPTIONAL: Final = {AT_INPUT.name: AT_INPUT}
"""The same where they need not be given."""

THEMES: Final = {
    "stored": "What is stored",
    "centrality": "Centrality",
    "path": "Paths",
    "field": "Fields",
    "matrix": "Matrices",
    "linear": "Linear maps",
    "structure": "Structure",
    "comparison": "Comparison",
    "at_input": "A model at an input",
    "attribution": "Attribution at an input",
    "contrast": "Contrasts at an input",
    "circuit": "Circuits at an input",
    "attention": "Attention at an input",
    "over_inputs": "Neurons over many inputs",
    "many_circuits": "Circuits of many inputs",
    "intervention": "Interventions at an input",
    "records": "Stored inputs and circuits",
}
"""Headings by the file in ``queries/methods/`` that holds the methods of the queries."""

_WRITES: Final = re.compile(r"^\s*(?:SET|REMOVE)\b", re.MULTILINE)


@dataclass(frozen=True, repr=False)
class Statement:
    """Cypher ready to run; its text, ``str(statement)``, runs unchanged where it is pasted.

    The values stand in that text. Neo4j Browser shows the rows of one statement alone: what follows
    a line ``:param`` it runs without them, or not at all.

    Parameters
    ----------
    cypher
        The Cypher, without the values of its parameters.
    parameters
        The values of its parameters.
    columns
        What is taken of what it returns.
    store
        Whose Cypher it is: ``neo4j`` or ``embedded``.
    """

    cypher: str
    parameters: dict[str, Any]
    columns: tuple[Column, ...]
    store: str = "neo4j"

    @property
    def writes(self) -> bool:
        """Whether it keeps scores of neurons in properties of its own, which it removes again."""
        return bool(_WRITES.search(self.cypher))

    def __repr__(self) -> str:
        lines = len(self.cypher.splitlines())
        values = f", with values of {listed(list(self.parameters))}" if self.parameters else ""
        return f"<Statement of {lines} lines for {self.store}{values}: print it to read it>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def __str__(self) -> str:
        text = re.sub(r"\$(\w+)", lambda match: operand(self.parameters[match[1]]), self.cypher)
        return f"{text};"


@dataclass(frozen=True)
class Query(Declaration):
    """One query of the library.

    Parameters
    ----------
    name
        The file's name without suffix.
    columns
        What its rows hold.
    body
        The Cypher, with its Jinja.
    theme
        One of ``THEMES``.
    order
        In which order its rows come, where no other is asked for.
    definition
        Where the definition of what it computes comes from; empty where it is plain.
    reads
        The query whose statement reads what this one is computed with; empty where its own
        statement gives the answer.
    not_finite
        What the answer makes of weights that are NaN or infinite; empty where it has none.
    not_stated
        Why it has no statement of its own; empty where it has one.
    not_embedded
        What the embedded store's Cypher lacks for the statement; empty where it lacks nothing.
    only_finite
        Whether the statement takes finite weights alone.
    of_channels
        Whether it is about channels, which the nodes of a layer graph do not have.
    either_way
        Whether the statement passes from sources to targets or back, whichever are fewer.
    score
        The column that ``write_property`` writes, where each row is a neuron of its own; empty
        where there is none.
    with_properties
        Whether its rows have a further column for each property that was written to neurons.
    main
        The columns that a narrow terminal keeps, the most important one first; by default the name
        of the neuron and the score.
    """

    kind: ClassVar[str] = "query"
    several: ClassVar[str] = "queries"
    missing: ClassVar[type[NeurongraphError]] = QueryNotFoundError
    columns: tuple[Column, ...]
    body: str = field(repr=False)
    theme: str = "stored"
    order: str = ""
    definition: str = ""
    reads: str = ""
    not_finite: str = ""
    not_stated: str = ""
    not_embedded: str = ""
    only_finite: bool = False
    of_channels: bool = False
    either_way: bool = False
    score: str = ""
    with_properties: bool = False
    main: tuple[str, ...] = ()

    @property
    def about_a_model(self) -> bool:
        """Whether it asks about one model, rather than about all of the graph."""
        return bool(self.reads) or "$model" in self.body

    @property
    def of_records(self) -> bool:
        """Whether it is about inputs or circuits that are stored with a model, by their names."""
        return any(each.record for each in self.parameters)

    @property
    def of_circuits(self) -> bool:
        """Whether it is about stored circuits alone, which a model without neurons has as well."""
        return any(each.record == "Circuit" for each in self.parameters)

    def main_of(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Return which columns of an answer a narrow terminal keeps: also written properties."""
        declared = {column.name for column in self.columns}
        return (*self.main, *(name for name in columns if name not in declared))

    def columns_in(self, granularity: str) -> tuple[Column, ...]:
        """Return the columns that it has in a graph of a granularity."""
        grouped = granularity != NEURON_GRAPH
        return tuple(column for column in self.columns if grouped or not column.grouped)

    def statement(
        self,
        values: Mapping[str, Any],
        store: str,
        granularity: str = NEURON_GRAPH,
        *,
        in_lists: bool = False,
        properties: Sequence[str] = (),
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
        in_lists
            Whether many rows may come as lists in one, which is read faster.
        properties
            The properties that were written to neurons, each a further column.
        **internal
            Further parameters of the statement, which are not the user's. Where it can pass either
            way, ``forward`` says whether from sources to targets, which it does else.

        Raises
        ------
        CypherError
            If there is no such Cypher.
        """
        self._require_stated(store, values)
        parameters = {**values, **internal}

        def where(name: str, variable: str) -> str:
            conditions, filter_values = values[name].conditions(variable, name)
            parameters.update(filter_values)
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

        # The statement of another query, within this one's.
        def answer(name: str, **values: Any) -> str:
            other = query(name)
            statement = other.statement(other.checked(values), store, granularity)
            parameters.update(statement.parameters)
            return statement.cypher

        def written(variable: str) -> str:
            return "".join(f", {variable}.{quoted(each)} AS {quoted(each)}" for each in properties)

        helpers = {
            "where": where,
            "within": within,
            "among": among,
            "answer": answer,
            "written": written,
        }
        grouped = granularity != NEURON_GRAPH
        options = {"store": store, "grouped": grouped, "in_lists": in_lists}
        options["forward"] = internal.get("forward", True)
        text = _template(self.body).render(values, **options, **helpers)
        text = of_ours(text, store)
        # The embedded store refuses a parameter that its statement does not name.
        names = set(re.findall(r"\$(\w+)", text))
        return Statement(
            "\n".join(line.rstrip() for line in text.splitlines() if line.strip()),
            {name: value for name, value in parameters.items() if name in names},
            (*self.columns_in(granularity), *map(written_column, properties)),
            store,
        )

    def _require_stated(self, store: str, values: Mapping[str, Any]) -> None:
        instead = f"ask for it without {worded('--in-store and --show-cypher', 'in_store')}"
        if self.not_stated:
            raise CypherError(f"{self.name} is not stated in Cypher: {self.not_stated}; {instead}")
        for each in self.parameters:
            if each.type == "input" and values[each.name] is not None:
                raise CypherError(
                    f"{self.name} at an input is not stated in Cypher: it computes the model at an "
                    f"input, and Cypher lacks functions that neurons apply, such as erf; {instead}"
                )
            if reason := each.not_stated.get(values[each.name]):
                raise CypherError(
                    f"{self.name} {each.name}={values[each.name]} is not stated in Cypher: "
                    f"{reason}; {instead}"
                )
        if self.not_embedded and store == "embedded":
            raise CypherError(
                f"{self.name} is not stated in the Cypher of the embedded store: "
                f"{self.not_embedded}; {instead}, or ask a graph in Neo4j"
            )


def written_column(name: str) -> Column:
    """Return the column of a property that was written to neurons."""
    return Column(name, "float", "a property that was written; null where a neuron has none")


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


def by_theme() -> dict[str, list[Query]]:
    """Return the queries of each theme by its heading."""
    themes: dict[str, list[Query]] = {heading: [] for heading in THEMES.values()}
    for each in queries().values():
        themes[THEMES[each.theme]].append(each)
    return themes


def query(name: str) -> Query:
    """Return a query by its name.

    Raises
    ------
    QueryNotFoundError
        If there is none; the message lists what there is.
    """
    return by_name(name, Query, queries())


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
            _parameter(key, entry) for key, entry in header.get("parameters", {}).items()
        ),
        example=header.get("example", {}),
        columns=tuple(Column(name=key, **entry) for key, entry in header["columns"].items()),
        body=body.strip(),
        theme=header["theme"],
        order=header["order"],
        definition=header.get("definition", ""),
        reads=header.get("reads", ""),
        not_finite=header.get("not_finite", ""),
        not_stated=header.get("not_stated", ""),
        not_embedded=header.get("not_embedded", ""),
        only_finite=header.get("only_finite", False),
        of_channels=header.get("of_channels", False),
        either_way=header.get("either_way", False),
        score=header.get("score", ""),
        with_properties=header.get("with_properties", False),
        main=tuple(header.get("main", ("name", header["score"]) if "score" in header else ())),
    )


def _parameter(name: str, entry: dict[str, Any]) -> Parameter:
    if entry == {"shared": True, "required": False}:
        return _OPTIONAL[name]
    if entry.get("shared"):
        own = {key: value for key, value in entry.items() if key != "shared"}
        return replace(_SHARED[name], **own)
    choices = tuple(entry.get("choices", ()))
    return Parameter(name=name, **{"type": "text", **entry, "choices": choices})

"""The page about Cypher: its tables, made of the schema; pages of statements, one a theme."""

import re
from collections import defaultdict
from typing import Final

import pyarrow as pa

from queries import NeuronGraph
from queries.commands.description import example_words
from queries.core.granularity import NEURON_GRAPH
from queries.core.labels import own_label
from queries.core.schema import (
    LAYER,
    MODEL,
    NEO4J_INDEXES,
    NEURON,
    connects_to,
    embedded_tables,
    weight_properties,
)
from queries.core.wording import command_line
from queries.library.queries import Query, Statement, by_theme
from tests.docs.markdown import NOTE, between, block, table
from tests.docs.queries_page import graph_of, place
from tests.examples import example_values

_FOLDER: Final = "statements"
_ABOVE: Final = """\
What `--show-cypher` prints for the example of each query on the sample.
[Statements](../cypher.md#statements) says what the columns of the table mean.
"""
_COARSER: Final = "channel"
_NODES: Final = {"Model": MODEL, "Layer": LAYER, "Neuron": NEURON}
_RELATIONSHIPS: Final = re.compile(r"CREATE REL TABLE (\w+)\(FROM (\w+) TO (\w+)")
_INDEX: Final = re.compile(r"FOR \((?P<node>\w):(?P<label>\w+)\)")
_TYPES: Final = {
    pa.string(): "text",
    pa.int64(): "integer",
    pa.float32(): "float",
    pa.float64(): "float",
    pa.bool_(): "boolean",
    pa.list_(pa.int64()): "list of integers",
}


def cypher_page(text: str) -> str:
    """Return the page with its generated parts as they are now.

    The sample is in ``digits.lbug`` and twice in ``both.lbug``, in the current folder.
    """
    parts = {
        "schema": _schema(),
        "indexes": _indexes(),
        "statements": _statement_pages(),
        "not stated": _not_stated(),
    }
    for name, content in parts.items():
        text = between(text, name, f"\n{content}\n")
    return text


def statement_of(query: Query, graph: NeuronGraph) -> Statement:
    """Return the statement for Neo4j of the example of a query, on a model of a graph."""
    values = example_values(query)
    if not query.about_a_model:
        return query.statement(query.checked(values), "neo4j")
    question = graph.question(query.name, **values)
    stored = question.model.stored
    return query.statement(
        question.values, "neo4j", stored.granularity, model=stored.key, **question.internal
    )


def _schema() -> str:
    nodes = [
        (f"`:{own_label(label)}`", _properties(schema, schema.names))
        for label, schema in _NODES.items()
    ]
    everywhere = weight_properties(NEURON_GRAPH)
    relationships = [
        (f"`(:{begin})-[:{kind}]->(:{end})`", _weights(everywhere) if kind == "CONNECTS_TO" else "")
        for kind, begin, end in _RELATIONSHIPS.findall("\n".join(embedded_tables(NEURON_GRAPH)))
    ]
    return (
        table(["node in Neo4j", "properties"], nodes)
        + "\n"
        + table(["relationship", "properties"], relationships)
    )


def _weights(everywhere: list[str]) -> str:
    grouped = [name for name in weight_properties(_COARSER) if name not in everywhere]
    schema = connects_to(_COARSER)
    return (
        f"{_properties(schema, everywhere)}; "
        f"in channel and layer graphs also {_properties(schema, grouped)}"
    )


def _properties(schema: pa.Schema, names: list[str]) -> str:
    """Return properties by their type."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for name in names:
        kinds[_TYPES[schema.field(name).type]].append(f"`{name}`")
    return "; ".join(f"{', '.join(found)} ({kind})" for kind, found in kinds.items())


def _indexes() -> str:
    rows = []
    for name, text in NEO4J_INDEXES.items():
        found = _INDEX.search(text)
        assert found is not None
        properties = re.findall(rf"\b{found['node']}\.(\w+)", text)
        unique = "yes" if text.startswith("CONSTRAINT") else "no"
        label = own_label(found["label"])
        rows.append((f"`:{label}`", ", ".join(f"`{each}`" for each in properties), unique, name))
    return table(["label", "properties", "unique", "name"], rows)


def statements_pages() -> dict[str, str]:
    """Return the pages of statements by their places in ``docs``; the graphs are as above."""
    pages = {}
    with (
        NeuronGraph("digits.lbug") as digits,
        NeuronGraph("both.lbug", model="rounded") as rounded,
        NeuronGraph("repeat.lbug") as repeat,
    ):
        for heading, found in _stated().items():
            stated = [
                (query, statement_of(query, graph_of(query, digits, rounded, repeat)))
                for query in found
            ]
            sections = [_section(*each) for each in stated]
            head = [NOTE, f"# {heading}\n", _ABOVE, _costs(stated)]
            pages[place(found[0], _FOLDER)] = "\n".join([*head, *sections])
    return pages


def _stated() -> dict[str, list[Query]]:
    """Return the queries that have a statement, by theme."""
    themes = {
        heading: [each for each in found if each.body] for heading, found in by_theme().items()
    }
    return {heading: found for heading, found in themes.items() if found}


def _statement_pages() -> str:
    rows = [
        (heading, ", ".join(f"[{each.name}]({_statement(each)})" for each in found))
        for heading, found in _stated().items()
    ]
    return table(["about", "statements"], rows)


def _statement(query: Query) -> str:
    """Return where the statement of a query is, from the page about Cypher."""
    return f"{place(query, _FOLDER)}#{query.name}"


def _costs(stated: list[tuple[Query, Statement]]) -> str:
    rows = [
        (
            f"[{query.name}](#{query.name})",
            _while_it_runs(statement),
            str(passes(statement)),
            f"no: {query.not_embedded}" if query.not_embedded else "yes",
        )
        for query, statement in stated
    ]
    return table(["query", "while it runs", "passes", "LadybugDB"], rows)


def passes(statement: Statement) -> int:
    """Return how often a statement reads each relationship between neurons at most.

    What stands in a subquery of a layer is read once a layer: once in all.
    """
    return len(re.findall(r":CONNECTS_TO\b", statement.cypher))


def _while_it_runs(statement: Statement) -> str:
    kept = dict.fromkeys(re.findall(r"\.(_\w+)", statement.cypher))
    names = ", ".join(f"`{name}`" for name in kept)
    return f"keeps {names}" if statement.writes else "only reads"


def _section(query: Query, statement: Statement) -> str:
    command = command_line("query", query.name, *example_words(query), show_cypher=True)
    said = [query.summary]
    if query.only_finite:
        said.append("It takes finite weights only.")
    said += [
        f"`{each.name}` is null: {each.not_stated}." for each in query.columns if each.not_stated
    ]
    said.append(f"[Parameters and columns](../{place(query, 'queries')}#{query.name}).")
    return "\n".join(
        [
            f"## {query.name}\n",
            f"{' '.join(said)}\n",
            f"`{command}`\n",
            block("cypher", str(statement)),
        ]
    )


def _not_stated() -> str:
    """Return a table of what has no statement, by why."""
    rows: dict[str, list[str]] = {}
    asked = [query for found in by_theme().values() for query in found]
    for query in asked:
        if query.not_stated:
            link = f"[{query.name}]({place(query, 'queries')}#{query.name})"
            rows.setdefault(query.not_stated, []).append(link)
    for query in asked:
        name = f"[{query.name}]({_statement(query)})"
        for column in query.columns:
            if column.not_stated:
                rows.setdefault(column.not_stated, []).append(f"{name}, its column `{column.name}`")
        for parameter in query.parameters:
            for choice, why in parameter.not_stated.items():
                rows.setdefault(why, []).append(f"{name}, `{parameter.name}={choice}`")
    return table(["query", "why"], [(", ".join(links), why) for why, links in rows.items()])

"""Each statement of ours for Neo4j names nodes by the labels that only ours have."""

import re
from collections.abc import Iterator
from itertools import chain, product
from typing import Any, Final

import pytest

from exporter.sinks.dataset.readme import script
from exporter.sinks.neo4j import statements
from queries.browser import questions
from queries.core.labels import KINDS, of_ours, own_label
from queries.core.schema import neuron_labels
from queries.library.declaration import BY
from queries.library.queries import queries, query
from queries.stores.cypher import node_ids, records
from queries.stores.cypher import store as cypher
from queries.stores.neo4j import properties, record_statements, store

_CLAUSE: Final = re.compile(r"^\s*(?=OPTIONAL|MATCH|WITH|RETURN|CALL|UNWIND|SET)", re.MULTILINE)
_OF_A_MODEL: Final = re.compile(r"\((\w*):Neurongraph(?:Neuron|Layer)\b")
_ENDS: Final = re.compile(r"\(([^()]*)\)\s*<?-\[[^\]]*\]->?\s*(?=\(([^()]*)\))")


def of_the_library() -> Iterator[tuple[str, str]]:
    """Yield each statement, with and without each choice and each filter."""
    for asked in queries().values():
        options: list[list[tuple[str, Any]]] = []
        for each in asked.parameters:
            if each.type == "neurons":
                options.append([(each.name, "a"), *([] if each.required else [(each.name, None)])])
            elif each.choices and each != BY:
                stated = [choice for choice in each.choices if choice not in each.not_stated]
                options.append([(each.name, choice) for choice in stated])
            elif each.name == "min_weight":
                options.append([(each.name, 0), (each.name, 1)])
            elif each.required:
                options.append([(each.name, "a")])
        for values in product(*options) if not asked.not_stated else ():
            ready = asked.checked(dict(values))
            for granularity in ("neuron", "channel"):
                statement = asked.statement(ready, "neo4j", granularity, model="m")
                yield asked.name, statement.cypher


def of_reading() -> Iterator[tuple[str, str]]:
    """Yield the statements that read relationships in parts."""
    asked = query("edges")
    bounds: dict[str, Any] = {"model": "m", "first": 0, "last": 1}
    values: list[dict[str, Any]] = [{}, {"target": "a"}, {"source": "a"}, {"min_weight": 1}]
    for each, granularity in product(values, ("neuron", "channel")):
        statement = asked.statement(
            asked.checked(each), "neo4j", granularity, in_lists=True, **bounds
        )
        yield asked.name, statement.cypher


def of_modules() -> Iterator[tuple[str, str]]:
    for module in (statements, store, node_ids, properties):
        for name, text in vars(module).items():
            if isinstance(text, str) and re.search(r"\b(MATCH|MERGE|CREATE)\b \(", text):
                yield name, text.replace("{{", "{").replace("}}", "}")
    yield "add_neurons", statements.add_neurons("Dense", None).replace("`", "")
    for each in (properties.set_values, properties.remove_values, properties.make_index):
        yield each.__name__, each("katz").replace("`", "")
    for name, text in vars(record_statements).items():
        if isinstance(text, str) and "MATCH" in text:
            yield name, text.replace("`Active`:", "")
    for text in chain(*record_statements.CLEAR.values(), record_statements.REMOVE_ALL):
        yield "removing records", text
    for about in (
        record_statements.found, record_statements.names, record_statements.begin,
        record_statements.note_part, record_statements.finish, record_statements.remove,
    ):  # fmt: skip
        yield about.__name__, about("Input").replace(":`Input`", "")
    for name in ("INPUTS", "ACTIVATIONS", "CIRCUITS", "NODES", "RELATIONSHIPS", "JOINED"):
        yield name, of_ours(getattr(records, name))
    for name in ("_JOINED", "_BEGINNING"):
        yield name, of_ours(getattr(cypher, name))
    yield "schema.cypher", script()


def of_the_guide() -> Iterator[tuple[str, str]]:
    name = "it's :Model"
    for question in (
        questions.models(), questions.layers(name), questions.neurons(name, name),
        questions.strongest_inputs(name, name),
        questions.field_picture(name, name), questions.best_products(name, [name], 1),
        questions.paths(name, [name], [name]), questions.remove_best(name),
        questions.written(name), questions.largest(name, "katz"),
    ):  # fmt: skip
        assert ":Model'" in question.cypher or question == questions.models()
        yield question.title, question.cypher.replace(":Model'", "'")


LIBRARY: Final = list(dict.fromkeys(of_the_library()))
STATEMENTS: Final = [*LIBRARY, *of_reading(), *of_modules(), *of_the_guide()]


@pytest.mark.parametrize("text", [text for _, text in STATEMENTS], ids=[n for n, _ in STATEMENTS])
def test_names_ours(text: str) -> None:
    plain = re.findall(rf":(?:{'|'.join(KINDS)})\b(?!:Neurongraph)", text)
    # A label beside is given, and never looked for.
    assert plain in ([], [":Layer"]) if "SET l:Layer" in text else plain == []


@pytest.mark.parametrize("text", [text for _, text in STATEMENTS], ids=[n for n, _ in STATEMENTS])
def test_joins_two_of_ours(text: str) -> None:
    for end in {end for ends in _ENDS.findall(text) for end in ends}:
        variable = re.match(r"\w*", end)
        assert variable is not None
        labelled = ":Neurongraph" in end or (
            variable[0] and re.search(rf"\b{variable[0]}:(\w+:)?Neurongraph", text)
        )
        assert labelled, (end, text)


@pytest.mark.parametrize("text", [text for _, text in LIBRARY], ids=[n for n, _ in LIBRARY])
def test_stays_within_a_model(text: str) -> None:
    for clause in _CLAUSE.split(text):
        for variable in _OF_A_MODEL.findall(clause):
            within = rf"\b{variable or '-'}\.model = \$(model|other)\b"
            assert re.search(within, clause), (variable, clause)


def test_an_embedded_store_has_the_kinds_alone() -> None:
    text = "MATCH (m:Model)-[:HAS_LAYER]->(l:Layer) RETURN l.Neuron, ': Layer'"
    assert of_ours(text, "embedded") == text
    assert of_ours(text) == text.replace(":Model", ":NeurongraphModel").replace(
        ":Layer", ":NeurongraphLayer"
    )


def test_neurons_have_both() -> None:
    assert neuron_labels("Dense")[:2] == ["Neuron", own_label("Neuron")]

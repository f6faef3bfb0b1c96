import re
import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest

from queries import NeuronGraph
from queries.core.neuron_filter import NeuronFilter
from queries.core.schema import weight_properties
from queries.errors import CypherError, ParameterError, QueryNotFoundError
from queries.library.declaration import (
    AT_INPUT,
    ATTRIBUTION,
    BY,
    INPUT,
    ColumnType,
    Parameter,
    ParameterType,
)
from queries.library.queries import THEMES, Query, queries, query

NAMES = [
    "activation_statistics", "activations", "adjacency", "attention", "attribution",
    "attribution_paths", "bifans", "channel_importance", "circuit", "circuit_nodes",
    "circuit_overlap", "circuit_scores", "class_circuit", "combine", "compare_circuits",
    "compare_edges", "compare_layers", "compare_neurons", "conservation", "contrast",
    "contributions", "dead_neurons", "degree", "deletion_curve", "difference",
    "duplicate_channels", "edge_attribution", "edges", "effective_weights",
    "eigenvector_centrality", "field_neurons", "head_loadings", "influence", "intervene",
    "katz", "laplacian", "layer_statistics", "layers", "longest_path", "models", "neighbours",
    "neurons", "pagerank", "path_centrality", "path_counts", "path_norm", "projective_field",
    "receptive_field", "recovery_curve", "shared_channels", "shortest_paths", "stored_circuit",
    "stored_conservation", "stored_contributions", "stored_nodes", "strength",
    "strongest_edges", "strongest_paths", "summary", "top_inputs", "top_neurons",
    "weight_distribution", "widest_path", "zero_channels",
]  # fmt: skip
_FEW = 10
HEADER_KEYS = {
    "summary",
    "theme",
    "order",
    "definition",
    "example",
    "reads",
    "not_finite",
    "not_stated",
    "not_embedded",
    "only_finite",
    "of_channels",
    "either_way",
    "score",
    "with_properties",
    "main",
    "parameters",
    "columns",
}
PARAMETER_KEYS = {
    "bounds_weights",
    "only_with",
    "record",
    "shared",
    "type",
    "unit",
    "help",
    "default",
    "required",
    "choices",
    "least",
    "otherwise",
    "most",
    "not_stated",
}
COLUMN_KEYS = {"type", "unit", "help", "explode", "grouped", "not_stated"}


def header(name: str) -> dict[str, Any]:
    text = (files("queries") / "cypher" / f"{name}.cypher").read_text(encoding="utf-8")
    return tomllib.loads(text.partition("*/")[0].removeprefix("/*"))


def test_these_are_the_queries() -> None:
    assert list(queries()) == NAMES


def test_the_page_about_cypher_tells_each_mark_of_the_files() -> None:
    page = Path(__file__).parents[2] / "docs" / "cypher.md"
    told = page.read_text(encoding="utf-8").partition("\n## The files\n")[2]
    bodies = "\n".join(each.body for each in queries().values())
    words = set(re.findall(r"//% (\w+)", bodies))
    helpers = set(re.findall(r"/\*\{ (\w+)\(", bodies))
    assert {"if", "set"} <= words
    assert {"where", "among"} <= helpers
    assert {f"//% {word}" for word in words} <= set(re.findall(r"//% \w+", told))
    assert {f"/*{{ {name}(" for name in helpers} <= set(re.findall(r"/\*\{ \w+\(", told))


@pytest.mark.parametrize("name", NAMES)
class TestHeaders:
    def test_have_no_unknown_key(self, name: str) -> None:
        read = header(name)
        assert set(read) <= HEADER_KEYS
        for entry in read.get("parameters", {}).values():
            assert set(entry) <= PARAMETER_KEYS
        for entry in read["columns"].values():
            assert set(entry) <= COLUMN_KEYS

    def test_say_what_the_query_answers(self, name: str) -> None:
        assert re.fullmatch(r"[A-Z][^\n]*\.", query(name).summary)

    def test_say_what_it_is_about_as_its_method_does(self, name: str) -> None:
        theme = query(name).theme
        assert theme in THEMES
        assert getattr(NeuronGraph, name).__module__ == f"queries.methods.{theme}"

    def test_say_the_order_of_the_rows(self, name: str) -> None:
        assert query(name).order

    def test_leave_what_each_query_takes_to_its_method(self, name: str) -> None:
        names = {parameter.name for parameter in query(name).parameters}
        assert not names & {"sort", "limit", "in_store", "write_property", "index", "model"}

    def test_have_columns_with_type_and_help(self, name: str) -> None:
        columns = query(name).columns
        assert columns
        assert all(column.type in get_args(ColumnType) for column in columns)
        assert all(column.help.strip() for column in columns)

    def test_name_main_columns_that_there_are(self, name: str) -> None:
        columns = [column.name for column in query(name).columns]
        assert set(query(name).main) <= set(columns)
        assert query(name).main or len(columns) <= _FEW

    def test_have_parameters_with_type_and_help(self, name: str) -> None:
        for parameter in query(name).parameters:
            assert parameter.type in get_args(ParameterType)
            assert parameter.help.strip()

    def test_have_defaults_that_pass_their_own_check(self, name: str) -> None:
        for parameter in query(name).parameters:
            if not parameter.required and parameter.default is not None:
                assert parameter.checked(parameter.default) == parameter.default
            assert not (parameter.required and parameter.default is not None)

    def test_have_an_example_that_passes_their_own_check(self, name: str) -> None:
        declaration = query(name)
        assert declaration.checked(declaration.example).keys() >= declaration.example.keys()

    def test_say_what_a_count_counts(self, name: str) -> None:
        for parameter in query(name).parameters:
            assert parameter.unit or parameter.type != "int"

    def test_leave_what_is_shared_to_the_one_declaration(self, name: str) -> None:
        shared = {each.name: each for each in (BY, INPUT, *ATTRIBUTION)}
        for parameter in query(name).parameters:
            wide = shared.get(parameter.name, parameter)
            # A query may take some of the choices alone.
            fewer = set(parameter.choices) < set(wide.choices)
            # What it counts with is a matter of the others; a slope has no ig to be compared.
            own = replace(wide, only_with=parameter.only_with)
            if "slope" in {each.name for each in query(name).parameters}:
                own = replace(own, help=parameter.help) if parameter.name == "baseline" else own
            assert fewer or parameter in (own, AT_INPUT)

    def test_give_cypher_for_both_stores(self, name: str) -> None:
        asked = query(name)
        needed = {p.name: "a" for p in asked.parameters if p.required}
        for store in stores_of(asked):
            statement = asked.statement(asked.checked(needed), store, model="m")
            assert "RETURN" in statement.cypher
            assert "//%" not in statement.cypher
            assert "/*{" not in statement.cypher
            used = set(re.findall(r"\$(\w+)", statement.cypher))
            assert set(statement.parameters) == used

    def test_values_never_stand_in_the_statement(self, name: str) -> None:
        asked = query(name)
        odd = "x'}) DETACH DELETE n //"
        values = {
            p.name: NeuronFilter(layer=odd) if p.type == "neurons" else odd
            for p in asked.parameters
            if p.type == "neurons" or (p.type == "text" and p.required)
        }
        for store in stores_of(asked):
            statement = asked.statement(asked.checked(values), store, model=odd)
            assert odd not in statement.cypher

    def test_say_why_a_store_has_no_statement(self, name: str) -> None:
        asked = query(name)
        needed = {p.name: "a" for p in asked.parameters if p.required}
        for store in {"neo4j", "embedded"} - set(stores_of(asked)):
            with pytest.raises(CypherError) as caught:
                asked.statement(asked.checked(needed), store, model="m")
            assert (asked.not_stated or asked.not_embedded) in str(caught.value)
        assert bool(asked.body) != bool(asked.not_stated)


def test_says_why_a_choice_has_no_statement() -> None:
    asked = query("strongest_paths")
    values = {"source": "a", "target": "b", "distinct": "channel"}
    with pytest.raises(CypherError, match=r"distinct=channel is not stated.*; ask for it without"):
        asked.statement(asked.checked(values), "neo4j", model="m")
    for distinct in ("path", "target"):
        asked.statement(asked.checked({**values, "distinct": distinct}), "neo4j", model="m")


class TestText:
    """What can be pasted: one statement, in which the values stand."""

    def test_for_neo4j(self) -> None:
        asked = query("katz")
        values = asked.checked({"neurons": "it's[1]", "alpha": -1e-7})
        text = str(asked.statement(values, "neo4j", model="$m\n"))
        assert "(-1e-07)" in text
        assert "WHERE n.model = '$m\\n'\n" in text
        assert "AND n.layer = 'it\\'s' AND n.channel = 1\n" in text
        assert re.findall(r"\$\w+", text) == ["$m"] * text.count(".model = '$m\\n'")
        assert text.endswith("ORDER BY id;")

    def test_for_the_embedded_store(self) -> None:
        asked = query("neurons")
        text = str(asked.statement(asked.checked({"neurons": [1, 2]}), "embedded", model="m"))
        assert "WHERE n.model = 'm'  AND n.id IN [1, 2]\n" in text

    @pytest.mark.parametrize("name", sorted(queries()))
    def test_is_one_statement(self, name: str) -> None:
        asked = query(name)
        needed = {p.name: "a" for p in asked.parameters if p.required}
        for store in stores_of(asked):
            text = str(asked.statement(asked.checked(needed), store, model="m", other="o"))
            assert re.sub(r"//.*", "", text).count(";") == 1
            assert not re.search(r"\$\w", text)

    @pytest.mark.parametrize("measure", query("top_neurons").parameter("measure").choices)
    def test_a_statement_within_another_brings_its_values(self, measure: str) -> None:
        asked = query("top_neurons")
        values = asked.checked({"measure": measure, "neurons": "a"})
        statement = asked.statement(values, "neo4j", model="m")
        usual = {"katz": {"alpha": 0.1, "beta": 1.0}, "pagerank": {"alpha": 0.85}}
        expected = {"k": 5, "model": "m", "neurons_layer": "a", **usual.get(measure, {})}
        assert statement.parameters == expected

    @pytest.mark.parametrize(("name", "writes"), [("katz", True), ("strength", False)])
    def test_tells_whether_it_writes(self, name: str, writes: bool) -> None:
        statement = query(name).statement(query(name).checked({}), "neo4j", model="m")
        assert statement.writes is writes


def stores_of(asked: Query) -> list[str]:
    """Return the stores that have a statement of a query."""
    if asked.not_stated:
        return []
    return ["neo4j"] if asked.not_embedded else ["neo4j", "embedded"]


def test_by_names_what_relationships_have() -> None:
    assert list(BY.choices) == weight_properties("channel")


def test_an_unknown_query() -> None:
    with pytest.raises(QueryNotFoundError, match="no query 'strenght'") as caught:
        query("strenght")
    assert "strength" in str(caught.value)


def parameter(**settings: Any) -> Parameter:
    return Parameter(**{"name": "k", "type": "int", "help": "how many", **settings})


@pytest.mark.parametrize("page", ["README.md", "docs/concepts.md"])
def test_pages_count_the_queries_without_a_statement(page: str) -> None:
    without = sum(bool(each.not_stated) for each in queries().values())
    text = " ".join((Path(__file__).parents[2] / page).read_text(encoding="utf-8").split())
    assert f"{without} of the {len(queries())} queries compute the model at an input" in text


UNUSED = [
    ({"steps": 5}, "rule", "gradient"),
    ({"baseline": 0}, "rule", "secant"),
    ({"baseline": 0}, "slope", "gradient"),
    ({"node_share": 0.1}, "prune", "attribution"),
    ({"reduce": "max"}, "level", "neuron"),
    ({"amount": 2}, "how", "mean"),
    ({"towards": "out[0]"}, "measure", "activation"),
]
"""What counts for nothing with a value of another parameter."""


@pytest.mark.parametrize(("given", "other", "value"), UNUSED)
def test_what_counts_for_nothing_is_refused(given: dict[str, Any], other: str, value: str) -> None:
    (name,) = given
    having = [
        each
        for each in queries().values()
        if {name, other} <= {one.name for one in each.parameters}
        and value in each.parameter(other).choices
        # What a written property is called differs from what a measure is.
        and not each.parameter(other).or_property
    ]
    assert having
    for each in having:
        needed = {one.name: "1" for one in each.parameters if one.required}
        if each.name == "top_inputs":
            needed["measure"] = "attribution"
        with pytest.raises(ParameterError, match=f"^{name}: it counts for nothing with .*={value}"):
            each.checked({**needed, other: value, **given})
        default = each.parameter(name).default
        each.checked({**needed, other: value, name: default})


class TestChecked:
    @pytest.mark.parametrize(
        ("settings", "value", "expected"),
        [
            ({}, "5", 5),
            ({}, 5, 5),
            ({}, None, None),
            ({"type": "float"}, "0.5", 0.5),
            ({"type": "text", "choices": ("in", "out")}, "in", "in"),
            ({"type": "text", "choices": ("in",), "or_property": True}, "up", "up"),
            (
                {"type": "text", "choices": ("in",), "or_property": True},
                "property:in",
                "property:in",
            ),
            ({"least": 1}, 1, 1),
            ({"type": "neurons"}, "conv", NeuronFilter(layer="conv")),
            ({"type": "neurons"}, None, NeuronFilter()),
        ],
    )
    def test_values(self, settings: dict[str, Any], value: Any, expected: object) -> None:
        assert parameter(**settings).checked(value) == expected

    @pytest.mark.parametrize(
        ("settings", "value", "said"),
        [
            ({}, "many", ["k", "'many'", "whole number", "how many"]),
            ({}, [1], ["k", "[1]", "whole number"]),
            ({}, float("inf"), ["k", "inf", "whole number"]),
            ({"type": "float"}, "half", ["k", "'half'", "no number"]),
            ({"least": 1}, 0, ["k", "0", "at least 1"]),
            ({"type": "float", "least": 0}, float("nan"), ["k", "nan"]),
            ({"type": "text", "choices": ("in", "out")}, "up", ["k", "'up'", "in, out"]),
            (
                {"type": "text", "choices": ("in", "out"), "or_property": True},
                "a b",
                ["k", "'a b'", "in, out, and no name of a property"],
            ),
            ({"required": True}, None, ["k", "missing", "how many"]),
            ({"type": "neurons"}, "a[b]", ["k", "'b'", "write 3"]),
            ({"type": "neurons"}, 1.5, ["k", "1.5", "NeuronFilter"]),
        ],
    )
    def test_errors_name_parameter_value_and_what_is_allowed(
        self, settings: dict[str, Any], value: Any, said: list[str]
    ) -> None:
        with pytest.raises(ParameterError) as caught:
            parameter(**settings).checked(value)
        message = str(caught.value)
        assert all(part in message for part in said), message

    def test_a_property_beside_the_choices(self) -> None:
        either = parameter(type="text", choices=("in", "out"), or_property=True)
        named = {text: either.property_of(text) for text in ("in", "up", "property:in")}
        assert named == {"in": None, "up": "up", "property:in": "in"}
        assert "(in or out or a written property)" in either.meaning
        assert parameter(type="text", choices=("in",)).property_of("up") is None

    def test_an_undeclared_parameter(self) -> None:
        with pytest.raises(ParameterError, match="'strength' has no parameter 'kk'") as caught:
            query("strength").checked({"kk": 1})
        assert "neurons, direction, measure" in str(caught.value)

    def test_defaults_are_filled_in(self) -> None:
        assert query("strength").checked({"neurons": None}) == {
            "neurons": NeuronFilter(),
            "direction": "in",
            "measure": "absolute",
            "by": "weight",
        }

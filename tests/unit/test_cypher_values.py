"""The values of a statement's parameters, and the names of its columns, without a store."""

from typing import Any

import pytest

from queries.core.wording import shell_wording
from queries.errors import ParameterError
from queries.stores.cypher.column_names import as_written
from queries.stores.cypher.read_only import only_statement
from queries.stores.cypher.tokens import LADYBUG, NEO4J, Lexis
from queries.stores.cypher.values import require_values

both = pytest.mark.parametrize("lexis", [LADYBUG, NEO4J])


@both
@pytest.mark.parametrize(
    ("cypher", "values"),
    [
        ("RETURN 1", {}),
        ("MATCH (n {layer: $layer}) WHERE n.id < $k RETURN n, $k", {"layer": "a", "k": None}),
        ("RETURN '$no' AS x, \"$no\" AS y /* $no */ // $no", {}),
        ("RETURN $`a b` AS x", {"a b": 1}),
        ("RETURN $0 AS x", {"0": 1}),
        ("MATCH (n:$any($labels)) RETURN n", {"labels": []}),
    ],
)
def test_that_fit(cypher: str, values: dict[str, Any], lexis: Lexis) -> None:
    require_values(only_statement(cypher, lexis), values)


@both
@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {},
            (
                "there is no value for $layer, $k of the statement; "
                "give parameters={'layer': VALUE, 'k': VALUE}, or write values in their place"
            ),
        ),
        (
            {"layer": 1, "k": 2, "more": 3},
            "the statement has no parameter 'more'; it has $layer, $k",
        ),
        (
            {"lyer": 1, "k": 2},
            (
                "there is no value for $layer of the statement; give parameters={'layer': VALUE}, "
                "or write values in their place; the statement has no parameter 'lyer'; it has "
                "$layer, $k; did you mean 'layer'?"
            ),
        ),
    ],
)
def test_that_do_not_fit(values: dict[str, Any], said: str, lexis: Lexis) -> None:
    statement = only_statement("MATCH (n {layer: $layer}) RETURN n LIMIT $k", lexis)
    with pytest.raises(ParameterError) as caught:
        require_values(statement, values)
    assert str(caught.value) == said


def test_a_shell_is_told_what_it_can_type() -> None:
    with shell_wording(), pytest.raises(ParameterError, match=r"give layer=VALUE k=VALUE, "):
        require_values(only_statement("RETURN $layer, $k", LADYBUG), {})


@pytest.mark.parametrize(
    ("cypher", "expected"),
    [
        ("MATCH (n) RETURN count(n)", ["count(n)"]),
        ("MATCH (n) RETURN n.id + 1 , max( n.bias ) AS most", ["n.id + 1", "most"]),
        ("MATCH (n) RETURN DISTINCT n.layer, count(*) ORDER BY n.layer", ["n.layer", "count(*)"]),
        ("RETURN [1, 2], {a: 1, b: [2, 3]}, 'a, b'", ["[1, 2]", "{a: 1, b: [2, 3]}", "'a, b'"]),
        ("WITH 1 AS `a b` RETURN `a b`, `a b` + 1", ["a b", "`a b` + 1"]),
        ("WITH 1 AS x, 2 AS y RETURN *, x + 1, -x AS z", ["A", "B", "x + 1", "z"]),
        ("WITH 1 AS x RETURN *", ["A"]),
        ("MATCH (n) RETURN size('a'), n.*, id(n)", ["size('a')", "B", "C", "id(n)"]),
        ("MATCH (n) RETURN n.order, n.limit LIMIT 3", ["n.order", "n.limit"]),
        ("MATCH (n) RETURN n.id AS union SKIP 1;", ["union"]),
        ("MATCH (n) WHERE n.return = 1 RETURN n", ["n"]),
        ("RETURN size('a') UNION ALL RETURN 2", ["size('a')"]),
        (
            "MATCH (n) WHERE COUNT { MATCH (n) RETURN n } > 0 RETURN COUNT { MATCH (n) RETURN n }",
            ["COUNT { MATCH (n) RETURN n }"],
        ),
        # What a plan and a procedure give has names of its own, and so has what is not understood.
        ("EXPLAIN RETURN size('a')", ["A"]),
        ("CALL show_tables()", ["A", "B"]),
        ("RETURN 1, 2", ["A"]),
        ("MATCH (n) RETURN n.*, n.*", ["A", "B", "C"]),
    ],
)
def test_columns_are_called_as_they_are_written(cypher: str, expected: list[str]) -> None:
    names = list("ABCDEF"[: len(expected)])
    assert as_written(cypher, only_statement(cypher, LADYBUG), names) == expected

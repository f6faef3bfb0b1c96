"""What docs/cypher.md shows runs as it stands, and answers what the library answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from neo4j import Driver, GraphDatabase

from exporter import drop, load
from queries import NeuronGraph
from queries.commands.arguments import query_values
from queries.errors import CypherError
from queries.library.queries import queries, query
from tests.contract import foreign
from tests.contract.in_store.same import assert_same
from tests.contract.stores import GraphStore
from tests.docs.cypher_blocks import Block, course
from tests.docs.cypher_page import passes, statement_of
from tests.docs.queries_page import graph_of
from tests.examples import example_values

pytestmark = pytest.mark.cypher

NEO4J = ["neo4j-5.26", "neo4j-newest"]
COURSE = course()
AT_THE_MODEL = (
    "MATCH (n:NeurongraphNeuron) WHERE n.model = $model OPTIONAL MATCH (n)-[r:CONNECTS_TO]-() "
    "RETURN count(DISTINCT n) AS neurons, count(DISTINCT r) AS edges"
)
"""Neurons of a model, and all that is joined to them, by others as well."""

LEFT = (
    "MATCH (n) UNWIND keys(n) AS key WITH DISTINCT key WHERE key STARTS WITH '_' OR key = 'score' "
    "RETURN collect(key) AS keys"
)


@pytest.fixture(scope="module")
def sample(store: GraphStore, digits_file: Path) -> Iterator[GraphStore]:
    """Give each store with the sample in it, and the sample with rounded weights."""
    for name in ("digits", "rounded"):
        load(digits_file, store.location, name=name)
    with NeuronGraph(store.location, model="rounded") as graph:
        kind = store.own(":Neuron")
        graph.write(
            f"MATCH (s{kind})-[r:CONNECTS_TO]->(t{kind}) WHERE t.model = 'rounded' "
            "SET r.weight = round(r.weight, 1)"
        )
    if store.server is not None:
        foreign.join(store.server, "digits")
    yield store
    for name in ("digits", "rounded"):
        drop(name, store.location)


@pytest.fixture
def digits(sample: GraphStore) -> Iterator[NeuronGraph]:
    with NeuronGraph(sample.location, model="digits") as graph:
        yield graph


@pytest.fixture
def rounded(sample: GraphStore) -> Iterator[NeuronGraph]:
    with NeuronGraph(sample.location, model="rounded") as graph:
        yield graph


@pytest.fixture
def driver(sample: GraphStore) -> Iterator[Driver]:
    assert sample.server is not None
    with GraphDatabase.driver(sample.server.uri, auth=sample.server.auth) as opened:
        yield opened


@pytest.mark.parametrize("store", NEO4J, indirect=True)
@pytest.mark.neo4j
@pytest.mark.slow
class TestNeo4j:
    def test_each_statement_of_the_course_answers_what_the_library_does(
        self, driver: Driver, digits: NeuronGraph
    ) -> None:
        for block in _run_in("neo4j"):
            if "written" in block.checks:
                digits.katz(write_property=block.checks["written"])
            if "plan" in block.checks:
                assert block.checks["plan"] in str(_plan(driver, "EXPLAIN", block.cypher, {}))
            frame = _rows(driver, block.cypher, {})
            if "step" not in block.checks:
                _assert_answers(frame, digits, block)
        assert _rows(driver, LEFT, {})["keys"].tolist() == [[]]

    def test_no_statement_reads_relationships_more_often_than_the_page_says(
        self, driver: Driver, digits: NeuronGraph, rounded: NeuronGraph
    ) -> None:
        for asked in queries().values():
            if not asked.body or asked.of_records:
                continue
            statement = statement_of(asked, graph_of(asked, digits, rounded, digits))
            model = statement.parameters.get("model")
            at = _rows(driver, AT_THE_MODEL, {"model": model}).iloc[0]
            plan = _plan(driver, "PROFILE", statement.cypher, statement.parameters)
            # A neuron that nothing feeds has a row as well where the pattern is optional.
            bound = passes(statement) * (at["edges"] + at["neurons"])
            assert sum(_expanded(plan)) <= bound, asked.name
        assert _rows(driver, LEFT, {})["keys"].tolist() == [[]]


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
class TestEmbedded:
    def test_each_statement_answers_what_the_library_does(self, digits: NeuronGraph) -> None:
        for block in _run_in("embedded"):
            _assert_answers(digits.cypher(block.cypher), digits, block)

    def test_each_query_that_the_page_says_it_runs_answers_the_same(
        self, digits: NeuronGraph, rounded: NeuronGraph
    ) -> None:
        for asked in queries().values():
            stated = asked.body and not asked.not_embedded and not asked.of_records
            if stated and asked.about_a_model:
                values = example_values(asked)
                assert_same(graph_of(asked, digits, rounded, digits), asked.name, **values)

    @pytest.mark.parametrize(
        ("cypher", "reason"),
        [
            ("MATCH (l:Layer) CALL (l) { MATCH (n:Neuron) RETURN n } RETURN n.id", "CALL"),
            ("MATCH (l:Layer) RETURN l.index", "index"),
            ("MATCH (s:Neuron)-[:CONNECTS_TO*1..31]->(t:Neuron) RETURN count(*)", "maximum: 30"),
        ],
    )
    def test_does_not_take(self, digits: NeuronGraph, cypher: str, reason: str) -> None:
        with pytest.raises(CypherError, match=reason):
            digits.cypher(cypher)

    def test_sets_no_property_that_its_table_does_not_have(self, digits: NeuronGraph) -> None:
        with pytest.raises(CypherError, match="_score"):
            digits.write("MATCH (n:Neuron) SET n._score = 1.0")


def _run_in(store: str) -> Iterator[Block]:
    """Yield the blocks of the course that run in a store, in their order."""
    assert len(COURSE) > 10
    for block in COURSE:
        assert block.checks, f"{block.heading}: no comment says what holds of a statement"
        if block.checks.get("store", "neo4j") == store and "not run" not in block.checks:
            yield block


def _rows(driver: Driver, cypher: str, values: dict[str, Any]) -> pd.DataFrame:
    # As Browser sends it: CALL ... IN TRANSACTIONS cannot run in a transaction that is begun.
    with driver.session() as session:
        return session.run(cypher, values).to_df()


def _plan(driver: Driver, how: str, cypher: str, values: dict[str, Any]) -> dict[str, Any]:
    with driver.session() as session:
        result = session.run(f"{how} {cypher}", values)
        # Of rows that are discarded there is no profile.
        list(result)
        summary = result.consume()
    plan = summary.profile or summary.plan
    assert plan is not None
    return plan


def _expanded(plan: dict[str, Any]) -> Iterator[int]:
    """Yield how many relationships between neurons each operator of a profile goes over."""
    if "CONNECTS_TO" in str(plan["args"].get("Details")) and "Expand" in plan["operatorType"]:
        yield plan["args"]["Rows"]
    for child in plan.get("children", ()):
        yield from _expanded(child)


def _assert_answers(frame: pd.DataFrame, graph: NeuronGraph, block: Block) -> None:
    """Compare a statement of the course with the query that its comment names."""
    name, *words = block.checks["answer"].split()
    expected = getattr(graph, name)(**query_values(query(name), words))
    _assert_shared(frame, expected, block.heading)


def _assert_shared(frame: pd.DataFrame, expected: pd.DataFrame, name: str) -> None:
    """Compare the columns that both have, row by row."""
    shared = [column for column in frame if column in expected]
    assert shared, name
    assert len(frame) == len(expected), name
    for column in shared:
        where, values, wanted = f"{name}: {column}", frame[column], expected[column]
        if pd.api.types.is_numeric_dtype(wanted):
            numbers = pd.to_numeric(values).to_numpy(float, na_value=np.nan)
            np.testing.assert_allclose(
                numbers,
                wanted.to_numpy(float, na_value=np.nan),
                rtol=1e-6,
                atol=1e-9,
                err_msg=where,
            )
        else:
            assert [_plain(v) for v in values] == [_plain(v) for v in wanted], where


def _plain(value: Any) -> Any:
    """Return a value as lists and None."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value if isinstance(value, list) or not pd.isna(value) else None

"""At level debug each statement is logged, on every store."""

import logging
import re

import pytest

from queries import NeuronGraph
from queries.errors import CypherError
from tests.contract.stores import GraphStore


@pytest.fixture
def debug(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Set the level as a user does from Python."""
    caplog.set_level(logging.DEBUG, logger="neurongraph")
    return caplog


@pytest.mark.cypher
class TestStatements:
    def test_show_rows_and_shortened_parameters(
        self, pooled: NeuronGraph, debug: pytest.LogCaptureFixture
    ) -> None:
        pooled.neurons(list(range(50)))
        # Neo4j is asked for lists of rows.
        assert re.fullmatch(
            r"\d+\.\d{4} s, 50 rows: "
            r"(MATCH \(n:Neuron\) WHERE .* ORDER BY id|"
            r"CALL \(\) { MATCH \(n:NeurongraphNeuron\) WHERE .* ORDER BY id } WITH .* AS rows); "
            r'\$model = "pooled"; \$neurons_id = \[0, 1, 2, \.\.\. 50 in all\]',
            debug.messages[-1],
        )

    def test_are_all_there(self, pooled: NeuronGraph, debug: pytest.LogCaptureFixture) -> None:
        pooled.katz()
        passes = [message for message in debug.messages if "$first = " in message]
        # All layers are small.
        assert len(passes) == 1
        assert all(record.levelno == logging.DEBUG for record in debug.records)

    def test_that_fail_say_so(self, pooled: NeuronGraph, debug: pytest.LogCaptureFixture) -> None:
        with pytest.raises(CypherError):
            pooled.cypher("MATCH (n) RETURN m")
        assert re.fullmatch(r".* s, failed with \w+: MATCH \(n\) RETURN m", debug.messages[-1])

    def test_that_write_say_what_changed(
        self, loaded: GraphStore, debug: pytest.LogCaptureFixture
    ) -> None:
        with NeuronGraph(loaded.location, model="pooled") as graph:
            own = loaded.own("MATCH (n:Neuron {model: $name, id: 0}) SET n.x = n.x")
            graph.write(own, name="pooled")
        counters = r", 1 properties set" if loaded.server else ", 0 rows"
        written = [message for message in debug.messages if " SET n.x " in message]
        assert [bool(re.match(rf"[\d.]+ s{counters}: MATCH", message)) for message in written] == [
            True
        ]

    def test_are_silent_unless_that_is_said(
        self, pooled: NeuronGraph, caplog: pytest.LogCaptureFixture
    ) -> None:
        pooled.neurons()
        assert not caplog.records

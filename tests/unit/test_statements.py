"""What the log says of a statement, and what it keeps to itself."""

import logging
import re

import pytest
from neo4j import SummaryCounters

from queries.stores.cypher.statements import logged


@pytest.fixture
def debug(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, logger="neurongraph")
    return caplog


def test_a_statement_is_one_line(debug: pytest.LogCaptureFixture) -> None:
    with logged("MATCH (n)\n  RETURN n\n", {"k": 3}) as outcome:
        outcome.rows = 3
    assert re.fullmatch(r"0\.\d{4} s, 3 rows: MATCH \(n\) RETURN n; \$k = 3", debug.messages[0])


def test_only_what_changed_is_counted(debug: pytest.LogCaptureFixture) -> None:
    with logged("CREATE ()") as outcome:
        outcome.count(SummaryCounters({"nodes-created": 2, "contains-updates": True}))
    assert debug.messages[0].endswith(" s, 2 nodes created: CREATE ()")


@pytest.mark.parametrize(
    "statement",
    ["ALTER USER me SET PASSWORD 'pass-phrase'", "CREATE USER me SET PLAINTEXT Password $new"],
)
def test_of_passwords_nothing_is_shown(debug: pytest.LogCaptureFixture, statement: str) -> None:
    with pytest.raises(ValueError, match="refused"), logged(statement, {"new": "pass-phrase"}):
        raise ValueError("refused")
    assert re.fullmatch(
        r".* s, failed with ValueError: \(a statement about credentials\)", debug.messages[0]
    )


def test_values_are_not_looked_at_unless_they_are_shown(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("queries.stores.cypher.statements.shortened")
    caplog.set_level(logging.INFO, logger="neurongraph")
    with logged("RETURN $k", {"k": 3}):
        pass
    assert not caplog.records

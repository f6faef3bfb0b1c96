import pyarrow as pa
import pytest
from neo4j.exceptions import Neo4jError

from queries import NeuronGraph
from queries.errors import GraphAccessError, GraphError, ParameterError
from queries.stores.neo4j.connection import driver_errors
from queries.stores.neo4j.in_the_store import in_the_store

LOCKED_OUT = "Neo.ClientError.Security.AuthenticationRateLimit"


def test_a_locked_out_user_has_no_access() -> None:
    # The driver knows this code for no authentication error, only for one of the client.
    error = Neo4jError._hydrate_neo4j(code=LOCKED_OUT, message="too many wrong passwords")
    with (
        pytest.raises(GraphAccessError, match="bolt://host: too many wrong passwords"),
        driver_errors("bolt://host"),
    ):
        raise error


def test_an_error_of_our_own_is_none_of_the_uri() -> None:
    with pytest.raises(pa.ArrowInvalid), driver_errors("bolt://host"):
        pa.array(["three"]).cast(pa.int64())


@pytest.mark.parametrize("uri", ["bolt://[::1", "bolt://localhost:port"])
def test_a_uri_that_is_none_is_refused(uri: str) -> None:
    with pytest.raises(ParameterError, match="graph: that is no address"):
        NeuronGraph(uri)


@pytest.mark.parametrize(
    "code",
    ["TransactionTimedOut", "TransactionTimedOutClientConfiguration", "LockAcquisitionTimeout"],
)
def test_what_took_too_long_is_no_wrong_statement(code: str) -> None:
    error = Neo4jError._hydrate_neo4j(code=f"Neo.ClientError.Transaction.{code}", message="ended")
    with (
        pytest.raises(GraphError, match=rf"longer than it allows.*timeout.*{code}") as caught,
        driver_errors("bolt://host"),
    ):
        raise error
    assert type(caught.value) is GraphError


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("TransientError.General.MemoryPoolOutOfMemoryError", GraphError, "no memory to compute"),
        ("ClientError.Transaction.TransactionTimedOut", GraphError, "longer than it allows"),
        ("ClientError.Transaction.LockAcquisitionTimeout", GraphError, "longer than it allows"),
        ("ClientError.General.WriteOnReadOnlyAccessDatabase", GraphAccessError, "keeps scores"),
        ("ClientError.Security.Forbidden", GraphAccessError, "keeps scores"),
        ("ClientError.Statement.AccessMode", GraphAccessError, "keeps scores"),
    ],
)
def test_what_cannot_be_computed_in_the_store_can_be_here(
    code: str, kind: type[GraphError], said: str
) -> None:
    error = Neo4jError._hydrate_neo4j(code=f"Neo.{code}", message="refused")
    with (
        pytest.raises(kind, match=rf"{said}.*ask without in_store, and"),
        in_the_store("bolt://host", "katz", writes=True),
    ):
        raise error


def test_a_statement_that_only_reads_may_be_refused_for_another_reason() -> None:
    error = Neo4jError._hydrate_neo4j(code="Neo.ClientError.Security.Forbidden", message="no")
    with pytest.raises(Neo4jError), in_the_store("bolt://host", "strength", writes=False):
        raise error


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("system", "NEO4J_DATABASE: system holds the users and databases"),
        ("System", "NEO4J_DATABASE: System holds the users and databases"),
        ("bolt://u:s3cret@h", "NEO4J_DATABASE: that is no name"),
    ],
)
def test_a_database_without_graphs_is_refused(
    name: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEO4J_DATABASE", name)
    with pytest.raises(ParameterError, match=said) as caught:
        NeuronGraph("bolt://nowhere.invalid")
    assert "s3cret" not in str(caught.value)

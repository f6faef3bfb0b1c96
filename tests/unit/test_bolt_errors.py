import pyarrow as pa
import pytest
from neo4j.exceptions import Neo4jError

from queries import NeuronGraph
from queries.errors import GraphAccessError, ParameterError
from queries.stores.bolt import driver_errors

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
    with pytest.raises(ParameterError, match="graph 'bolt://"):
        NeuronGraph(uri)

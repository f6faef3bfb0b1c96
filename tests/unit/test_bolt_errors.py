import pytest
from neo4j.exceptions import Neo4jError

from queries.errors import GraphAccessError
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

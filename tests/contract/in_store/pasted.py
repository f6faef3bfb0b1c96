"""Run the text of a statement as Neo4j Browser does where it is pasted there."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
from neo4j import GraphDatabase

from queries.library.declaration import Column
from queries.library.frames import arrow_type, to_frame
from tests.servers import Neo4jServer


def pasted(server: Neo4jServer, text: str, columns: Sequence[Column]) -> pd.DataFrame:
    """Return the rows of a statement, in the types that are declared.

    Parameters
    ----------
    server
        Where it runs.
    text
        What ``str(graph.statement(...))`` gives.
    columns
        The columns that it must have.
    """
    with GraphDatabase.driver(server.uri, auth=server.auth) as driver:
        answer = driver.execute_query(text)
    assert answer.keys == [column.name for column in columns]
    rows = [record.data() for record in answer.records]
    schema = pa.schema([(column.name, arrow_type(column)) for column in columns])
    return to_frame(pa.Table.from_pylist(rows, schema), columns)

"""Run the text of a statement as Neo4j Browser does where it is pasted there."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
from neo4j import GraphDatabase

from queries.library.declaration import Column
from queries.library.frames import arrow_type, to_frame
from tests.servers import Neo4jServer

_PARAMETER = ":param "


def pasted(server: Neo4jServer, text: str, columns: Sequence[Column]) -> pd.DataFrame:
    """Return the rows of a statement, in the types that are declared.

    Parameters
    ----------
    server
        Where it runs. It makes values of what the lines ``:param`` set, too.
    text
        What ``str(graph.statement(...))`` gives.
    columns
        The columns that it must have.
    """
    lines = text.splitlines()
    sets = [line.removeprefix(_PARAMETER) for line in lines if line.startswith(_PARAMETER)]
    expressions = dict(line.split(" => ", 1) for line in sets)
    cypher = "\n".join(lines[len(sets) :])
    with GraphDatabase.driver(server.uri, auth=server.auth) as driver:
        values = {
            name: driver.execute_query(f"RETURN {expression}").records[0].value()
            for name, expression in expressions.items()
        }
        answer = driver.execute_query(cypher, values)
    assert answer.keys == [column.name for column in columns]
    rows = [record.data() for record in answer.records]
    schema = pa.schema([(column.name, arrow_type(column)) for column in columns])
    return to_frame(pa.Table.from_pylist(rows, schema), columns)

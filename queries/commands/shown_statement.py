"""The Cypher that ``--show-cypher`` prints."""

from typing import TYPE_CHECKING, Any

from queries.errors import CypherError
from queries.library.queries import Query

if TYPE_CHECKING:
    from queries.neurongraph import NeuronGraph


def shown_statement(session: "NeuronGraph", query: Query, values: dict[str, Any]) -> str:
    """Return the Cypher of a query: that of the graph's store, or with a note that of Neo4j.

    Parameters
    ----------
    session
        The graph.
    query
        The query.
    values
        The values of its parameters.

    Raises
    ------
    CypherError
        If the query is not stated in Cypher.
    """
    try:
        return str(session.statement(query.name, **values))
    except CypherError:
        question = session.question(query.name, **values)
        stored = question.model.stored
        statement = query.statement(
            question.values, "neo4j", stored.granularity, model=stored.key, **question.internal
        )
    why = query.not_embedded or "this graph answers without Cypher"
    return f"// For Neo4j, since here it does not run: {why}.\n{statement}"

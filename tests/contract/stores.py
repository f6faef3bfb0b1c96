"""The stores that every contract holds for, and how to spoil what they hold."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ladybug
from neo4j import GraphDatabase

from queries import NeuronGraph
from queries.stores.embedded import model_file
from tests.servers import Neo4jServer


@dataclass(frozen=True)
class GraphStore:
    """
    A place for graphs.

    Attributes
    ----------
    location
        What users give as the graph: a path or a URI.
    server
        The Neo4j server behind it; None for the embedded store.
    """

    location: str
    server: Neo4jServer | None = None

    def spoil(self, model: str, cypher: str, **parameters: Any) -> None:
        """Run a writing statement behind the library's back; it names the model ``$model``."""
        if self.server is None:
            self._spoil_file(model, cypher, parameters)
            return
        with GraphDatabase.driver(self.server.uri, auth=self.server.auth) as driver:
            changed = driver.execute_query(cypher, {**parameters, "model": model}).summary.counters
        assert changed.contains_updates

    def _spoil_file(self, model: str, cypher: str, parameters: dict[str, Any]) -> None:
        file = model_file(Path(self.location), model)
        with ladybug.Database(file) as database, ladybug.Connection(database) as connection:
            connection.execute(cypher, {**parameters, "model": model})

    def totals(self) -> dict[str, tuple[int, int]]:
        """Count neurons and relationships of every complete model by reading them."""
        with NeuronGraph(self.location) as graph:
            models = graph.models()
            complete = models[models["state"] == "complete"]["name"]
            return {
                name: (len(graph.neurons(model=name)), len(graph.edges(model=name)))
                for name in complete
            }

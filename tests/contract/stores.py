"""The stores that every contract holds for, and how to spoil what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ladybug
from neo4j import GraphDatabase

from queries import NeuronGraph
from queries.core.labels import of_ours
from queries.stores.embedded.names import model_file, note_beside
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
        The Neo4j server behind it; None for all other stores.
    prepared
        Whether the small models are in it already.
    files
        The files of the small models, where each is a graph by itself.
    """

    location: str
    server: Neo4jServer | None = None
    prepared: bool = False
    files: Mapping[str, Path] = field(default_factory=dict)

    def graph_of(self, model: str) -> str:
        """Return what users give as the graph to ask about one of the small models."""
        return str(self.files.get(model, self.location))

    def own(self, cypher: str) -> str:
        """Return a statement that names kinds of nodes, and means ours alone."""
        return of_ours(cypher, "embedded" if self.server is None else "neo4j")

    def spoil(self, model: str, cypher: str, *, loading: bool = False, **parameters: Any) -> None:
        """Run a writing statement behind the library's back; it names its key ``$model``."""
        if self.server is None:
            file = model_file(Path(self.location), model, loading=loading)
            if not loading:
                # Without its note the file is opened, whatever it holds.
                note_beside(file).unlink(missing_ok=True)
            _spoil_file(file, cypher, {**parameters, "model": model})
            return
        with GraphDatabase.driver(self.server.uri, auth=self.server.auth) as driver:
            named = of_ours("MATCH (m:Model {name: $name}) RETURN m.key")
            keys = driver.execute_query(named, name=model)
            key = keys.records[0].value() if keys.records else model
            answer = driver.execute_query(self.own(cypher), {**parameters, "model": key})
            changed = answer.summary.counters
        assert changed.contains_updates

    def leftovers(self, model: str) -> list[str]:
        """Return what is in the store of a model beside its complete graph."""
        if self.server is None:
            file = model_file(Path(self.location), model)
            names = [path.name for path in Path(self.location).glob(f"{file.stem}*")]
            staged = model_file(Path(self.location), f"{model}~new").stem
            names += [path.name for path in Path(self.location).glob(f"{staged}*")]
            return [name for name in names if name not in {file.name, note_beside(file).name}]
        with GraphDatabase.driver(self.server.uri, auth=self.server.auth) as driver:
            rows = driver.execute_query(
                of_ours(
                    "MATCH (m:Model) WHERE m.name STARTS WITH $model "
                    "WITH collect(CASE WHEN m.state = 'complete' THEN m.key END) AS complete "
                    "MATCH (n) WHERE (n:Layer OR n:Neuron) AND n.model STARTS WITH $model "
                    "AND NOT n.model IN complete "
                    "RETURN DISTINCT n.model + ' ' + labels(n)[0] AS left"
                ),
                model=model,
            ).records
        return [row["left"] for row in rows]

    def totals(self) -> dict[str, tuple[int, int]]:
        """Count neurons and relationships of every complete model by reading them."""
        with NeuronGraph(self.location) as graph:
            models = graph.models()
            complete = models[models["state"] == "complete"]["name"]
            return {
                name: (len(graph.neurons(model=name)), len(graph.edges(model=name)))
                for name in complete
            }


def _spoil_file(file: Path, cypher: str, parameters: dict[str, Any]) -> None:
    with ladybug.Database(file) as database, ladybug.Connection(database) as connection:
        connection.execute(cypher, parameters)

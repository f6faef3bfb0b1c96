"""Another application in a database of Neo4j: what it puts there by chance, and whether it stays.

Its nodes have the label ``Foreign`` beside those that ours have, for these tests alone.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import neo4j

from queries.core.labels import KINDS

_CLASSES: Final = ("Conv2D", "Dense", "InputLayer", "Flatten")
_TYPES: Final = ("CONNECTS_TO", "HAS_LAYER", "NEXT", "OWNS")
_OTHER_TYPES: Final = ("OWNS", "LIKES")
_WEIGHTS: Final = (None, 1000.0, -1.5, "heavy")
_NAMES: Final = ("m", "m~new", "m~replaced", "other")
_SCHEMA: Final = (
    "CREATE CONSTRAINT foreign_{} FOR (n:{}) REQUIRE n.plate IS UNIQUE",
    "CREATE INDEX foreign_{} FOR (n:{}) ON (n.model, n.id)",
    "CREATE INDEX foreign_{} FOR (n:{}) ON (n.name)",
)
_ODD: Final[tuple[Any, ...]] = (5, -1.5, True, "", "x", ["x"], [1, 2])

_NODES: Final = """
UNWIND $rows AS row
CREATE (n:Foreign:$(row.labels)) SET n = row.properties
RETURN elementId(n)
"""
_BETWEEN: Final = """
UNWIND $rows AS row
MATCH (a) WHERE elementId(a) = row.source
MATCH (b) WHERE elementId(b) = row.target
CREATE (a)-[r:$(row.type)]->(b) SET r = row.properties
"""
_OURS: Final = (
    "MATCH (n:NeurongraphModel|NeurongraphLayer|NeurongraphNeuron) "
    "RETURN elementId(n) AS id, coalesce(n.model, n.key) AS key, n.id IS NOT NULL AS neuron "
    "ORDER BY key, n.id, n.name"
)
_KEYS: Final = "MATCH (m:NeurongraphModel) RETURN m.key"
_HELD_NODES: Final = (
    "MATCH (n:Foreign) RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS held"
)
# A server gives the id of a node that is gone to another one, so that more tells which it is; not
# its name, since a replacement gives that of the old model to the new one.
_END: Final = "[elementId({0}), coalesce({0}.model, {0}.key), coalesce({0}.id, {0}.index)]"
_HELD: Final = (
    "MATCH (a)-[r]->(b) WHERE r.plate IS NOT NULL "
    "RETURN r.plate AS plate, elementId(r) AS id, type(r) AS type, properties(r) AS held, "
    f"{_END.format('a')} AS source, {_END.format('b')} AS target"
)
_STILL: Final = (
    f"UNWIND $ids AS id MATCH (n) WHERE elementId(n) = id RETURN {_END.format('n')} AS there"
)
_COUNT: Final = "MATCH (:Foreign)-[r]-() RETURN count(DISTINCT r)"
_GONE: Final = "Neo.ClientError.Statement.EntityNotFound"
_REMOVE: Final = "MATCH (n:Foreign) DETACH DELETE n"


@dataclass(frozen=True)
class Snapshot:
    """All that the other application has.

    Parameters
    ----------
    nodes
        Labels and properties, by id.
    relationships
        Id, type, properties and ends, by their property ``plate``, which ours have not.
    schema
        Its constraints and indexes.
    """

    nodes: Mapping[str, Any]
    relationships: Mapping[str, Any]
    schema: frozenset[tuple[Any, ...]]

    @property
    def size(self) -> int:
        """How many nodes and relationships."""
        return len(self.nodes) + len(self.relationships)


class Strangers:
    """
    Nodes and relationships that are not ours, under the names that ours have.

    Parameters
    ----------
    driver
        Connection to the database.
    draws
        Where chance comes from.
    """

    def __init__(self, driver: neo4j.Driver, draws: random.Random) -> None:
        self._driver = driver
        self._draws = draws
        self._nodes: list[str] = []
        self._schema: list[str] = []

    def constrain(self) -> None:
        """Bind labels that ours have too by properties that ours have not."""
        for number, statement in enumerate(_SCHEMA):
            label = self._draws.choice([*KINDS, *_CLASSES])
            name = f"{number}_{label.lower()}"
            self._run(statement.format(name, label))
            kind = "CONSTRAINT" if "CONSTRAINT" in statement else "INDEX"
            self._schema.append(f"DROP {kind} foreign_{name}")

    def settle(self, number: int) -> None:
        """Create nodes of each label of ours, and relationships between them."""
        keys = [*_NAMES, *(row[0] for row in self._run(_KEYS))]
        rows = [
            {
                "labels": self._labels(KINDS[each % len(KINDS)]),
                "properties": self._properties(keys, each),
            }
            for each in range(number)
        ]
        self._nodes += [row[0] for row in self._run(_NODES, rows=rows)]
        self._join(self._nodes, self._nodes, number)

    def join(self, number: int) -> None:
        """Create relationships into, out of and between nodes of ours.

        Between two of one model there are none of a type that would make them ours.
        """
        by_key: dict[str, list[str]] = {}
        for row in self._run(_OURS):
            # Models and layers are few; they are drawn about as often as neurons.
            times = 1 if row["neuron"] else 100
            by_key.setdefault(row["key"], []).extend([row["id"]] * times)
        for key, ours in by_key.items():
            others = [each for other in by_key if other != key for each in by_key[other]]
            self._join(self._nodes, ours, number)
            self._join(ours, self._nodes, number)
            self._join(ours, ours, number, _OTHER_TYPES)
            self._join(ours, others, number)

    def snapshot(self) -> Snapshot:
        """Return all of it that stands."""
        nodes = {row["id"]: (sorted(row["labels"]), row["held"]) for row in self._run(_HELD_NODES)}
        relationships = {
            row["plate"]: (row["id"], row["type"], row["held"], row["source"], row["target"])
            for row in self._run(_HELD)
        }
        schema = frozenset(
            (kind, row["name"], tuple(row["labelsOrTypes"]), tuple(row["properties"]))
            for kind in ("CONSTRAINTS", "INDEXES")
            for row in self._run(f"SHOW {kind} YIELD name, labelsOrTypes, properties")
            if row["name"].startswith("foreign_")
        )
        return Snapshot(nodes, relationships, schema)

    def check_held(self, before: Snapshot) -> None:
        """Check that all is there as it was, but relationships to nodes of ours that are gone."""
        found = self.snapshot()
        assert found.schema == before.schema
        assert found.nodes == before.nodes
        ends = {end[0] for held in before.relationships.values() for end in held[-2:]}
        still = [row["there"] for row in self._run(_STILL, ids=sorted(ends))]
        assert found.relationships == {
            plate: held
            for plate, held in before.relationships.items()
            if held[-2] in still and held[-1] in still
        }
        joined = [
            held
            for held in found.relationships.values()
            if found.nodes.keys() & {held[-2][0], held[-1][0]}
        ]
        assert self._run(_COUNT)[0][0] == len(joined)

    def remove(self) -> None:
        """Delete all of it."""
        self._run(_REMOVE)
        for statement in self._schema:
            self._run(statement)

    def _join(
        self,
        sources: list[str],
        targets: list[str],
        number: int,
        types: Sequence[str] = _TYPES,
    ) -> None:
        draws = self._draws
        rows = [
            {
                "source": draws.choice(sources),
                "target": draws.choice(targets),
                "type": draws.choice(types),
                "properties": {
                    "plate": f"{draws.getrandbits(64):x}",
                    "weight": draws.choice(_WEIGHTS),
                },
            }
            for _ in range(number if sources and targets else 0)
        ]
        try:
            self._run(_BETWEEN, rows=rows)
        except neo4j.exceptions.ClientError as error:
            # A drop has removed one of the ends meanwhile.
            if error.code != _GONE:
                raise

    def _labels(self, kind: str) -> list[str]:
        return [kind, *self._draws.sample(_CLASSES, self._draws.randrange(3))]

    def _properties(self, keys: list[str], number: int) -> dict[str, Any]:
        """Draw properties like those of ours, some of which are of another type."""
        draws, key = self._draws, self._draws.choice(keys)
        like_ours: dict[str, Any] = {
            "name": draws.choice([key, "pixels", "hidden", "hidden[0]"]),
            "model": key,
            "key": key,
            "id": draws.randrange(700),
            "layer": draws.choice(["pixels", "conv", "hidden"]),
            "layer_index": draws.randrange(5),
            "index": draws.randrange(5),
            "first": 0,
            "last": draws.randrange(700),
            "edges": draws.randrange(9),
            "start": 0,
            "bias": 1000.0,
            "state": draws.choice(["complete", "loading", "dropping"]),
            "schema_version": 4,
            "load": "x",
            "loaded_at": "2999-01-01",
        }
        kept = draws.sample(sorted(like_ours), draws.randrange(len(like_ours)))
        properties = {name: like_ours[name] for name in kept}
        for name in draws.sample(kept, min(len(kept), draws.randrange(3))):
            properties[name] = draws.choice(_ODD)
        return {**properties, "plate": f"{draws.getrandbits(64):x}-{number}"}

    def _run(self, cypher: str, **parameters: Any) -> list[neo4j.Record]:
        return self._driver.execute_query(cypher, parameters).records

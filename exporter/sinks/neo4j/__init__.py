"""Write a model into Neo4j over Bolt."""

from exporter.sinks.neo4j.sink import BoltSink

__all__ = ["BoltSink"]

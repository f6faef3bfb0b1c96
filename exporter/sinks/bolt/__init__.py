"""Write a model into Neo4j over Bolt."""

from exporter.sinks.bolt.sink import BoltSink

__all__ = ["BoltSink"]

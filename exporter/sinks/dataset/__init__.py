"""Write a model as files that ``neo4j-admin database import full`` reads."""

from exporter.sinks.dataset.sink import FilesSink

__all__ = ["FilesSink"]

"""Write a model as files that ``neo4j-admin database import full`` reads."""

from exporter.sinks.files.sink import FilesSink

__all__ = ["FilesSink"]

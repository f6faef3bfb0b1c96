"""A model file as a graph: its layers are operators, and no relationship is stored."""

from exporter.model_graph.network import ModelNetwork

__all__ = ["ModelNetwork"]

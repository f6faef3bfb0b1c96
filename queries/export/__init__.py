"""Part of a graph for other tools: NetworkX, graph files and drawings."""

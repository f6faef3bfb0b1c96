"""Prove a graph: against its model, or against the checksums of its load."""

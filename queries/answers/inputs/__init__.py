"""Samples that somebody names, read for the inputs of a model."""

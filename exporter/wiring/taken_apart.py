"""Layers of Keras that need no handler: their ``call`` is made of operations and layers."""

from typing import Final

TAKEN_APART: Final = (
    "AdditiveAttention",
    "Attention",
    "Dot",
    "GroupQueryAttention",
    "GroupedQueryAttention",
    "MultiHeadAttention",
    "Pipeline",
)
"""Keys of the classes, for the docs: whatever has no handler and no reason is taken apart."""

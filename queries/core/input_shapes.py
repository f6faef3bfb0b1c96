"""The shapes of a model's inputs, as the user says them."""

from collections.abc import Mapping, Sequence

InputShapes = Sequence[int] | Mapping[str, Sequence[int]] | Sequence[Sequence[int]]
"""Of one input its shape; of several, by their names, or all of them in the model's order.

The batch is no part of a shape.
"""

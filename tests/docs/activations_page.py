"""The page about activation functions, made from their table."""

from typing import Final

from queries.core.activations import ACTIVATIONS
from tests.docs.markdown import NOTE, table

_TEXT: Final = """\
# Activation functions

What `activation` of a layer in the graph says, and what a neuron then makes of `x`, its weighted
inputs and its bias. What follows `=` is the default of a parameter; `activation_config` has the
others. An axis is counted with the samples as axis 0.
"""


def activations_page() -> str:
    """Return the page."""
    rows = [(f"`{name}`", each.formula) for name, each in ACTIVATIONS.items()]
    return "\n".join([NOTE, _TEXT, table(["activation", "value"], rows)])

"""Which neurons are gates: factors that say how much of another one passes."""

from typing import Final

from numpy import zeros

from queries.analysis.network import Network
from queries.analysis.operators import Flags
from queries.core.derivatives import DERIVATIVES, is_stepwise
from queries.core.layer import Layer

_GATES: Final = {
    "hard_sigmoid", "reciprocal", "rsqrt", "sigmoid", "softmax", "sparse_sigmoid", "sparsemax",
}  # fmt: skip
"""Functions whose values are shares, or one over a size."""

_BOUNDS: Final = {None, "clip", "maximum", "minimum"}


def gates_of(network: Network) -> Flags:
    """Tell which neurons are gates.

    A gate is what comes out of a sigmoid, a softmax, one over a size (``rsqrt``, ``reciprocal``) or
    a function that only has steps, such as a comparison; and what is made of gates alone: their
    product, maximum or minimum, or a neuron that reads a single one, such as 1 - gate.

    Parameters
    ----------
    network
        The model.

    Returns
    -------
    numpy.ndarray
        Shape (neurons,).
    """
    gates = zeros(network.neurons, dtype=bool)
    gating: set[int] = set()
    for layer in network.layers:
        if _begins(layer) or (_passes_on(layer) and gating.issuperset(layer.inputs)):
            gating.add(layer.index)
            gates[network.neurons_of(layer)] = True
    return gates


def _begins(layer: Layer) -> bool:
    name = layer.activation
    return name in _GATES or (name in DERIVATIVES and is_stepwise(str(name)))


def _passes_on(layer: Layer) -> bool:
    """Tell whether what a layer makes of gates is one of them, or made of them alone."""
    reads_one = layer.reduce != "sum" or layer.edges <= layer.neurons
    return bool(layer.inputs) and reads_one and layer.activation in _BOUNDS

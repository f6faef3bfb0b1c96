"""How many neurons and relationships layers have, written out without the exporter.

Each formula returns an array of both numbers, so that those of several parts can be added up.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


def counts(neurons: int, relationships: int = 0) -> Counts:
    """Return both numbers as an array."""
    return np.array([neurons, relationships])


def dense(rows: int, read: int, units: int) -> Counts:
    """Each unit of a row reads all of the row."""
    return counts(rows * units, rows * read * units)


def elementwise(size: int, operands: int = 1) -> Counts:
    """Each neuron reads the one at its place in each operand."""
    return counts(size, operands * size)


def embedding(positions: int, tokens: int, size: int) -> Counts:
    """A neuron of each token at each position, and what the table says of it."""
    return elementwise(positions * tokens) + dense(positions, tokens, size)


def layer_normalization(rows: int, size: int) -> Counts:
    """The mean of a row, what is left without it, its squares, their root, and the quotient."""
    each = rows * size
    means = counts(rows, each) + counts(rows, each)
    return means + elementwise(each, 2) + elementwise(each) + elementwise(each, 2)


def pairs_of(queries: int, keys: int, *, causal: bool = False) -> int:
    """Count the pairs of a query and a key that may look at each other."""
    return sum(min(query + 1, keys) if causal else keys for query in range(queries))


def weighted_values(
    queries: int, keys: int, heads: int, size: int, *, causal: bool = False
) -> Counts:
    """What lies between queries, keys and values and what is put out of them.

    Products of queries and keys, their sums, products of these and the values, and their sums.
    """
    products = pairs_of(queries, keys, causal=causal) * heads * size
    both = 2 * elementwise(products, 2)
    return (
        both + counts(heads * queries * keys, products) + counts(queries * heads * size, products)
    )


def attention(
    queries: int,
    keys: int,
    features: int,
    heads: int,
    size: int,
    *,
    groups: int | None = None,
    causal: bool = False,
) -> Counts:
    """Projections of queries, keys and values, how they are weighed, and a projection of that.

    Parameters
    ----------
    queries, keys
        How many there are; there are as many values as keys.
    features
        Of each of them, before and behind.
    heads, size
        How many heads of queries, and how many numbers each has.
    groups
        How many heads of keys and values; None for as many as of queries.
    causal
        Whether a query looks at no later key.
    """
    shared = heads if groups is None else groups
    return (
        dense(queries, features, heads * size)
        + 2 * dense(keys, features, shared * size)
        + weighted_values(queries, keys, heads, size, causal=causal)
        + dense(queries, heads * size, features)
    )


def transformer_block(rows: int, size: int, heads: int, *, causal: bool = False) -> Counts:
    """Attention of all heads together as wide as a row, and a layer four times as wide."""
    own = attention(rows, rows, size, heads, size // heads, causal=causal)
    wide = dense(rows, size, 4 * size) + dense(rows, 4 * size, size)
    around = layer_normalization(rows, size) + elementwise(rows * size, 2)
    block: Counts = own + wide + 2 * around
    return block


def vision_transformer(side: int, patch: int, size: int, heads: int, blocks: int) -> Counts:
    """What ``tests.unit.wholes`` builds: a class token, which nothing feeds, is one more row."""
    patches = (side // patch) ** 2
    rows = patches + 1
    read = counts(3 * side**2) + dense(patches, 3 * patch**2, size) + counts(size)
    behind = layer_normalization(rows, size) + dense(1, size, 10)
    block = transformer_block(rows, size, heads)
    return read + elementwise(rows * size) + blocks * block + behind


def language_model(length: int, size: int, heads: int, blocks: int, tokens: int) -> Counts:
    """What ``tests.unit.wholes`` builds: the table of tokens is read both ways."""
    read = counts(length) + embedding(length, tokens, size) + elementwise(length * size)
    behind = layer_normalization(length, size) + dense(length, size, tokens)
    return read + blocks * transformer_block(length, size, heads, causal=True) + behind


def recurrent(kind: str, steps: int, features: int, units: int) -> Counts:
    """A recurrent layer, unrolled: each step has neurons for each product, sum and function.

    The first step has no state to multiply a kernel with.

    Parameters
    ----------
    kind
        The class; ``GRU, reset first`` for a GRU with ``reset_after=False``.
    steps, features, units
        Of the input, and of the layer.
    """
    step, kernels, of_state = _CELLS[kind]
    each = step(units) + counts(0, kernels * units * (features + units))
    all_steps: Counts = steps * each - counts(0, of_state * units * units)
    return all_steps


def _simple_step(units: int) -> Counts:
    """Elman (1990): both products, the bias, their sum, and a function of it."""
    return counts(2 * units) + elementwise(2 * units) + elementwise(units, 2)


def _lstm_step(units: int) -> Counts:
    """Hochreiter and Schmidhuber (1997), with a forget gate.

    Both products of each gate, their sum, the bias, and a function of it; what is kept and what
    is new, as products and their sum; a function of that, times the last gate.
    """
    gates = counts(8 * units) + elementwise(4 * units, 2) + elementwise(8 * units)
    return gates + elementwise(4 * units, 2) + elementwise(units)


def _gru_step(units: int, biases: int) -> Counts:
    """Cho et al. (2014): the reset gate before a product, or behind it with biases of its own.

    Three products with the input and three with the state, and biases; sums and functions of two
    gates; the reset gate times what it resets; the sum and function of what is new; both shares,
    the second one 1 minus the first, and their sum.
    """
    gates = elementwise(2 * units, 2) + elementwise(2 * units)
    new = elementwise(2 * units, 2) + elementwise(units)
    shares = elementwise(3 * units, 2) + elementwise(units)
    kernels = counts(6 * units) + elementwise(biases * units)
    step: Counts = kernels + gates + new + shares
    return step


_CELLS: Final[Mapping[str, tuple[Callable[[int], Counts], int, int]]] = {
    "SimpleRNN": (_simple_step, 1, 1),
    "LSTM": (_lstm_step, 4, 4),
    "GRU": (partial(_gru_step, biases=6), 3, 3),
    "GRU, reset first": (partial(_gru_step, biases=3), 3, 2),
}
"""What a step has beside its kernels, how many these are, and how many read the state as it is."""

"""What the page about layers says of tokens and masks."""

from typing import Final

TOKENS: Final = """\
## Tokens

A layer that looks numbers up in a table, as `Embedding` does, has a step before it, such as
`embedding/token`: a neuron of each token at each position, which is 1 where that token stands
there, else 0. Its bias is minus the number of the token, and `isin` is 1 at 0. Each entry of the
table is one relationship from there. With T positions, V tokens and D values these are T V + T D
neurons and T V + T V D relationships: `inspect` counts them without building them. Where they are
too many, `--granularity channel` makes a node of each token and of each value, V D relationships
that hold the table times T.

- **Numbers of tokens** are exact, also negative ones, which Keras counts from the end of the table.
  With a number beyond the table TensorFlow raises an error on a CPU; the graph has no neuron of it,
  and a sum of nothing is 0. `OneHot` and `CategoryEncoding` put out 0 there, and so does the graph.
- **Of a float** Keras leaves the decimals out. So does a step `whole` before the tokens, where the
  input is no integer, as that of `keras.Input((12,))` is.
- **`verify` draws** such inputs from the numbers that the model knows.
- **Arithmetic of integers** is refused, since it rounds and wraps around.
- **`IntegerLookup`** is wired with a vocabulary that stands in its settings, and at most one place
  for unknown numbers. One that `adapt` has learnt stands elsewhere in the file, and is refused.
- **A table that is not finite** makes every position NaN, as 0 times NaN is.

## Masks

`Masking` and `mask_zero` mark steps to be left out, and which these are depends on the input. They
are wired where nothing computes with the mask: `Masking` then passes its input on, and makes 0 what
it masks. A layer behind them that does compute with it is refused, and the error names the layer
that made the mask. These do: `GlobalAveragePooling1D`, `Softmax`, `Multiply`, `Maximum`,
`Minimum`, `TimeDistributed` around one of them, recurrent layers, attention, and layers of
somebody's own whose `call` takes a `mask`. `BatchNormalization` does not look at it outside
training. Layers such as `Dense` and `Dropout` pass it on; `Flatten`, convolutions, other pooling
and operations of `keras.ops` lose it. A mask that is a constant is wired, of
`GlobalAveragePooling1D` and `Softmax`.
"""

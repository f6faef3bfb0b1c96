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

`Masking` and `mask_zero` mark steps to be left out, and which these are depends on the input. Keras
hands the mask on beside the tensors:

- **Nothing computes with it**: then it makes no neurons. `Dense`, `Dropout` and their like pass it
  on; `Flatten`, convolutions, other pooling and operations of `keras.ops` lose it;
  `BatchNormalization` does not look at it outside training.
- **A layer whose `call` takes masks** is taken apart, and so are `Multiply`, `Maximum` and
  `Minimum`, which look for them by themselves: a neuron a step says 1 where it counts, else 0. An
  average is one of the steps that count.
- **Attention** has `kept` and `left_out` before its `scores`: a score that is left out is -1e9,
  whatever it is made of. Where nothing is left for a query, Keras shares out among all keys, and so
  does the graph.
- **A recurrent layer** keeps its state, and what it says, where a step does not count; with
  `zero_output_for_mask` it says 0 there. Each choice is an `ops.where`: the new value times the
  mask, and the old one times its opposite.
- **As Keras computes it**: a mask reaches a layer that is given one tensor, or one list of them. So
  an LSTM with `initial_state` looks at no mask but one in its call; and `MultiHeadAttention` takes
  the masks of its inputs away from the layers behind it that read them too.
- **Refused** is a constant mask of `TimeDistributed`, with which Keras computes no other batch than
  one of its length, and a mask of your own that cannot be followed.

`Masking` itself makes 0 of each step in which all numbers are the mask's; if these are 0, it only
passes them on.
"""

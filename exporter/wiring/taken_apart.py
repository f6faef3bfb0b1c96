"""Layers of Keras that need no handler: their ``call`` is made of operations and layers."""

from typing import Final

TAKEN_APART: Final = (
    "AdditiveAttention",
    "Attention",
    "Bidirectional",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "Dot",
    "GRU",
    "GRUCell",
    "GroupQueryAttention",
    "GroupedQueryAttention",
    "LSTM",
    "LSTMCell",
    "MultiHeadAttention",
    "Pipeline",
    "RNN",
    "SimpleRNN",
    "SimpleRNNCell",
    "StackedRNNCells",
)
"""Keys of the classes, for the docs: whatever has no handler and no reason is taken apart."""

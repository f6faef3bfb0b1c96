"""Why some layers of Keras cannot be a static weighted graph."""

from typing import Final

_CODE: Final = "its code is not a list of layers"
_BY_REASON: Final = {
    "its weights depend on its input": (
        "AdditiveAttention Attention GroupQueryAttention GroupedQueryAttention MultiHeadAttention "
        "Dot ops.DotProductAttention ops.Matmul ops.Dot ops.Einsum ops.Tensordot"
    ),
    "its neurons feed themselves": (
        "Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D GRU GRUCell LSTM LSTMCell RNN SimpleRNN "
        "SimpleRNNCell StackedRNNCells"
    ),
    "it divides by statistics of its own input": (
        "GroupNormalization LayerNormalization RMSNormalization UnitNormalization "
        "ops.LayerNorm ops.Normalize ops.RMSNorm"
    ),
    _CODE: "Lambda TFOpLambda TFSMLayer TorchModuleWrapper JaxLayer",
    "it looks values up instead of adding them": (
        "CategoryEncoding Discretization Embedding Hashing HashedCrossing IntegerLookup "
        "ReversibleEmbedding StringLookup TextVectorization"
    ),
    "it leaves out steps that depend on its input": "Masking",
}
UNWIRABLE: Final = {why: tuple(names.split()) for why, names in _BY_REASON.items()}
"""Keys of the classes that cannot be wired, by the reason."""

_REASONS: Final = {name: why for why, names in UNWIRABLE.items() for name in names}


def needs_code(key: str) -> bool:
    """Tell whether Keras itself would need code that is not its own to build a layer."""
    return ">" in key or key in UNWIRABLE[_CODE]


def reason(key: str) -> str:
    """Return why a class, given by the key of its handler, cannot be wired."""
    if ">" in key:
        return "a class of somebody's own; exporter.wiring.handles registers a handler for it"
    return _REASONS.get(key, "no handler is written for it; exporter.wiring.handles registers one")

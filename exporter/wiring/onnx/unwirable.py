"""Why some operations of ONNX cannot be a static weighted graph."""

from typing import Final

_BY_REASON: Final = {
    "it gives a place, a count or a likeness, instead of a number": (
        "ArgMax ArgMin Hardmax NonZero OneHot"
    ),
    "which input it reads depends on their order": "TopK Unique NonMaxSuppression MaxUnpool",
    "it draws random numbers": (
        "Bernoulli Multinomial RandomNormal RandomNormalLike RandomUniform RandomUniformLike"
    ),
    "it computes with integers of few bits, which round and wrap around": (
        "ConvInteger DynamicQuantizeLinear DequantizeLinear MatMulInteger QLinearConv "
        "QLinearMatMul QuantizeLinear"
    ),
    "it works on the bits of integers": (
        "BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BitCast"
    ),
    "it works on text": (
        "LabelEncoder RegexFullMatch StringConcat StringNormalizer StringSplit TfIdfVectorizer "
        "ImageDecoder"
    ),
    "it works on lists of tensors": (
        "ConcatFromSequence Optional OptionalGetElement OptionalHasElement ReverseSequenceMap "
        "SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength "
        "SequenceMap SplitToSequence"
    ),
    "it reads at places that may depend on its input": "MaxRoiPool DeformConv",
    "it solves equations, or takes a matrix apart": "Det",
    "it is a step of training": "Adagrad Adam Gradient Momentum",
}
UNWIRABLE: Final = {why: tuple(names.split()) for why, names in _BY_REASON.items()}
"""Operations that cannot be wired, by the reason."""

_REASONS: Final = {name: why for why, names in UNWIRABLE.items() for name in names}


def is_unwirable(op: str) -> bool:
    """Tell whether an operation has a reason not to be wired."""
    return op in _REASONS


def reason(op: str) -> str:
    """Return why an operation without a handler cannot be wired."""
    return _REASONS.get(op, "no handler is written for it")

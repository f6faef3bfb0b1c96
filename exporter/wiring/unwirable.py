"""Why some layers of Keras cannot be a static weighted graph."""

from typing import Final

from queries.core.wording import worded

_CODE: Final = "its code is not a list of layers"
_VANISHED: Final = (
    "Keras 3 has no such layer; replace it in Keras 2 (the package tf-keras) and save it anew"
)
_BY_REASON: Final = {
    "it changes colours by how often they are in an image": (
        "ContrastLimitedAdaptiveHistogramEqualization"
    ),
    _CODE: "FlaxLayer JaxLayer Lambda TFOpLambda TFSMLayer TorchModuleWrapper",
    "it works on text, or on hashes of it": (
        "FeatureSpace HashedCrossing Hashing IndexLookup StringLookup TextVectorization"
    ),
    "the length of its output depends on its input": "ops.Bincount ops.Nonzero ops.Unique",
    "its output has no samples": "ops.Arange ops.Full ops.Ndim ops.Size",
    "Keras says another shape of its output than it has": (
        "ops.AdaptiveAveragePool ops.AdaptiveMaxPool ops.Slogdet"
    ),
    "Keras cannot compute it as a part of a model": "ops.ConvTranspose ops.Geomspace",
    "its tensors have no axis beside the batch": "ops.InTopK ops.Outer ops.Vander",
    "what it puts out is not set": "ops.EmptyLike",
    "it draws random numbers": "ops.ElasticTransform",
    "it rounds to, or computes with, the digits of a number": (
        "ops.Gcd ops.Lcm ops.Nextafter ops.Signbit ops.View"
    ),
    "it is a derivative of code": "ops.JVP",
    "it computes with complex numbers": "ops.Polar ops.ViewAsComplex ops.ViewAsReal",
    "it joins the samples of a batch": (
        "ops.AllClose ops.Corrcoef ops.Correlate ops.Diag ops.Diagflat ops.Flipud ops.Histogram "
        "ops.MapCoordinates ops.Meshgrid ops.Scatter ops.ScatterUpdate ops.SegmentMax "
        "ops.SegmentMin ops.SegmentProd ops.SegmentSum ops.Vdot"
    ),
    "which input it reads depends on their order": (
        "ops.Argpartition ops.Nanmedian ops.Nanpercentile ops.Nanquantile"
    ),
    _VANISHED: (
        "ClassMethod DenseFeatures InstanceMethod InstanceProperty ModuleWrapper SequenceFeatures "
        "SlicingOpLambda TensorFlowOpLayer"
    ),
    "its code is a function, which may do anything": (
        "ops.AssociativeScan ops.Cond ops.ForiLoop ops.Map ops.Scan ops.Switch ops.VectorizedMap "
        "ops.WhileLoop"
    ),
    "it takes a matrix apart, as no formula of its numbers says": (
        "ops.CholeskyInverse ops.Eig ops.Eigh ops.Lstsq ops.LuFactor ops.MatrixRank ops.Pinv "
        "ops.Qr ops.SVD"
    ),
    "it is a loss, which compares a batch with its targets": (
        "ops.BinaryCrossentropy ops.CTCDecode ops.CTCLoss ops.CategoricalCrossentropy ops.PSNR "
        "ops.SSIM ops.SparseCategoricalCrossentropy"
    ),
    "it works on the bits of integers": (
        "ops.BitwiseAnd ops.BitwiseInvert ops.BitwiseLeftShift ops.BitwiseNot ops.BitwiseOr "
        "ops.BitwiseRightShift ops.BitwiseXor ops.LeftShift ops.RightShift"
    ),
}
UNWIRABLE: Final = {why: tuple(names.split()) for why, names in _BY_REASON.items()}
"""Keys of the classes that cannot be wired, by the reason."""

_REASONS: Final = {name: why for why, names in UNWIRABLE.items() for name in names}


def is_unwirable(key: str) -> bool:
    """Tell whether a class, given by the key of its handler, has a reason not to be wired."""
    return key in _REASONS


def needs_code(key: str) -> bool:
    """Tell whether Keras would need code that no file may bring to build a layer."""
    return key in UNWIRABLE[_CODE] or key in UNWIRABLE[_VANISHED]


def how_to_register() -> str:
    """Return what lets a file with classes of somebody's own be opened."""
    module = "the module that registers it with Keras"
    return worded(f"name {module}: --import MODULE", f"import {module}, then open the file")


def reason(key: str) -> str:
    """Return why a class, given by the key of its handler, cannot be wired."""
    return _REASONS.get(key, "no handler is written for it; exporter.wiring.handles registers one")

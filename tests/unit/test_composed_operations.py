"""Operations that Keras computes at once, and the graph by others, say what Keras predicts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
from keras.src.ops.einops import Rearrange

from exporter.planning.push import plan
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from exporter.wiring import Moved, handler_of
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import failing, saved, wired

layers, ops = keras.layers, keras.ops

STEPS = np.asarray([[0.0, 0.5, 2.0, 2.5]], dtype="float32")
RANDOM = np.random.default_rng(5)
DEPTHWISE = RANDOM.normal(size=(2, 3, 3, 2)).astype("float32")
POINTWISE = RANDOM.normal(size=(1, 1, 6, 2)).astype("float32")
FIRST = "channels_first"
PROJECTION = np.asarray([0.9, 0.3, -1.2, -0.2, 1.1, 0.7, 0.01, -0.02], dtype="float32")
FAR = PROJECTION * np.asarray([3, 1, 3, 1, 2, 9, 1, 1], dtype="float32")
CORNERS = np.asarray([[0, 0], [4, 0], [0, 5], [4, 5]], dtype="float32")
MOVED = np.asarray([[0.5, 0.3], [4.2, 0.4], [-1, 4], [3, 5.5]], dtype="float32")
SCALE = np.asarray([0.7, 1.5], dtype="float32")
TRANSLATION = np.asarray([0.3, -0.4], dtype="float32")


class Tensors(NamedTuple):
    """What a formula reads."""

    x: Any
    y: Any


Formula = Callable[[Tensors], Any]


def reduced(name: str) -> Formula:
    return lambda t: getattr(ops, name)(ops.log(t.x + 0.5), axis=1)


def part_of(name: str, part: int) -> Formula:
    return lambda t: getattr(ops, name)((t.x, t.y))[part]


def of_reals(length: int | None, part: int) -> Formula:
    return lambda t: ops.rfft(t.x, fft_length=length)[part]


def to_reals(length: int | None) -> Formula:
    return lambda t: ops.irfft((t.x, t.y), fft_length=length)


def percentile(method: str) -> Formula:
    return lambda t: ops.percentile(t.x, 80.0, axis=1, method=method)


def definite(x: Any) -> Any:
    return ops.matmul(x, ops.swapaxes(x, -1, -2)) + np.eye(3, dtype="float32")


def projected(interpolation: str, fill_mode: str) -> Formula:
    return lambda t: ops.image.affine_transform(t.x, FAR, interpolation, fill_mode)


def scaled(method: str, *, antialias: bool) -> Formula:
    shape = (None, 4, 9, 3)
    return lambda t: ops.image.scale_and_translate(
        t.x, shape, SCALE, TRANSLATION, (1, 2), method, antialias
    )


OF_VECTORS: dict[str, Formula] = {
    "hypot": lambda t: ops.hypot(t.x, t.y),
    "hypot_of_constant": lambda t: ops.hypot(t.x, STEPS),
    "logaddexp": lambda t: ops.logaddexp(t.x, t.y),
    "logaddexp2": lambda t: ops.logaddexp2(t.x, t.y),
    "ldexp": lambda t: ops.ldexp(t.x, np.asarray([1, 2, -1, 0])),
    "select": lambda t: ops.select([t.x > 1.0, t.x > 0.0], [t.x, t.y * 2.0], 7.0),
    "cross": lambda t: ops.cross(t.x[..., :3], t.y[..., 1:]),
    "cross_with_constant": lambda t: ops.cross(t.x[..., :3], np.asarray([1.0, 2.0, -1.0])),
    "cross_of_axis": lambda t: ops.cross(t.x, t.y, axis=1),
    "trace": lambda t: ops.trace(t.x[:, None], offset=1, axis1=2, axis2=3),
    "trapezoid": lambda t: ops.trapezoid(t.x, dx=0.5),
    "trapezoid_of_places": lambda t: ops.trapezoid(t.x, x=[0.0, 0.5, 2.0, 2.5]),
    "trapezoid_of_axis": lambda t: ops.trapezoid(t.x, axis=1),
    "real": lambda t: ops.real(t.x) + ops.conj(t.y),
    "imaginary": lambda t: ops.imag(t.x) + t.y,
    "is_real": lambda t: ops.cast(ops.isreal(t.x), "float32"),
    "infinite": lambda t: ops.cast(ops.isposinf(1.0 / ops.relu(t.x)), "float32"),
    "minus_infinite": lambda t: ops.cast(ops.isneginf(t.x), "float32"),
    "filled": lambda t: ops.full_like(t.x, 2.5) + t.y,
    "sparsemax": lambda t: ops.sparsemax(t.x),
    "sequences": lambda t: ops.extract_sequences(t.x, 3, 1),
    "written": lambda t: ops.slice_update(t.x, (0, 1, 1), t.y[:, :2, :2]),
}

OF_PLACES: dict[str, Formula] = {
    "largest": lambda t: ops.argmax(t.x, axis=-1),
    "largest_of_axis": lambda t: ops.argmax(ops.relu(t.y), axis=1, keepdims=True),
    "smallest": lambda t: ops.argmin(t.x, axis=1),
    "count": lambda t: ops.count_nonzero(ops.relu(t.x), axis=1),
    "close": lambda t: ops.isclose(t.x, t.y, atol=0.5),
    "close_to_constant": lambda t: ops.isclose(t.x, 0.2, rtol=0.5),
    "close_or_nan": lambda t: ops.isclose(ops.log(t.x), ops.log(t.y), equal_nan=True),
    "contained": lambda t: ops.isin(ops.round(t.x * 2.0) / 10.0, [0.1, 0.2, 0.0]),
    "not_contained": lambda t: ops.isin(ops.round(t.x), [1.0, 2.0], invert=True),
    "unravelled": lambda t: ops.unravel_index(ops.cast(t.x * 5.0 + 20.0, "int32"), (3, 4, 5))[1],
    "sorted": lambda t: ops.sort(t.x, axis=1),
    "sorted_places": lambda t: ops.argsort(ops.relu(t.y), axis=-1),
    "median": lambda t: ops.median(t.x, axis=-1, keepdims=True),
    "median_of_all": lambda t: ops.median(t.x[:, None], axis=(2, 3)),
    "quantile": lambda t: ops.quantile(t.y, 0.3, axis=2),
    **{
        f"percentile_{method}": percentile(method)
        for method in ("linear", "lower", "higher", "midpoint", "nearest")
    },
    "best": lambda t: ops.top_k(t.x, 2)[0],
    "places_of_best": lambda t: ops.top_k(ops.relu(t.y), 3)[1],
}

OF_RANGES: dict[str, Formula] = {
    "angle": lambda t: ops.arctan2(t.x, t.y),
    "angle_of_constant": lambda t: ops.arctan2(STEPS, t.y),
    "angle_with_constant": lambda t: ops.arctan2(t.x, STEPS - 1.0),
    "angle_with_axis": lambda t: ops.arctan2(t.x, ops.zeros_like(t.x)),
    "angle_of_real": lambda t: ops.angle(t.x),
    "remainder": lambda t: ops.fmod(t.x * 3.0, 0.7),
    "remainder_of_negative": lambda t: ops.fmod(t.y, -1.1),
    "range": lambda t: ops.linspace(t.x, t.y, 5, axis=-1),
    "range_without_end": lambda t: ops.linspace(t.x, t.y, 4, endpoint=False, axis=1),
    "range_to_constant": lambda t: ops.linspace(t.x, 2.0, 3, axis=2),
    "range_from_constant": lambda t: ops.linspace(np.tile(STEPS, (3, 1)), t.x, 3, axis=2),
    "powers": lambda t: ops.logspace(t.x, t.y, 4, base=2, axis=1),
    "saturated": lambda t: ops.saturate_cast(t.x * 3.0, "int32"),
    "array": lambda t: -ops.array(t.x),
    "blocks": lambda t: ops.kron(t.x, STEPS[np.newaxis]),
    "blocks_of_constant": lambda t: ops.kron(STEPS[np.newaxis], t.x),
}

NAN_REDUCTIONS = [
    *("nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar"),
    *("nanargmax", "nanargmin"),
]
OF_MISSING: dict[str, Formula] = {
    **{name: reduced(name) for name in NAN_REDUCTIONS},
    "kept": lambda t: ops.nanmean(ops.log(t.x + 0.5), axis=-1, keepdims=True),
    "of_integers": lambda t: ops.nanmean(ops.cast(t.x * 3.0, "int32"), axis=-1),
    "nancumsum": lambda t: ops.nancumsum(ops.log(t.x + 0.5), axis=1),
    "nancumprod": lambda t: ops.nancumprod(ops.log(t.x + 0.5), axis=2),
    "fmax": lambda t: ops.fmax(ops.log(t.x + 0.5), t.y),
    "fmin": lambda t: ops.fmin(ops.log(t.x + 0.5), STEPS),
}

OF_SPECTRA: dict[str, Formula] = {
    **{f"{name}_{at}": part_of(name, at) for name in ("fft", "fft2", "ifft2") for at in (0, 1)},
    **{f"rfft_{length}_{at}": of_reals(length, at) for length in (None, 9, 16) for at in (0, 1)},
    **{f"irfft_{length}": to_reals(length) for length in (None, 9, 30)},
    "stft": lambda t: ops.stft(t.x, 4, 2, 4)[0],
    "stft_hamming": lambda t: ops.stft(t.x, 3, 2, 6, window="hamming", center=False)[1],
    "stft_without_window": lambda t: ops.stft(t.x, 3, 3, 4, window=None)[1],
    "istft": lambda t: ops.istft(ops.stft(t.x, 5, 2, 8), 5, 2, 8, length=11),
    "istft_hamming": lambda t: ops.istft((t.x[..., :3], t.y[..., :3]), 4, 2, 4, window="hamming"),
    "istft_from_border": lambda t: ops.istft(
        (t.x[..., :3], t.y[..., :3]), 3, 3, 4, window=None, center=False
    ),
}

OF_MATRICES: dict[str, Formula] = {
    "determinant": lambda t: ops.det(t.x),
    "logarithm": lambda t: ops.logdet(definite(t.y)),
    "inverse": lambda t: ops.inv(definite(t.x)),
    "solution": lambda t: ops.solve(definite(t.x), t.y),
    "solved_vector": lambda t: ops.solve(definite(t.x), t.y[..., 0]),
    "lower": lambda t: ops.solve_triangular(definite(t.x), t.y, lower=True),
    "upper": lambda t: ops.solve_triangular(definite(t.x), t.y[..., 0]),
    "factor": lambda t: ops.cholesky(definite(t.x)),
    "upper_factor": lambda t: ops.cholesky(definite(t.y), upper=True),
}

OF_IMAGES: dict[str, Formula] = {
    "grey": lambda t: ops.image.rgb_to_grayscale(t.x),
    "grey_first": lambda t: ops.image.rgb_to_grayscale(t.y, data_format=FIRST),
    "hue": lambda t: ops.image.rgb_to_hsv(t.x),
    "hue_first": lambda t: ops.image.rgb_to_hsv(t.y, data_format=FIRST),
    "colours": lambda t: ops.image.hsv_to_rgb(ops.sigmoid(t.x)),
    "blurred": lambda t: ops.image.gaussian_blur(t.x, (3, 3), (1.0, 2.0)),
    "edges": lambda t: ops.image.sobel_edges(t.x),
    "edges_first": lambda t: ops.image.sobel_edges(t.y, data_format=FIRST),
    "patches": lambda t: ops.image.extract_patches(t.x, 2),
    "patches_that_overlap": lambda t: ops.image.extract_patches(
        t.x, (3, 2), strides=(2, 1), padding="same"
    ),
    "unfolded": lambda t: ops.unfold(t.y, 2, stride=2, padding=1),
    "folded": lambda t: ops.fold(ops.unfold(t.y, (2, 3), padding=1), (6, 5), (2, 3), padding=1),
    "depthwise": lambda t: ops.depthwise_conv(t.x, DEPTHWISE, 1, "same"),
    "separable": lambda t: ops.separable_conv(t.x, DEPTHWISE, POINTWISE, 2, "valid"),
    "largest": lambda t: ops.max_pool(t.x, 2, padding="same"),
    "projected": lambda t: ops.image.affine_transform(t.x, PROJECTION),
    "projected_first": lambda t: ops.image.affine_transform(
        t.y, PROJECTION, fill_value=0.7, data_format=FIRST
    ),
    **{
        f"projected_{way}_{mode}": projected(way, mode)
        for way in ("bilinear", "nearest")
        for mode in ("constant", "nearest", "reflect", "wrap")
    },
    "perspective": lambda t: ops.image.perspective_transform(t.x, CORNERS, MOVED),
    "perspective_back": lambda t: ops.image.perspective_transform(
        t.x, MOVED[np.newaxis], CORNERS[np.newaxis], "nearest", fill_value=2.0
    ),
    **{
        f"scaled_{method}_{smooth}": scaled(method, antialias=smooth)
        for method in ("linear", "cubic", "lanczos3", "lanczos5")
        for smooth in (True, False)
    },
    "resized": lambda t: ops.image.resize(
        t.x, (4, 7), pad_to_aspect_ratio=True, fill_value=3.0, interpolation="lanczos3"
    ),
    "averages": lambda t: ops.average_pool(t.x, (2, 3), strides=1, padding="same"),
}


def _floats(tensor: Any) -> Any:
    return tensor if "float" in tensor.dtype else ops.cast(tensor, "float32")


FORMULAS = {
    "vectors": (OF_VECTORS, ((3, 4), (3, 4))),
    "places": (OF_PLACES, ((3, 4), (3, 4))),
    "ranges": (OF_RANGES, ((3, 4), (3, 4))),
    "missing": (OF_MISSING, ((3, 4), (3, 4))),
    "spectra": (OF_SPECTRA, ((3, 14), (3, 14))),
    "matrices": (OF_MATRICES, ((2, 3, 3), (2, 3, 3))),
    "images": (OF_IMAGES, ((6, 5, 3), (3, 6, 5))),
}


@pytest.mark.parametrize(("formulas", "shapes"), FORMULAS.values(), ids=list(FORMULAS))
def test_says_what_keras_predicts(
    formulas: dict[str, Formula], shapes: tuple[Any, Any], tmp_path: Path
) -> None:
    read = [keras.Input(shape) for shape in shapes]
    outputs = [
        layers.Rescaling(1.0, name=f"of_{name}")(_floats(formula(Tensors(*read))))
        for name, formula in formulas.items()
    ]
    assert failing(wired(keras.Model(read, outputs), tmp_path)) == []


NAN, INF, LARGEST = np.nan, np.inf, 3e38
EXTREME: dict[str, tuple[Formula, list[float]]] = {
    "logaddexp": (lambda t: ops.logaddexp(t.x, t.y), [100.0, -100.0, 1.0, -INF, INF]),
    "logaddexp2": (lambda t: ops.logaddexp2(t.x, t.y), [200.0, -200.0, 1.0, -INF, INF]),
    "hypot": (lambda t: ops.hypot(t.x, t.y), [1e30, -1e-30, 0.0, 0.0, 1e-30]),
    "hypot_of_infinite": (lambda t: ops.hypot(t.x, t.y), [INF, -INF, 3.0, 0.0, 1.0]),
    "first": (lambda t: ops.argmax(t.x, axis=1, keepdims=True), [1.0, 2.0, INF, INF, 0.5]),
    "best": (lambda t: ops.top_k(t.x, 4)[0], [1.0, -INF, -INF, INF, 0.5]),
    "places_of_best": (lambda t: ops.top_k(t.x, 4)[1], [1.0, -INF, -INF, INF, 0.5]),
    "sorted": (lambda t: ops.sort(t.x), [1.0, -INF, INF, INF, -INF]),
    "sorted_places": (lambda t: ops.argsort(t.x), [1.0, -INF, INF, INF, LARGEST]),
    "largest": (lambda t: ops.nanmax(t.x, axis=1, keepdims=True), [1.0, INF, NAN, 0.5, 2.0]),
    "smallest": (lambda t: ops.nanmin(t.x, axis=1, keepdims=True), [1.0, -INF, NAN, 0.5, 2.0]),
    "place": (lambda t: ops.nanargmax(t.x, axis=1, keepdims=True), [1.0, NAN, LARGEST, INF, 2.0]),
    "sum": (lambda t: ops.nansum(t.x, axis=1, keepdims=True), [1.0, -INF, NAN, 0.5, 2.0]),
}


@pytest.mark.parametrize(("formula", "numbers"), EXTREME.values(), ids=list(EXTREME))
def test_numbers_without_bounds(formula: Formula, numbers: list[float], tmp_path: Path) -> None:
    given = {"x": np.asarray([numbers]), "y": np.asarray([[1.0, 1.0, 0.0, -INF, INF]])}
    read = Tensors(*(keras.Input((5,), name=name) for name in given))
    said = layers.Rescaling(1.0, name="said")(_floats(formula(read)))
    case = wired(keras.Model(list(read), said), tmp_path)
    expected = case.model.keras.predict_on_batch([x.astype("float32") for x in given.values()])
    values = replay(StreamSource(case.plan), given)
    np.testing.assert_allclose(values["said"], np.asarray(expected), rtol=1e-5)


SPECTROGRAM = {"frame_length": 4, "frame_step": 2, "fft_length": 8}


def test_spectrograms_say_what_keras_predicts(tmp_path: Path) -> None:
    read = keras.Input((12, 2))
    outputs = [
        layers.STFTSpectrogram(mode, expand_dims=mode in {"log", "real"}, **SPECTROGRAM)(read)
        for mode in ("log", "psd", "real", "angle", "stft")
    ]
    outputs.append(layers.MelSpectrogram(8, 4, power_to_db=False, num_mel_bins=4)(read[..., 0]))
    assert failing(wired(keras.Model(read, outputs), tmp_path)) == []


def test_decibels_below_the_loudest_sample_are_refused(tmp_path: Path) -> None:
    read = keras.Input((12,))
    model = keras.Model(read, layers.MelSpectrogram(8, 4, num_mel_bins=4)(read))
    with pytest.raises(UnsupportedLayerError, match=r"of all samples; power_to_db=False"):
        plan(open_model(saved(model, tmp_path / "model.keras")))


def test_axes_are_rearranged() -> None:
    ids = np.arange(24).reshape(6, 4)
    # Keras rearranges only what has a number of samples.
    wiring = handler_of("ops.Rearrange")(Rearrange(), ids, "b (h w) c -> b h (w c)", h=3)
    assert isinstance(wiring, Moved)
    np.testing.assert_array_equal(wiring.ids, ids.reshape(3, 8))


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (lambda x: ops.sort(x, axis=0), "the samples of a batch"),
        (lambda x: ops.det(ops.tile(x, (1, 1, 2, 2))[..., :6]), "more than 4 rows"),
        (lambda x: ops.argmax(x, axis=0), "the samples of a batch"),
        (lambda x: ops.linspace(x, 1.0, 3), "before the samples of a batch"),
        (lambda x: ops.fft2((x[:, 0, 0], x[:, 0, 1]))[0], "joins the samples of a batch"),
        (lambda x: ops.isin(x, x), "joins the samples of a batch"),
        (
            lambda x: ops.istft((x[:, 0], x[:, 1]), 4, 4, 4),
            "some places no weight in any frame",
        ),
        (lambda x: ops.image.affine_transform(x, x[:, 0, 0]), "places that a tensor says"),
        (ops.trace, "over the samples of a batch"),
        (lambda x: ops.image.extract_patches(x, 1, data_format=FIRST), "channels before space"),
        (lambda x: ops.cross(x[..., :2], x[..., :2]), "not three numbers"),
        (lambda x: ops.full_like(x, x[:, :1, :1]), "depends on its input"),
    ],
)
def test_refusals(formula: Callable[[Any], Any], said: str, tmp_path: Path) -> None:
    read = keras.Input((3, 3, 3), batch_size=3)
    path = saved(keras.Model(read, formula(read)), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(open_model(path))

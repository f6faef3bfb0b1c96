"""Gated recurrent layers of cuDNN and of Keras 1, against what Keras 2 made of their weights."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from exporter.reading.keras.legacy.gates import together
from exporter.reading.keras.legacy.kernels import as_built
from tests.keras2.files import FORMATS, TOLERANCE, difference, filled, inputs_of, keras2, saved
from tests.keras2.old_files import rewritten

CASES = {
    "GRU": ("GRU", (2,), {"reset_after": False}, (5, 3), (3, 2), (2, 2)),
    "LSTM": ("LSTM", (2,), {}, (5, 3), (3, 2), (2, 2)),
    "ConvLSTM2D": ("ConvLSTM2D", (4, 3), {}, (5, 8, 8, 2), (3, 3, 2, 4), (3, 3, 4, 4)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_of_keras_1_stand_together(case: Any) -> None:
    import keras

    preprocess = keras2().src.saving.legacy.hdf5_format.preprocess_weights_for_loading
    class_name, arguments, settings, shape, *kernels = case
    old, new = (getattr(of.layers, class_name)(*arguments, **settings) for of in (keras2(), keras))
    for layer in (old, new):
        layer.build((None, *shape))
    arrays = _drawn(3 if class_name == "GRU" else 4, *kernels, (arguments[0],))
    wanted = preprocess(old, [array.copy() for array in arrays], "1", None)
    found = as_built(new, together(new, arrays), "1.2.2", "")
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("backend", ["tensorflow", "theano"])
def test_of_keras_1_with_channels_first_have_their_axes_exchanged(backend: str) -> None:
    """Keras 2 puts such gates together along a wrong axis, and fails."""
    import keras

    layer = keras.layers.ConvLSTM2D(4, 3, data_format="channels_first")
    layer.build((None, 5, 2, 8, 8))
    arrays = _drawn(4, (4, 2, 3, 3), (4, 4, 3, 3), (4,))
    kernel, recurrent, _ = as_built(layer, together(layer, arrays), "1.2.2", backend)
    for found, (first, _, third, last) in ((kernel, arrays[::3]), (recurrent, arrays[1::3])):
        turned = found[::-1, ::-1] if backend == "theano" else found
        parts = np.split(np.transpose(turned, (3, 2, 0, 1)), 4)
        np.testing.assert_array_equal(parts[0], first)
        np.testing.assert_array_equal(parts[1], third)
        np.testing.assert_array_equal(parts[3], last)


def _drawn(gates: int, *shapes: tuple[int, ...]) -> list[Any]:
    random = np.random.default_rng(0)
    return [random.normal(size=shape) for _ in range(gates) for shape in shapes]


def stacked(*, cudnn: bool) -> Any:
    """Return a model whose recurrent layers are those of cuDNN, or what they stand for."""
    rnn = keras2().src.layers.rnn
    made = keras2().layers
    lstm = rnn.cudnn_lstm.CuDNNLSTM if cudnn else made.LSTM
    gru = rnn.cudnn_gru.CuDNNGRU if cudnn else made.GRU
    return keras2().Sequential(
        [
            made.Input((5, 3)),
            lstm(4, return_sequences=True, name="first"),
            made.Bidirectional(gru(2, return_sequences=True, name="inner"), name="both"),
            gru(3, name="last"),
            made.Dense(2, name="said"),
        ]
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_of_cudnn_say_what_keras_2_computes_without_it(suffix: str, tmp_path: Path) -> None:
    model, twin = filled(stacked(cudnn=True)), stacked(cudnn=False)
    # Of the two formats Keras 2 converts HDF5 only.
    model.save_weights(tmp_path / "weights.h5")
    twin.load_weights(tmp_path / "weights.h5")
    path = saved(model, tmp_path, suffix)
    assert difference(twin, path, inputs_of(twin)) <= TOLERANCE


def test_of_keras_1_in_nested_models_are_read(tmp_path: Path) -> None:
    made = keras2().layers
    settings = {"recurrent_activation": "hard_sigmoid"}
    inner = keras2().Sequential(
        [
            made.Input((5, 3)),
            made.LSTM(4, return_sequences=True, name="lstm", **settings),
            made.Dense(3, name="dense"),
        ],
        name="inner",
    )
    gru = made.GRU(2, reset_after=False, name="gru", **settings)
    parts = [made.Input((5, 3)), inner, gru, made.Dense(2, name="said")]
    model = filled(keras2().Sequential(parts))
    path = saved(model, tmp_path, ".h5")
    _keep_gates_apart(rewritten(path, version="1.2.2", backend="tensorflow"))
    assert difference(model, path, inputs_of(model)) <= TOLERANCE


def _keep_gates_apart(path: Path) -> None:
    """Write each gate of an LSTM, and of a GRU, as arrays of its own, as Keras 1 did."""
    with h5py.File(path, "r+") as file:
        for group in file["model_weights"].values():
            names = list(group.attrs.get("weight_names", []))
            if not any("recurrent_kernel" in str(name) for name in names):
                continue
            arrays: dict[str, Any] = {}
            for name in map(_text, names):
                apart = {"lstm": (0, 2, 1, 3), "gru": (0, 1, 2)}.get(name.split("/")[0])
                array = np.asarray(group[name])
                del group[name]
                if apart is None:
                    arrays[name] = array
                    continue
                parts = np.split(array, len(apart), axis=-1)
                arrays |= {f"{name}_{place}": parts[gate] for place, gate in enumerate(apart)}
            ordered = sorted(
                arrays, key=lambda name: int(name[-1]) if name[-2] == "_" else len(arrays)
            )
            for name in ordered:
                group[name] = arrays[name]
            group.attrs["weight_names"] = [name.encode() for name in ordered]


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)

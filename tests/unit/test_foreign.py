"""Models of formats that are not read: each is told by its content, with the line that exports."""

import gzip
import io
import json
import os
import pickle
import struct
import sys
import types
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.reading.foreign import foreign_text
from exporter.reading.formats import open_model
from queries import NeuronGraph
from queries.errors import GraphNotFoundError, ModelFileError

Build = Callable[[Path], object]


def of_module(module: str, name: str, protocol: int = 4) -> bytes:
    """Return the pickle of an object of a class that no process can import."""
    parts = module.split(".")
    packages = [".".join(parts[: at + 1]) for at in range(len(parts))]
    cls = type(name, (), {"__module__": module})
    with pytest.MonkeyPatch.context() as patch:
        for package in packages:
            patch.setitem(sys.modules, package, types.ModuleType(package))
        setattr(sys.modules[module], name, cls)
        return pickle.dumps(cls(), protocol)


def archive(path: Path, **members: bytes) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(f"net/{name.replace('__', '/').replace('_pkl', '.pkl')}", content)


def field(number: int, content: bytes | int) -> bytes:
    """Return a field of a protobuf message: a number, or bytes of less than 16 KiB."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    low, high = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + varint(high) if high else bytes([low])


STATE = pickle.dumps(OrderedDict(weight=[1.0]), 2)
NODE = field(1, b"dense/MatMul") + field(2, b"MatMul") + field(3, b"x")
TORCH_MAGIC = b"".join(
    pickle.dumps(each, 2) for each in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})
)


def safetensors(path: Path, written: str) -> None:
    head = json.dumps(
        {
            "__metadata__": {"format": written},
            "w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
        },
        separators=(",", ":"),
    ).encode()
    path.write_bytes(struct.pack("<Q", len(head)) + head + bytes(4))


def folder_with(*names: str) -> Build:
    def build(path: Path) -> None:
        for name in names:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).touch()

    return build


def archive_of_arrays(path: Path) -> None:
    held = io.BytesIO()
    np.savez(held, kernel=np.ones(3))
    path.write_bytes(held.getvalue())


MODELS: dict[str, tuple[Build, str, str]] = {
    "module": (
        lambda path: archive(path, data_pkl=of_module("mine", "Net", 2), data__0=b"\0" * 4),
        "a module of PyTorch, of the class mine.Net",
        "torch.onnx.export(model.eval(), (example_input,), 'model.onnx')",
    ),
    "state dict": (
        lambda path: archive(path, data_pkl=STATE, data__0=b"\0" * 4),
        "a state dict of PyTorch",
        "model.load_state_dict(torch.load(",
    ),
    "checkpoint": (
        lambda path: archive(path, data_pkl=pickle.dumps({"model_state_dict": OrderedDict()}, 2)),
        "a state dict of PyTorch",
        ")['model_state_dict']); torch.onnx.export(",
    ),
    "legacy module": (
        lambda path: path.write_bytes(TORCH_MAGIC + of_module("mine", "Net", 2)),
        "a module of PyTorch, of the class mine.Net",
        "torch.onnx.export(model.eval()",
    ),
    "legacy state dict": (
        lambda path: path.write_bytes(TORCH_MAGIC + STATE),
        "a state dict of PyTorch",
        "torch.onnx.export(model.eval()",
    ),
    "TorchScript": (
        lambda path: archive(
            path, data_pkl=of_module("mine", "Net", 2), constants_pkl=b"", code__net=b""
        ),
        "a TorchScript program",
        "torch.onnx.export(",
    ),
    "torch.export": (
        lambda path: archive(path, archive_format=b"pt2", models__model=b"{}"),
        "a program of torch.export",
        "torch.onnx.export(program.module(), (example_input,), 'model.onnx')",
    ),
    "safetensors": (
        lambda path: safetensors(path, "pt"),
        "weights of PyTorch in safetensors, and no layers",
        "model.load_state_dict(safetensors.torch.load_file(",
    ),
    "safetensors of JAX": (
        lambda path: safetensors(path, "flax"),
        "weights of JAX in safetensors",
        "jax2onnx.to_onnx(",
    ),
    "TensorFlow Lite": (
        lambda path: path.write_bytes(b"\x1c\0\0\0TFL3" + bytes(16)),
        "a TensorFlow Lite model",
        "python -m tf2onnx.convert --tflite ",
    ),
    "ORT": (
        lambda path: path.write_bytes(b"\x1c\0\0\0ORTM" + bytes(16)),
        "the ORT format",
        "give the .onnx file",
    ),
    "ExecuTorch": (
        lambda path: path.write_bytes(b"\x1c\0\0\0ET12" + bytes(16)),
        "an ExecuTorch program",
        "torch.onnx.export(",
    ),
    "GGUF": (
        lambda path: path.write_bytes(b"GGUF\x03\0\0\0" + bytes(16)),
        "weights for llama.cpp",
        "optimum-cli export onnx",
    ),
    "pointer": (
        lambda path: path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0"),
        "a pointer of Git LFS",
        "git lfs pull",
    ),
    "scikit-learn": (
        lambda path: path.write_bytes(of_module("sklearn.neural_network", "MLPClassifier")),
        "a model of scikit-learn in a pickle, which is not opened",
        "skl2onnx.to_onnx(model, X[:1])",
    ),
    "joblib, compressed": (
        lambda path: path.write_bytes(
            zlib.compress(of_module("sklearn.neural_network", "MLPClassifier"))
        ),
        "a model of scikit-learn",
        "skl2onnx.to_onnx(",
    ),
    "joblib, gzip": (
        lambda path: path.write_bytes(gzip.compress(of_module("sklearn.svm", "SVC"))),
        "a model of scikit-learn",
        "skl2onnx.to_onnx(",
    ),
    "trees": (
        lambda path: path.write_bytes(of_module("xgboost.sklearn", "XGBClassifier")),
        "trees of decisions, and no neurons",
        "",
    ),
    "pickled Keras": (
        lambda path: path.write_bytes(of_module("keras.src.models.sequential", "Sequential")),
        "a model of Keras in a pickle",
        "model.save('model.keras')",
    ),
    "any pickle": (
        lambda path: path.write_bytes(pickle.dumps({"a": [1, 2, 3]})),
        "a pickle, which is not opened",
        "export the model in it to ONNX",
    ),
    "frozen graph": (
        lambda path: path.write_bytes(field(1, NODE) * 300 + field(4, field(1, 1395))),
        "a frozen graph of TensorFlow",
        "python -m tf2onnx.convert --graphdef ",
    ),
    "part of a SavedModel": (
        lambda path: path.write_bytes(field(1, 1) + field(2, field(1, b"meta"))),
        "a part of a SavedModel",
        "python -m tf2onnx.convert --saved-model ",
    ),
    "Core ML": (
        lambda path: path.write_bytes(
            field(1, 5) + field(2, field(100, b"digits")) + field(500, field(1, b"layer"))
        ),
        "a Core ML model",
        "model.export('model.onnx', format='onnx')",
    ),
    "TensorFlow.js layers": (
        lambda path: path.write_text(json.dumps({"format": "layers-model", "modelTopology": {}})),
        "a layers model of TensorFlow.js",
        "tensorflowjs_converter --input_format=tfjs_layers_model --output_format=keras ",
    ),
    "TensorFlow.js graph": (
        lambda path: path.write_text(json.dumps({"format": "graph-model", "modelTopology": {}})),
        "a graph model of TensorFlow.js",
        "python -m tf2onnx.convert --tfjs ",
    ),
    "layers of Keras": (
        lambda path: path.write_text(json.dumps({"class_name": "Sequential", "config": {}})),
        "the configuration of a Keras model without its weights",
        "keras.models.model_from_json(",
    ),
    "checkpoint of TensorFlow": (
        lambda path: path.write_bytes(bytes(60) + bytes.fromhex("57fb808b247547db")),
        "the index of a TensorFlow checkpoint",
        "model.load_weights(",
    ),
    "arrays": (
        archive_of_arrays,
        "arrays of NumPy",
        "model.save('model.keras')",
    ),
    "SavedModel": (
        folder_with("saved_model.pb", "variables/variables.index"),
        "a SavedModel of TensorFlow",
        "python -m tf2onnx.convert --saved-model ",
    ),
    "Core ML package": (
        folder_with("Manifest.json", "Data/com.apple.CoreML/model.mlmodel"),
        "a Core ML model",
        "torch.onnx.export(",
    ),
    "Orbax": (
        folder_with("_METADATA", "manifest.ocdbt", "d/0"),
        "a checkpoint of JAX by Orbax",
        "jax2onnx.to_onnx(",
    ),
    "transformers": (
        folder_with("config.json", "model.safetensors"),
        "a model for Hugging Face's transformers",
        "optimum-cli export onnx --model ",
    ),
    "unpacked archive": (
        folder_with("config.json", "metadata.json", "model.weights.h5"),
        "an unpacked .keras archive",
        "model.save('model.keras')",
    ),
    "checkpoints": (
        folder_with("checkpoint", "ckpt-1.index", "ckpt-1.data-00000-of-00001"),
        "a TensorFlow checkpoint",
        "model.load_weights(",
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_told_by_its_content(name: str, tmp_path: Path) -> None:
    build, what, line = MODELS[name]
    # A name that says nothing, and one that is wrong.
    for path in (tmp_path / "model", tmp_path / "model.keras"):
        build(path)
        with pytest.raises(ModelFileError) as refused:
            open_model(path)
        text = str(refused.value)
        assert text.startswith(f"{path}: ")
        assert what in text
        assert line in text
        assert "\n" not in text


@pytest.mark.parametrize("name", ["state dict", "SavedModel", "Orbax"])
def test_a_place_of_a_graph_is_told_as_well(name: str, tmp_path: Path) -> None:
    build, what, _ = MODELS[name]
    build(tmp_path / "model")
    with (
        pytest.raises((ModelFileError, GraphNotFoundError), match=what),
        NeuronGraph(tmp_path / "model") as graph,
    ):
        graph.layers()


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "ran"),)

    for protocol in (2, 3, 4, 5):
        (tmp_path / "trap").write_bytes(pickle.dumps(Trap(), protocol))
        assert "not opened" in str(foreign_text(tmp_path / "trap"))
    archive(tmp_path / "trap.pth", data_pkl=pickle.dumps(Trap(), 2))
    assert "not opened" in str(foreign_text(tmp_path / "trap.pth"))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", MODELS)
def test_a_cut_model_makes_no_error_of_its_own(name: str, tmp_path: Path) -> None:
    MODELS[name][0](path := tmp_path / "model")
    if path.is_dir():
        return
    content = path.read_bytes()
    for length in range(0, len(content), 1 + len(content) // 60):
        path.write_bytes(content[:length])
        foreign_text(path)


@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("net.pt2", "a program of torch.export"),
        ("net_full.pth", "a module of PyTorch, of the class __main__.Net"),
        ("net_sd.pth", "a state dict of PyTorch"),
        ("blazeface_short_range.tflite", "a TensorFlow Lite model"),
        ("mtcnn_rnet.onnx", None),
        ("net_dyn.onnx", None),
        ("CIFAR-10_CNN5.h5", None),
    ],
)
def test_files_of_others(file: str, what: str | None) -> None:
    path = Path(os.environ.get("NEURONGRAPH_SHARED", "../shared")) / "models" / file
    if not path.exists():
        pytest.skip(f"{path} is not there")
    text = foreign_text(path)
    assert text is None if what is None else what in str(text)


def test_what_tensorflow_writes(tmp_path: Path) -> None:
    import tensorflow as tf

    module = tf.Module()
    module.weight = tf.Variable(tf.ones((3, 2)))
    module.run = tf.function(
        lambda x: tf.matmul(x, module.weight), [tf.TensorSpec((None, 3), tf.float32)]
    )
    tf.saved_model.save(module, str(tmp_path / "saved"), module.run)
    tf.train.Checkpoint(module).write(str(tmp_path / "ckpt"))
    graph = module.run.get_concrete_function().graph.as_graph_def()
    (tmp_path / "graph.pb").write_bytes(graph.SerializeToString())
    lite = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "saved")).convert()
    (tmp_path / "lite").write_bytes(lite)
    told = {
        "saved": "a SavedModel",
        "saved/saved_model.pb": "a part of a SavedModel",
        "ckpt.index": "the index of a TensorFlow checkpoint",
        "graph.pb": "a frozen graph",
        "lite": "a TensorFlow Lite model",
    }
    for name, what in told.items():
        assert what in str(foreign_text(tmp_path / name)), name

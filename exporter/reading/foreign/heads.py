"""Files that are told by what they begin or end with: flatbuffers, weights, JSON."""

import json
import shlex
from pathlib import Path
from typing import Any, Final

from exporter.reading.foreign.advice import by_tf2onnx, from_torch, from_weights
from exporter.reading.foreign.pickles import jax_line

_LENGTH: Final = 8
_IDENTIFIER: Final = slice(4, 8)
"""Where a flatbuffer says of which format it is."""

_TABLE_END: Final = bytes.fromhex("57fb808b247547db")
_MOST_JSON: Final = 1 << 26
_PACKAGES: Final = {"pt": "PyTorch", "tf": "TensorFlow", "flax": "JAX", "mlx": "MLX"}


def head_text(path: Path, head: bytes) -> str | None:
    """Say what a file is, if it holds a model of a format that is not read.

    Parameters
    ----------
    path
        The file.
    head
        What it begins with.
    """
    if (text := _flatbuffer_text(path, head[_IDENTIFIER])) is not None:
        return text
    if head.startswith(b"GGUF"):
        return (
            "it holds weights for llama.cpp, and no layers; convert to ONNX the model that it was "
            "made of: optimum-cli export onnx --model NAME onnx/"
        )
    if head.startswith(b"version https://git-lfs"):
        return (
            "it is a pointer of Git LFS in the place of a file; fetch the file: "
            f"git lfs pull --include {shlex.quote(path.name)}"
        )
    if head.lstrip()[:1] == b"{":
        return _json_text(path)
    if _is_safetensors(path, head):
        return _safetensors_text(path, head)
    if _ends_as_table(path):
        return (
            "it is the index of a TensorFlow checkpoint, which has weights and no layers; "
            f"{from_weights(path.with_suffix(''))}"
        )
    return None


def _flatbuffer_text(path: Path, identifier: bytes) -> str | None:
    match identifier:
        case b"TFL3":
            return f"it is a TensorFlow Lite model; {by_tf2onnx(path, 'tflite')}"
        case b"ORTM":
            return "it is a model in the ORT format of onnxruntime; give the .onnx file of it"
        case _ if identifier.startswith(b"ET") and identifier[2:].isdigit():
            return f"it is an ExecuTorch program, which is made of a module; {from_torch(path)}"
        case _:
            return None


def _is_safetensors(path: Path, head: bytes) -> bool:
    length = int.from_bytes(head[:_LENGTH], "little")
    begins = head[_LENGTH : _LENGTH + 2]
    return begins == b'{"' and _LENGTH + length <= path.stat().st_size


def _safetensors_text(path: Path, head: bytes) -> str:
    written = next(
        (name for key, name in _PACKAGES.items() if f'"format":"{key}"'.encode() in head), ""
    )
    what = f"it holds weights{' of ' * bool(written)}{written} in safetensors, and no layers; "
    if written == "JAX":
        return what + jax_line()
    load = f"model.load_state_dict(safetensors.torch.load_file({str(path)!r})); "
    return what + from_torch(path, load)


def _ends_as_table(path: Path) -> bool:
    """Tell whether a file ends as the tables do in which TensorFlow says where weights are."""
    size = path.stat().st_size
    if size < len(_TABLE_END):
        return False
    with path.open("rb") as file:
        file.seek(size - len(_TABLE_END))
        return file.read() == _TABLE_END


def _json_text(path: Path) -> str | None:
    """Say what a JSON file is: a model of TensorFlow.js, or layers of Keras without weights."""
    if path.stat().st_size > _MOST_JSON:
        return None
    try:
        said: Any = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    if "modelTopology" in said:
        given = shlex.quote(str(path))
        if said.get("format") == "graph-model":
            return f"it is a graph model of TensorFlow.js; {by_tf2onnx(path, 'tfjs')}"
        return (
            "it is a layers model of TensorFlow.js; convert it to Keras: tensorflowjs_converter "
            f"--input_format=tfjs_layers_model --output_format=keras {given} model.h5"
        )
    if "class_name" in said and "config" in said:
        return (
            "it is the configuration of a Keras model without its weights; in Python: model = "
            f"keras.models.model_from_json(open({str(path)!r}).read()); model.load_weights("
            "'model.weights.h5'); model.save('model.keras')"
        )
    return None

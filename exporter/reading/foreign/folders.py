"""Folders that hold a model."""

from pathlib import Path

from exporter.reading.foreign.advice import by_tf2onnx, from_weights
from exporter.reading.foreign.pickles import jax_line
from exporter.reading.foreign.protobuf import CORE_ML


def folder_text(folder: Path) -> str | None:
    """Say what a folder is, if it holds a model that is not read."""
    names = {entry.name for entry in folder.iterdir()}
    if names & {"saved_model.pb", "saved_model.pbtxt"}:
        return f"it is a SavedModel of TensorFlow; {by_tf2onnx(folder, 'saved-model')}"
    if "Manifest.json" in names and (folder / "Data" / "com.apple.CoreML").is_dir():
        return CORE_ML
    if names & {"_CHECKPOINT_METADATA", "_METADATA", "manifest.ocdbt"}:
        return f"it is a checkpoint of JAX by Orbax, which has weights and no layers; {jax_line()}"
    if {"config.json", "metadata.json", "model.weights.h5"} <= names:
        return (
            "it is an unpacked .keras archive; pack it: in Python model = keras.models.load_model("
            f"{str(folder)!r}); model.save('model.keras')"
        )
    if {"config.json"} < names and names & {"model.safetensors", "pytorch_model.bin"}:
        return (
            "it is a model for Hugging Face's transformers; convert it to ONNX: optimum-cli "
            f"export onnx --model {str(folder)!r} onnx/"
        )
    if "checkpoint" in names and (index := sorted(folder.glob("*.index"))):
        what = "it holds a TensorFlow checkpoint, which has weights and no layers"
        return f"{what}; {from_weights(index[-1].with_suffix(''))}"
    if "model.json" in names:
        file = folder / "model.json"
        return f"it is no model file; if it holds a model of TensorFlow.js, give {file}"
    return None

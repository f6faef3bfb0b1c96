"""Files that both exporters of PyTorch wrote; the witness is what PyTorch itself said."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray

from exporter.planning.push import plan
from exporter.reading.formats import open_model
from exporter.reading.onnx.files import read_file
from exporter.reading.onnx.model import opened
from exporter.verifying import verification
from exporter.verifying.graph_source import StreamSource

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

EXPORTS: Final = Path(__file__).with_name("exports")
FILES: Final = sorted(EXPORTS.glob("*.onnx"))

LAYERS: Final = {
    "net": ["features.0", "features.3", "classifier"],
    "block": ["conv1", "conv2", "downsample.0"],
    "lstm": ["rnn/LSTM@t0/forget", "rnn/LSTM@t1/carry", "head"],
    "gru": ["rnn/GRU@t0/update", "rnn/GRU@t1/state", "head"],
    "attention": [],
    "encoder": ["embedding", "layer.linear1", "layer.linear2", "head"],
}
"""Names of some layers, as those who made the module know them."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".onnx"))
def test_the_graph_says_what_torch_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = file.name.partition(".")[0]
    arrays = np.load(EXPORTS / f"{name}.npz")
    given, said = arrays["input"], [arrays[each] for each in arrays.files if each != "input"]

    def torch_said(sample: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        (array,) = sample.values()
        assert np.array_equal(array, given)
        return dict(zip(outputs, said, strict=True))

    proto, origin = read_file(file)
    outputs = [value.name for value in proto.graph.output]
    model = opened(proto, origin, said=torch_said)
    monkeypatch.setattr(verification, "drawn_inputs", lambda *_, **__: [given])
    report = verification.compare(model, StreamSource(plan(model)), samples=1)
    assert report.passed, report.frame.to_string()
    said[0] = said[0] + np.float32(0.01)
    assert not verification.compare(model, StreamSource(plan(model)), samples=1).passed


@pytest.mark.parametrize("name", LAYERS)
def test_both_exporters_name_the_layers_as_the_module_does(name: str) -> None:
    for by in ("dynamo", "script"):
        model = open_model(EXPORTS / f"{name}.{by}.onnx")
        assert set(LAYERS[name]) <= {layer.name for layer in plan(model).layers}
        assert model.source.startswith("pytorch 2.")

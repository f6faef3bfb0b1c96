"""A format of model files that is not Keras's: layers of weights and biases, as JSON.

Run with a folder, it loads, inspects and verifies a model of it, and prints what it imported.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import exporter
from exporter.reading import formats
from exporter.reading.calls import LayerCall, Tensor
from exporter.reading.model_file import sha256_of
from exporter.reading.opened_model import ModelTensor, ModelValues, OpenedModel
from exporter.wiring import Computed, handles
from queries.core.input_shapes import InputShapes
from queries.errors import ModelFileError

SOURCE = "Toy 2"


@dataclass(frozen=True)
class Dense:
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]


@dataclass(frozen=True)
class ToyModel:
    path: Path
    sha256: str
    calls: tuple[LayerCall, ...]
    inputs: tuple[ModelTensor, ...]
    outputs: tuple[ModelTensor, ...]
    source: str = SOURCE
    half_precisions: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()

    def may_hold_not_finite(self) -> bool:
        return not all(np.isfinite(call.layer.kernel).all() for call in self.calls[1:])

    def values(self, inputs: Sequence[NDArray[Any]]) -> ModelValues:
        tensors = {0: inputs[0]}
        for call in self.calls[1:]:
            read = tensors[call.inputs[0]]
            tensors[call.outputs[0]] = read @ call.layer.kernel + call.layer.bias
        return ModelValues(tensors, [tensors[self.outputs[0].position]])


def open_toy(
    path: Path, *, partial: bool, weights: bool, input_shape: InputShapes | None
) -> OpenedModel:
    del partial, input_shape
    try:
        layers = json.loads(path.read_text())["layers"]
    except ValueError:
        raise ModelFileError("it is no JSON") from None
    width = len(layers[0]["kernel"])
    calls = [LayerCall("input", "InputLayer", "toy>Input", (width,), (), {}, (0,), ((width,),), F)]
    for position, settings in enumerate(layers):
        kernel, bias = (np.asarray(settings[name], np.float32) for name in ("kernel", "bias"))
        calls.append(
            LayerCall(
                name=f"dense_{position}",
                class_name="Dense",
                key="toy>Dense",
                layer=Dense(kernel if weights else np.zeros_like(kernel), bias),
                args=(Tensor(position),),
                kwargs={},
                outputs=(position + 1,),
                shapes=((len(bias),),),
                dtypes=F,
                parameters=kernel.size + bias.size,
                refused="it has no neurons" if not len(bias) else None,
            )
        )
    first, last = (
        ModelTensor(call.outputs[0], call.shapes[0], *F) for call in (calls[0], calls[-1])
    )
    return ToyModel(path, sha256_of(path), tuple(calls), (first,), (last,))


F = ("float32",)


@handles("toy>Input")
def toy_input(shape: tuple[int, ...]) -> Computed:
    nothing = np.empty((*shape, 0))
    return Computed(nothing.astype(np.int64), nothing.astype(np.float32), rank=len(shape))


@handles("toy>Dense")
def toy_dense(layer: Dense, ids: NDArray[np.int64]) -> Computed:
    sources = np.broadcast_to(ids, (len(layer.bias), len(ids)))
    return Computed(sources, layer.kernel.T, rank=1, bias=layer.bias)


def save_toy(path: Path, *sizes: int) -> Path:
    random = np.random.default_rng(0)
    layers = [
        {
            "kernel": random.normal(size=(wide, high)).tolist(),
            "bias": random.normal(size=high).tolist(),
        }
        for wide, high in pairwise(sizes)
    ]
    path.write_text(json.dumps({"layers": layers}))
    return path


def main(folder: Path) -> None:
    formats.FORMATS = (*formats.FORMATS, formats.Format((".toy",), open_toy))  # type: ignore[misc]
    file, graph = save_toy(folder / "small.TOY", 3, 5, 2), folder / "graph.lbug"
    report = exporter.load(file, graph)
    seen = exporter.inspect(file)
    verified = exporter.verify(file, graph)
    from queries import NeuronGraph

    with NeuronGraph(graph) as opened:
        source = opened.models()["source"][0]
    messages = []
    for content in ("no JSON", json.dumps({"layers": [{"kernel": [[]], "bias": []}]})):
        file.write_text(content)
        try:
            exporter.load(file, folder / "other.lbug")
        except ModelFileError as error:
            messages.append(str(error))
    sys.stdout.write(
        json.dumps(
            {
                "edges": [report.edges, seen.edges],
                "parameters": seen.parameters,
                "passed": verified.passed,
                "source": source,
                "messages": messages,
                "imported": sorted({"keras", "tensorflow"} & set(sys.modules)),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""ONNX's nine light ImageNet networks: planned, the smaller ones replayed.

Their weights are constants that repeat one number, and what ONNX's own evaluator says of them
stands beside them. Run it with ``python -m tests.zoo.onnx_light``; it prints a table.
"""

import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.planning.push import Trace, trace
from exporter.reading.formats import open_model
from exporter.reading.opened_model import OpenedModel
from exporter.verifying.forward import by_element, neuron_values
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay

MOST_EDGES: Final = 1_500_000_000
"""The relationships of the largest network that is replayed."""


def networks() -> list[Path]:
    """Return the files of the networks, sorted by name."""
    import onnx

    return sorted((Path(onnx.__file__).parent / "backend/test/data/light").glob("*.onnx"))


def planned(file: Path) -> tuple[OpenedModel, Trace]:
    """Return a network and its neurons."""
    model = open_model(file)
    return model, trace(model)


def replayed(file: Path, model: OpenedModel, traced: Trace) -> tuple[float, float]:
    """Replay a network on the input that ONNX's tests give it.

    Returns
    -------
    tuple
        How far a neuron is from onnxruntime at most, and the output from the file's: shares of the
        largest value of the layer.
    """
    (tensor,) = model.inputs
    size = int(np.prod([each or 1 for each in tensor.shape]))
    ramp = (np.arange(size) / size).astype(np.float32)
    values = model.values([ramp.reshape(1, *(each or 1 for each in tensor.shape))])
    expected = neuron_values(model, traced, values)
    layers = traced.plan.layers
    graph = replay(StreamSource(traced.plan), {layers[0].name: ramp[np.newaxis].astype(float)})
    apart = [
        _apart(graph[layer.name][0], expected[layer.first : layer.last + 1, 0]) for layer in layers
    ]
    ids = traced.ids[model.outputs[0].position].reshape(-1)
    every = np.concatenate([graph[layer.name][0] for layer in layers])
    return max(apart), _apart(every[ids], by_element(_told(file))[:, 0])


def _told(file: Path) -> NDArray[Any]:
    import onnx

    tensor = onnx.load_tensor(str(file.with_name(f"{file.stem}_output_0.pb")))
    return onnx.numpy_helper.to_array(tensor).reshape(1, -1)


def _apart(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(np.abs(one - other).max() / max(np.abs(other).max(), np.finfo(np.float32).tiny))


def main() -> int:
    """Print a row a network; return how many differ by more than 1e-5."""
    failed = 0
    print("| network | layers | neurons | relationships | of onnxruntime | of the file |")
    print("| --- | --- | --- | --- | --- | --- |")
    for file in networks():
        model, traced = planned(file)
        plan = traced.plan
        differences = ["", ""]
        if plan.edges <= MOST_EDGES:
            both = replayed(file, model, traced)
            failed += max(both) > 1e-5
            differences = [f"{each:.0e}" for each in both]
        counts = [f"{each:,}" for each in (len(plan.layers), plan.neurons, plan.edges)]
        name = file.stem.removeprefix("light_")
        print("| " + " | ".join([name, *counts, *differences]) + " |", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(bool(main()))

"""What onnxruntime puts out for each tensor of an ONNX model."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.reading.onnx.importing import import_onnx, import_runtime
from exporter.wiring.onnx.node import TensorType
from queries.errors import VerificationError

_SILENT: Final = 4


def by_sample(
    call: Callable[[dict[str, NDArray[Any]]], Mapping[str, Any]],
    inputs: Mapping[str, TensorType],
    arrays: Sequence[NDArray[Any]],
    names: Sequence[str],
) -> list[NDArray[Any]]:
    """Call something with each sample, a batch of one.

    Parameters
    ----------
    call
        Takes the inputs, and returns the outputs, by their names.
    inputs, arrays, names
        As in ``run``.

    Returns
    -------
    list
        As ``run`` returns.
    """
    each = [
        call(_feeds(inputs, [array[sample] for array in arrays]))
        for sample in range(len(arrays[0]))
    ]
    return [np.stack([values[name] for values in each]) for name in names]


def run(
    model: Any,
    inputs: Mapping[str, TensorType],
    arrays: Sequence[NDArray[Any]],
    names: Sequence[str],
    *,
    optimised: bool = False,
) -> list[NDArray[Any]]:
    """Run a model sample by sample.

    Parameters
    ----------
    model
        The ``ModelProto``.
    inputs
        Its inputs by their names.
    arrays
        One for each: shape ``(samples, *shape)``.
    names
        The tensors that are returned.
    optimised
        Whether onnxruntime may join and reorder nodes, as it does for its users.

    Returns
    -------
    list
        One array for each name: shape ``(samples, *shape with the batch of one)``.

    Raises
    ------
    VerificationError
        If onnxruntime cannot run the model.
    """
    import_runtime()
    try:
        session = _session(model, names, optimised=optimised)
        return by_sample(
            lambda feeds: dict(zip(names, session.run(list(names), feeds), strict=True)),
            inputs,
            arrays,
            names,
        )
    except Exception as error:
        reason = next(iter(str(error).strip().splitlines()), "no reason given")
        raise VerificationError(f"onnxruntime itself cannot run this model: {reason}") from error


def _feeds(inputs: Mapping[str, TensorType], sample: Sequence[Any]) -> dict[str, NDArray[Any]]:
    pairs = zip(inputs.items(), sample, strict=True)
    return {name: np.reshape(values, kind.shape) for (name, kind), values in pairs}


def _session(model: Any, names: Sequence[str], *, optimised: bool) -> Any:
    onnx, runtime = import_onnx(), import_runtime()
    options = runtime.SessionOptions()
    # Sums in one order, so that a model says the same again.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _SILENT
    if not optimised:
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    every = onnx.ModelProto()
    every.CopyFrom(model)
    given = {value.name for value in every.graph.output}
    every.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in given)
    return runtime.InferenceSession(
        every.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )

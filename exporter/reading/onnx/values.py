"""What onnxruntime puts out for each tensor of an ONNX model."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.reading.onnx.importing import import_onnx, import_runtime
from exporter.wiring.onnx.node import TensorType
from queries.core.log import logger
from queries.errors import VerificationError

_SILENT: Final = 4
_MISSING: Final = ("NOT_IMPLEMENTED", "operations (layout == 1) are not supported")
"""How onnxruntime says that it has no such operation."""

_LOWEST: Final = np.finfo(np.float32).min


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
        If onnxruntime cannot run the model, and ONNX itself neither.
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


def with_infinite(whole: NDArray[Any], steps: NDArray[Any]) -> NDArray[Any]:
    """Return what onnxruntime says of an operation as a whole, infinite where that is meant.

    ONNX masks by ``-inf``; onnxruntime's own attention by the lowest number of single precision.

    Parameters
    ----------
    whole, steps
        What it says of the operation, and of the steps by which ONNX defines it.
    """
    if whole.dtype != np.float32:
        return whole
    return np.where(np.isneginf(steps) & (whole == _LOWEST), steps, whole)


def _feeds(inputs: Mapping[str, TensorType], sample: Sequence[Any]) -> dict[str, NDArray[Any]]:
    pairs = zip(inputs.items(), sample, strict=True)
    return {name: np.reshape(values, kind.shape) for (name, kind), values in pairs}


def _session(model: Any, names: Sequence[str], *, optimised: bool) -> Any:
    """Return what runs a model: onnxruntime, or where it has no such operation ONNX itself."""
    runtime = import_runtime()
    every = _with_outputs(model, names)
    options = runtime.SessionOptions()
    # Sums in one order, so that a model says the same again.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = _SILENT
    if not optimised:
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return runtime.InferenceSession(
            every.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        reason = next((each for each in _MISSING if each in str(error)), None)
        if reason is None:
            raise
        logger.info("onnxruntime does not run %s; ONNX's evaluator does", str(error).strip())
        return _Reference(every)


class _Reference:
    """ONNX's own reference evaluator, asked as onnxruntime is."""

    def __init__(self, model: Any) -> None:
        from onnx.reference import ReferenceEvaluator

        self._evaluator = ReferenceEvaluator(model)

    def run(self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Return the values of tensors."""
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return [np.asarray(each) for each in self._evaluator.run(list(names), dict(feeds))]


def _with_outputs(model: Any, names: Sequence[str]) -> Any:
    onnx = import_onnx()
    every = onnx.ModelProto()
    every.CopyFrom(model)
    given = {value.name for value in every.graph.output}
    every.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in given)
    return every

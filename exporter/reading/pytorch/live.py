"""A module of PyTorch in memory: what is opened is the ONNX model that PyTorch makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.reading.model_file import InMemory, reading
from exporter.reading.onnx.inputs import fixed_batch
from exporter.reading.onnx.live import OnnxInMemory
from exporter.reading.onnx.model import OnnxModel
from exporter.reading.pytorch.examples import Examples, tensors_in
from exporter.reading.pytorch.exporting import called, exported, reason_of
from exporter.reading.pytorch.undisturbed import quiet, undisturbed
from queries.core.input_shapes import InputShapes
from queries.core.live_models import TORCH
from queries.core.log import logger
from queries.errors import ModelFileError, ParameterError, VerificationError


@dataclass(frozen=True, eq=False)
class TorchInMemory:
    """A module that somebody holds; a ``GivenModel``. It is exported once, when first needed.

    Parameters
    ----------
    module
        The ``torch.nn.Module``, which is not changed.
    examples
        What it is called with.
    """

    module: Any
    examples: Examples

    @classmethod
    def of(cls, module: Any, example_inputs: Any) -> "TorchInMemory":
        """Return a module with what somebody gives as ``example_inputs``.

        Raises
        ------
        ParameterError
            If they are missing, or hold no tensor, or the module is of TorchScript.
        """
        examples = Examples.of(example_inputs)
        import torch

        if isinstance(module, torch.jit.ScriptModule):
            raise ParameterError(
                "the model is a module of TorchScript, of which PyTorch names the layers otherwise "
                "each time; give the module that it was made of, or export it to a file: "
                "torch.onnx.export(model, (example_input,), 'model.onnx', dynamo=False)"
            )
        return cls(module, examples.in_order_of(module.forward))

    @property
    def name(self) -> str:
        """The name of its class."""
        return TORCH.name_of(self.module)

    @property
    def place(self) -> InMemory:
        """Where it is."""
        return InMemory(self.name, TORCH)

    @cached_property
    def changed(self) -> datetime:
        """When it was first looked at."""
        return datetime.now(UTC)

    @property
    def sha256(self) -> str:
        """The SHA-256 of its export."""
        return self._export.sha256

    @cached_property
    def _export(self) -> OnnxInMemory:
        with reading(self.place):
            proto = exported(self.module, self.examples)
            weights = {tensor.name for tensor in proto.graph.initializer}
            inputs = [value.name for value in proto.graph.input if value.name not in weights]
            outputs = [value.name for value in proto.graph.output]
            if len(inputs) != (given := len(tensors_in(self.examples.both))):
                raise ModelFileError(
                    f"it uses {len(inputs)} of the {given} tensors in example_inputs; leave out "
                    "the others"
                )

        def said(sample: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
            return self._said([sample[name] for name in inputs], outputs)

        batch = fixed_batch(proto) is None
        if not batch:
            logger.warning(
                "%s is read with all of the batch in example_inputs; of one sample, such as "
                "x[:1], the graph is smaller",
                self.place,
            )
        return OnnxInMemory(proto, self.place, batch, said)

    def open(
        self,
        *,
        partial: bool = False,
        weights: bool = True,
        input_shape: InputShapes | None = None,
    ) -> OnnxModel:
        """Open its export, as ``formats.open_model`` does."""
        return self._export.open(partial=partial, weights=weights, input_shape=input_shape)

    def _said(self, values: list[NDArray[Any]], outputs: list[str]) -> dict[str, NDArray[Any]]:
        """Return what the module says at inputs, by the names of its outputs."""
        given = self.examples.filled(values)
        with quiet(), undisturbed(self.module):
            try:
                said = called(self.module, given)
            except Exception as error:
                raise VerificationError(
                    f"the module itself cannot be run: {reason_of(error)}"
                ) from error
            if len(said) != len(outputs):
                raise VerificationError(
                    f"the module puts out {len(said)} tensors, and its export {len(outputs)}"
                )
            return {name: _array(tensor) for name, tensor in zip(outputs, said, strict=True)}


def _array(tensor: Any) -> NDArray[Any]:
    """Return the values of a tensor, in single precision where they are floating-point numbers."""
    own = tensor.detach().cpu()
    return np.asarray(own.float() if own.is_floating_point() else own)

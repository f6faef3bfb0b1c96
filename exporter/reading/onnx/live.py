"""An ONNX model in memory: what is opened is a copy of it, as it was when it was first needed."""

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from exporter.reading.model_file import InMemory, reading
from exporter.reading.onnx.files import is_beside, parsed, tensors_of
from exporter.reading.onnx.importing import import_onnx
from exporter.reading.onnx.model import OnnxModel, Said, opened
from exporter.reading.onnx.refusing import refusing
from exporter.reading.onnx.scopes import SCOPES
from queries.core.input_shapes import InputShapes
from queries.core.live_models import ONNX
from queries.core.log import logger
from queries.errors import ModelFileError

_NOT_HASHED: Final = ("doc_string", "value_info")
"""Fields that change nothing of a graph; exporters write paths of the code that made it there."""


@dataclass(frozen=True, eq=False)
class OnnxInMemory:
    """An ONNX model that somebody holds; a ``GivenModel``, and an ``Origin``.

    Parameters
    ----------
    model
        The ``onnx.ModelProto``, which is not changed.
    where
        Where it is; by default what the name of its graph says.
    batch, said
        As in ``model.opened``.
    """

    model: Any
    where: InMemory | None = None
    batch: bool | None = None
    said: Said | None = None

    @property
    def place(self) -> InMemory:
        """Where it is."""
        return self.where or InMemory(ONNX.name_of(self.model), ONNX)

    @property
    def name(self) -> str:
        """What its graph is called."""
        return self.place.name

    @cached_property
    def changed(self) -> datetime:
        """When it was first looked at."""
        return datetime.now(UTC)

    @property
    def size(self) -> int:
        """Bytes of the model."""
        return len(self._content)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of its nodes and its weights, in hexadecimal."""
        with reading(self.place), refusing():
            model = parsed(self._content)
            _strip(model)
            return hashlib.sha256(model.SerializeToString(deterministic=True)).hexdigest()

    @cached_property
    def _content(self) -> bytes:
        """The model as a file has it."""
        import_onnx()
        from google.protobuf.message import EncodeError

        with reading(self.place), refusing():
            for tensor in tensors_of(self.model):
                if is_beside(tensor):
                    raise ModelFileError(
                        f"its weights {tensor.name!r} stand in a file, and a model in memory is in "
                        "no folder; read them as well, as onnx.load('model.onnx') does, or give "
                        "the path of the model"
                    )
            try:
                return bytes(self.model.SerializeToString())
            except EncodeError:
                raise ModelFileError(
                    "protobuf cannot write it, which takes at most 2 GB; write its weights beside "
                    "it, as by onnx.save(model, 'model.onnx', save_as_external_data=True), and "
                    "give the path of that file"
                ) from None

    def whole(self) -> Any:
        """Return a copy of it."""
        return parsed(self._content)

    def open(
        self,
        *,
        partial: bool = False,
        weights: bool = True,
        input_shape: InputShapes | None = None,
    ) -> OnnxModel:
        """Open a copy of it, as ``formats.open_model`` does."""
        begun = time.perf_counter()
        with reading(self.place), refusing():
            model = opened(
                self.whole(),
                self,
                partial=partial,
                input_shape=input_shape,
                batch=self.batch,
                said=self.said,
            )
        seconds = time.perf_counter() - begun
        logger.info("opened %s, %d layer calls, in %.1f s", self.place, len(model.calls), seconds)
        return model


def _strip(model: Any) -> None:
    """Clear what changes nothing of a model's graph of neurons."""
    model.graph.ClearField("name")
    _clear(model, model.graph, *model.functions)
    for each in (model.graph, *model.functions):
        _clear(*each.node)
        for node in each.node:
            scopes = [entry for entry in node.metadata_props if entry.key == SCOPES]
            node.ClearField("metadata_props")
            node.metadata_props.extend(scopes)
    _clear(*model.graph.input, *model.graph.output, *model.graph.initializer)
    for each in (model, model.graph, *model.functions, *model.graph.initializer):
        each.ClearField("metadata_props")


def _clear(*messages: Any) -> None:
    for message in messages:
        for field in _NOT_HASHED:
            if field in message.DESCRIPTOR.fields_by_name:
                message.ClearField(field)

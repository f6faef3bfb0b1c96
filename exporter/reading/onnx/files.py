"""An ONNX file, and the files beside it that hold its weights."""

import hashlib
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol

from exporter.reading.bounds import require_memory
from exporter.reading.model_file import Place, joined_digest
from exporter.reading.onnx.importing import import_onnx
from exporter.reading.onnx.nested import graphs_of, nodes_of
from queries.core.text import size_text
from queries.errors import ModelFileError

_MOST_BYTES: Final = (1 << 31) - 1
"""What protobuf reads at most; larger models keep their weights beside."""

LONGEST_SHAPE: Final = 4_096
"""Numbers of a constant that may say a shape."""

_SPEC: Final = "location", "offset", "length"
_BLOCK: Final = 1 << 20


class Origin(Protocol):
    """Where an ONNX model was read from."""

    @property
    def place(self) -> Place:
        """Where it is."""

    @property
    def sha256(self) -> str:
        """What ``OpenedModel.sha256`` is."""

    @property
    def size(self) -> int:
        """Bytes of the model and of what stands beside it."""

    def whole(self) -> Any:
        """Read it again, with all of its weights; return the ``ModelProto``."""


@dataclass(frozen=True)
class OnnxFile:
    """An ONNX file that has been read; an ``Origin``.

    Parameters
    ----------
    place
        Where it is.
    own_sha256
        The SHA-256 of what was read of the file itself.
    own_size
        How many bytes that were.
    beside
        The files that hold its weights.
    """

    place: Path
    own_sha256: str
    own_size: int
    beside: tuple[Path, ...]

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the file, and of the files beside it."""
        return joined_digest(self.own_sha256, self.beside)

    @property
    def size(self) -> int:
        """Bytes of all of the files."""
        return self.own_size + sum(file.stat().st_size for file in self.beside)

    def whole(self) -> Any:
        """Read them again."""
        model = parsed(_content(self.place))
        read_beside(self.place, model)
        return model


def read_file(path: Path) -> tuple[Any, OnnxFile]:
    """Return the ``ModelProto`` in a file, without what stands beside it, and what was read.

    Raises
    ------
    ModelFileError
        If it is none, or a file beside it is not where it belongs.
    """
    content = _content(path)
    model = parsed(content)
    own = hashlib.sha256(content).hexdigest()
    return model, OnnxFile(path, own, len(content), tuple(files_beside(path, model)))


def companions(path: Path) -> tuple[Path, ...]:
    """Return the files beside a model file that hold its weights; none is parsed that has none."""
    if not _holds(path, b"location"):
        return ()
    return tuple(files_beside(path, parsed(_content(path))))


def _holds(path: Path, text: bytes) -> bool:
    """Tell whether a text stands in a file."""
    end = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if text in (end + block):
                return True
            end = block[1 - len(text) :]
    return False


def _content(path: Path) -> bytes:
    if (size := path.stat().st_size) > _MOST_BYTES:
        raise ModelFileError(
            f"it has {size_text(size)}, and an ONNX file has at most 2 GB; export the model with "
            "its weights beside it, as torch.onnx.export(..., external_data=True) does"
        )
    return path.read_bytes()


def parsed(content: bytes) -> Any:
    """Return the ``ModelProto`` that bytes hold.

    Raises
    ------
    ModelFileError
        If it is none.
    """
    onnx = import_onnx()
    from google.protobuf.message import DecodeError

    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except DecodeError:
        raise ModelFileError("it is no ONNX model, or a damaged one") from None
    if not model.graph.node and not model.graph.input:
        raise ModelFileError("it is no ONNX model: no graph is in it")
    return model


def tensors_of(model: Any) -> Iterator[Any]:
    """Yield every ``TensorProto`` of a model: weights, and what nodes have as attributes."""
    yield from model.graph.initializer
    yield from _tensors_of_nodes(model)


def _tensors_of_nodes(model: Any) -> Iterator[Any]:
    """Yield those of nodes, and of the graphs within them."""
    for node in nodes_of(model):
        for graph in graphs_of(node):
            yield from graph.initializer
            for sparse in graph.sparse_initializer:
                yield from (sparse.values, sparse.indices)
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            own = [attribute.sparse_tensor] if attribute.HasField("sparse_tensor") else []
            for sparse in (*own, *attribute.sparse_tensors):
                yield from (sparse.values, sparse.indices)
            yield from attribute.tensors


def is_beside(tensor: Any) -> bool:
    """Tell whether the values of a tensor stand in another file."""
    return bool(tensor.data_location == import_onnx().TensorProto.EXTERNAL)


def _is_large(tensor: Any) -> bool:
    """Tell whether a tensor is of floats, and of more than say a shape."""
    kind = import_onnx().helper.tensor_dtype_to_np_dtype(tensor.data_type).kind
    return kind in "fV" and math.prod(tensor.dims) > LONGEST_SHAPE


def files_beside(path: Path, model: Any) -> list[Path]:
    """Return the files that hold weights of a model, sorted.

    Parameters
    ----------
    path, model
        The model file, and what it holds.

    Raises
    ------
    ModelFileError
        If a file is elsewhere than beside the model, a link, or missing.
    """
    names = {_told(tensor)["location"] for tensor in tensors_of(model) if is_beside(tensor)}
    return [_beside(path, name) for name in sorted(names)]


def read_beside(path: Path, model: Any, *, weights: bool = True) -> None:
    """Put the tensors that stand in other files into a model.

    Parameters
    ----------
    path, model
        The model file, and what it holds.
    weights
        Read large arrays of floats as well, of which no shape depends.

    Raises
    ------
    ModelFileError
        If a file is elsewhere than beside the model, a link, missing, or too short.
    """
    own = [each for each in model.graph.initializer if weights or not _is_large(each)]
    tensors = [each for each in (*own, *_tensors_of_nodes(model)) if is_beside(each)]
    ranges = [_range(path, tensor) for tensor in tensors]
    # Many tensors may name the same bytes, or a file that is all holes.
    require_memory(sum(length for _, _, length in ranges))
    for tensor, (file, offset, length) in zip(tensors, ranges, strict=True):
        with file.open("rb") as opened:
            opened.seek(offset)
            tensor.raw_data = opened.read(length)
        tensor.data_location = import_onnx().TensorProto.DEFAULT
        del tensor.external_data[:]


def _told(tensor: Any) -> dict[str, str]:
    """Return what a tensor says of where its values are."""
    told = {entry.key: entry.value for entry in tensor.external_data if entry.key in _SPEC}
    if not told.get("location"):
        raise ModelFileError(f"the weights {tensor.name!r} stand in a file that it does not name")
    return told


def _beside(path: Path, name: str) -> Path:
    """Return the path of a file that a model names, which must be in the model's folder."""
    folder = path.parent
    parts = Path(name).parts
    if Path(name).is_absolute() or ".." in parts or "\0" in name or ":" in name or "\\" in name:
        raise ModelFileError(f"it keeps weights in {name!r}, which is not beside it")
    file = folder / name
    steps = [folder.joinpath(*parts[: count + 1]) for count in range(len(parts))]
    if any(os.path.islink(step) for step in steps):  # noqa: PTH114 - of any name, however long
        raise ModelFileError(f"it keeps weights in {name!r}, which is a link, and is not followed")
    if not os.path.isfile(file):  # noqa: PTH113 - of any name, however long
        raise ModelFileError(
            f"it keeps weights in {name!r}, which is not beside it; put both into one folder"
        )
    return file


def _range(path: Path, tensor: Any) -> tuple[Path, int, int]:
    """Return the file that holds a tensor, where in it that begins, and how many bytes it has."""
    told = _told(tensor)
    file = _beside(path, told["location"])
    size = file.stat().st_size
    try:
        offset = int(told.get("offset") or 0)
        length = int(told.get("length") or size - offset)
    except ValueError:
        raise ModelFileError(f"the place of the weights {tensor.name!r} is no number") from None
    if offset < 0 or length < 0 or offset + length > size:
        raise ModelFileError(
            f"the weights {tensor.name!r} stand beyond the end of {file.name}; it is damaged, or "
            "of another model"
        )
    return file, offset, length

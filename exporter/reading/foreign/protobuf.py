"""Protobuf files, told by the numbers and kinds of their fields: no library of theirs is needed."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from exporter.reading.foreign.advice import by_tf2onnx

_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_FIXED: Final = {_EIGHT: 8, _FOUR: 4}
_MOST_FIELDS: Final = 4096
"""Fields that are looked at; a frozen graph has one a node."""

_LONGEST_VARINT: Final = 10
_MODEL_TYPES: Final = 200
"""The least number of a field in which Core ML says what kind of model it is."""

_BITS: Final = 0x7F
"""What of a byte belongs to a number."""

_NAME, _OPERATION = b"\x0a", b"\x12"
"""What the first two fields of a node of TensorFlow begin with."""

_OF_GRAPHS: Final = frozenset({(number, _LENGTH) for number in (1, 2, 4, 5)} | {(3, _VARINT)})

CORE_ML: Final = (
    "it is a Core ML model, which cannot be exported; export to ONNX the model that it was made "
    "of: torch.onnx.export(model.eval(), (example_input,), 'model.onnx'), or in Keras "
    "model.export('model.onnx', format='onnx')"
)

Field = tuple[int, int]
"""The number of a field and its kind."""


def protobuf_text(path: Path, head: bytes) -> str | None:
    """Say what a file is, if it is a model in protobuf.

    Parameters
    ----------
    path
        The file.
    head
        What it begins with.
    """
    if not head:
        return None
    with path.open("rb") as file:
        try:
            fields = set(islice(_fields(file, path.stat().st_size), _MOST_FIELDS))
            is_graph = fields <= _OF_GRAPHS and (1, _LENGTH) in fields and _is_node(head)
        except ValueError:
            return None
    if (1, _VARINT) in fields and any(number >= _MODEL_TYPES for number, _ in fields):
        return CORE_ML
    if fields == {(1, _VARINT), (2, _LENGTH)}:
        return f"it is a part of a SavedModel; {by_tf2onnx(path.absolute().parent, 'saved-model')}"
    if is_graph:
        more = "--inputs INPUT:0 --outputs OUTPUT:0"
        return f"it is a frozen graph of TensorFlow; {by_tf2onnx(path, 'graphdef', more)}"
    return None


def _is_node(head: bytes) -> bool:
    """Tell whether the first message of a graph is a node: a name, and the name of what it does."""
    length, at = _number_in(head, 1)
    node = head[at : at + length]
    if node[:1] != _NAME:
        return False
    name, at = _number_in(node, 1)
    return node[at + name : at + name + 1] == _OPERATION


def _fields(file: BinaryIO, size: int) -> Iterator[Field]:
    """Yield the fields of a message; ValueError where it is none."""
    while file.tell() < size:
        tag = _varint(file)
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise ValueError("there is no field 0")
        if kind == _VARINT:
            _varint(file)
        else:
            length = _varint(file) if kind == _LENGTH else _FIXED.get(kind)
            if length is None or file.tell() + length > size:
                raise ValueError("a field of no kind, or longer than the file")
            file.seek(length, 1)
        yield number, kind


def _varint(file: BinaryIO) -> int:
    begun = file.tell()
    value, length = _number_in(file.read(_LONGEST_VARINT), 0)
    file.seek(begun + length)
    return value


def _number_in(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at a place, and where it ends."""
    value = 0
    for shift, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        value |= (byte & _BITS) << (7 * shift)
        if byte <= _BITS:
            return value, at + shift + 1
    raise ValueError("a number that does not end")

"""Pickles, which are not opened: what they hold is told by the names that they would import."""

import pickletools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from exporter.reading.foreign.advice import from_torch

_MAGIC: Final = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""What files of PyTorch before 1.6 begin with, and others still where it is told to."""

_UNPACKED: Final = 1 << 16
_BEGINNINGS: Final = frozenset(bytes([0x80, protocol]) for protocol in (2, 3, 4, 5))
_FEW: Final = 3
"""Opcodes that must be read where there is a pickle."""

_DATA: Final = frozenset({"builtins", "collections", "torch", "torch._utils", "torch._tensor"})
"""The modules of what holds the weights of a state dict."""

_STATES: Final = ("state_dict", "model_state_dict", "model")
_TREES: Final = ("xgboost", "lightgbm", "catboost")
_NOT_OPENED: Final = "a pickle, which is not opened since it can run any code"


@dataclass(frozen=True)
class _Names:
    """What a pickle names: the classes that it would import as ``module.name``, and texts."""

    imported: tuple[str, ...]
    texts: frozenset[str]

    def holds(self, *packages: str) -> bool:
        """Tell whether it would import anything of one of the packages."""
        return any(name.partition(".")[0] in packages for name in self.imported)


def pickle_file_text(path: Path, head: bytes) -> str | None:
    """Say what a file is, if it is a pickle, perhaps packed as joblib does.

    Parameters
    ----------
    path
        The file.
    head
        What it begins with.
    """
    if head.startswith(_MAGIC):
        # Three pickles, of the magic number, the version and the machine, stand before it.
        return torch_text(path, head, skipped=3)
    head = _unpacked(head)
    if not _is_pickle(head):
        return None
    names = _names_in(head)
    if names.holds("sklearn"):
        return (
            f"it is a model of scikit-learn in {_NOT_OPENED}; convert it to ONNX where it was "
            "made: skl2onnx.to_onnx(model, X[:1]).SerializeToString() is the content of model.onnx"
        )
    if names.holds("torch"):
        return torch_text(path, head)
    if names.holds("keras", "tf_keras", "tensorflow"):
        save = "where it was made: model.save('model.keras')"
        return f"it is a model of Keras in {_NOT_OPENED}; {save}"
    if names.holds(*_TREES):
        return f"it holds trees of decisions, and no neurons, in {_NOT_OPENED}"
    if names.holds("jax", "jaxlib", "flax", "haiku", "equinox"):
        return f"it holds weights of JAX in {_NOT_OPENED}; {jax_line()}"
    return f"it is {_NOT_OPENED}; export the model in it to ONNX, or save it as .keras"


def jax_line() -> str:
    """Return the line that exports a model of JAX."""
    return (
        "export the model where its code is: jax2onnx.to_onnx(model, [example_input.shape], "
        "output_path='model.onnx', return_mode='file')"
    )


def torch_text(path: Path, pickled: bytes, *, skipped: int = 0) -> str:
    """Say what a file of ``torch.save`` holds.

    Parameters
    ----------
    path
        The file.
    pickled
        The pickle in it, or what it begins with.
    skipped
        How many pickles stand before it.
    """
    names = _names_in(pickled, skipped)
    first = next(iter(names.imported), "")
    load = f"torch.load({str(path)!r})"
    if first.rpartition(".")[0] in _DATA or not first:
        key = next((key for key in _STATES if key in names.texts), None)
        state = load if key is None else f"{load}[{key!r}]"
        return (
            "it is a state dict of PyTorch, which has weights and no layers, in "
            f"{_NOT_OPENED}; {from_torch(path, f'model.load_state_dict({state}); ')}"
        )
    return f"it is a module of PyTorch, of the class {first}, in {_NOT_OPENED}; " + from_torch(
        path, f"model = {load[:-1]}, weights_only=False); "
    )


def _unpacked(head: bytes) -> bytes:
    """Return what a file begins with, unpacked where zlib or gzip packed it."""
    if head[:2] not in {b"x\x01", b"x\x5e", b"x\x9c", b"x\xda", b"\x1f\x8b"}:
        return head
    try:
        return zlib.decompressobj(wbits=47).decompress(head, _UNPACKED)
    except zlib.error:
        return head


def _is_pickle(head: bytes) -> bool:
    """Tell whether bytes begin as a pickle does."""
    return head[:2] in _BEGINNINGS and len(list(islice(_opcodes(head), _FEW))) == _FEW


def _opcodes(data: bytes) -> Iterator[tuple[str, object]]:
    """Yield the opcodes of a pickle and their arguments, as far as they can be read."""
    try:
        for opcode, argument, _ in pickletools.genops(data):
            yield opcode.name, argument
    except Exception:  # noqa: BLE001 - the bytes may be anything, and may end anywhere.
        return


def _names_in(data: bytes, skipped: int = 0) -> _Names:
    for _ in range(skipped):
        data = data[_end_of(data) :]
    imported: list[str] = []
    texts: list[str] = []
    for name, argument in _opcodes(data):
        if name == "GLOBAL":
            imported.append(str(argument).replace(" ", "."))
        elif name == "STACK_GLOBAL":
            imported.append(".".join(texts[-2:]))
        elif isinstance(argument, str):
            texts.append(argument)
    return _Names(tuple(imported), frozenset(texts))


def _end_of(data: bytes) -> int:
    """Return where the first pickle in bytes ends."""
    try:
        return max(position or 0 for _, _, position in pickletools.genops(data)) + 1
    except Exception:  # noqa: BLE001 - as above.
        return len(data)

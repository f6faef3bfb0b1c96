"""What the layers of an ONNX model are called: names that those who made it know."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from exporter.reading.onnx.fusing import Fused
from exporter.reading.onnx.scopes import module_of, scopes_of

_WEIGHTS: Final = re.compile(
    r"(.+?)(?:\.weight|/(?:kernel|depthwise_kernel|pointwise_kernel|embeddings)(?::\d+)?)"
)
_WORD: Final = re.compile(r"\w+")
_LAYERS: Final = ("Conv", "ConvTranspose", "Gemm", "MatMul")


@dataclass(frozen=True)
class _Place:
    """Where a node stands in the model that was exported: its module, and what it is in it."""

    module: str
    last: str

    @property
    def whole(self) -> str:
        return f"{self.module}/{self.last}" if self.module else self.last


def layer_names(nodes: Sequence[Fused], taken: Sequence[str], producer: str) -> list[str]:
    """Return a name of its own for each node.

    It is that of the weights (``layer1.0.conv2.weight``), else of the module that the exporter
    wrote down, else of the node.

    Parameters
    ----------
    nodes
        The nodes.
    taken
        Names that are given already: those of the inputs.
    producer
        What exported the model.
    """
    places = [_place(node, producer) for node in nodes]
    inner = {above for place in places for above in _above(place.module)}
    main = _main(nodes, places)
    used = Counter(taken)
    names = []
    for node, place in zip(nodes, places, strict=True):
        alone = place.module not in inner and main.get(place.module) == {node.node.op}
        name = _of_weights(node) or (place.module if alone else place.whole)
        used[name] += 1
        numbered = name if used[name] == 1 else f"{name}:{used[name]}"
        while used[name] > 1 and numbered in used:
            used[name] += 1
            numbered = f"{name}:{used[name]}"
        used[numbered] += numbered != name
        names.append(numbered)
    return names


def _main(nodes: Sequence[Fused], places: Sequence[_Place]) -> dict[str, set[str]]:
    """Return the operations that each module is there for: those with weights, or else all."""
    ops: dict[str, set[str]] = {}
    for node, place in zip(nodes, places, strict=True):
        if place.module and _WORD.fullmatch(place.last):
            ops.setdefault(place.module, set()).add(node.node.op)
    return {module: own.intersection(_LAYERS) or own for module, own in ops.items()}


def _of_weights(each: Fused) -> str | None:
    """Return what the weights of a layer are named after, as PyTorch and Keras name them."""
    if each.node.op not in _LAYERS:
        return None
    for name in each.node.inputs[1:2]:
        if match := _WEIGHTS.fullmatch(name):
            return match[1]
    return None


def _place(each: Fused, producer: str) -> _Place:
    node = each.node.proto
    if scopes := scopes_of(node):
        return _Place(module_of(node), scopes[-1])
    name = (node.name or each.outputs[0]).strip("/")
    if each.node.is_part:
        return _Place("", name)
    folders, _, last = name.rpartition("/")
    if producer.startswith("pytorch"):
        return _Place(_module(folders), last)
    return _Place(folders, last)


def _module(folders: str) -> str:
    """Return a module as PyTorch names it, of a path in which each part may repeat the one before.

    ``layer1/layer1.0/conv1`` is ``layer1.0.conv1``.
    """
    module = ""
    for part in folders.split("/"):
        repeats = not module or part.startswith(f"{module.rpartition('.')[2]}.")
        own = part
        if module and not repeats:
            own = f"{module}.{part}"
        elif module:
            head = module.rpartition(".")[0]
            own = f"{head}.{part}" if head else part
        module = own
    return module


def _above(module: str) -> list[str]:
    """Return the modules that a module stands in."""
    cuts = [match.start() for match in re.finditer(r"[./]", module)]
    return [module[:cut] for cut in cuts]


def source_of(producer: str, version: str, opset: int) -> str:
    """Return what exported a model, such as ``pytorch 2.15.0 (opset 20)``.

    Parameters
    ----------
    producer, version
        As the file says them; both may be empty, and a version begins with a number.
    opset
        The version of the operations.
    """
    number = re.match(r"\d[\w.]*", version)
    name = f"{producer or 'ONNX'} {number[0] if number else ''}".strip()
    return f"{name} (opset {opset})"

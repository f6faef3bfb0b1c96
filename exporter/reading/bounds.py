"""Refuse by its size what a model file asks for, before memory goes."""

import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from queries.core.memory import ID_BYTES, available_memory
from queries.core.text import size_text
from queries.errors import ModelFileError

EXPANSION: Final = 100
"""How much bigger than a model file that is what it holds, at most.

Keras stores weights as they are, so that a file is as big as they. Somebody may have packed it
anew: floats shrink by a tenth, the layers' settings to a fortieth. From 100 on Keras itself
takes a member of an archive for a decompression bomb.
"""

HARMLESS: Final = 1 << 28
"""Bytes of weights that any file may ask for: where Keras begins to look for bombs on disk."""

MOST_PARTS: Final = 20_000
"""Into how many parts a layer may take its input apart, each an object of Keras and of ours.

The deepest networks published have some thousands of layers.
"""

MOST_NESTED: Final = 400
"""How deep the settings may be nested: a model in a model takes four levels.

Whoever reads them recurses, and how deep that goes is another number in each Python.
"""

LONGEST_NAME: Final = 1_000
"""Characters of a layer's name.

Neo4j indexes a value of about 8 kB at most: that of a neuron's name, of up to 4 bytes a
character, together with the model's.
"""

_PARTS: Final = ("num", "indices_or_sections")
_SIZES: Final = frozenset(
    [
        "batch_input_shape",
        "batch_shape",
        "depth_multiplier",
        "filters",
        "height",
        "input_dim",
        "kernel_size",
        "n",
        "newshape",
        "num_classes",
        "num_oov_indices",
        "num_tokens",
        "output_dim",
        "output_shape",
        "pad_width",
        "padding",
        "pool_size",
        "repeats",
        "shape",
        "size",
        "target_height",
        "target_shape",
        "target_width",
        "units",
        "width",
    ]
)
"""The settings of Keras's layers and operations that say how long an axis is."""

_TEXT: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def require_text(size: int, packed: int) -> None:
    """Raise ModelFileError where the settings unpack to what no file of this size holds.

    Parameters
    ----------
    size
        Bytes of the settings, unpacked.
    packed
        Bytes of the model file.
    """
    if size > EXPANSION * packed:
        raise ModelFileError(
            f"its configuration unpacks to {size_text(size)}, but the whole file has "
            f"{size_text(packed)}; a model's does not, so it is not read"
        )


def require_nesting(text: bytes) -> None:
    """Raise ModelFileError where the settings are nested deeper than those of a model.

    Parameters
    ----------
    text
        The settings, as JSON.
    """
    codes = np.frombuffer(_TEXT.sub(b"", text), np.uint8)
    opened = np.isin(codes, list(b"[{")).astype(np.int32) - np.isin(codes, list(b"]}"))
    if (depth := int(opened.cumsum().max(initial=0))) > MOST_NESTED:
        raise ModelFileError(
            f"its configuration is nested {depth:,} levels deep, and at most {MOST_NESTED} are "
            "read; it is damaged, or made to fill the memory"
        )


def require_weights(size: int, packed: int, what: str) -> None:
    """Raise ModelFileError where weights take more than the file can hold.

    Parameters
    ----------
    size
        Bytes of the weights, unpacked.
    packed
        Bytes of the model file.
    what
        What says that size, for the message.
    """
    if size > max(HARMLESS, EXPANSION * packed):
        raise ModelFileError(
            f"{what} {size_text(size)} of weights, but the whole file has "
            f"{size_text(packed)}; it is damaged, or made to fill the memory"
        )


def require_memory(size: int) -> None:
    """Raise ModelFileError where a model's weights, of so many bytes, do not fit into memory."""
    if size > (free := available_memory()):
        raise ModelFileError(
            f"its weights take {size_text(size)}, but only {size_text(free)} of memory are "
            "free; use a machine with more"
        )


def require_dimensions(config: Any) -> None:
    """Raise ModelFileError where one axis alone is longer than a plan in free memory can have it.

    Keras may allocate as it builds, and makes an object of each part of a tensor, so this is
    looked at before.

    Parameters
    ----------
    config
        The settings, decoded.
    """
    most = dict.fromkeys(_SIZES, available_memory() // ID_BYTES) | dict.fromkeys(_PARTS, MOST_PARTS)
    for key, number in _whole_numbers(config):
        if number > most.get(key, number):
            raise ModelFileError(
                f"the setting {key!r} is a number of {len(str(number))} digits, more "
                "than a model that fits into memory has; it is damaged, or made to fill the memory"
            )


def require_name(name: str) -> None:
    """Raise ModelFileError where a layer has a name that a graph cannot hold.

    Parameters
    ----------
    name
        The layer's name, those of the models that it is in included.
    """
    if len(name) > LONGEST_NAME or "\0" in name:
        raise ModelFileError(
            f"the name of layer {name[:40]!r} does not do; it has at most {LONGEST_NAME:,} "
            "characters, and none of them is a zero byte"
        )


def _whole_numbers(config: Any, key: str = "") -> Iterator[tuple[str, int]]:
    """Yield the whole numbers of a configuration, each with the key that it stands behind."""
    if isinstance(config, dict):
        for name, value in config.items():
            yield from _whole_numbers(value, name)
    elif isinstance(config, list):
        for value in config:
            yield from _whole_numbers(value, key)
    elif isinstance(config, int):
        yield key, config

"""How a layer is set, as its row of the query ``layers`` says it."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd

from queries.core.layer import Layer

_APART: Final = frozenset(
    {"index", "name", "first", "last", "checksum", "neuron_checksum", "inputs"}
)
"""Columns that name a layer or are for programs."""

_WORDS: Final = {
    "class_name": "class",
    "edges": "relationships",
    "activation_config": "its arguments",
    "left_out_edges": "left out",
    "left_out_weight": "left out weight",
    "left_out_absolute": "left out |weight|",
    "not_finite_weights": "weights not finite",
    "not_finite_biases": "biases not finite",
}
_ONLY_WHERE_ANY: Final = ("left_out", "not_finite")


def layer_facts(row: Mapping[Any, Any], layers: Sequence[Layer]) -> tuple[tuple[str, str], ...]:
    """Return what a layer is set to: what it is, and the value as text.

    All columns of the query are told that have a value, but for names, ids and checksums.

    Parameters
    ----------
    row
        The row of the layer.
    layers
        All layers of the model.
    """
    facts = [
        (_WORDS.get(str(name), str(name).replace("_", " ")), _text(value))
        for name, value in row.items()
        if name not in _APART and _is_told(str(name), value)
    ]
    by_index = {layer.index: layer.name for layer in layers}
    feeding = [by_index[index] for index in row["inputs"]]
    return (*facts, ("fed by", ", ".join(feeding) or "nothing"))


def layer_html(facts: Sequence[tuple[str, str]]) -> str:
    """Return the facts of a layer as HTML."""
    pairs = "".join(
        f"<div><dt>{escape(name)}</dt> <dd>{escape(text)}</dd></div>" for name, text in facts
    )
    return f"<dl class='facts'>{pairs}</dl>"


def _is_told(name: str, value: Any) -> bool:
    if isinstance(value, (list, tuple, np.ndarray)):
        return len(value) > 0
    return not pd.isna(value) and not (name.startswith(_ONLY_WHERE_ANY) and value == 0)


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple, np.ndarray)):
        return " x ".join(map(str, value))
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, np.integer)):
        return f"{value:,}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)

"""Nodes and relationships in the rows of a statement: columns of their properties."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from pandas.api.types import is_object_dtype

from queries.core.schema import NEURON, connects_to

_FIRST: Final = ("id", *(name for name in NEURON.names if name not in {"id", "model"}))
_ORDER: Final = {
    name: place
    for place, name in enumerate(dict.fromkeys((*_FIRST, *connects_to("channel").names)))
}
"""Where a property stands; others follow, as they come."""


@dataclass(frozen=True)
class Entity:
    """A node or a relationship.

    Parameters
    ----------
    kind
        The labels of a node, such as ``Layer``, with colons between them; the type of a
        relationship.
    properties
        Its properties; what is None is none.
    is_node
        Whether it is a node.
    """

    kind: str
    properties: Mapping[str, Any]
    is_node: bool


def spread(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows in which each property of nodes or relationships has a column of its own.

    A column ``n`` of nodes becomes ``n.id``, ``n.name`` and so on, a column ``r`` of
    relationships ``type(r)``, ``r.weight`` and so on: the names that Cypher has for them. There is
    ``labels(n)`` too where nodes differ in their labels, or have no properties. A column that the
    statement has by itself stays as it is.

    Parameters
    ----------
    frame
        The rows; nodes and relationships are of the type ``Entity``. One among other values, as
        in a list, becomes a dictionary.
    """
    names = set(frame.columns)
    columns: list[tuple[str, Any]] = []
    for place, name in enumerate(frame.columns):
        values = frame.iloc[:, place]
        entities = _entities(values) if is_object_dtype(values) else None
        if entities is not None:
            columns += [each for each in _columns(name, entities) if each[0] not in names]
        elif is_object_dtype(values):
            columns.append((name, pd.Series([_plain(value) for value in values], dtype=object)))
        else:
            columns.append((name, values))
    whole = pd.DataFrame(dict(enumerate(each for _, each in columns)), index=frame.index)
    whole.columns = pd.Index([name for name, _ in columns])
    return whole


def _entities(values: "pd.Series[Any]") -> list[Entity | None] | None:
    """Return nodes alone, or relationships alone, with None for missing ones; else None."""
    cells = [value if isinstance(value, Entity) else None for value in values]
    sides = {cell.is_node for cell in cells if cell is not None}
    others = sum(cell is None for cell in cells)
    return cells if len(sides) == 1 and others == values.isna().sum() else None


def _columns(name: str, cells: Sequence[Entity | None]) -> Iterator[tuple[str, Any]]:
    there = [cell for cell in cells if cell is not None]
    keys = dict.fromkeys(
        key for cell in there for key, value in cell.properties.items() if value is not None
    )
    if not there[0].is_node or not keys or len({cell.kind for cell in there}) > 1:
        function = "labels" if there[0].is_node else "type"
        kinds = [None if cell is None else cell.kind for cell in cells]
        yield f"{function}({name})", pd.Series(kinds, dtype=object)
    for key in sorted(keys, key=lambda key: _ORDER.get(key, len(_ORDER))):
        values = [None if cell is None else _plain(cell.properties.get(key)) for cell in cells]
        yield f"{name}.{key}", _typed(values)


def _typed(values: list[Any]) -> Any:
    """Return a column; whole numbers of which some are missing stay whole."""
    is_whole = all(
        isinstance(value, int) and not isinstance(value, bool)
        for value in values
        if value is not None
    )
    return pd.Series(values, dtype="Int64" if is_whole and None in values else None)


def _plain(value: Any) -> Any:
    if isinstance(value, Entity):
        return {key: _plain(item) for key, item in value.properties.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value

"""Neurons of several layers that wait for a transaction."""

from typing import Any

import pyarrow as pa

_OF_LAYER = ("layer", "layer_index")
"""Columns that are alike for all neurons of a layer."""


class PendingNeurons:
    """Neurons in the order of their ids.

    Attributes
    ----------
    rows
        How many.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._tables: list[tuple[str, pa.Table]] = []

    def add(self, neurons: pa.Table, class_name: str) -> None:
        """Take neurons of one layer, of some class, behind the others."""
        if len(neurons):
            self._tables.append((class_name, neurons))
            self.rows += len(neurons)

    def split(self, most: int) -> "tuple[PendingNeurons, PendingNeurons]":
        """Return the first of them, so many at most, and the others."""
        first, rest = PendingNeurons(), PendingNeurons()
        for class_name, table in self._tables:
            left = most - first.rows
            first.add(table[:left], class_name)
            rest.add(table[left:], class_name)
        return first, rest

    @property
    def last_id(self) -> int:
        """The id of the last of them."""
        return int(self._tables[-1][1]["id"][-1].as_py())

    def by_class(self) -> dict[str, list[dict[str, Any]]]:
        """Return a row a layer, by class: what is alike for its neurons, and lists of the rest."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for class_name, table in self._tables:
            row = {name: table[name].to_pylist() for name in table.column_names if name != "model"}
            row |= {name: row[name][0] for name in _OF_LAYER}
            rows.setdefault(class_name, []).append(row)
        return rows

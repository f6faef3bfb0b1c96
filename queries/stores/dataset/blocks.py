"""A model of a dataset as blocks of columns: only what is asked for is read."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from queries.analysis.operators import Ids
from queries.core.layer import Layer
from queries.core.schema import LAYER, NEURON, connects_to
from queries.stores.blocks import Blocks, Columns
from queries.stores.dataset.files import TABLE_FILES, file_errors
from queries.stores.dataset.headers import edge_schema, header, layer_id, neuron_id, next_ends
from queries.stores.dataset.held import HeldFiles
from queries.stores.naming import safe_name


class DatasetBlocks(Blocks):
    """A complete model of a dataset.

    Parameters
    ----------
    folder
        Its subfolder.
    note
        What the note there says.

    Raises
    ------
    GraphDamagedError
        If files are missing, too many, or of another size than was written.
    """

    def __init__(self, folder: Path, note: Mapping[str, Any]) -> None:
        self.granularity = note["granularity"]
        self._space = safe_name(note["key"])
        self._files = TABLE_FILES[note["file_format"]]
        self._held = HeldFiles(folder, note)
        self._held.require_all()

    @cached_property
    def layer_rows(self) -> Sequence[Mapping[str, Any]]:
        """A row a layer, inputs first: the columns of the query ``layers``."""
        fields = [field for field in LAYER if field.name != "model"]
        lists = [field.name for field in fields if pa.types.is_list(field.type)]
        rows = self._table("layers", {field.name: _column(field) for field in fields}).to_pylist()
        inputs: dict[int, list[int]] = {row["index"]: [] for row in rows}
        for before, after in self._following():
            inputs[after].append(before)
        for row in rows:
            row |= {name: _numbers(row[name]) for name in lists}
            row["inputs"] = sorted(inputs[row["index"]])
        return sorted(rows, key=lambda row: row["index"])

    def _following(self) -> list[tuple[int, int]]:
        """Return the indices of layers, each with that of one that follows."""
        if "next" not in self._held.manifest.files:
            return []
        before, after = (pa.field(name, pa.int64()) for name in next_ends(self._space))
        table = self._table("next", {"before": before, "after": after})
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    @property
    def joined_layers(self) -> Sequence[str]:
        """The names of the layers that the node of the model is joined to."""
        columns = {"layer": pa.field(layer_id("END_ID", self._space), pa.int64())}
        names = {row["index"]: row["name"] for row in self.layer_rows}
        joined = self._table("has_layer", columns)["layer"].to_pylist()
        return [names[index] for index in joined if index in names]

    def neuron_rows(self, layer: Layer, ids: Ids, names: Sequence[str]) -> pa.Table:
        """Return some columns of neurons of a layer."""
        fields = {name: _column(NEURON.field(name)) for name in names}
        if "id" in fields:
            fields["id"] = pa.field(neuron_id(self._space), pa.int64())
        tables = [pa.schema(fields.values()).empty_table().rename_columns(list(fields))]
        for name, begin, _ in self._parts("neurons", layer, 0, int(ids[0]), int(ids[-1])):
            table = self._table(name, fields)
            low, high = np.searchsorted(ids, [begin, begin + len(table)])
            tables.append(table.take(ids[low:high] - begin))
        return pa.concat_tables(tables)

    def edge_blocks(
        self, layer: Layer, first: int, last: int, names: Sequence[str]
    ) -> Iterator[Columns]:
        """Yield all relationships into some neurons of a layer, in the order of their targets."""
        headers = dict(
            zip(
                connects_to(self.granularity).names,
                edge_schema(self._space, self.granularity),
                strict=True,
            )
        )
        for name, begin, end in self._parts("edges", layer, layer.first, first, last):
            whole = first <= begin and end <= last
            columns = list(names) if whole else list(dict.fromkeys([*names, "target"]))
            for batch in self._batches(name, pa.schema([headers[each] for each in columns])):
                block = dict(
                    zip(columns, (column.to_numpy() for column in batch.columns), strict=True)
                )
                if whole:
                    yield block
                    continue
                start, stop = np.searchsorted(block["target"], [first, last + 1])
                if start < stop:
                    yield {each: block[each][start:stop] for each in names}
                if stop < len(block["target"]):
                    break

    def _parts(
        self, kind: str, layer: Layer, counted_from: int, first: int, last: int
    ) -> Iterator[tuple[str, int, int]]:
        """Yield the files of some neurons of a layer, each with the ids that it may be about.

        The name of a file says where it begins, and the next one begins behind its end.
        """
        names = self._held.manifest.tables_of(kind, layer.index)
        begins = [counted_from + int(name.rpartition("-")[2]) for name in names]
        ends = [*(begin - 1 for begin in begins[1:]), layer.last]
        for name, begin, end in zip(names, begins, ends, strict=False):
            if begin <= last and end >= first:
                yield name, begin, end

    def _batches(self, name: str, columns: pa.Schema) -> Iterator[pa.RecordBatch]:
        path = self._held.path(name)
        with file_errors(path):
            yield from self._files.batches(path, columns)

    def _table(self, name: str, columns: Mapping[str, pa.Field]) -> pa.Table:
        """Read some columns of a file by their headers, and name them as they are named here."""
        table = self._files.table(self._held.path(name), pa.schema(columns.values()))
        return table.rename_columns(list(columns))


def _column(field: pa.Field) -> pa.Field:
    """Return the column of a property; lists are texts there."""
    kind = pa.string() if pa.types.is_list(field.type) else field.type
    return pa.field(header(field), kind)


def _numbers(text: str | None) -> list[int] | None:
    """Return the list that a text stands for."""
    return None if text is None else [int(number) for number in text.split(";")]

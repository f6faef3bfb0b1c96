"""Inputs and circuits that are stored beside a model, kept where the model is written anew."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import feather

from queries.core.log import logger
from queries.core.record_schema import CIRCUIT, INPUT
from queries.core.records import given_properties
from queries.core.schema import COMPLETE
from queries.core.temporary import temporary_errors, temporary_folder
from queries.errors import NeurongraphError
from queries.stores import Location, open_store
from queries.stores.models import find_model

_Record = tuple[Mapping[str, Any], list[Path]]
"""Properties, and the files of tables."""


@dataclass
class _Spool:
    """What is kept: in files, since it may be more than the memory holds.

    Parameters
    ----------
    folder
        Where they are.
    """

    folder: Path
    inputs: list[_Record] = field(default_factory=list)
    circuits: list[_Record] = field(default_factory=list)
    _files: int = 0

    def held(self, *tables: pa.Table) -> list[Path]:
        """Write tables into files, and return these."""
        files = []
        with temporary_errors():
            for table in tables:
                self._files += 1
                files.append(self.folder / f"{self._files}.arrow")
                feather.write_feather(table, str(files[-1]))
        return files


@contextmanager
def kept_records(location: Location, model: str) -> Iterator[None]:
    """Within this block a damaged model is written anew; give it the records that it has.

    Parameters
    ----------
    location
        Where the graph is.
    model
        The name of the model.
    """
    with temporary_folder() as folder:
        spool = _Spool(folder)
        try:
            _read(spool, location, model)
        except NeurongraphError as error:
            logger.warning("inputs and circuits of %r cannot be kept: %s", model, error)
        yield
        if not spool.inputs:
            return
        try:
            _write(spool, location, model)
        except NeurongraphError as error:
            logger.warning("not all inputs and circuits of %r could be kept: %s", model, error)


def _read(spool: _Spool, location: Location, model: str) -> None:
    """Keep what is whole, and as it was written."""
    with open_store(location.place) as store:
        about = find_model(store, model)
        for own in _whole(store.inputs(about)):
            try:
                files = spool.held(store.activations_of(about, own["name"]))
            except NeurongraphError as error:
                logger.warning("it is not kept: %s", error)
            else:
                spool.inputs.append((given_properties(own, INPUT), files))
        names = {own["name"] for own, _ in spool.inputs}
        for own in _whole(store.circuits(about)):
            try:
                circuit = store.circuit(about, own["name"])
                files = spool.held(circuit.nodes, circuit.relationships)
            except NeurongraphError as error:
                logger.warning("it is not kept: %s", error)
            else:
                if own["input"] in names:
                    spool.circuits.append((given_properties(own, CIRCUIT), files))


def _whole(rows: pa.Table) -> list[dict[str, Any]]:
    return [row for row in rows.to_pylist() if row["state"] == COMPLETE]


def _write(spool: _Spool, location: Location, model: str) -> None:
    with open_store(location.place) as store:
        about = find_model(store, model)
        store.write_inputs(about, ((own, _table(file)) for own, (file,) in spool.inputs))
        for own, files in spool.circuits:
            nodes, relationships = map(_table, files)
            store.write_circuit(about, own, nodes, relationships)


def _table(file: Path) -> pa.Table:
    with temporary_errors():
        return feather.read_table(str(file))

"""A store without Cypher."""

from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa

from queries.core.layer import Layer
from queries.core.neuron_filter import NeuronFilter
from queries.core.schema import connects_to
from queries.errors import CypherError, GraphError
from queries.library.queries import Query, Statement
from queries.stores.base import Changes, Store
from queries.stores.blocks.answers import ANSWERS
from queries.stores.blocks.base import Blocks, table_of
from queries.stores.blocks.neurons import neuron_table
from queries.stores.records import no_records_error

if TYPE_CHECKING:
    from queries.core.model import StoredModel


class BlockStore(Store):
    """An open graph, of which each model is read as blocks of columns."""

    @property
    @abstractmethod
    def instead(self) -> str:
        """What to do where Cypher is needed, or something is to be written."""

    @property
    def instead_of_keeping(self) -> str:
        """What to do where inputs or circuits are to be kept."""
        return self.instead

    @abstractmethod
    def blocks(self, about: "StoredModel") -> Blocks:
        """Return a complete model."""

    def answer(self, query: Query, values: Mapping[str, Any], about: "StoredModel") -> pa.Table:
        """Answer a query that computes nothing with other queries."""
        # Weights may be infinite, or no numbers.
        with np.errstate(invalid="ignore"):
            return ANSWERS[query.name](self.blocks(about), values)

    def neurons(
        self, neurons: NeuronFilter, about: "StoredModel", names: Sequence[str]
    ) -> pa.Table:
        """Return some columns of neurons; no others are made."""
        return neuron_table(self.blocks(about), neurons, names)

    def edges_into(self, layer: Layer, first: int, last: int, about: "StoredModel") -> pa.Table:
        """Return all relationships into some neurons of a layer, in the order of targets."""
        schema = connects_to(about.granularity)
        return table_of(self.blocks(about).edge_blocks(layer, first, last, schema.names), schema)

    def joined_layers(self, about: "StoredModel") -> list[str]:
        """Return the names of the layers that the model has."""
        return list(self.blocks(about).joined_layers)

    def statement(
        self,
        query: Query,
        values: Mapping[str, Any],
        about: "StoredModel | None" = None,
        **internal: Any,
    ) -> Statement:
        """Refuse: no statement is run."""
        self._refuse()

    def run(
        self, query: Query, values: Mapping[str, Any], about: "StoredModel", **internal: Any
    ) -> pa.Table:
        """Refuse: no statement is run."""
        self._refuse()

    def frame(
        self,
        cypher: str,
        parameters: Mapping[str, Any],
        model: str | None = None,
        allow: Collection[str] = (),
    ) -> pd.DataFrame:
        """Refuse: no statement is run."""
        self._refuse()

    def write(
        self, cypher: str, parameters: Mapping[str, Any], model: str | None = None
    ) -> Changes:
        """Refuse: no statement is run."""
        self._refuse()

    def check_writable(self, *, index: bool) -> None:
        """Refuse: nothing is written."""
        raise GraphError(
            f"{self.location} is read only, and its neurons get no properties; {self.instead}"
        )

    def write_property(
        self, about: "StoredModel", name: str, values: pa.Table, *, index: bool = False
    ) -> None:
        """Refuse: nothing is written."""
        self.check_writable(index=index)

    def remove_property(self, about: "StoredModel", name: str) -> None:
        """Refuse: nothing is written."""
        self.check_writable(index=False)

    def check_keeps_circuits(self, about: "StoredModel") -> None:
        """Refuse: nothing is written."""
        self._refuse_record("circuits")

    def write_inputs(
        self, about: "StoredModel", inputs: Iterable[tuple[Mapping[str, Any], pa.Table]]
    ) -> None:
        """Refuse: nothing is written."""
        self._refuse_record("inputs")

    def remove_input(self, about: "StoredModel", name: str) -> None:
        """Refuse: nothing is written."""
        self._refuse_record("inputs")

    def write_circuit(
        self,
        about: "StoredModel",
        properties: Mapping[str, Any],
        nodes: pa.Table,
        relationships: pa.Table,
    ) -> None:
        """Refuse: nothing is written."""
        self._refuse_record("circuits")

    def remove_circuit(self, about: "StoredModel", name: str) -> None:
        """Refuse: nothing is written."""
        self._refuse_record("circuits")

    def _refuse_record(self, kept: str) -> NoReturn:
        raise no_records_error(self.location, kept, self.instead_of_keeping)

    def _refuse(self) -> NoReturn:
        raise CypherError(
            f"{self.location} answers the queries of the library, but no Cypher; {self.instead}"
        )

    def close(self) -> None:
        """Do nothing: nothing stays open."""

"""A question: a query, its checked values, and the model that it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa

from queries.analysis.at_input.frozen import FrozenModel
from queries.analysis.forward import ForwardPass
from queries.analysis.network import Network
from queries.analysis.not_finite import note
from queries.analysis.operators import Flags, Scores
from queries.answers.direction import is_forward
from queries.answers.frozen_input import frozen_at
from queries.answers.model import PLACE, Model
from queries.answers.samples import GivenInput, given_input
from queries.core.layer import Layer
from queries.core.wording import option
from queries.errors import CypherError
from queries.library.frames import declared, to_frame
from queries.library.queries import Query, query, written_column
from queries.library.row_order import RowOrder


@dataclass(frozen=True, eq=False, repr=False)
class Question:
    """What is asked of a model, made once and handed on to all that help to answer it.

    Parameters
    ----------
    query
        The query.
    values
        A checked value for each of its parameters.
    model
        The model that it is about, as the graph held it when the question was put.
    other
        The model that it is compared with; None where the query compares none.
    order
        Which rows of the answer are returned, and in which order. What answers need not make more
        than these; they are sorted and cut afterwards in any case.
    read
        The samples of its input, where they are read already.
    """

    query: Query
    values: Mapping[str, Any]
    model: Model
    other: Model | None = None
    order: RowOrder = field(default_factory=RowOrder)
    read: GivenInput | None = None

    def __repr__(self) -> str:
        values = "".join(f", {name}={value!r}" for name, value in self.values.items())
        return f"<Question {self.query.name} of {self.model!r}{values}>"

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of the model, inputs first."""
        return self.model.layers

    @cached_property
    def network(self) -> Network:
        """The relationships of the model, weighed as the question says: perhaps at an input."""
        return self._network if self.frozen is None else self.frozen.scaled()

    def forward_pass(self) -> ForwardPass:
        """Return what computes what the neurons of the model put out."""
        own = self.model.own()
        return ForwardPass(self.network, own.bias, own.slope)

    @property
    def _network(self) -> Network:
        return self.model.network(self.values.get("by", "weight"))

    @cached_property
    def frozen(self) -> FrozenModel | None:
        """The model at the input at which relationships are weighed; None where weights count."""
        how = self.values.get("input")
        if how is None or self.query.parameter("input").required:
            return None
        return frozen_at(self.model, self._network, how)

    def biases(self) -> Scores:
        """Return what each neuron has beside what is passed on to it: shape (neurons,)."""
        return self.model.biases()[0] if self.frozen is None else self.frozen.offsets()

    def neurons(self, name: str, columns: Sequence[str] = PLACE) -> pd.DataFrame:
        """Return the neurons that a parameter names, by id.

        Parameters
        ----------
        name
            The parameter.
        columns
            Which columns of the query ``neurons``.
        """
        return self.model.neurons(self.values[name], columns)

    def among(self, name: str) -> Flags:
        """Return which neurons a parameter names, counted from the model's first."""
        return self.model.among(self.values[name])

    def also(self, name: str, **values: Any) -> "Question":
        """Return another question about the same model, which is not looked up again."""
        other = query(name)
        checked = other.checked(values)
        self.model.require(other, checked)
        return Question(other, checked, self.model)

    def given(self) -> GivenInput:
        """Return what the model computes with, read and checked.

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit.
        """
        return self._given

    @cached_property
    def _given(self) -> GivenInput:
        return self.read or given_input(self.model, self.values["input"])

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Return a frame of rows with the columns of the query, also where there are none."""
        return pd.DataFrame(rows, columns=[column.name for column in self.query.columns])

    def stored_answer(self) -> pd.DataFrame:
        """Return what the store answers by itself."""
        stored = self.model.stored
        return self._framed(self.model.store.answer(self.query, self.values, stored))

    def in_store_answer(self) -> pd.DataFrame:
        """Return what the query's own statement, run in the store, answers.

        Raises
        ------
        CypherError
            If the query has no such statement, the store does not know its Cypher, or the model
            has weights that it is not made for.
        """
        stored = self.model.stored
        self._require_finite()
        table = self.model.store.run(self.query, self.values, stored, **self.internal)
        return self._framed(table)

    def _framed(self, table: pa.Table) -> pd.DataFrame:
        """Return what a store answers in the declared columns, and those of written properties."""
        columns = self.query.columns_in(self.model.stored.granularity)
        if self.query.with_properties:
            names = table.column_names[len(columns) :]
            columns = (*columns, *map(written_column, names))
        return self._with_note(to_frame(table, columns))

    @property
    def internal(self) -> dict[str, Any]:
        """What the query's statement is made with that is not the user's."""
        if self.query.either_way:
            return {"forward": is_forward(self)}
        return {"other": self.other.stored.key} if self.other else {}

    def _require_finite(self) -> None:
        """Raise CypherError where the statement is not made for the weights of the model."""
        models = [self.model, *([self.other] if self.other else [])]
        for each in models if self.query.only_finite else ():
            if any(layer.not_finite_weights for layer in each.layers):
                raise CypherError(
                    f"{each.name!r} has weights that are NaN or infinite, and the statement of "
                    f"{self.query.name} takes finite ones only; ask for it without "
                    f"{option('in_store')}"
                )

    def answer(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the declared columns of a frame that has them in the declared types, noted."""
        return self._with_note(frame[[column.name for column in self.query.columns]])

    def typed_answer(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the declared columns of a frame, in the declared types, noted."""
        return self._with_note(declared(frame, self.query.columns))

    @property
    def columns(self) -> list[str]:
        """Names of the columns of its answer."""
        names = [each.name for each in self.query.columns_in(self.model.stored.granularity)]
        return names + (self.model.property_names() if self.query.with_properties else [])

    @property
    def note(self) -> str:
        """What the answer makes of weights that are not finite; empty where all are."""
        if not self.query.not_finite:
            return ""
        models = [self.model, *([self.other] if self.other else [])]
        notes = [note(each.name, each.layers, self.query.not_finite) for each in models]
        return " ".join(filter(None, notes))

    def _with_note(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Put the note into ``frame.attrs["note"]``, where there is one."""
        if text := self.note:
            frame.attrs["note"] = text
        return frame

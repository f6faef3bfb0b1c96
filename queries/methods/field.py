"""Receptive and projective fields: what feeds some neurons, and what they feed."""

import pandas as pd

from queries.answers import field as answers
from queries.answers.field import Direction
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class FieldMethods(Methods):
    """What is joined to some neurons by paths of any length."""

    def receptive_field(
        self, neurons: NeuronsLike, *, by: Weighing = "weight", model: str | None = None
    ) -> pd.DataFrame:
        """Return what feeds some neurons, a row a layer."""
        return answers.receptive_field(self._ask("receptive_field", model, neurons=neurons, by=by))

    def projective_field(
        self, neurons: NeuronsLike, *, by: Weighing = "weight", model: str | None = None
    ) -> pd.DataFrame:
        """Return what some neurons feed, a row a layer."""
        return answers.projective_field(
            self._ask("projective_field", model, neurons=neurons, by=by)
        )

    def field_neurons(
        self,
        neurons: NeuronsLike,
        among: NeuronsLike = None,
        *,
        direction: Direction = "in",
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the neurons of a field, each with the weight of its paths to or from them."""
        return answers.field_neurons(
            self._ask(
                "field_neurons", model, neurons=neurons, among=among, direction=direction, by=by
            )
        )

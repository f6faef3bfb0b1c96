"""What a model says where somebody changes it at an input."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.answers import intervention as answers
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import ProductsRule, SlopeRule
from queries.methods.base import Methods


class InterventionMethods(Methods):
    """Interventions: what becomes of an answer where something is changed."""

    def intervene(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        neurons: NeuronsLike = None,
        *,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        how: Literal["zero", "mean", "scale", "set", "add"] = "zero",
        amount: float | None = None,
        patch: InputLike | None = None,
        each: Literal["all", "layer", "channel", "neuron"] = "all",
        towards: str | None = None,
        slope: SlopeRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what an answer becomes where neurons or relationships are changed.

        Parameters
        ----------
        input

        Returns
        -------
        pandas.DataFrame
            The columns:

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit; if both
            neurons and relationships are named, or values exclude each other.

        Notes
        -----
        Order of the rows:

        Examples
        --------
        >>> graph.intervene("samples/digits.npz:7", "conv_1", each="channel")
        """
        question = self._ask(
            "intervene",
            model,
            input=input,
            neurons=neurons,
            source=source,
            target=target,
            how=how,
            amount=amount,
            patch=patch,
            each=each,
            towards=towards,
            slope=slope,
            products=products,
            baseline=baseline,
        )
        return self._answer(question, answers.intervene, in_store=in_store, sort=sort, limit=limit)

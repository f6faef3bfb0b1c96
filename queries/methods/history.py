"""How the weights of a model change from epoch to epoch."""

from collections.abc import Sequence

import pandas as pd

from queries.answers import history as answers
from queries.library.declaration import BY, Weighing
from queries.library.history import COLUMNS, RUN
from queries.library.row_order import RowOrder
from queries.methods.base import Methods


class HistoryMethods(Methods):
    """Models of one architecture that stand in one graph as ``run@1``, ``run@2`` and so on."""

    def history(
        self,
        run: str,
        *,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Return the weights into each layer at each epoch, and how they have changed.

        ``neurongraph.load_epochs`` loads such models while Keras trains; any other may be loaded
        under such a name. Epochs may be left out: changes lead from the last one that is there.

        Parameters
        ----------
        run
            Name of the run: the models ``RUN@1``, ``RUN@2`` and so on, which stand in one graph
            and have the same architecture.
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-relative_change"``. NaN and null come last. Equal rows, and all
            without it, come by epoch.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).

        Returns
        -------
        pandas.DataFrame
            A row an epoch and layer that is fed, by epoch. The columns:

            - ``epoch`` (int): epoch, the number after the @
            - ``model`` (text): name of the model
            - ``layer_index`` (int): position of the layer
            - ``layer`` (text): name of the layer
            - ``edges`` (int): number of relationships into the layer
            - ``frobenius_norm`` (float): root of the sum of the squared weights
            - ``zero_share`` (float): share of weights that are exactly 0
            - ``dead_share`` (float): share of its nodes of which all weights in are 0
            - ``change`` (float): root of the sum of the squared changes of the weights since the
              epoch before
            - ``relative_change`` (float): the same over the norm of the epoch before; null where
              that is 0
            - ``flips`` (int?): number of weights that have changed their sign since then
            - ``bias_change`` (float): root of the sum of the squared changes of the biases since
              then; null where there are none

            What changes is null in the first epoch. ``attrs["note"]`` names models that are left
            out since their load has not finished.

        Raises
        ------
        ModelNotFoundError
            If no complete model is of that run.
        ParameterError
            If its models are not of one architecture and granularity, or there is no such column.

        Notes
        -----
        Weights are those of relationships and biases those of neurons: one of a kernel, or of a
        channel, counts as often as it stands in the graph.

        Weights that are NaN or infinite: What is the same in two epochs, NaN or infinite, is no
        change; norms are NaN where NaN is in them.

        Examples
        --------
        >>> graph.history("digits")
        """
        run, by = RUN.checked(run), BY.checked(by)
        order = RowOrder.from_arguments(sort, limit)
        order.require("history", [each.name for each in COLUMNS])
        with self._showing():
            return order.apply(answers.history(self._models, run, by))

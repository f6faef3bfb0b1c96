"""Properties that are written to neurons, beside those that a load gives them."""

from collections.abc import Sequence

import pandas as pd

from queries.answers import properties as answers
from queries.core.properties import check_property_name
from queries.library.frames import declared
from queries.library.properties import COLUMNS
from queries.library.row_order import RowOrder
from queries.methods.base import Methods


class PropertyMethods(Methods):
    """Numbers written to neurons, which Cypher and every filter of neurons know."""

    def properties(
        self,
        *,
        model: str | None = None,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Return the properties that were written to the neurons of a model.

        Parameters
        ----------
        model
            The model to ask about; needed where the graph holds more than one.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-index"``. NaN and null come last. Equal rows, and all
            without it, come by name.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``name`` (text): name of the property
            - ``state`` (text): complete; unfinished, where a write or a removal runs or was
              interrupted
            - ``index`` (bool): whether the store has an index on it

        Examples
        --------
        >>> graph.properties()
        """
        names = [each.name for each in COLUMNS]
        order = RowOrder.from_arguments(sort, limit)
        order.require("properties", names)
        rows = [
            (each.name, "complete" if each.finished else "unfinished", each.index)
            for each in self._models.find(self._meant(model)).properties(indexes=True)
        ]
        return order.apply(declared(pd.DataFrame(rows, columns=names), COLUMNS))

    def write_property(
        self,
        frame: pd.DataFrame,
        name: str,
        column: str | None = None,
        *,
        index: bool = False,
        model: str | None = None,
    ) -> int:
        """Write a number of each neuron of a frame as a property of the neurons.

        What the neurons have of that name is removed first. A model that is loaded anew has none.

        Parameters
        ----------
        frame
            A frame with a column ``id``, such as the answer to a query.
        name
            The name of the property: a letter, then letters, digits and underscores.
        column
            The column of the numbers; by default that of the property's name, else the only one
            of numbers that is no column of ``neurons``. A neuron whose number is missing or NaN
            gets none.
        index
            Make an index on it, which Neo4j has.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        int
            How many neurons have the property.

        Raises
        ------
        ParameterError
            If the name does not do, the frame lacks such columns, or a neuron stands in it twice.
        NeuronNotFoundError
            If the model has not all of the neurons.
        GraphLockedError
            If another process has begun to write the property meanwhile, or holds the graph.
        GraphError
            If the graph is a dataset or a model file, or cannot be written.

        Examples
        --------
        >>> graph.write_property(graph.katz(), "katz")
        """
        about = self._models.find(self._meant(model))
        answers.check(about, name, index=index)
        values = answers.values_of(frame, name, column)
        answers.write(about, name, values, index=index)
        return len(values)

    def remove_property(self, name: str, *, model: str | None = None) -> None:
        """Remove a property that was written to the neurons of a model.

        Parameters
        ----------
        name
            Its name; it may be unfinished.
        model
            The model to ask about; needed where the graph holds more than one.

        Raises
        ------
        PropertyNotFoundError
            If none of that name was written.
        GraphError
            If the graph cannot be written.

        Examples
        --------
        >>> graph.remove_property("katz")
        """
        check_property_name(name)
        about = self._models.find(self._meant(model))
        about.store.remove_property(about.stored, name)

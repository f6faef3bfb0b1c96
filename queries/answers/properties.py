"""Write numbers to neurons, as properties that queries, Cypher and filters know."""

from collections.abc import Hashable
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api import types

from queries.answers.model import Model
from queries.core.arguments import described
from queries.core.neuron_filter import NeuronFilter
from queries.core.properties import check_property_name
from queries.core.schema import NEURON
from queries.errors import ParameterError, listed, meant
from queries.library.queries import query

_MOST_LISTED: Final = 5


def check(model: Model, name: str, *, index: bool) -> None:
    """Raise an error, before the work begins, where a property cannot be written.

    Parameters
    ----------
    model
        The model.
    name
        The name of the property.
    index
        Whether an index is wanted.

    Raises
    ------
    ParameterError
        If the name does not do, or the store has no such indexes.
    GraphError
        If the graph is none that is written.
    """
    check_property_name(name)
    model.store.check_writable(index=index)
    for other in (each.name for each in model.properties()):
        if other != name and other.casefold() == name.casefold():
            raise ParameterError(
                f"there is a property {other!r} already, and not every store tells it from "
                f"{name!r}; write {other!r}, or choose another name"
            )


def values_of(frame: pd.DataFrame, name: str, column: str | None) -> pa.Table:
    """Return what a frame says of neurons: columns ``id``, ascending, and ``value``.

    Parameters
    ----------
    frame
        A frame with a column ``id``.
    name
        The name of the property.
    column
        The column of the numbers; None for that of the property's name, else for the only one of
        numbers that is none of the query ``neurons``. What is missing or NaN is left out.

    Raises
    ------
    ParameterError
        If a column is missing, of another type, or names a neuron twice.
    """
    if not isinstance(frame, pd.DataFrame):
        raise ParameterError(f"frame: {type(frame).__name__} is no pandas frame")
    ids = _column(frame, "id")
    # An empty column has any type.
    if len(ids) and (not types.is_integer_dtype(ids.dtype) or ids.isna().any()):
        raise ParameterError("frame: the column 'id' holds other values than whole numbers")
    if (twice := ids[ids.duplicated()].unique()).size:
        some = listed([str(each) for each in twice[:_MOST_LISTED]])
        raise ParameterError(f"frame: neurons stand in it more than once, such as {some}")
    if not isinstance(column, Hashable):
        raise ParameterError(f"column: {described(column)} is no name of a column")
    numbers = _column(frame, column or _only(frame, name))
    if not _is_number(numbers):
        raise ParameterError(f"frame: the column {numbers.name!r} holds no numbers")
    values = numbers.to_numpy(np.float64, na_value=np.nan)
    order = np.argsort(ids.to_numpy(np.int64), kind="stable")
    order = order[~np.isnan(values[order])]
    return pa.table({"id": ids.to_numpy(np.int64)[order], "value": values[order]})


def write(model: Model, name: str, values: pa.Table, *, index: bool) -> None:
    """Write a property to neurons of a model; all others lose what they had of that name.

    Parameters
    ----------
    model
        The model.
    name
        The name of the property.
    values
        What ``values_of`` returned.
    index
        Whether an index on it is made.

    Raises
    ------
    NeuronNotFoundError
        If the model has not all of the neurons.
    GraphError
        If it was replaced or removed meanwhile, or the graph cannot be written.
    """
    ids = values["id"].to_numpy()
    first, last = model.layers[0].first, model.layers[-1].last
    outside = ids[(ids < first) | (ids > last)]
    if len(outside):
        model.require(query("neurons"), {"frame": NeuronFilter(id=outside)})
    model.store.write_property(model.stored, name, values, index=index)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if (count := list(frame.columns).count(name)) != 1:
        has = f"{count} columns" if count else "no column"
        alike = "" if count else meant(str(name), map(str, frame.columns))
        raise ParameterError(
            f"frame: it has {has} {name!r}; its columns are {_names(frame)}{alike}"
        )
    return frame[name]


def _only(frame: pd.DataFrame, name: str) -> str:
    """Return the column of the property's name, or the only one that is a score."""
    if name in frame:
        return name
    scores = [
        str(each)
        for each in frame.columns
        if each not in NEURON.names and _is_number(_column(frame, each))
    ]
    if len(scores) != 1:
        raise ParameterError(
            f"column: say which holds the numbers of {name!r}; the columns are {_names(frame)}"
        )
    return scores[0]


def _names(frame: pd.DataFrame) -> str:
    return listed([str(each) for each in frame.columns])


def _is_number(column: pd.Series) -> bool:
    dtype = column.dtype
    return not len(column) or types.is_integer_dtype(dtype) or types.is_float_dtype(dtype)

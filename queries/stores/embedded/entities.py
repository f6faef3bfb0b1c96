"""Nodes and relationships as LadybugDB gives them: dictionaries with keys of its own."""

from typing import Any, Final

import pandas as pd
from pandas.api.types import is_object_dtype

from queries.stores.cypher.entities import Entity

_OWN: Final = {"_ID", "_LABEL", "_SRC", "_DST"}


def with_entities(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows in which nodes and relationships are of the type ``Entity``.

    Paths become lists of their nodes.
    """
    found = frame.copy(deep=False)
    for place, dtype in enumerate(frame.dtypes):
        if is_object_dtype(dtype):
            cells = [_entity(value) for value in frame.iloc[:, place]]
            found.isetitem(place, pd.array(cells, dtype=object))
    return found


def _entity(value: Any) -> Any:
    if isinstance(value, list):
        return [_entity(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"_NODES", "_RELS"}:
        return _entity(value["_NODES"])
    if not {"_ID", "_LABEL"} <= value.keys():
        return {key: _entity(item) for key, item in value.items()}
    # It has a key for each property of each other label too.
    properties = {key: item for key, item in value.items() if key not in _OWN and item is not None}
    return Entity(value["_LABEL"], properties, is_node="_SRC" not in value)

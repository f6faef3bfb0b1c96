"""Which models a graph holds, and which of them a query is about."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from queries.core.address import repeatable
from queries.core.arguments import require_text
from queries.core.log import logger
from queries.core.model import StoredModel
from queries.core.schema import COMPLETE, DAMAGED, SCHEMA_VERSION
from queries.core.wording import which_model
from queries.errors import (
    GraphDamagedError,
    ModelIncompleteError,
    ModelNotFoundError,
    ParameterError,
    listed,
    meant,
)
from queries.library.frames import to_frame
from queries.library.queries import query
from queries.stores import Store
from queries.stores.notes import is_of
from queries.stores.remedies import no_complete_model, version_error
from queries.stores.unfinished import unfinished_texts


def models(store: Store) -> pd.DataFrame:
    """Return the models of a graph, complete or not."""
    columns = query("models").columns
    rows = store.models(None)
    table = pa.table({column.name: [row[column.name] for row in rows] for column in columns})
    return to_frame(table, columns).sort_values("name", ignore_index=True)


MODEL_NAME: Final = "the name of a model"


def require_model(store: Store, model: str) -> None:
    """Raise ModelNotFoundError unless a graph holds a model of a name, complete or not.

    Parameters
    ----------
    store
        The graph.
    model
        The name.
    """
    require_text("model", model, MODEL_NAME)
    if not any(is_of(row, model) for row in store.models(model)):
        raise no_model_error(store.location, model, models(store)["name"].tolist())


def find_model(store: Store, model: str | None) -> StoredModel:
    """Return the model that is meant, which is complete.

    Parameters
    ----------
    store
        The graph.
    model
        Its name; None where the graph holds one model alone.

    Raises
    ------
    ModelNotFoundError, ModelIncompleteError
        If there is no such model, or its load never finished.
    ParameterError
        If the graph holds several and none is named.
    GraphVersionError
        If it was loaded by a release that wrote another schema.
    GraphDamagedError
        If its note is damaged.
    """
    if model is not None:
        require_text("model", model, MODEL_NAME)
    # Plain values, since each query comes by here and a frame takes longer than the store.
    rows = store.models(model)
    complete = {row["name"]: row for row in rows if row["state"] == COMPLETE}
    if not complete or (model and model not in complete):
        for row in rows:
            if row["state"] == DAMAGED and (model is None or is_of(row, model)):
                raise GraphDamagedError(row["damage"])
    name = model or _only(store.location, rows)
    if name not in complete:
        for text in unfinished_texts(store.location, [row for row in rows if row["name"] == name]):
            raise ModelIncompleteError(text)
        raise no_model_error(store.location, name, models(store)["name"].tolist())
    if complete[name]["schema_version"] != SCHEMA_VERSION:
        raise version_error(store.location, complete[name])
    row = complete[name]
    return StoredModel(
        name=name,
        key=row["key"],
        granularity=row["granularity"],
        load_id=row["load_id"],
        checksum=row["checksum"] or None,
        edited=bool(row["edited"]),
        properties=row,
    )


def no_model_error(location: str, name: str, names: Sequence[str]) -> ModelNotFoundError:
    """Return the error for a name that no model of a graph has, given those that there are."""
    return ModelNotFoundError(
        f"{location} holds no model {repeatable(name)}; it holds {listed(names)}"
        f"{meant(name, names)}"
    )


def _only(location: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the one complete model that a graph holds, and tell of those that are not."""
    complete = sorted(row["name"] for row in rows if row["state"] == COMPLETE)
    unfinished = unfinished_texts(location, rows)
    if len(complete) == 1:
        for text in unfinished:
            _tell(text)
        return str(complete[0])
    if complete:
        raise ParameterError(
            f"{location} holds {len(complete)} models: {listed(complete)}; "
            f"say which: {which_model()}"
        )
    if unfinished:
        raise ModelIncompleteError(f"no model is complete: {'; '.join(unfinished)}")
    raise ModelNotFoundError(no_complete_model(location))


@cache
def _tell(text: str) -> None:
    """Tell of a load that has not ended; once, however many questions there are."""
    logger.warning("%s", text)

"""The models of an open graph that were asked about last."""

from typing import Any, Final

from queries.answers.model import Model
from queries.answers.networks import Networks
from queries.core.model import StoredModel
from queries.core.progress import Progress
from queries.core.room import make_room
from queries.stores import Store
from queries.stores.models import find_model

_MOST: Final = 2
"""How many are kept: a comparison needs two."""


class Models:
    """The models of an open graph.

    Parameters
    ----------
    store
        The graph.
    progress
        Told how far a pass over all relationships is.
    """

    def __init__(self, store: Store, progress: Progress) -> None:
        self._store = store
        self._networks = Networks(store, progress)
        self._models: dict[StoredModel, Model] = {}

    def find(self, name: str | None) -> Model:
        """Return the model that is meant, as the graph holds it at this moment.

        Parameters
        ----------
        name
            Its name; None where the graph holds one model alone.

        Raises
        ------
        GraphError, ParameterError
            As ``queries.stores.models.find_model``.
        """
        stored_model = find_model(self._store, name)
        model = self._models.get(stored_model)
        if model is None:
            make_room(self._models, _MOST)
            model = self._models[stored_model] = Model(self._store, stored_model, self._networks)
        return model

    def rows(self) -> list[dict[str, Any]]:
        """Return the properties of all models of the graph, complete or not."""
        return self._store.models(None)

    def clear(self) -> None:
        """Forget all that was read of them."""
        self._models.clear()
        self._networks.clear()

"""The relationships of models, read when a question first needs them and kept for the next."""

from typing import Final

from queries.analysis.network import Network
from queries.core.model import StoredModel
from queries.core.progress import Progress
from queries.core.room import make_room
from queries.stores import Store

_MOST: Final = 2
"""How many are kept: a comparison needs two."""


class Networks:
    """The relationships of the models of an open graph.

    Parameters
    ----------
    store
        The graph.
    progress
        Told how far a pass over all relationships is.
    """

    def __init__(self, store: Store, progress: Progress) -> None:
        self._store, self._progress = store, progress
        self._networks: dict[tuple[StoredModel, str], Network] = {}

    def of(self, stored: StoredModel, by: str) -> Network:
        """Return the relationships of a model, weighed by one of their properties."""
        network = self._networks.get((stored, by))
        if network is None:
            make_room(self._networks, _MOST)
            network = self._networks[stored, by] = self._store.network(stored, by)
            network.progress = self._progress
        return network

    def clear(self) -> None:
        """Forget all of them."""
        self._networks.clear()

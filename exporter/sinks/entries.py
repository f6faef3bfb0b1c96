"""The entries of a ledger: which models a store holds, and in which state."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from exporter.sinks.writer import Writer
from queries.core.closing import Closing
from queries.core.wording import option
from queries.errors import ModelExistsError

STAGED: Final = "~new"
"""What the name of a model ends in while it is loaded to replace another."""

REPLACED: Final = "~old"
"""What the name of a model ends in while it is removed, since another took its place."""

BLOCKS: Final = "~blocks"
"""What the key of a model ends in, in Neo4j, for the marks of the blocks that are written."""


def exists_error(location: str, name: str) -> ModelExistsError:
    """Return the error for a name that is taken."""
    return ModelExistsError(
        f"{location} holds a model {name!r} already; load it under another "
        f"{option('name')}, or say {option('replace', True)}; if its load was interrupted, say "
        f"{option('resume', True)}"
    )


@dataclass(frozen=True)
class Entry:
    """A model in a ledger.

    Parameters
    ----------
    name
        The name that it has there.
    state
        One of ``schema``: loading also where its note is damaged, or it makes room for another
        load that has begun.
    is_replaced
        Whether another has taken its place, so that it only has to be removed.
    place
        Its file or folder, in a store of files.
    properties
        What the store has noted of it, where that is read together with the entry.
    """

    name: str
    state: str
    is_replaced: bool = False
    place: Path = Path()
    properties: Mapping[str, Any] = field(default_factory=dict)


class Entries(Closing):
    """The entries of a ledger, as one kind of store keeps them.

    A process may be killed between any two steps: then each entry is what it was or what it is
    to become. Of two loads of one model the later one counts; the earlier one finds that out
    before it writes anything more.
    """

    def prepare(self) -> None:
        """Make what the store needs before a model is loaded into it."""

    @abstractmethod
    def find(self, *names: str) -> list[Entry]:
        """Return the models of some names, in their order; of one name the newest first."""

    @abstractmethod
    def read(self, entry: Entry) -> dict[str, Any] | None:
        """Return the properties of ``schema.MODEL`` of an entry, and what else is noted of it.

        Of a damaged note it is what stands for one; None where another process removed it.
        """

    @abstractmethod
    def begin(
        self, model: Mapping[str, Any], there: Sequence[Entry], replaced: Entry | None
    ) -> Writer:
        """Note a model that begins to be loaded; unfinished loads of it end, and are removed.

        Parameters
        ----------
        model
            Its properties. ``key`` is what its nodes have as ``model``; a store may choose another.
        there
            What there is of the model, unfinished loads among them.
        replaced
            The complete model that it is to replace; None for none.

        Raises
        ------
        ModelExistsError, GraphLockedError
            If another process was faster.
        """

    @abstractmethod
    def take_over(self, model: Mapping[str, Any]) -> Writer:
        """Make a model in loading this load's own, and find out what of it is written.

        Parameters
        ----------
        model
            What ``read`` returned of it.

        Raises
        ------
        GraphLockedError
            If another load has it.
        """

    def reopen(self, entry: Entry) -> Writer | None:
        """Put a complete model into loading again; None where that cannot be written twice."""
        return None

    @abstractmethod
    def complete(self, model: Mapping[str, Any]) -> None:
        """Make the model in loading complete, under its final name, at once.

        Parameters
        ----------
        model
            Its properties, and what its writer wants noted.

        Raises
        ------
        GraphLockedError
            If another load has it.
        """

    def settle(self, model: str) -> None:
        """Put in order what tells of the models, once one of them is complete."""

    @abstractmethod
    def remove(self, entry: Entry, progress: Callable[[int], None] | None = None) -> int:
        """Remove a model; return how many relationships went.

        Parameters
        ----------
        entry
            The model.
        progress
            Called with the number of relationships that went since the last call, where that
            takes long.
        """

"""How a model comes into a store and goes out of it, whatever the store.

A model is ``loading`` from the beginning of its load until all of it is written. One that is to
replace another bears that one's name and ``~new`` until then, so that the old one answers
meanwhile; then it takes the name at once, and the old one is removed.
"""

from collections.abc import Callable, Mapping
from typing import Any

from exporter.sinks.entries import REPLACED, STAGED, Entries, Entry, exists_error
from exporter.sinks.writer import Writer
from queries.core.address import repeatable
from queries.core.closing import Closing
from queries.core.progress import Progress
from queries.core.schema import COMPLETE, DAMAGED, DROPPING, LOADING
from queries.errors import ModelNotFoundError


class Ledger(Closing):
    """A graph open for writing; takes one model at a time.

    The calls of a load come in this order: ``begin``, ``resume`` or ``repair``, which return the
    writer; those of the writer; ``finish``, ``tidy``. A load that goes on after a break makes the
    same calls with the same arguments. What is there already is recognised and not written again.

    Parameters
    ----------
    location
        The path or URI that was opened.
    entries
        The models of the store.
    """

    def __init__(self, location: str, entries: Entries) -> None:
        self.location = location
        self._entries = entries
        self._writer: Writer | None = None

    def find(self, model: str) -> dict[str, Any] | None:
        """Return the model of that name that a load would go on with.

        Returns
        -------
        dict or None
            The properties of ``schema.MODEL`` of a load under that name, or to replace it, that
            has not ended; else of the complete model; else what stands for one of a damaged note.
            The name is that under which it stands.
        """
        there = self._entries.find(model + STAGED, model)
        for state in (LOADING, COMPLETE, DAMAGED):
            for entry in there:
                if entry.state == state:
                    return self._entries.read(entry)
        return None

    def standing(self, model: str) -> dict[str, Any] | None:
        """Return the complete model of that name, also where a load is to replace it.

        Returns
        -------
        dict or None
            As ``find`` returns them; None where there is none.
        """
        for entry in self._entries.find(model):
            if entry.state == COMPLETE and not entry.is_replaced:
                return self._entries.read(entry)
        return None

    def begin(self, model: Mapping[str, Any], *, replace: bool) -> Writer:
        """Start a load: note the model with its properties as ``loading``.

        A model that is to be replaced stays as it is until ``finish``.

        Raises
        ------
        ModelExistsError
            If a model of that name is there and ``replace`` is false.
        """
        self._entries.prepare()
        name = model["name"]
        there = self._entries.find(name, name + STAGED, name + REPLACED)
        own = [entry for entry in there if entry.name == name]
        if not replace and any(entry.state != DROPPING for entry in own):
            raise exists_error(self.location, name)
        replaced = next((entry for entry in own if entry.state == COMPLETE), None)
        staged = name if replaced is None else name + STAGED
        begun = {**model, "name": staged, "key": name, "state": LOADING}
        self._writer = self._entries.begin(begun, there, replaced)
        return self._writer

    def resume(self, model: Mapping[str, Any]) -> Writer:
        """Go on with a load: take it over, and find out what is there.

        Parameters
        ----------
        model
            What ``find`` returned; it is in state ``loading``.
        """
        self._entries.prepare()
        self._writer = self._entries.take_over(model)
        return self._writer

    def repair(self, model: Mapping[str, Any]) -> Writer:
        """Start a load that puts right a complete model that is damaged.

        It writes all of it again, beside what is there, or in its place where a store tells what
        is damaged from what is not.

        Parameters
        ----------
        model
            As for ``begin``.
        """
        for entry in self._entries.find(model["name"]):
            if entry.state == COMPLETE and not entry.is_replaced:
                self._writer = self._entries.reopen(entry)
        return self._writer or self.begin(model, replace=True)

    def finish(
        self, writer: Writer, checksums: Mapping[str, Mapping[str, str]], of_model: str
    ) -> None:
        """Make the model complete, and let it take the place of the one that it replaces.

        Parameters
        ----------
        writer
            What has written the model.
        checksums
            The properties ``checksum`` and ``neuron_checksum`` of each layer, by its name.
        of_model
            The property ``checksum`` of the model.
        """
        name = writer.model["name"].removesuffix(STAGED)
        model = {**writer.model, "name": name, "state": COMPLETE, "checksum": of_model}
        self._entries.complete({**model, **writer.finish(model, checksums)})

    def tidy(self, model: str, progress: Progress) -> None:
        """Remove what is left of a load whose model is complete.

        Parameters
        ----------
        model
            The name of the model.
        progress
            Told how far the removal of the model is that was replaced.
        """
        self._entries.settle(model)
        for entry in self._entries.find(model, model + REPLACED):
            if entry.is_replaced:
                self._entries.remove(entry, _counting(entry, progress))

    def drop(self, model: str, progress: Callable[[int], None] | None = None) -> int:
        """Remove a model, complete or not; return how many relationships went.

        Parameters
        ----------
        model
            The name that it has: that of a load that replaces another ends in ``~new``.
        progress
            Called with the number of relationships that went since the last call.

        Raises
        ------
        ModelNotFoundError
            If there is no model of that name.
        """
        there = self._entries.find(model)
        if not there:
            raise ModelNotFoundError(f"{self.location} holds no model {repeatable(model)}")
        return sum(self._entries.remove(entry, progress) for entry in there)

    def close(self) -> None:
        """Stop the writer, and close the store."""
        with self._entries:
            if self._writer is not None:
                self._writer.close()


def _counting(entry: Entry, progress: Progress) -> Callable[[int], None]:
    """Return what tells how many relationships of a replaced model are removed."""
    removed = 0

    def count(more: int) -> None:
        nonlocal removed
        removed += more
        progress("replaced relationships", removed, int(entry.properties["edges"]))

    return count

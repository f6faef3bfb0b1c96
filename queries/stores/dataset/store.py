"""A dataset as a graph."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Final

from queries.core.address import place_text
from queries.core.progress import Progress, silent
from queries.core.schema import COMPLETE
from queries.core.text import printable
from queries.core.wording import MODEL_FILE, command
from queries.errors import GraphError, GraphNotFoundError, listed
from queries.stores.blocks import BlockStore
from queries.stores.dataset.blocks import DatasetBlocks
from queries.stores.dataset.files import file_errors
from queries.stores.dataset.held import HeldFiles
from queries.stores.dataset.notes import README, complete_notes, is_dataset, model_notes
from queries.stores.embedded.names import SUFFIX
from queries.stores.notes import is_of

if TYPE_CHECKING:
    from queries.core.model import StoredModel
    from queries.stores.damage import Damage

# Formats of models are known to the other package.
_FOREIGN: Final = "exporter.reading.foreign:foreign_text"

_MOST_GRAPHS: Final = 5
"""Graphs in a folder that a message lists."""


class DatasetStore(BlockStore):
    """A dataset, of which each query reads the columns and the layers that it needs.

    Parameters
    ----------
    folder
        The folder.

    Raises
    ------
    GraphNotFoundError
        If there is no dataset.
    """

    def __init__(self, folder: Path) -> None:
        self.location = str(folder)
        self._folder = folder
        self._blocks: dict[tuple[Path, int], DatasetBlocks] = {}
        with file_errors(folder):
            there = folder.exists()
            others = sorted(folder.iterdir()) if folder.is_dir() else []
        if not is_dataset(folder):
            if there and (what := resolve_name(_FOREIGN)(folder)):
                raise GraphNotFoundError(printable(f"graph {folder}: {what}"))
            if others:
                raise GraphNotFoundError(
                    f"graph {folder} is no dataset of this tool, and holds other files"
                    f"{_graphs_among(others)}"
                )
            reason = "is an empty folder" if there else "does not exist"
            raise GraphNotFoundError(
                f"graph {folder} {reason}; make one with: "
                f"{command('load', MODEL_FILE, graph=f'{place_text(folder)}/')}"
            )

    @property
    def instead(self) -> str:
        """What to do where Cypher is needed."""
        return (
            f"import the files into Neo4j with the commands of {self._folder / README}, and ask "
            "the server"
        )

    def models(self, model: str | None) -> list[dict[str, Any]]:
        """Return what the notes say, those of models left out that another has replaced."""
        notes = model_notes(self._folder)
        unfinished = [note for note in notes.values() if note["state"] != COMPLETE]
        standing = [*complete_notes(notes).values(), *unfinished]
        return [note for note in standing if model is None or is_of(note, model)]

    def blocks(self, about: "StoredModel") -> DatasetBlocks:
        """Return a complete model.

        Raises
        ------
        GraphError
            If it is no longer there, or its files are others than were written.
        """
        path, note = self._note_of(about)
        # A load that repairs a model lists its files anew.
        key = path, note["files"]
        if key not in self._blocks:
            self._blocks[key] = DatasetBlocks(path, note)
        return self._blocks[key]

    def damage(self, about: "StoredModel", progress: Progress = silent) -> "Iterator[Damage]":
        """Read all files of a model, and yield those that are not as its load wrote them.

        Where all are, what is in them is compared as in other stores.
        """
        whole = True
        for each in HeldFiles(*self._note_of(about)).damage(progress):
            whole = False
            yield each
        if whole:
            yield from super().damage(about, progress)

    def _note_of(self, about: "StoredModel") -> tuple[Path, dict[str, Any]]:
        for path, note in complete_notes(model_notes(self._folder)).items():
            if (note["key"], note["load_id"]) == (about.key, about.load_id):
                return path, note
        raise GraphError(
            f"{about.name!r} in {self.location} was replaced or removed while it was read; ask "
            "again"
        )


def _graphs_among(paths: Sequence[Path]) -> str:
    """Say which of the paths in a folder are graphs themselves."""
    graphs = [place_text(path) for path in paths if path.suffix == SUFFIX and path.is_dir()]
    return (
        f"; graphs in it are {listed(graphs[:_MOST_GRAPHS])}" if graphs else "; give another path"
    )

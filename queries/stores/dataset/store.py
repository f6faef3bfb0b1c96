"""A dataset as a graph."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Final

from queries.core.address import place_text
from queries.core.progress import Progress, silent
from queries.core.records import checked_inputs, input_checksum
from queries.core.schema import COMPLETE
from queries.core.text import printable
from queries.core.wording import MODEL_FILE, command
from queries.errors import GraphError, GraphNotFoundError, NeurongraphError, listed
from queries.stores.blocks import BlockStore
from queries.stores.dataset.blocks import DatasetBlocks
from queries.stores.dataset.files import file_errors
from queries.stores.dataset.held import HeldFiles
from queries.stores.dataset.inputs import InputFiles
from queries.stores.dataset.notes import README, complete_notes, is_dataset, model_notes
from queries.stores.embedded.names import SUFFIX
from queries.stores.notes import is_of
from queries.stores.records import changed_text, no_record_error, require_as_written

if TYPE_CHECKING:
    import pyarrow as pa

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

    def inputs(self, about: "StoredModel") -> "pa.Table":
        """Return the inputs that are stored with a model, by name."""
        return self._inputs(about).listed()

    def activations_of(self, about: "StoredModel", name: str) -> "pa.Table":
        """Return what the neurons of a model put out at a stored input."""
        own = self._input(about, name)
        rows = self._inputs(about).activations(name)
        require_as_written("Input", own, input_checksum(own, rows), about.name, self.location)
        return rows

    def write_inputs(
        self, about: "StoredModel", inputs: "Iterable[tuple[Mapping[str, Any], pa.Table]]"
    ) -> None:
        """Store inputs, each wholly or not at all."""
        layers = self.blocks(about).layers
        ids = range(layers[0].first, layers[-1].last + 1)
        for each in checked_inputs(inputs, about.key, ids):
            # The model may be replaced meanwhile.
            self._inputs(about).write(each)

    def remove_input(self, about: "StoredModel", name: str) -> None:
        """Remove a stored input."""
        if not self._inputs(about).remove(name):
            raise self._no_input(about, name)

    def _inputs(self, about: "StoredModel") -> InputFiles:
        return InputFiles(self._note_of(about)[0])

    def _input(self, about: "StoredModel", name: str) -> dict[str, Any]:
        """Return the properties of an input that is stored."""
        if (own := self._inputs(about).of(name)) is None:
            raise self._no_input(about, name)
        return own

    def _no_input(self, about: "StoredModel", name: str) -> NeurongraphError:
        there = self.inputs(about)["name"].to_pylist()
        return no_record_error("Input", about.name, name, there)

    def _input_damage(self, about: "StoredModel") -> "Iterator[Damage]":
        """Yield which inputs are not as they were written."""
        from queries.stores.damage import Damage

        inputs = self._inputs(about)
        for path in inputs.files():
            try:
                name = inputs.properties(path)["name"]
            except GraphError as error:
                yield Damage(str(error), of_load=False)
                continue
            try:
                self.activations_of(about, name)
            except GraphError:
                text = changed_text("Input", name, about.name, self.location)
                yield Damage(text, of_load=False)

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
        yield from self._input_damage(about)

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

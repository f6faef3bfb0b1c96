"""A dataset: a folder of files that ``neo4j-admin`` imports, with a subfolder for each model.

A note in the subfolder has the properties of the model, its state among them. Nothing else tells
whether the files are whole.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pandas as pd
import pyarrow as pa

from queries.errors import GraphError, GraphNotFoundError
from queries.stores.base import Changes, Store

if TYPE_CHECKING:
    from queries.layer import Layer
    from queries.library import Query, Statement
    from queries.models import StoredModel

NOTE: Final = "neurongraph.json"
README: Final = "README.md"
REMOVED_SUFFIX: Final = ".removed"
"""What the name of a subfolder ends in while it is deleted."""

HEADING: Final = "# Files for Neo4j, written by neurongraph"
"""First line of the README, by which a dataset is recognised."""


def is_dataset(folder: Path) -> bool:
    """Tell whether a folder is a dataset, which may hold no model yet."""
    with suppress(OSError, UnicodeDecodeError), (folder / README).open(encoding="utf-8") as readme:
        return readme.readline().rstrip() == HEADING
    return False


def model_notes(folder: Path) -> dict[Path, dict[str, Any]]:
    """Return the note of each model in a dataset, complete or not, by its subfolder."""
    found = {path.parent: model_note(path.parent) for path in sorted(folder.glob(f"*/{NOTE}"))}
    return {
        path: note
        for path, note in found.items()
        if note is not None and path.suffix != REMOVED_SUFFIX
    }


def model_note(model_folder: Path) -> dict[str, Any] | None:
    """Return the note in the subfolder of a model; None where another process removed it."""
    with suppress(FileNotFoundError):
        note: dict[str, Any] = json.loads((model_folder / NOTE).read_text(encoding="utf-8"))
        return note
    return None


def file_format_of(folder: Path) -> str | None:
    """Return the format of a dataset's files; None where it holds no model."""
    return next((note["file_format"] for note in model_notes(folder).values()), None)


class DatasetStore(Store):
    """A dataset, which tells its models and answers no query.

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
        if not is_dataset(folder):
            reason = "is no dataset of this tool" if folder.exists() else "does not exist"
            raise GraphNotFoundError(
                f"graph {folder} {reason}; make one with: neurongraph load MODEL --graph {folder}/"
            )

    def models(self, model: str | None) -> list[dict[str, Any]]:
        """Return what the notes say."""
        notes = model_notes(self._folder).values()
        return [note for note in notes if model in (None, note["name"])]

    def answer(self, asked: "Query", values: Mapping[str, Any], about: "StoredModel") -> pa.Table:
        """Refuse: files answer no query."""
        self._refuse()

    def edges_into(self, layer: "Layer", first: int, last: int, about: "StoredModel") -> pa.Table:
        """Refuse: files answer no query."""
        self._refuse()

    def statement(
        self, asked: "Query", values: Mapping[str, Any], about: "StoredModel | None" = None
    ) -> "Statement":
        """Refuse: files answer no statement."""
        self._refuse()

    def frame(
        self, cypher: str, parameters: Mapping[str, Any], model: str | None = None
    ) -> pd.DataFrame:
        """Refuse: files answer no statement."""
        self._refuse()

    def write(
        self, cypher: str, parameters: Mapping[str, Any], model: str | None = None
    ) -> Changes:
        """Refuse: files answer no statement."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise GraphError(
            f"{self.location} holds files for Neo4j, which cannot be queried; import them with the "
            f"commands of {self._folder / README}, and query the server"
        )

    def close(self) -> None:
        """Do nothing: no file stays open."""

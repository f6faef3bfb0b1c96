"""The models of an embedded graph: each a file, and a note beside it.

A file is written under a temporary name and renamed when it is whole. A note beside it says what
is being loaded, because nobody can look into a file that is being written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from exporter.sinks.embedded.files import (
    LoadingFile,
    edges_in,
    is_damaged,
    remove_file,
    remove_logs,
    require_free,
    sweep,
)
from exporter.sinks.embedded.writer import EmbeddedWriter
from exporter.sinks.entries import Entries, Entry
from queries.core.holding import holding
from queries.core.schema import COMPLETE, DAMAGED, LOADING, MODEL
from queries.errors import GraphAccessError, GraphError, GraphLockedError
from queries.stores.embedded.file_note import write_json, write_note
from queries.stores.embedded.names import (
    LOADING_SUFFIX,
    SUFFIX,
    model_file,
    no_folder,
    note_beside,
    note_of,
)
from queries.stores.embedded.open_file import open_file
from queries.stores.embedded.statements import ladybug_errors, run
from queries.stores.naming import safe_name
from queries.stores.notes import note_or_damage

EDGES_A_COPY: Final = 5_000_000


class EmbeddedEntries(Entries):
    """The models in the folder of an embedded graph, which is made if missing.

    Parameters
    ----------
    folder
        A path that ends in ``.lbug``.
    batch_size
        Relationships a COPY.
    """

    def __init__(self, folder: Path, *, batch_size: int | None = None) -> None:
        self._folder = folder
        self._rows = batch_size or EDGES_A_COPY
        self._file: LoadingFile | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise GraphError(no_folder(folder)) from None
        except OSError as error:
            raise GraphAccessError(f"cannot make the folder {folder}: {error.strerror}") from None
        sweep(folder)

    def find(self, *names: str) -> list[Entry]:
        """Return the models of some names, without a look into their files."""
        return [entry for name in names for entry in self._find(name)]

    def _find(self, name: str) -> Iterator[Entry]:
        yield from self._entries(name, safe_name(name))
        # The safe name stands for a name that a damaged note does not tell.
        if Path(name).name == name:
            yield from (each for each in self._entries(name, name) if not self._is_known(each))

    def _is_known(self, entry: Entry) -> bool:
        """Tell whether a note says which model an entry is."""
        note = (note_of if entry.state == LOADING else note_beside)(entry.place)
        known = note_or_damage(note, entry.name, self._folder)
        return known is not None and known["state"] != DAMAGED

    def _entries(self, name: str, safe: str) -> Iterator[Entry]:
        loading = self._folder / f"{safe}{LOADING_SUFFIX}"
        if note_of(loading).exists():
            yield Entry(name, LOADING, place=loading)
        file = self._folder / f"{safe}{SUFFIX}"
        if file.exists():
            yield Entry(name, COMPLETE, place=file)
        elif note_beside(file).exists():
            yield Entry(name, DAMAGED, place=file)

    def read(self, entry: Entry) -> dict[str, Any] | None:
        """Return what the note of a model says; of a file without a note what the file says."""
        file, safe = entry.place, safe_name(entry.name)
        if entry.state == LOADING:
            return note_or_damage(note_of(file), safe, self._folder)
        note = note_or_damage(note_beside(file), safe, self._folder)
        if note is not None:
            return note if note["state"] == DAMAGED else {name: note[name] for name in MODEL.names}
        columns = ", ".join(f"m.`{name}` AS `{name}`" for name in MODEL.names)
        row: dict[str, Any]
        with open_file(file) as handle:
            rows = run(handle.connection, f"MATCH (m:Model) RETURN {columns}").get_as_arrow()
        (row,) = rows.to_pylist()
        return row

    def begin(
        self, model: Mapping[str, Any], there: Sequence[Entry], replaced: Entry | None
    ) -> EmbeddedWriter:
        """Make the model's file under its temporary name."""
        file = self._loading(model)
        with ladybug_errors(file), holding(self._folder):
            # Counting opens the file, which fails where another process is loading into it.
            edges_in(file)
            remove_file(file)
            # A load that is killed before there is a file can then be gone on with.
            write_json(note_of(file), model)
            return self._open(file, model)

    def take_over(self, model: Mapping[str, Any]) -> EmbeddedWriter:
        """Open the file that was being written."""
        file = self._loading(model)
        with ladybug_errors(file):
            if not file.exists():
                remove_logs(file)
            return self._open(file, model)

    def _loading(self, model: Mapping[str, Any]) -> Path:
        file = model_file(self._folder, model["name"], loading=True)
        require_free(file)
        return file

    def _open(self, path: Path, model: Mapping[str, Any]) -> EmbeddedWriter:
        file = self._file = LoadingFile(path)
        return EmbeddedWriter(str(self._folder), file, model, self._rows)

    def complete(self, model: Mapping[str, Any]) -> None:
        """Close the file and give it its final name."""
        if self._file is None:
            raise RuntimeError("no load has begun")
        loading, final = self._file.path, model_file(self._folder, model["name"])
        with ladybug_errors(loading):
            self._file.close()
            if not self._file.is_there:
                raise GraphLockedError(
                    f"another process has loaded {model['name']!r} into {self._folder} "
                    "meanwhile; that load is the one that counts"
                )
            remove_logs(final)
            write_note(final, model, final=False)
            loading.replace(final)
            write_note(final, model, final=True)
            note_of(loading).unlink(missing_ok=True)

    def remove(self, entry: Entry, progress: Callable[[int], None] | None = None) -> int:
        """Delete the file of a model, and its note."""
        file = entry.place
        require_free(file)
        is_loading = entry.state == LOADING
        with ladybug_errors(file):
            edges = 0 if not is_loading and is_damaged(file) else edges_in(file)
            # Without its note a file that is left over can be opened; one that is gone is not
            # missed.
            (note_of if is_loading else note_beside)(file).unlink(missing_ok=True)
            remove_file(file)
        return edges

    def close(self) -> None:
        """Close the file that was being written."""
        if self._file is not None:
            self._file.close()

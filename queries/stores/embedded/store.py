"""A graph in the embedded store: a folder that holds one LadybugDB file a model.

A file a model makes dropping and replacing a model the work of the file system: both are
instant and cannot be left half done.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import ladybug
import pandas as pd
import pyarrow as pa

from queries.core.address import place_text
from queries.core.properties import WrittenProperty, require_written
from queries.core.records import checked_circuit, checked_inputs
from queries.core.schema import DAMAGED
from queries.core.wording import MODEL_FILE, command, option, which_model
from queries.errors import (
    GraphAccessError,
    GraphDamagedError,
    GraphError,
    GraphNotFoundError,
    ModelIncompleteError,
    ModelNotFoundError,
    ParameterError,
)
from queries.library.queries import query
from queries.stores.base import Changes
from queries.stores.cypher.column_names import as_written
from queries.stores.cypher.dialects import LADYBUG_CYPHER
from queries.stores.cypher.entities import spread
from queries.stores.cypher.node_ids import REPLACED_MEANWHILE, NodeIds
from queries.stores.cypher.read_only import only_statement, refuse_effects
from queries.stores.cypher.store import CypherStore
from queries.stores.cypher.tokens import LADYBUG
from queries.stores.cypher.values import require_values
from queries.stores.embedded.census import Census
from queries.stores.embedded.entities import with_entities
from queries.stores.embedded.file_note import missing_error, require_as_noted
from queries.stores.embedded.leftovers import is_missing, is_over
from queries.stores.embedded.names import (
    FILE_NOTE_SUFFIX,
    LOADING_SUFFIX,
    NOTE_SUFFIX,
    SUFFIX,
    model_file,
    no_folder,
    note_beside,
    noted_beside,
)
from queries.stores.embedded.open_file import OpenFile
from queries.stores.embedded.open_files import OpenFiles
from queries.stores.embedded.properties import (
    remove_property,
    write_property,
    written_properties,
)
from queries.stores.embedded.records import (
    has_records,
    remove_record,
    write_circuit,
    write_inputs,
)
from queries.stores.embedded.rewriting import rewritten
from queries.stores.embedded.statements import (
    first_value,
    ladybug_errors,
    node_ids,
    run,
    run_for_many,
)
from queries.stores.models import no_model_error
from queries.stores.naming import may_be_safe
from queries.stores.notes import damaged_model, note_or_damage
from queries.stores.opener import Opener
from queries.stores.unfinished import unfinished_texts

if TYPE_CHECKING:
    from queries.core.model import StoredModel
    from queries.library.queries import Statement


class EmbeddedStore(CypherStore):
    """The folder of an embedded graph, opened for reading.

    Parameters
    ----------
    folder
        A path that ends in ``.lbug``.
    """

    name: ClassVar[str] = "embedded"
    edges_a_part: ClassVar[int] = 1 << 24

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.location = str(folder)
        self._opener = Opener(self.location)
        self._folder = folder
        self._open = OpenFiles(self._require_as_noted)
        self._node_ids: tuple[OpenFile, NodeIds] | None = None
        self._closed = False
        with ladybug_errors(folder):
            there = folder.is_dir()
        if not there:
            if folder.exists():
                raise GraphNotFoundError(no_folder(folder))
            raise GraphNotFoundError(
                f"graph {folder} does not exist; make one with: "
                f"{command('load', MODEL_FILE, graph=place_text(folder))}"
            )

    def models(self, model: str | None) -> list[dict[str, Any]]:
        """Return the properties of models, complete or not, and of those that are damaged."""
        statement = self.statement(query("models"), {})
        rows: list[dict[str, Any]] = []
        for file in self._files(model) or self._files_named(model):
            try:
                with self._using(file) as handle:
                    rows += _rows(handle, statement).to_pylist()
            except GraphDamagedError as error:
                rows.append(_damaged(file, str(error)))
        return rows + self._unfinished()

    def table(self, statement: "Statement", about: "StoredModel") -> pa.Table:
        """Run a statement about a model and return its rows as columns."""
        with self._reading(about) as handle:
            return _rows(handle, statement)

    def tables(self, statements: "Sequence[Statement]", about: "StoredModel") -> pa.Table:
        """Run statements of the same columns; return all rows."""
        with self._reading(about) as handle:
            return pa.concat_tables([run_for_many(handle.connection, each) for each in statements])

    def by_ids(self, edges: pa.Table, model: "StoredModel") -> pa.Table:
        """Return the ids of neurons for the places of nodes in their table."""
        with self._reading(model) as handle:
            held = self._node_ids
            if held is None or held[0] is not handle:
                held = self._node_ids = handle, node_ids(handle.connection)
        return held[1].edges(edges)

    def frame(
        self,
        cypher: str,
        parameters: Mapping[str, Any],
        model: str | None = None,
        allow: Collection[str] = (),
    ) -> pd.DataFrame:
        """Run a read-only statement on one model's file; properties of nodes become columns."""
        refuse_effects(cypher, LADYBUG_CYPHER, allow)
        statement = only_statement(cypher, LADYBUG)
        require_values(statement, parameters)
        with self._using(self._only_file(model)) as handle:
            result = run(handle.connection, cypher, parameters)
            names, rows = result.get_column_names(), result.get_as_df()
        # Two that are called alike have the same values, and it gives one of them.
        rows = rows[names]
        rows.columns = pd.Index(as_written(cypher, statement, names))
        return spread(with_entities(rows))

    def write(
        self, cypher: str, parameters: Mapping[str, Any], model: str | None = None
    ) -> Changes:
        """Run a statement that may write on one model's file, which nobody else may write."""
        require_values(only_statement(cypher, LADYBUG), parameters)
        file = self._only_file(model)
        # What is open for reading would go on to see the past.
        self._open.close()
        with rewritten(file, edits=True) as connection:
            before = Census.of(connection)
            run(connection, cypher, parameters)
            changes = before.changes(connection)
            run(connection, "MATCH (m:Model) SET m.edited = true")
        return changes

    def properties(
        self, about: "StoredModel", *, indexes: bool = False
    ) -> "Sequence[WrittenProperty]":
        """Return the properties that were written to the neurons of a model, by name."""
        with self._reading(about) as handle:
            names = written_properties(handle.connection)
        return [WrittenProperty(name, finished=True) for name in names]

    def check_writable(self, *, index: bool) -> None:
        """Refuse an index."""
        if index:
            raise ParameterError(
                f"{option('index')}: the embedded store has no index on a property, and filters "
                "without one; leave it out"
            )

    def write_property(
        self, about: "StoredModel", name: str, values: pa.Table, *, index: bool = False
    ) -> None:
        """Write a property to neurons, wholly or not at all."""
        self.check_writable(index=index)
        with self._writing(about) as connection:
            write_property(connection, name, values)

    def remove_property(self, about: "StoredModel", name: str) -> None:
        """Remove a property, wholly or not at all."""
        require_written(about.name, name, [each.name for each in self.properties(about)])
        with self._writing(about) as connection:
            remove_property(connection, name)

    def keeps_records(self, about: "StoredModel") -> bool:
        """Tell whether the file has tables of inputs and circuits."""
        with self._reading(about) as handle:
            return has_records(handle.connection)

    def check_keeps_circuits(self, about: "StoredModel") -> None:
        """Refuse where the copy that is written into cannot be made."""
        if not os.access(self._folder, os.W_OK):
            raise GraphAccessError(f"{self.location} may not be written by this user")

    def write_inputs(
        self, about: "StoredModel", inputs: Iterable[tuple[Mapping[str, Any], pa.Table]]
    ) -> None:
        """Store inputs, all of them or none."""
        checked = checked_inputs(inputs, about.key, self.ids_of(about))
        with self._writing(about) as connection:
            write_inputs(connection, checked, about.name)

    def remove_input(self, about: "StoredModel", name: str) -> None:
        """Remove a stored input, at which no circuits are stored."""
        with self._writing(about) as connection:
            remove_record(connection, "Input", name, about.name)

    def write_circuit(
        self,
        about: "StoredModel",
        properties: Mapping[str, Any],
        nodes: pa.Table,
        relationships: pa.Table,
    ) -> None:
        """Store a circuit, wholly or not at all."""
        ids = self.ids_of(about)
        circuit = checked_circuit(properties, nodes, relationships, about.key, ids)
        with self._writing(about) as connection:
            write_circuit(connection, circuit, about.name)

    def remove_circuit(self, about: "StoredModel", name: str) -> None:
        """Remove a stored circuit."""
        with self._writing(about) as connection:
            remove_record(connection, "Circuit", name, about.name)

    @contextmanager
    def _writing(self, about: "StoredModel") -> Iterator[ladybug.Connection]:
        """Open the file of a model to write what is no edit."""
        file = self._only_file(about.name)
        # What is open for reading would go on to see the past.
        self._open.close()
        with rewritten(file, edits=False) as connection:
            if first_value(connection, "MATCH (m:Model) RETURN m.load_id") != about.load_id:
                raise GraphError(REPLACED_MEANWHILE)
            yield connection
        # What was read meanwhile is the file before.
        self._open.close()

    def _unfinished(self) -> list[dict[str, Any]]:
        """Return the notes that running and interrupted loads keep beside their files."""
        notes = [
            note_or_damage(path, path.name.removesuffix(NOTE_SUFFIX), self._folder)
            for path in sorted(self._folder.glob(f"*{NOTE_SUFFIX}"))
            if not is_over(path)
        ]
        return [note for note in notes if note is not None]

    def _files(self, model: str | None) -> list[Path]:
        self._opener.require()
        if self._closed:
            raise GraphError(f"{self.location} has been closed")
        if model is not None:
            file = model_file(self._folder, model)
            return [file] if file.exists() or is_missing(file) else []
        there = {
            file
            for file in self._folder.glob(f"*{SUFFIX}")
            if not file.name.endswith(LOADING_SUFFIX)
        }
        noted_files = {
            noted_beside(note)
            for note in self._folder.glob(f"*{FILE_NOTE_SUFFIX}")
            if not note.name.endswith(NOTE_SUFFIX)
        }
        return sorted(there | {file for file in noted_files if is_missing(file)})

    def _files_named(self, model: str | None) -> list[Path]:
        """Return the file of which the safe name stands for a name that is not known."""
        if model is None or not may_be_safe(model):
            return []
        file = self._folder / f"{model}{SUFFIX}"
        return [file] if file.exists() or is_missing(file) else []

    def _only_file(self, model: str | None) -> Path:
        """Return the file of the model that is named, or of the only one."""
        files = self._files(model)
        if len(files) > 1:
            raise ParameterError(
                f"{self.location} holds {len(files)} models, each in a file of its own; say which: "
                f"{which_model()}"
            )
        if not files:
            self._refuse_unfinished(model)
            if model is None:
                raise ModelNotFoundError(f"{self.location} holds no model yet")
            names = sorted(str(row["name"]) for row in self.models(None))
            raise no_model_error(self.location, model, names)
        return files[0]

    def _refuse_unfinished(self, model: str | None) -> None:
        """Raise ModelIncompleteError where a model that is meant is being loaded."""
        rows = [row for row in self._unfinished() if model in {None, row["name"]}]
        texts = unfinished_texts(self.location, rows)
        if texts:
            raise ModelIncompleteError("; ".join(texts))

    @contextmanager
    def _reading(self, about: "StoredModel") -> Iterator[OpenFile]:
        """Give the file of a model, the one that is open if another has replaced it since.

        Raises
        ------
        GraphError
            If it was replaced before it was opened.
        """
        self._opener.require()
        with self._open.using_load(about.load_id) as handle:
            if handle is not None:
                with ladybug_errors(handle.file):
                    yield handle
                return
        with self._using(self._only_file(about.name)) as handle:
            if handle.load_id != about.load_id:
                raise GraphError(REPLACED_MEANWHILE)
            yield handle

    @contextmanager
    def _using(self, file: Path) -> Iterator[OpenFile]:
        """Give a file as it is at this moment, and turn errors of LadybugDB into ours."""
        with ExitStack() as stack:
            try:
                handle = stack.enter_context(self._open.using(file))
            except FileNotFoundError:
                raise missing_error(file) from None
            stack.enter_context(ladybug_errors(file))
            yield handle

    def _require_as_noted(self, file: Path) -> None:
        # LadybugDB trusts its files: of one that is damaged it may read anything, or crash.
        require_as_noted(file, wholly=self.wholly)

    def close(self) -> None:
        """Close every file that was opened, in the process that opened them."""
        if self._opener.is_here:
            self._open.close()
        self._node_ids = None
        self._closed = True


def _rows(handle: OpenFile, statement: "Statement") -> pa.Table:
    return run(handle.connection, statement.cypher, statement.parameters).get_as_arrow()


def _damaged(file: Path, damage: str) -> dict[str, Any]:
    """Return the properties of a model that is damaged, as far as its note knows them."""
    safe = file.name.removesuffix(SUFFIX)
    note = note_or_damage(note_beside(file), safe, file.parent) or damaged_model(safe, damage)
    return {**note, "state": DAMAGED, "damage": damage}

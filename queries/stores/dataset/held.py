"""Hold the files of a model against what its load wrote."""

import os
import zlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queries.core.progress import Progress
from queries.errors import GraphDamagedError, GraphError
from queries.stores.dataset.files import TABLE_FILES, file_errors
from queries.stores.dataset.manifest import MANIFEST, Manifest, crc32_of
from queries.stores.remedies import repair_text

if TYPE_CHECKING:
    from queries.stores.damage import Damage

_State = tuple[int, int, int]
"""Size of a file, when it was modified, and its number in the file system."""


class HeldFiles:
    """The files of a complete model, held against what its load wrote.

    Parameters
    ----------
    folder
        The subfolder of the model.
    note
        Its note.
    """

    def __init__(self, folder: Path, note: Mapping[str, Any]) -> None:
        self._folder, self._note = folder, note
        self._suffix = TABLE_FILES[note["file_format"]].suffix
        self._states: dict[str, _State] = {}

    @cached_property
    def manifest(self) -> Manifest:
        """What the load wrote.

        Raises
        ------
        GraphDamagedError
            If the file that says so is missing or another one.
        """
        path = self._folder / MANIFEST
        with file_errors(path):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                raise self._error(f"{path} is missing") from None
        if zlib.crc32(content) != self._note["files"]:
            raise self._error(f"{path} is not what its load wrote")
        return Manifest.of_text(content.decode())

    def path(self, name: str) -> Path:
        """Return the path of a file, whose content is what was written.

        It is read wholly where this was not known, or where it has changed since.

        Raises
        ------
        GraphDamagedError
            If its content is another one.
        GraphError
            If the model is no longer there.
        """
        path = self._path(name)
        with file_errors(path):
            try:
                status = path.stat()
                state = status.st_size, status.st_mtime_ns, status.st_ino
                if self._states.get(name) != state:
                    self._require(name, state[0])
                    self._states[name] = state
            except FileNotFoundError:
                raise self._error(self._missing(name)) from None
        return path

    def _require(self, name: str, size: int) -> None:
        wrong = self._wrong_size(name, size) or self._wrong_content(name)
        if wrong:
            raise self._error(wrong)

    def require_all(self) -> None:
        """Compare which files there are, and how large, with what was written.

        Raises
        ------
        GraphDamagedError
            If they are others.
        """
        wrong = [text for _, text in self._wrong_files()]
        if wrong:
            more = f" ({len(wrong) - 1} more files are wrong)" if len(wrong) > 1 else ""
            raise self._error(wrong[0] + more)

    def damage(self, progress: Progress) -> "Iterator[Damage]":
        """Read all files, and yield those that are not as they were written."""
        # It imports pandas, which not all need.
        from queries.stores.damage import Damage

        try:
            files = self.manifest.files
        except GraphDamagedError as error:
            yield Damage(str(error))
            return
        for name, wrong in self._wrong_files():
            yield Damage(wrong, self._layer_of(name))
        sizes = self._sizes()
        done, total = 0, sum(file.size for file in files.values())
        for name, file in files.items():
            if sizes.get(self._path(name).name) == file.size:
                wrong_content = self._wrong_content(name)
                if wrong_content:
                    yield Damage(wrong_content, self._layer_of(name))
            done += file.size
            progress("checked bytes", done, total)

    def _wrong_files(self) -> Iterator[tuple[str, str]]:
        """Yield the name of a file without suffix, and what is wrong with it."""
        sizes = self._sizes()
        for name in self.manifest.files:
            path = self._path(name)
            if path.name not in sizes:
                yield name, self._missing(name)
            elif wrong := self._wrong_size(name, sizes[path.name]):
                yield name, wrong
        names = {self._path(name).name for name in self.manifest.files}
        for other in sorted(sizes.keys() - names):
            yield other, f"{self._folder / other}{self._of(other)} is none that its load wrote"

    def _sizes(self) -> dict[str, int]:
        """Return the sizes of all tables that are there, by the names of their files."""
        with file_errors(self._folder):
            try:
                with os.scandir(self._folder) as entries:
                    return {
                        each.name: each.stat().st_size
                        for each in entries
                        if each.name.endswith(self._suffix)
                    }
            except FileNotFoundError:
                raise self._error(f"{self._folder} has lost files") from None

    def _missing(self, name: str) -> str:
        return f"{self._path(name)}{self._of(name)} is missing"

    def _wrong_size(self, name: str, size: int) -> str | None:
        entry = self.manifest.files[name]
        if size == entry.size:
            return None
        return (
            f"{self._path(name)}{self._of(name)} has {size:,} bytes, and was written with "
            f"{entry.size:,} ({entry.rows:,} rows)"
        )

    def _wrong_content(self, name: str) -> str | None:
        path = self._path(name)
        with file_errors(path):
            if crc32_of(path) == self.manifest.files[name].crc32:
                return None
        return f"{path}{self._of(name)} has another content than was written, at the same size"

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{self._suffix}"

    def _of(self, name: str) -> str:
        """Say what a file is of, by its name."""
        layer = self._layer_of(name)
        what = "" if layer is None else f"{name.partition('-')[0]} of layer {layer!r}, "
        return f" ({what}model {self._note['key']!r})"

    def _layer_of(self, name: str) -> str | None:
        """Return the name of the layer that a file is of, by its own name."""
        index = name.partition("-")[2].partition("-")[0]
        return self.manifest.layers.get(int(index)) if index.isdecimal() else None

    def _error(self, wrong: str) -> GraphError:
        if not self._folder.exists():
            return GraphError(
                f"{self._note['name']!r} in {self._folder.parent} was replaced or removed while it "
                "was read; ask again"
            )
        location, name = str(self._folder.parent), str(self._note["name"])
        return GraphDamagedError(f"{wrong}; {repair_text(location, name)}")

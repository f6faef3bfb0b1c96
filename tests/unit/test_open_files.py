"""Which files of an embedded graph stay open, and which are closed for others."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest

from queries.stores.embedded import open_files
from queries.stores.embedded.open_files import OpenFiles


@dataclass
class Fake:
    """What stands for an open file."""

    file: Path
    load_id: str
    closed: list[str] = field(repr=False)

    def close(self) -> None:
        self.closed.append(self.file.name)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the names of the files that were closed, in their order; two may be open."""
    names: list[str] = []
    monkeypatch.setattr(open_files, "_MOST", 2)
    monkeypatch.setattr(open_files, "open_file", lambda file: Fake(file, file.read_text(), names))
    return names


@pytest.fixture
def files(tmp_path: Path) -> Iterator[OpenFiles]:
    for name in "abcd":
        (tmp_path / name).write_text(name)
    with OpenFiles(lambda _: None) as opened:
        yield opened


def test_the_one_is_closed_that_was_not_used_for_longest(
    closed: list[str], files: OpenFiles, tmp_path: Path
) -> None:
    for name in "abac":
        with files.using(tmp_path / name):
            pass
    assert closed == ["b"]
    with files.using_load("a"):
        pass
    with files.using(tmp_path / "d"):
        pass
    assert closed == ["b", "c"]
    files.close()
    assert sorted(closed) == ["a", "b", "c", "d"]


def test_none_is_closed_while_it_is_used(
    closed: list[str], files: OpenFiles, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        for name in "abc":
            stack.enter_context(files.using(tmp_path / name))
        assert closed == []
        files.close()
        assert closed == []
    assert closed == ["c", "b", "a"]


def test_none_is_closed_under_another_thread(
    closed: list[str], files: OpenFiles, tmp_path: Path
) -> None:
    begun, go_on = Event(), Event()
    seen: list[bool] = []

    def read() -> None:
        with files.using(tmp_path / "a"):
            begun.set()
            go_on.wait(10)
            seen.append("a" in closed)

    thread = Thread(target=read)
    thread.start()
    begun.wait(10)
    for name in "bcdb":
        with files.using(tmp_path / name):
            pass
    assert closed == ["b", "c", "d"]
    go_on.set()
    thread.join()
    assert seen == [False]


def test_a_file_that_was_rewritten_is_opened_anew(
    closed: list[str], files: OpenFiles, tmp_path: Path
) -> None:
    with files.using(tmp_path / "a") as before:
        (tmp_path / "new").write_text("a")
        (tmp_path / "new").replace(tmp_path / "a")
        with files.using(tmp_path / "a") as after:
            assert after is not before
        with files.using_load("a") as found:
            assert found is after
        assert closed == []
    assert closed == ["a"]


def test_an_error_leaves_a_file_open_for_the_next(
    closed: list[str], files: OpenFiles, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="wrong"), files.using(tmp_path / "a"):
        raise ValueError("wrong")
    with files.using_load("a") as found:
        assert found is not None
    with pytest.raises(FileNotFoundError), files.using(tmp_path / "none"):
        pass
    assert closed == []

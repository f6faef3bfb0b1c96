"""Files are written whole, whatever stands in the way, and nothing else is touched."""

import errno
import os
import resource
import secrets
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from queries.core.files import check_file, replaced, replaced_text
from queries.core.holding import PART_SUFFIX
from queries.errors import OutputError
from tests.mounts import mounted

LONGEST = 255
NOBODY = 65_534
TOKEN = "0" * 32


def write(file: Path, content: bytes = b"new") -> None:
    with replaced(file) as stream:
        stream.write(content)


def refused(file: Path, content: bytes = b"new") -> str:
    """Check that a file cannot be written, and return the one line that says so."""
    with pytest.raises(OutputError) as caught:
        write(file, content)
    message = str(caught.value)
    assert message.startswith(f"cannot write {file}: ")
    assert len(message.splitlines()) == 1
    return message


def parts(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.endswith(PART_SUFFIX)]


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@contextmanager
def umask(mask: int) -> Iterator[None]:
    old = os.umask(mask)
    try:
        yield
    finally:
        os.umask(old)


class TestTemporaryFile:
    def test_is_beside_the_file_under_a_name_that_differs_each_time(self, tmp_path: Path) -> None:
        names = set()
        for _ in range(10):
            with replaced(tmp_path / "a.csv"):
                (part,) = parts(tmp_path)
                names.add(part.name)
        assert len(names) == 10
        assert all(len(name) < 64 for name in names)
        assert names_in(tmp_path) == ["a.csv"]

    @pytest.mark.parametrize("old", [b"old", None])
    @pytest.mark.parametrize("planted", ["link", "dangling", "hard link", "file", "folder", "pipe"])
    def test_is_none_that_is_there_already(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: str, old: bytes | None
    ) -> None:
        monkeypatch.setattr(secrets, "token_hex", lambda _: TOKEN)
        victim, file = tmp_path / "victim", tmp_path / "a.csv"
        victim.write_bytes(b"precious")
        if old is not None:
            file.write_bytes(old)
        with replaced(tmp_path / "other"):
            (part,) = parts(tmp_path)
        plant: dict[str, Callable[[], object]] = {
            "link": lambda: part.symlink_to(victim),
            "dangling": lambda: part.symlink_to(tmp_path / "made"),
            "hard link": lambda: part.hardlink_to(victim),
            "file": lambda: part.write_bytes(b"theirs"),
            "folder": part.mkdir,
            "pipe": lambda: os.mkfifo(part),
        }
        plant[planted]()
        assert "File exists" in refused(file)
        assert victim.read_bytes() == b"precious"
        assert not (tmp_path / "made").exists()
        assert os.path.lexists(part)
        assert (file.read_bytes() if file.exists() else None) == old

    def test_that_has_the_name_of_a_process_is_not_used(self, tmp_path: Path) -> None:
        victim, file = tmp_path / "victim", tmp_path / "a.csv"
        victim.write_bytes(b"precious")
        for name in (f"a.csv.{os.getpid()}.part", "a.csv.part", "a.part"):
            (tmp_path / name).symlink_to(victim)
        write(file)
        assert victim.read_bytes() == b"precious"
        assert file.read_bytes() == b"new"

    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
    def test_may_be_read_by_nobody_else(self, tmp_path: Path, mode: int) -> None:
        file = tmp_path / "a.csv"
        file.touch()
        file.chmod(mode)
        with umask(0), replaced(file):
            (part,) = parts(tmp_path)
            assert stat.S_IMODE(part.stat().st_mode) & ~mode == 0


class TestMode:
    @pytest.mark.parametrize("mask", [0, 0o022, 0o077])
    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o755])
    def test_is_kept(self, tmp_path: Path, mode: int, mask: int) -> None:
        file = tmp_path / "a.csv"
        file.touch()
        file.chmod(mode)
        with umask(mask):
            write(file)
        assert stat.S_IMODE(file.stat().st_mode) == mode

    @pytest.mark.parametrize("mask", [0, 0o022, 0o077])
    def test_of_a_new_file_follows_the_umask(self, tmp_path: Path, mask: int) -> None:
        with umask(mask):
            write(tmp_path / "a.csv")
        assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o666 & ~mask

    def test_gives_no_rights_of_the_owner_away(self, tmp_path: Path) -> None:
        file = tmp_path / "a.csv"
        file.touch()
        file.chmod(0o4755)
        write(file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o755

    def test_that_allows_no_writing_is_respected(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "a.csv"
        file.write_bytes(b"old")
        file.chmod(0o444)
        # Root may write to any file.
        monkeypatch.setattr(os, "access", lambda path, _: path != file)
        assert "may not be written" in refused(file)
        assert file.read_bytes() == b"old"


class TestLinks:
    def test_another_hard_link_keeps_the_old_content(self, tmp_path: Path) -> None:
        file, other = tmp_path / "a.csv", tmp_path / "other"
        other.write_bytes(b"old")
        file.hardlink_to(other)
        write(file)
        assert (file.read_bytes(), other.read_bytes()) == (b"new", b"old")

    @pytest.mark.parametrize("there", [True, False])
    def test_stay_and_what_they_name_is_replaced(self, tmp_path: Path, there: bool) -> None:
        (tmp_path / "folder").mkdir()
        real = tmp_path / "folder" / "real.csv"
        if there:
            real.write_bytes(b"old")
            real.chmod(0o600)
        (tmp_path / "first").symlink_to("folder/second")
        (tmp_path / "folder" / "second").symlink_to("../folder/real.csv")
        write(tmp_path / "first")
        assert (tmp_path / "first").is_symlink()
        assert (tmp_path / "folder" / "second").is_symlink()
        assert real.read_bytes() == b"new"
        assert not there or stat.S_IMODE(real.stat().st_mode) == 0o600

    def test_in_a_circle_are_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").symlink_to("b.csv")
        (tmp_path / "b.csv").symlink_to("a.csv")
        assert "Too many levels of symbolic links" in refused(tmp_path / "a.csv")

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can make links of another user")
    def test_of_another_user_in_a_shared_folder_are_refused(self, tmp_path: Path) -> None:
        shared, victim = tmp_path / "shared", tmp_path / "victim"
        shared.mkdir()
        shared.chmod(0o1777)
        victim.write_bytes(b"precious")
        for name, owner in (("theirs", NOBODY), ("ours", 0)):
            (shared / name).symlink_to(victim)
            os.lchown(shared / name, owner, owner)
        (tmp_path / "by the way").symlink_to(shared / "theirs")
        for file in (shared / "theirs", tmp_path / "by the way"):
            assert "is a link of another user" in refused(file)
            assert victim.read_bytes() == b"precious"
        write(shared / "ours")
        assert victim.read_bytes() == b"new"


class TestWhatIsNoFile:
    def test_a_device_stays_one(self) -> None:
        write(Path("/dev/null"))
        assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)

    def test_a_full_device_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to("/dev/full")
        for file in (Path("/dev/full"), tmp_path / "link"):
            assert "No space left" in refused(file)
        assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)

    def test_a_named_pipe_is_written_to(self, tmp_path: Path) -> None:
        pipe, read = tmp_path / "pipe", list[bytes]()
        os.mkfifo(pipe)
        reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
        reader.start()
        write(pipe)
        reader.join()
        assert read == [b"new"]
        assert stat.S_ISFIFO(pipe.stat().st_mode)
        assert names_in(tmp_path) == ["pipe"]

    def test_a_folder_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").mkdir()
        (tmp_path / "link.csv").symlink_to("a.csv")
        for name in ("a.csv", "link.csv"):
            assert "it is a folder" in refused(tmp_path / name)

    def test_a_folder_that_is_missing_or_none(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        for name in ("missing/a.csv", "file/a.csv"):
            assert "it is in a folder that does not exist" in refused(tmp_path / name)

    @pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
    def test_a_file_that_is_open_is_written_on(self, tmp_path: Path, name: str) -> None:
        log = tmp_path / "log"
        log.write_bytes(b"before\n")
        script = f"{WRITING}\nwrite({name!r}, b'new')\nwrite({name!r}, b'er')"
        with log.open("ab") as stdout:
            subprocess.run([sys.executable, "-c", script], stdout=stdout, check=True)
            stdout.write(b"\nafter")
        assert log.read_bytes() == b"before\nnewer\nafter"


WRITING = """
from queries.core.files import replaced
def write(file, content):
    with replaced(file) as stream:
        stream.write(content)
"""


class Stop(BaseException):
    """Ends a program from outside, as Ctrl-C does."""


class TestFailure:
    @pytest.mark.parametrize("kind", [Stop, KeyboardInterrupt, ValueError, MemoryError])
    @pytest.mark.parametrize("old", [b"old", None])
    def test_leaves_what_was_there(
        self, tmp_path: Path, kind: type[BaseException], old: bytes | None
    ) -> None:
        file = tmp_path / "a.csv"
        if old is not None:
            file.write_bytes(old)

        def fail() -> None:
            with replaced(file) as stream:
                stream.write(b"half")
                raise kind

        with pytest.raises(kind):
            fail()
        assert (file.read_bytes() if file.exists() else None) == old
        assert not parts(tmp_path)

    def test_of_the_last_step_leaves_what_was_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "a.csv"
        file.write_bytes(b"old")

        def fail(_: int) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr(os, "fsync", fail)
        assert "Input/output error" in refused(file)
        assert file.read_bytes() == b"old"
        assert not parts(tmp_path)

    @pytest.mark.parametrize("size", [1, 1 << 12, 1 << 20])
    def test_of_a_disk_that_is_full(self, tmp_path: Path, size: int) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        with ExitStack() as stack:
            mounted(stack, "-t", "tmpfs", "-o", "size=64k", "none", str(disk))
            file = disk / "a.csv"
            file.write_bytes(b"old")
            with suppress(OSError), (disk / "filling").open("wb", buffering=0) as filling:
                while True:
                    filling.write(bytes(4096))
            assert "No space left" in refused(file, bytes(size))
            assert file.read_bytes() == b"old"
            assert not parts(disk)

    @pytest.mark.parametrize("text", [True, False])
    def test_of_a_limit_of_files(self, tmp_path: Path, text: bool) -> None:
        file = tmp_path / "a.csv"
        file.write_bytes(b"old")

        def fail() -> None:
            with replaced_text(file) as stream:
                stream.write("x" * (1 << 20))

        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, limits[1]))
            with pytest.raises(OutputError, match="File too large"):
                fail() if text else write(file, bytes(1 << 20))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert file.read_bytes() == b"old"
        assert not parts(tmp_path)

    def test_of_a_file_system_that_is_read_only(self, tmp_path: Path) -> None:
        folder = tmp_path / "mounted"
        folder.mkdir()
        (folder / "a.csv").write_bytes(b"old")
        with ExitStack() as stack:
            mounted(stack, "--bind", str(folder), str(folder))
            subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
            refused(folder / "a.csv")
            assert "Read-only file system" in refused(folder / "new.csv")
            assert (folder / "a.csv").read_bytes() == b"old"
            assert not parts(folder)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
    def test_of_a_folder_that_may_not_be_written(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        assert "Permission denied" in refused(tmp_path / "a.csv")

    def test_by_a_kill_leaves_what_was_there(self, tmp_path: Path) -> None:
        file = tmp_path / "a.csv"
        file.write_bytes(b"old")
        script = """
import sys
from queries.core.files import replaced
with replaced(sys.argv[1]) as stream:
    stream.write(bytes(1 << 20))
    print("half", flush=True)
    sys.stdin.read()
"""
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdout
        assert process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert file.read_bytes() == b"old"
        assert len(parts(tmp_path)) == 1
        write(file)
        assert file.read_bytes() == b"new"


class TestNames:
    @pytest.mark.parametrize("name", ["a" * LONGEST, "ä" * (LONGEST // 2), ".csv", "-", "\n", "\\"])
    def test_may_be_long_and_odd(self, tmp_path: Path, name: str) -> None:
        write(tmp_path / name)
        assert names_in(tmp_path) == [name]

    def test_may_be_too_long(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match="File name too long"):
            check_file(tmp_path / ("a" * (LONGEST + 1)))
        assert not names_in(tmp_path)

    def test_may_begin_at_home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        assert check_file("~/a.csv") == tmp_path / "a.csv"


def test_text_is_utf_8_with_its_own_line_ends(tmp_path: Path) -> None:
    with replaced_text(tmp_path / "a") as stream:
        stream.write("größer\n\r\n")
    assert (tmp_path / "a").read_bytes() == "größer\n\r\n".encode()

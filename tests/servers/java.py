"""Finding a Java that is new enough."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.unavailable import Unavailable

JVM_FOLDER = Path("/usr/lib/jvm")


@dataclass(frozen=True)
class Java:
    """A Java of this machine: its ``java`` program and its major version."""

    executable: Path
    major: int

    @property
    def home(self) -> Path:
        """What JAVA_HOME would be for it."""
        return self.executable.parents[1]


def find_java(minimum: int) -> Java:
    """
    Find a Java by JAVA_HOME, then under `JVM_FOLDER`, then by PATH.

    Parameters
    ----------
    minimum
        Oldest major version that will do.

    Raises
    ------
    Unavailable
        No Java here is new enough.
    """
    seen = []
    for executable in dict.fromkeys(path.resolve() for path in _candidates()):
        major = _major(executable)
        if major is not None and major >= minimum:
            return Java(executable, major)
        seen.append(f"{executable} is {'broken' if major is None else major}")
    raise Unavailable(f"no Java {minimum} or newer ({', '.join(seen) or 'no Java at all'})")


def _candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home, "bin", "java")
    yield from sorted(JVM_FOLDER.glob("*/bin/java"))
    if on_path := shutil.which("java"):
        yield Path(on_path)


def _major(executable: Path) -> int | None:
    """Ask a Java for its major version; None where it does not answer."""
    try:
        answer = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    # Java 8 calls itself 1.8.
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    return int(found[1]) if found else None

"""The packages that neurongraph needs, as the record of its installation names them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from typing import Final

OPENING: Final = ("keras", "tensorflow")
"""What opens model files of Keras; all else works without them."""

_NAME: Final = "neurongraph"
_PACKAGE: Final = re.compile(r"([\w.-]+)\s*(.*)")
_EXTRA: Final = re.compile(r"""extra\s*==\s*["']([\w-]+)""")


@dataclass(frozen=True)
class Requirement:
    """A package that neurongraph needs.

    Parameters
    ----------
    name
        What the package is called where it is published.
    versions
        Those that go with neurongraph, such as ``<4,>=3.15``.
    extra
        The extra that it belongs to, such as ``dask``; empty where every installation has it.
    """

    name: str
    versions: str
    extra: str = ""

    def __str__(self) -> str:
        return f"{self.name}{self.versions}"

    @property
    def installed(self) -> str | None:
        """The version that is installed; None where there is none."""
        try:
            return metadata.version(self.name)
        except metadata.PackageNotFoundError:
            return None


def requirements() -> list[Requirement]:
    """Return the packages that neurongraph needs; none where it is imported, but not installed."""
    try:
        lines = metadata.requires(_NAME) or []
    except metadata.PackageNotFoundError:
        return []
    return [_requirement(line) for line in lines]


def _requirement(line: str) -> Requirement:
    """Return what a line such as ``dask>=2026.7; extra == 'dask'`` says."""
    package, _, marker = line.partition(";")
    name, versions = _PACKAGE.findall(package)[0]
    return Requirement(name, versions.strip(), "".join(_EXTRA.findall(marker)))


def python_versions() -> str | None:
    """Return the versions of Python that neurongraph runs on; None where it is not installed."""
    try:
        return metadata.metadata(_NAME)["Requires-Python"]
    except metadata.PackageNotFoundError:
        return None


def line_for(module: str | None) -> str | None:
    """Return the line that installs what holds a module; None if neurongraph does not need it.

    Parameters
    ----------
    module
        What could not be imported, such as ``bokeh.models``.
    """
    package = (module or "").partition(".")[0]
    return install_line([package]) if package in {each.name for each in requirements()} else None


def install_line(names: Iterable[str]) -> str:
    """Return the line that installs packages that cannot be imported, in versions that fit.

    Parameters
    ----------
    names
        What the packages are called where they are published.
    """
    known = {each.name: each for each in requirements() if not each.extra}
    needed = [known.get(name, Requirement(name, "")) for name in names]
    # pip does nothing about a package that is there and broken, unless it is told to.
    broken = all(each.installed for each in needed)
    options = ["--force-reinstall", "--no-deps"] if broken else []
    # Shells of Windows know these quotes alone.
    return " ".join(["pip install", *options, *(f'"{each}"' for each in needed)])

"""The packages that neurongraph needs, as the record of its installation names them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from traceback import walk_tb
from typing import Final

from queries.errors import NotInstalledError

OPENING: Final = ("keras", "tensorflow")
"""What opens model files of Keras; all else works without them."""

PARALLEL: Final = ("cryptography", "dask", "distributed")
"""What lets processes of Dask share the work."""

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


def lacking(error: ImportError) -> str | None:
    """Return the package, of those that neurongraph needs, of which something cannot be imported.

    Parameters
    ----------
    error
        What the import raised. It names a module of the package, such as ``bokeh.models``, or one
        that the package itself imports.

    Returns
    -------
    str or None
        What the package is called; None if neurongraph does not need it.
    """
    needed = {each.name for each in requirements()}
    modules = [error.name or "", *_being_imported(error)]
    return next((top for top in map(_top, modules) if top in needed), None)


def _being_imported(error: ImportError) -> list[str]:
    """Return the modules that were being imported when one of them raised, the innermost first."""
    names: list[str] = []
    for frame, _ in reversed(list(walk_tb(error.__traceback__))):
        if "importlib" in frame.f_code.co_filename:
            continue
        if frame.f_code.co_name != "<module>":
            break
        names.append(str(frame.f_globals.get("__name__")))
    return names


def _top(module: str) -> str:
    return module.partition(".")[0]


def not_installed(
    what: str, names: Sequence[str], error: ImportError | None = None
) -> NotInstalledError:
    """Return the error for what cannot be done without some packages.

    Parameters
    ----------
    what
        What cannot be done.
    names
        What the packages are called where they are published.
    error
        What importing them raised; None where they were looked for, and are not there.
    """
    reason = "" if error is None else f" ({error})"
    line = install_line(names, error)
    return NotInstalledError(f"{what}{reason}; install what is missing: {line}")


def install_line(names: Sequence[str], error: ImportError | None = None) -> str:
    """Return the line that installs packages that cannot be imported, in versions that fit.

    Parameters
    ----------
    names, error
        As in ``not_installed``.
    """
    known = {each.name: each for each in sorted(requirements(), key=lambda each: not each.extra)}
    needed = [known.get(name, Requirement(name, "")) for name in names]
    if not all(each.installed for each in needed):
        return _line(needed)
    module = _top((error and error.name) or "")
    if not module:
        return _line(needed, broken=True)
    if module in names:
        return _line([each for each in needed if each.name == module], broken=True)
    # pip itself adds what a package that is there needs and lacks, but mends none that is broken.
    owners = metadata.packages_distributions().get(module, [])
    broken = [Requirement(name, f"=={metadata.version(name)}") for name in dict.fromkeys(owners)]
    return _line(broken, broken=True) if broken else _line(needed)


def _line(needed: Iterable[Requirement], *, broken: bool = False) -> str:
    # pip does nothing about a package that is there, unless it is told to.
    options = ["--force-reinstall", "--no-deps"] if broken else []
    # Shells of Windows know these quotes alone.
    return " ".join(["pip install", *options, *(f'"{each}"' for each in needed)])

"""The command ``versions``."""

import platform
from typing import Final

import typer

from queries.commands.options import FormatOption, OutputOption, RawOption
from queries.commands.output import destination, write
from queries.commands.terminal import Commands, examples

_OF_CHORES: Final = ("samples", "test")
"""Extras that only the chores of the repository need."""

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel="About",
    epilog=examples("neurongraph versions", "neurongraph versions --format json"),
)
def versions(
    format_name: FormatOption = None, output: OutputOption = None, raw: RawOption = False
) -> None:
    """Show the versions of neurongraph, Python and all packages that it needs, for a report.

    Beside each stands which versions go with this neurongraph.
    """
    to = destination(format_name, output, raw=raw)
    import pandas as pd

    frame = pd.DataFrame(_rows(), columns=["name", "version", "allowed", "extra"], dtype="str")
    write(frame, to)


def _rows() -> list[tuple[str, str, str | None, str | None]]:
    """Return name, version, the versions that go with neurongraph, and the extra, a row each."""
    from queries.core.packages import python_versions, requirements
    from queries.core.version import __version__

    libc = platform.libc_ver()
    python = f"{platform.python_version()} ({platform.python_implementation()})"
    return [
        ("neurongraph", __version__, None, None),
        ("Python", python, python_versions(), None),
        ("system", f"{platform.system()} {platform.release()}", None, None),
        ("machine", platform.machine(), None, None),
        *((("C library", " ".join(libc), None, None),) if any(libc) else ()),
        *(
            (each.name, each.installed or "not installed", each.versions, each.extra or None)
            for each in requirements()
            if each.extra not in _OF_CHORES
        ),
    ]

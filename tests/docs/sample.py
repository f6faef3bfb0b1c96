"""A folder as after a clone, with the sample loaded: what the documentation shows is run there."""

import io
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from unittest.mock import patch

import pandas as pd
from typer.testing import CliRunner

from queries.commands.table import print_table

ROOT: Final = Path(__file__).parent.parent.parent
DIGITS: Final = "neurongraph load samples/digits.keras --graph digits.lbug --replace"
_TERMINAL: Final = {"COLUMNS": "120"}


@contextmanager
def sample_folder() -> Iterator[Path]:
    """Work in a new folder that holds the samples, and ``digits.lbug``."""
    with (
        TemporaryDirectory() as folder,
        chdir(folder),
        patch.dict(os.environ, _TERMINAL),
    ):
        os.environ.pop("FORCE_COLOR", None)
        Path("samples").symlink_to(ROOT / "samples")
        run(f"{DIGITS} --quiet")
        yield Path(folder)


def run(command: str) -> str:
    """Return what a ``neurongraph`` command writes to stdout, and expect that it works."""
    from exporter.cli import app

    done = CliRunner().invoke(app, shlex.split(command)[1:], catch_exceptions=False)
    if done.exit_code:
        raise RuntimeError(f"{command}\n{done.stderr}")
    return re.sub(r"[ \t]+$", "", done.stdout, flags=re.MULTILINE)


def shown(frame: pd.DataFrame, rows: int, main: Sequence[str]) -> str:
    """Return the first rows of a frame as a terminal shows them."""
    note = None if len(frame) <= rows else f"{rows} of {len(frame):,} rows"
    with redirect_stdout(io.StringIO()) as printed:
        print_table(frame.head(rows), note, main)
    return re.sub(r"[ \t]+$", "", printed.getvalue(), flags=re.MULTILINE)

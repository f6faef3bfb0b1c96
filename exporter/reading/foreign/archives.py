"""Zip archives: what PyTorch writes, and arrays of NumPy."""

import zipfile
from pathlib import Path
from typing import Final

from exporter.reading.foreign.advice import from_torch
from exporter.reading.foreign.pickles import torch_text

_OPENED: Final = 1 << 16
"""Bytes of a member that are looked into."""


def archive_text(path: Path) -> str | None:
    """Say what a zip archive is, if it holds a model that is not read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _text_of(path, archive)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
        # Damaged, encrypted, or packed in a way of which Python knows nothing.
        return None


def _text_of(path: Path, archive: zipfile.ZipFile) -> str | None:
    names = archive.namelist()
    # PyTorch puts all of it into one folder.
    inner = {name.partition("/")[2]: name for name in names}
    if "archive_format" in inner or "serialized_exported_program.json" in names:
        load = f"program = torch.export.load({str(path)!r}); "
        what = "it is a program of torch.export, whose pickles are not opened"
        return f"{what}; {from_torch(path, load, 'program.module()')}"
    if "constants.pkl" in inner and any(name.startswith("code/") for name in inner):
        what = "it is a TorchScript program, whose code is not run"
        return f"{what}; {from_torch(path, model='the_module_that_it_was_made_of.eval()')}"
    if "data.pkl" in inner:
        with archive.open(inner["data.pkl"]) as member:
            return torch_text(path, member.read(_OPENED))
    if names and all(name.endswith(".npy") for name in names):
        return (
            "it holds arrays of NumPy, which are weights at most and say nothing of the layers; "
            "build the model in Python, fill it with them, and save it: model.save('model.keras')"
        )
    return None

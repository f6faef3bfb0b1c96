"""Read a model of half precision as one of single precision.

Rounding to half precision is no part of the wiring, and would hide whether a graph is right.
"""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_SINGLE: Final = "float32"
_HALF: Final = frozenset(
    f"{mixed}{dtype}" for mixed in ("", "mixed_") for dtype in ("float16", "bfloat16")
)


def in_single_precision(config: Any) -> Any:
    """Return a model's configuration with float32 in the place of every half precision."""
    if isinstance(config, list):
        return [in_single_precision(value) for value in config]
    if not isinstance(config, dict):
        return config
    single = {key: in_single_precision(value) for key, value in config.items()}
    # A policy of quantization stays as it is: it is refused, and is to say so.
    named = "name" if single.get("class_name") == "DTypePolicy" else "dtype"
    holder = single.get("config") if named == "name" else single
    if isinstance(holder, dict) and str(holder.get(named)) in _HALF:
        holder[named] = _SINGLE
    return single


@contextmanager
def archive_in_single_precision(path: Path, member: str, config: Any) -> Iterator[Path]:
    """Give a .keras archive in which ``member`` is ``config`` in single precision.

    It is the file itself where nothing changes.
    """
    single = in_single_precision(config)
    if single == config:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, path.name)
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
            for name in old.namelist():
                new.writestr(name, json.dumps(single) if name == member else old.read(name))
        yield copy

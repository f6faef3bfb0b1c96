"""Damage datasets in every way that files can be damaged, the same for the same seed."""

import json
import random
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from queries.stores.dataset import NOTE, README
from queries.stores.dataset.manifest import MANIFEST

Spoil = Callable[[Path, random.Random], str]
"""Damages the model ``m`` of a dataset; returns what it has done."""


def subfolder(dataset: Path, model: str) -> Path:
    """Return where a model is."""
    (found,) = dataset.glob(f"{model}-*")
    return found


def _drawn(dataset: Path, draws: random.Random) -> Path:
    """Draw a file of the model, or one that tells what the dataset is."""
    if draws.random() < 0.05:
        return dataset / README
    return draws.choice(sorted(subfolder(dataset, "m").iterdir()))


def _table(dataset: Path, draws: random.Random) -> Path:
    return draws.choice(sorted(subfolder(dataset, "m").glob("[en][de][gu]*-*")))


def _removed(dataset: Path, draws: random.Random) -> str:
    if draws.random() < 0.2:
        pattern = draws.choice(["edges*", "neurons*", "[elm]*", "*"])
        for path in subfolder(dataset, "m").glob(pattern):
            path.unlink()
        return f"all of {pattern}"
    path = _drawn(dataset, draws)
    path.unlink()
    return path.name


def _truncated(dataset: Path, draws: random.Random) -> str:
    path = _drawn(dataset, draws)
    content = path.read_bytes()
    size = draws.choice([1, draws.randrange(len(content)), len(content) - 1])
    path.write_bytes(content[:size])
    return f"{path.name} to {size} of {len(content)} bytes"


def _changed(dataset: Path, draws: random.Random) -> str:
    """Flip bits, put other bytes in place of some, insert some, or cut some out."""
    path = _drawn(dataset, draws)
    content = bytearray(path.read_bytes())
    how = draws.choice(["flipped", "set", "inserted", "cut out"])
    for _ in range(draws.choice([1, 2, 20])):
        at = draws.randrange(len(content))
        if how == "flipped":
            content[at] ^= 1 << draws.randrange(8)
        elif how == "set":
            content[at] = (content[at] + draws.randrange(1, 256)) % 256
        elif how == "inserted":
            content.insert(at, draws.choice(b'0123456789,\n"-\0'))
        else:
            del content[at]
    path.write_bytes(content)
    return f"{path.name}, bytes {how}"


def _emptied(dataset: Path, draws: random.Random) -> str:
    path = _drawn(dataset, draws)
    path.write_bytes(b"")
    return path.name


def _swapped(dataset: Path, draws: random.Random) -> str:
    """Exchange two files of a model, or put one or all of another model in their place."""
    own, other = subfolder(dataset, "m"), subfolder(dataset, "other")
    how = draws.choice(["two", "one of the other", "all of the other"])
    if how == "two":
        one, two = draws.sample(sorted(own.iterdir()), 2)
        held = one.read_bytes()
        one.write_bytes(two.read_bytes())
        two.write_bytes(held)
        return f"{one.name} and {two.name}"
    pattern = draws.choice(["edges", "neurons", "layers", "files", "neurongraph"])
    paths = sorted(other.glob(f"{pattern}*"))
    for path in paths if how == "all of the other" else [draws.choice(paths)]:
        shutil.copyfile(path, own / path.name)
    return f"{pattern}, {how}"


def _doubled(dataset: Path, draws: random.Random) -> str:
    """Copy or move a table to a name that another one might have."""
    path = _table(dataset, draws)
    stem, _, start = path.stem.rpartition("-")
    names = [
        f"{path.stem} (1)",
        f"{stem}-{int(start) + 1:012d}",
        f"{stem}-{draws.randrange(50):012d}",
        f"{path.stem}~",
        path.stem.upper(),
        stem,
    ]
    target = path.with_name(draws.choice(names) + path.suffix)
    if target == path:
        target = path.with_name(names[0] + path.suffix)
    if draws.random() < 0.5:
        shutil.copyfile(path, target)
        return f"{path.name} copied to {target.name}"
    path.rename(target)
    return f"{path.name} renamed to {target.name}"


def _renamed_folder(dataset: Path, draws: random.Random) -> str:
    """Move the folder of a model, or copy it to a name that another might have."""
    own = subfolder(dataset, "m")
    target = dataset / draws.choice(["m", "moved", f"{own.name}.2", "n-0123456789ab"])
    if draws.random() < 0.5:
        shutil.copytree(own, target)
        return f"copied to {target.name}"
    own.rename(target)
    return f"renamed to {target.name}"


def _edited_json(path: Path, draws: random.Random) -> str:
    """Change, remove or exchange values, anywhere in a file of JSON."""
    content = json.loads(path.read_text())
    before = json.dumps(content)
    part: Any = content
    while True:
        key = draws.choice(sorted(part))
        if not isinstance(part[key], dict) or not part[key] or draws.random() < 0.2:
            break
        part = part[key]
    how = draws.choice(["removed", "changed", "exchanged"])
    if how == "removed":
        del part[key]
    elif how == "exchanged":
        other = draws.choice(sorted(part))
        part[key], part[other] = part[other], part[key]
    if json.dumps(content) == before:
        how, part[key] = "changed", draws.choice([None, -1, 7, 10**30, "", "x", [], {}, 0.5])
    path.write_text(json.dumps(content))
    return f"{key} {how} in {path.name}"


def _manifest(dataset: Path, draws: random.Random) -> str:
    """Edit or remove the list of files, or make it agree with a file that is another."""
    path = subfolder(dataset, "m") / MANIFEST
    how = draws.choice(["removed", "edited", "edited", "agrees"])
    if how == "removed":
        path.unlink()
        return how
    if how == "edited":
        return _edited_json(path, draws)
    return f"agrees with {_agreeing(path, _table(dataset, draws), draws)}"


def _agreeing(manifest: Path, table: Path, draws: random.Random) -> str:
    """Remove a table, or put that of the other model in its place, and say so in the list."""
    content = json.loads(manifest.read_text())
    if draws.random() < 0.5:
        table.unlink()
        del content["files"][table.stem]
    else:
        other = subfolder(table.parents[1], "other") / table.name
        table.write_bytes(other.read_bytes())
        entry = content["files"][table.stem]
        entry["size"], entry["crc32"] = table.stat().st_size, zlib.crc32(table.read_bytes())
    manifest.write_text(json.dumps(content, indent=0))
    return f"{table.name}, which is {'another' if table.exists() else 'removed'}"


def _note(dataset: Path, draws: random.Random) -> str:
    return _edited_json(subfolder(dataset, "m") / NOTE, draws)


SPOILS: Final[dict[str, Spoil]] = {
    "file removed": _removed,
    "file truncated": _truncated,
    "bytes changed": _changed,
    "file emptied": _emptied,
    "files swapped": _swapped,
    "file doubled or renamed": _doubled,
    "folder doubled or renamed": _renamed_folder,
    "manifest edited or removed": _manifest,
    "note edited": _note,
}
"""How to damage a dataset, by what the table calls it."""

"""What the files of a model are called."""

import hashlib
import re
from typing import Final

_SAFE: Final = re.compile(r"[A-Za-z0-9_.-]{0,40}-[0-9a-f]{12}")


def safe_name(model: str) -> str:
    """Return the name for the files of a model: letters, digits and ``_.-``.

    A readable part of the model's name, and a hash of all of it, make up the name, so that any
    model has one safe name.
    """
    readable = re.sub(r"[^A-Za-z0-9_.-]+", "_", model)[:40].strip(".")
    digest = hashlib.sha256(model.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{readable}-{digest}"


def may_be_safe(name: str) -> bool:
    """Tell whether a name may be what ``safe_name`` returns."""
    return _SAFE.fullmatch(name) is not None


def name_of(safe: str) -> str:
    """Return the model that a safe name is of; the safe name where it does not tell."""
    readable = safe.rpartition("-")[0]
    return readable if safe_name(readable) == safe else safe

"""Names of a package that are imported when somebody asks for them."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a package, which imports none of its modules.

    Parameters
    ----------
    package
        Its name.
    homes
        The module of each of its names.
    """

    def get(name: str) -> Any:
        if name in homes:
            return getattr(import_module(homes[name]), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def names() -> list[str]:
        # A notebook completes what stands here.
        return sorted({*vars(sys.modules[package]), *homes})

    return get, names

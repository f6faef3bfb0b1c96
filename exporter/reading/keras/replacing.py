"""Put something else in the place of attributes of classes and modules, for a while."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

_MISSING: Final = object()


@contextmanager
def replaced(attributes: Iterable[tuple[Any, str, Any]]) -> Iterator[None]:
    """Set attributes, and set them back at the end.

    Parameters
    ----------
    attributes
        An owner each, the name of its attribute, and what stands there meanwhile.
    """
    before = [(owner, name, _set(owner, name, new)) for owner, name, new in attributes]
    try:
        yield
    finally:
        for owner, name, value in reversed(before):
            if value is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, value)


def _set(owner: Any, name: str, new: Any) -> Any:
    """Set an attribute, and return what it was."""
    value = vars(owner).get(name, _MISSING)
    setattr(owner, name, new)
    return value

"""Arguments of a wrong kind: each error says which one, what it is, and what is taken."""

import os
from collections.abc import Iterable, Mapping
from typing import Final

from queries.core.address import repeatable
from queries.errors import ParameterError

_KERAS: Final = frozenset({"keras", "tf_keras", "tensorflow"})
_PLAIN: Final = (bool, int, float)


def described(value: object) -> str:
    """Return what a value is, for a message: ``None``, ``3``, ``a list``."""
    if value is None or isinstance(value, _PLAIN):
        return repr(value)[:40]
    kind = type(value).__name__
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def require_text(name: str, value: object, meaning: str) -> None:
    """Raise ParameterError for an argument that is no text.

    Parameters
    ----------
    name, value
        The argument.
    meaning
        What the text would be, such as ``the name of a model``.
    """
    if not isinstance(value, str):
        raise ParameterError(f"{name}: {described(value)} is no text; give {meaning}")


def require_texts(name: str, values: object, meaning: str) -> None:
    """Raise ParameterError for an argument that is no list of texts; a single text is none.

    Parameters
    ----------
    name, values
        The argument.
    meaning
        What the texts would be, such as ``names of procedures``.
    """
    if isinstance(values, str):
        raise ParameterError(f"{name}: a text is no list; give {meaning}, such as [{values!r}]")
    if not isinstance(values, Iterable) or isinstance(values, (bytes, Mapping)):
        raise ParameterError(f"{name}: {described(values)} is no list; give {meaning}")
    for value in values:
        require_text(name, value, meaning)


def path_of(name: str, value: object) -> str:
    """Return a path that somebody gave, as a text.

    Parameters
    ----------
    name, value
        The argument: a text, or an object that stands for a path.

    Raises
    ------
    ParameterError
        If it is none. A model that is in memory is told how it becomes a file.
    """
    try:
        text = os.fsdecode(value)  # type: ignore[arg-type]
        is_path = b"\0" not in os.fsencode(text)
    except TypeError:
        raise ParameterError(f"{name}: {described(value)} {_no_path(value)}") from None
    except UnicodeEncodeError:
        is_path = False
    if not is_path:
        raise ParameterError(
            f"{name}: {repeatable(text)} is no path, which holds no null character and no half of "
            "a surrogate pair"
        )
    return text


def _no_path(value: object) -> str:
    if is_keras_model(value):
        return (
            "is a model in memory, and a file is taken; save it, as by model.save('model.keras'), "
            "and give the path of that file"
        )
    return "is no path; give a text or a pathlib.Path"


def is_keras_model(value: object) -> bool:
    """Tell whether a value is a model of Keras in memory, whichever Keras that is."""
    return any(
        base.__name__ == "Model" and base.__module__.partition(".")[0] in _KERAS
        for base in type(value).__mro__
    )

"""Properties of neurons that are written beside those that a load gives them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from queries.core.address import repeatable
from queries.errors import ParameterError, PropertyNotFoundError, listed, meant

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_WRITTEN: Final = "property:"
"""Before the name of a property that is also that of a measure."""


@dataclass(frozen=True)
class WrittenProperty:
    """A property that was written to neurons of a model.

    Parameters
    ----------
    name
        Its name.
    finished
        Whether its write has ended; one that runs or was interrupted has not.
    index
        Whether the store has an index on it.
    """

    name: str
    finished: bool
    index: bool = False


def is_property_name(text: object) -> bool:
    """Tell whether a text has the form of a name that may be written."""
    return isinstance(text, str) and bool(_NAME.fullmatch(text))


def property_named(text: str, measures: Collection[str]) -> str | None:
    """Return the property that a text means where a measure or a property may be named.

    Parameters
    ----------
    text
        The name of a measure; else of a property, which ``property:`` may stand before.
    measures
        The names of the measures.

    Returns
    -------
    str or None
        The name of the property, whether it was written or not; None for a measure.
    """
    return None if text in measures else text.removeprefix(_WRITTEN)


def property_text(name: str, measures: Collection[str]) -> str:
    """Return the text that means a property where a measure may be named as well."""
    return f"{_WRITTEN}{name}" if name in measures else name


def check_property_name(name: str) -> None:
    """Raise ParameterError for a name that no property may have.

    Parameters
    ----------
    name
        The name. Those that begin with an underscore are for what statements keep while they run.
    """
    if not is_property_name(name):
        raise ParameterError(
            f"{repeatable(str(name))[:80]} is no name of a property; write a letter, and then up "
            "to 63 letters, digits and underscores"
        )
    # The completion of a command line, which knows names alone, does without Arrow.
    from queries.core.schema import NEURON

    if name.casefold() in {taken.casefold() for taken in NEURON.names}:
        raise ParameterError(
            f"{name!r} is a property that a load gives to each neuron; choose another name"
        )


def quoted(name: str) -> str:
    """Return the name of a property as a statement has it; it may be a word of Cypher."""
    check_property_name(name)
    return f"`{name}`"


def require_written(model: str, name: str, there: Collection[str]) -> None:
    """Raise PropertyNotFoundError where a property is none of those that were written.

    Parameters
    ----------
    model
        The name of the model.
    name
        The name of the property.
    there
        The names of those that were.
    """
    if name not in there:
        others = f"those that were are {listed(sorted(there))}" if there else "none was"
        raise PropertyNotFoundError(
            f"no property {name!r} was written to the neurons of model {model!r}; {others}"
            f"{meant(name, there)}"
        )

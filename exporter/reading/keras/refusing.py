"""Refuse a model file on which Keras fails: the layer that it was at, and its reason in a line."""

import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from exporter.reading.keras.blame import blamed_layer
from exporter.reading.keras.legacy.names import name_in_file
from queries.core.packages import lacking
from queries.errors import ModelFileError, NeurongraphError

_LONGEST: Final = 400
_BOLD: Final = re.compile(r"\x1b\[1m(.*?)\x1b\[0m", re.DOTALL)
_CONFIGURATION: Final = re.compile(
    r"Full (?:object )?config:|The following nodes failed|\n\nArguments received by"
)


@contextmanager
def refusing(why: str, advice: str = "") -> Iterator[None]:
    """Turn whatever goes wrong into ModelFileError: what a file makes readers raise is anybody's.

    Parameters
    ----------
    why
        What the message says before the layer, if it is known, and the reason.
    advice
        What it says after them.
    """
    try:
        yield
    except NeurongraphError:
        raise
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and lacking(error):
            # The file is not to blame.
            raise
        layer = blamed_layer(error)
        where = f"layer {layer!r}: " if layer else ""
        reason = f"{type(error).__name__}: {reason_in(name_in_file(str(error)))}"
        message = f"{why}: {where}{reason}{'; ' * bool(advice)}{advice}"
        raise ModelFileError(message) from error


def reason_in(message: str, longest: int = _LONGEST) -> str:
    """Return the reason in what Keras says, in one line.

    A layer's whole configuration stands before it or after it, and the arguments of a call.

    Parameters
    ----------
    message
        What Keras says.
    longest
        How many characters of the reason are returned.
    """
    reason = message.rpartition("Exception encountered: ")[2]
    if bold := _BOLD.findall(reason):
        reason = bold[-1]
    reason = " ".join(_CONFIGURATION.split(reason, maxsplit=1)[0].split())
    return textwrap.shorten(reason, longest, placeholder=" ...") or "no reason given"

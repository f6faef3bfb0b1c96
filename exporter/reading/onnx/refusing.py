"""Refuse an ONNX file on which its reading fails, with the reason in a line."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from queries.errors import ModelFileError, NeurongraphError

_LONGEST: Final = 300


@contextmanager
def refusing() -> Iterator[None]:
    """Turn whatever goes wrong into ModelFileError: what a file makes readers raise varies."""
    try:
        yield
    except NeurongraphError:
        raise
    except Exception as error:
        reason = textwrap.shorten(str(error), _LONGEST, placeholder=" ...") or "no reason given"
        raise ModelFileError(
            f"it cannot be read as an ONNX model: {type(error).__name__}: {reason}"
        ) from error

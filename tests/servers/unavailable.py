"""What happens where a test cannot have what it needs: a skip, or a failure in CI."""

import os
from collections.abc import Callable
from typing import NoReturn, TypeVar

import pytest

T = TypeVar("T")


class Unavailable(Exception):  # noqa: N818 - a reason, not always an error
    """A way to get a server that this machine does not offer; the message says why."""


def skip_or_fail(reason: str) -> NoReturn:
    """Skip the test, or fail it in CI, where a skip would pass for a success."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (a skip outside of CI)", pytrace=False)
    pytest.skip(reason)


def or_skip(get: Callable[[], T]) -> T:
    """Give what `get` gives; where that is `Unavailable`, skip the test, or fail it in CI."""
    try:
        return get()
    except Unavailable as error:
        reason = str(error)
    skip_or_fail(reason)

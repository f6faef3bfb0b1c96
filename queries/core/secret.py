"""The secret of a page: whoever may open it has its address from the terminal."""

import hmac
import secrets
from typing import Final

_BYTES: Final = 24


def new_secret() -> str:
    """Return a random text that is safe in an address."""
    return secrets.token_urlsafe(_BYTES)


def fits(given: str | bytes, secret: str) -> bool:
    """Tell whether a secret is the right one, in a time that says nothing about it.

    Parameters
    ----------
    given
        What somebody sent.
    secret
        What ``new_secret`` returned.
    """
    sent = given.encode(errors="replace") if isinstance(given, str) else given
    return hmac.compare_digest(sent, secret.encode())

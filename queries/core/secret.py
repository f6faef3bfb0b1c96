"""The secret of a page: whoever may open it has its address from the terminal."""

import hmac
import secrets
from typing import Final

_BYTES: Final = 24


def new_secret() -> str:
    """Return a random text that is safe in an address."""
    return secrets.token_urlsafe(_BYTES)


def fits(text: str | bytes, secret: str) -> bool:
    """Tell whether a secret is the right one, in a time that says nothing about it.

    Parameters
    ----------
    text
        What somebody sent.
    secret
        What ``new_secret`` returned.
    """
    encoded = text.encode(errors="replace") if isinstance(text, str) else text
    return hmac.compare_digest(encoded, secret.encode())

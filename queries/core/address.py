"""The address of a server: a scheme, a host, perhaps a port, and nothing else.

Whatever else stands in an address may be a password, so that no text is repeated that only
resembles one.
"""

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Final
from unicodedata import normalize
from urllib.parse import unquote

_ADDRESS: Final = re.compile(
    r"([a-z0-9+]+)://(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?/?"
)
_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_LONGEST_HOST: Final = 253
_LAST_PORT: Final = 65535
_SIGNS: Final = frozenset(":@?#")
_WORD: Final = r"[\w.-]{1,100}"
_PLACE: Final = r"@\d{1,6}(?:,\d{1,6}){0,2}"
_STEP: Final = rf"@t\d{{1,6}}(?:/{_WORD}(?::\d{{1,6}})?){{0,9}}(?:\[\d{{1,6}}\])?(?:{_PLACE})?"
_NEURON: Final = rf"(?::\d{{1,6}}(?=\[))?(?:\[\d{{1,6}}\])?{_PLACE}"
_NAME: Final = rf"(?:{_WORD}/){{0,9}}{_WORD}(?:{_STEP}|{_NEURON})"
"""What a checkpoint (``run@3``), a neuron (``block/conv:2[3]@12,7``) or a step (``lstm@t3/add``) is
called; no host is a number, or t and a number, behind a user without a password.
"""
_KEYED_NAME: Final = re.compile(rf"(?:[\w.]{{1,100}}=)?{_NAME}")
_NAME_IN_TEXT: Final = re.compile(rf"(?<![^\s('\"=]){_NAME}(?=[)'\",;.]*(?:\s|$))")
_LONGEST: Final = 4096
"""Letters of a text that is looked into: no path is longer, and no address nearly as long."""


def is_address(text: str, schemes: Collection[str]) -> bool:
    """Tell whether a text is ``scheme://host``, perhaps with ``:port`` and a slash.

    Parameters
    ----------
    text
        Any text.
    schemes
        The schemes that are known.

    Returns
    -------
    bool
        False also where there is a user name, a password, a path or a query. The host is a name
        of ASCII letters, an IPv4 address, or an IPv6 address in brackets.
    """
    match = _ADDRESS.fullmatch(text)
    if match is None or match[1] not in schemes:
        return False
    if match[4] is not None and not 0 < int(match[4]) <= _LAST_PORT:
        return False
    return _is_ipv6(match[2]) if match[2] else _is_name(match[3])


def may_be_address(text: str) -> bool:
    """Tell whether a text has a sign of an address in it, however that is written or encoded."""
    return len(text) > _LONGEST or not _SIGNS.isdisjoint(_plain(text))


def may_be_secret(text: str) -> bool:
    """Tell whether a text may be an address with a password in it, and is not plainly a path."""
    return may_be_address(text) and not _is_path(text)


def path_text(path: Path) -> str:
    """Return a path for an error, or dots where it may be an address with a password in it."""
    text = str(path)
    return "'...'" if holds_login(text) and not _is_path(text) else text


def place_text(path: Path) -> str:
    """Return the path of a graph as it is taken, with ./ before what else may be an address."""
    text = str(path)
    return f"./{text}" if may_be_secret(text) else text


def _is_path(text: str) -> bool:
    if "://" in text:
        return False
    if text.startswith(("./", "../")) or (os.path.isabs(text) and not text.startswith("//")):  # noqa: PTH117
        return True
    return os.path.exists(text)  # noqa: PTH110 - a Path refuses some texts.


def holds_login(text: str) -> bool:
    """Tell whether a user name or a password may stand in a text, as before the @ of an address.

    What is plainly the name of a checkpoint or of a neuron is none.
    """
    if len(text) > _LONGEST:
        return True
    text = _plain(_NAME_IN_TEXT.sub("", text))
    # A Path makes one slash of two.
    return "@" in text or ":/" in text


def is_name(text: str) -> bool:
    """Tell whether a text is plainly the name of a checkpoint or a neuron, perhaps with a key."""
    return _KEYED_NAME.fullmatch(text) is not None


def repeatable(text: str) -> str:
    """Return a text in quotes for an error, or dots where it may be an address."""
    return repr(text) if is_name(text) else repeatable_place(text)


def repeatable_place(text: str) -> str:
    """Return as ``repeatable`` a text that stands where an address may, and so is no name."""
    return "'...'" if may_be_address(text) else repr(text)


def _plain(text: str) -> str:
    """Return a text without percent signs that encode, and wide or small letters as usual ones."""
    before = None
    while before != text:
        before, text = text, unquote(normalize("NFKC", text))
    return text


def _is_ipv6(host: str) -> bool:
    import ipaddress

    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def _is_name(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    return len(host) <= _LONGEST_HOST and all(map(_LABEL.fullmatch, labels))

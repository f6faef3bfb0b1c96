"""Open a page in the user's browser, one with a secret also."""

import os
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from html import escape
from typing import Final

from queries.commands.terminal import say
from queries.core.temporary import temporary_errors, temporary_folder
from queries.errors import TemporaryFileError

_DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
"""What the environment of a desktop has, or that of an editor which shows pages itself."""

_LEADS_ON: Final = """\
<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url={address}">
<title>neurongraph</title>
<p><a href="{address}">The page</a></p>
"""


def has_display() -> bool:
    """Tell whether somebody at a terminal can be shown a page: a script opens none."""
    if not sys.stderr.isatty():
        return False
    # Without one a browser of the terminal would take the place of the command.
    return sys.platform in {"darwin", "win32"} or any(map(os.environ.get, _DISPLAYS))


def open_page(address: str) -> bool:
    """Open a page in the user's browser, and tell whether that could be."""
    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False


@contextmanager
def open_browser(address: str) -> Iterator[None]:
    """Open an address in the user's browser, and not on its command line.

    All users of a machine see what its command lines say. So the browser gets a file that leads
    to the address and that this user alone may read; it is removed at the end.

    Parameters
    ----------
    address
        The address with its secret.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(temporary_folder()) / "view.html"
            with temporary_errors():
                file.touch(mode=0o600)
                file.write_text(_LEADS_ON.format(address=escape(address)), encoding="utf-8")
        except TemporaryFileError as error:
            say(f"No browser was opened ({error}); open the address yourself.")
        else:
            webbrowser.open(file.as_uri())
        yield

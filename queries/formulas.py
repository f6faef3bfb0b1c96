"""Texts that a spreadsheet would run as formulas, or a terminal would obey, made harmless.

OWASP says which are formulas, and that an apostrophe before them makes them text:
https://owasp.org/www-community/attacks/CSV_Injection
"""

import re
from typing import Final

from queries.terminal import printable

# Where lists are separated by semicolons, a spreadsheet begins a cell behind each of them.
_FORMULA: Final = re.compile(r"(^|;)(?=[\s\"]*[=+\-@＝＋－＠])")  # noqa: RUF001 - the wide forms.


def harmless(text: str) -> str:
    """Return a text with control characters escaped, and an apostrophe before any formula.

    Parameters
    ----------
    text
        What a cell of a CSV file is to hold. A number is no text.
    """
    return _FORMULA.sub(r"\1'", printable(text))

"""Texts that a spreadsheet would run as formulas, or a terminal would obey, made harmless.

OWASP says which are formulas, and that an apostrophe before them makes them text:
https://owasp.org/www-community/attacks/CSV_Injection
"""

import re
from typing import TYPE_CHECKING, Final

from queries.core.text import printable

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# Where lists are separated by semicolons, a spreadsheet begins a cell behind each of them.
_FORMULA: Final = re.compile(r"(^|;)(?=[\s\"]*[=+\-@＝＋－＠])")  # noqa: RUF001 - the wide forms.

# What any text that is changed contains. Arrow searches a column by it at once.
_DOUBTFUL: Final = r"[^ -~]|(?:^|;)[\s\"]*[=+\-@]"


def harmless_column(texts: "pd.Series[str]") -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """Return a column of texts, each made harmless; what is missing stays so."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = texts.to_numpy(dtype=object, copy=True)
    matches = pc.match_substring_regex(pa.array(texts, pa.large_string()), _DOUBTFUL)
    doubtful = pc.fill_null(matches, False).to_numpy(zero_copy_only=False)
    values[doubtful] = [harmless(text) for text in values[doubtful]]
    return values


def harmless(text: str) -> str:
    """Return a text with control characters escaped, and an apostrophe before any formula.

    Parameters
    ----------
    text
        What a cell of a CSV file is to hold. A number is no text.
    """
    return _FORMULA.sub(r"\1'", printable(text))

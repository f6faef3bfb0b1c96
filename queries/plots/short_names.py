"""Names of layers and neurons that are short enough for a picture; the mouse tells them whole."""

from typing import Final

MOST_LETTERS: Final = 30
_LEFT_OUT: Final = "…"


def short_name(name: str) -> str:
    """Return the name of a layer or neuron, without some parts of it where it is long.

    The last part stays, and what says a time, such as ``lstm@t3/multiply``.

    Parameters
    ----------
    name
        Such as ``attention/dot_product_attention/scores[0]``, which becomes
        ``attention/…/scores[0]``.
    """
    if len(name) <= MOST_LETTERS:
        return name
    first, *between, last = name.split("/") if "/" in name else ("", name)
    timed = [part for part in between if "@" in part]
    dots = [_LEFT_OUT] if len(timed) < len(between) else []
    short = "/".join([*([first] if first else []), *dots, *timed, last])
    if len(short) > MOST_LETTERS and timed:
        short = "/".join([_LEFT_OUT, *timed, last])
    return short if len(short) <= MOST_LETTERS else _LEFT_OUT + short[1 - MOST_LETTERS :]

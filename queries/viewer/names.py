"""Names as people read them where there is little room."""

from typing import Final

_ELLIPSIS: Final = "…"


def middle_shortened(name: str, most: int) -> str:
    """Return a name of at most so many letters: of a longer one the middle is left out.

    Names of layers that a person compares often begin alike and differ at their ends.

    Parameters
    ----------
    name
        The name.
    most
        How many letters it may have, 3 or more.
    """
    if len(name) <= most:
        return name
    end = (most - 1) // 2
    return f"{name[: most - 1 - end]}{_ELLIPSIS}{name[len(name) - end :]}"


def neuron_shortened(name: str, most: int) -> str:
    """Return the name of a neuron or channel, of which the layer's name alone is shortened.

    Parameters
    ----------
    name
        Such as ``conv_0[3]@12,7``.
    most
        How many letters it may have, where the rest of it leaves 3 or more for the layer.
    """
    layer, bracket, rest = name.rpartition("[")
    if not bracket:
        return middle_shortened(name, most)
    return middle_shortened(layer, max(3, most - 1 - len(rest))) + bracket + rest

"""How long work tells how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Takes a phase, such as ``neurons``, how many are done, and how many there are."""


def silent(phase: str, done: int, total: int) -> None:
    """Tell nobody."""

"""A bar that shows how far work is, wherever it is drawn."""

from abc import abstractmethod

from queries.core.closing import Closing


class Bar(Closing):
    """A bar that a person sees; closing takes it away."""

    @abstractmethod
    def begin(self, text: str, total: int | None) -> None:
        """Show a task in the place of the last one.

        Parameters
        ----------
        text
            What is done.
        total
            How many there are; None where nobody knows.
        """

    @abstractmethod
    def move(self, done: int) -> None:
        """Show how many are done."""


def duration(seconds: float) -> str:
    """Return a time as people read it: ``1 min 30 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

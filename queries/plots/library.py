"""The plots that there are: names, summaries and parameters. Nothing is drawn here."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from queries.errors import PlotNotFoundError, listed
from queries.library import Asked, Parameter, query


@dataclass(frozen=True)
class Plot(Asked):
    """One plot; it takes what the query takes whose frame it draws, and what its picture needs."""

    kind: ClassVar[str] = "plot"


@cache
def plots() -> dict[str, Plot]:
    """Return every plot by its name, in alphabetical order."""
    found = (
        Plot(
            "adjacency",
            "The adjacency matrix as a heat map; big ones are put together in bins.",
            (
                *query("adjacency").parameters,
                Parameter(
                    "measure",
                    "text",
                    "what a bin of several relationships shows: the mean of their weights, or the "
                    "weight of the largest absolute value",
                    default="mean",
                    choices=("mean", "largest"),
                ),
            ),
        ),
    )
    return {each.name: each for each in found}


def plot(name: str) -> Plot:
    """Return a plot by its name.

    Raises
    ------
    PlotNotFoundError
        If there is none; the message lists what there is.
    """
    try:
        return plots()[name]
    except KeyError:
        raise PlotNotFoundError(
            f"there is no plot {name!r}; the plots are {listed(plots())}"
        ) from None

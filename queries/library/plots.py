"""The plots that there are: names, summaries and parameters. Nothing is drawn here."""

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final, Literal

from queries.core.address import repeatable
from queries.errors import PlotNotFoundError, listed
from queries.library.queries import Asked, Parameter, query


@dataclass(frozen=True)
class Plot(Asked):
    """One plot; it takes what the query takes whose frame it draws, and what its picture needs."""

    kind: ClassVar[str] = "plot"


PictureFormat = Literal["html", "png", "svg"]
SUFFIXES: Final[dict[str, PictureFormat]] = {".html": "html", ".png": "png", ".svg": "svg"}
"""What the name of a picture's file may end in."""

_MEASURES: Final = ("katz", "pagerank", "path_centrality", "eigenvector_centrality", "strength")


@cache
def plots() -> dict[str, Plot]:
    """Return every plot by its name, in alphabetical order."""
    found = (
        Plot(
            "adjacency",
            "The adjacency matrix as a heat map; big ones are put together in bins.",
            (*query("adjacency").parameters, _SHOWN),
        ),
        Plot(
            "centrality",
            "A measure of centrality, by layer on a logarithmic scale.",
            (query("katz").parameter("neurons"), _MEASURE, _CLASSES, query("katz").parameter("by")),
        ),
        Plot(
            "comparison",
            "How much the weights into each layer change from this model to another.",
            query("compare_layers").parameters,
        ),
        Plot(
            "projective_field",
            "What some neurons feed, over the positions of a layer.",
            _of_field("over which layer; one of those that they feed", required=True),
        ),
        Plot(
            "receptive_field",
            "What feeds some neurons, over the positions of the input or another layer.",
            _of_field("over which layer", otherwise="the input"),
        ),
        Plot(
            "strongest_paths",
            "The k strongest paths between neurons, drawn through the layers.",
            query("strongest_paths").parameters,
        ),
        Plot(
            "weight_distribution",
            "Histograms of the weights into each layer.",
            query("weight_distribution").parameters,
        ),
    )
    return {each.name: each for each in found}


def _of_field(meaning: str, **settings: Any) -> tuple[Parameter, ...]:
    """Return the parameters of a field that is drawn over a layer."""
    over = Parameter("over", "neurons", meaning, **settings)
    drawn = query("field_neurons")
    return (drawn.parameter("neurons"), over, drawn.parameter("by"))


_SHOWN: Final = Parameter(
    "measure",
    "text",
    "what a bin of several relationships shows: the mean of their weights, or the weight of the "
    "largest absolute value",
    default="mean",
    choices=("mean", "largest"),
)
_MEASURE: Final = Parameter(
    "measure",
    "text",
    "by what; each with its usual parameters",
    default="katz",
    choices=_MEASURES,
)
_CLASSES: Final = Parameter(
    "classes",
    "text",
    "names of the neurons of the last layer, such as cat,dog,ship",
)


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
            f"there is no plot {repeatable(name)}; the plots are {listed(plots())}"
        ) from None

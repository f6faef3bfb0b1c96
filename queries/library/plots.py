"""The plots that there are: names, summaries and parameters. Nothing is drawn here."""

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final, Literal, get_args

from queries.errors import NeurongraphError, PlotNotFoundError
from queries.library.declaration import AT_INPUT, BY, Declaration, Parameter, by_name
from queries.library.history import MEASURE, RUN
from queries.library.queries import query


@dataclass(frozen=True)
class Plot(Declaration):
    """One plot; it takes what the query takes whose frame it draws, and what its picture needs."""

    kind: ClassVar[str] = "plot"
    several: ClassVar[str] = "plots"
    missing: ClassVar[type[NeurongraphError]] = PlotNotFoundError


PictureFormat = Literal["html", "png", "svg"]
SUFFIXES: Final[dict[str, PictureFormat]] = {".html": "html", ".png": "png", ".svg": "svg"}
"""What the name of a picture's file may end in."""

DrawnMeasure = Literal["katz", "pagerank", "path_centrality", "eigenvector_centrality", "strength"]
"""A query that measures each neuron, as the plot of centrality draws it."""

BinMeasure = Literal["mean", "largest"]
"""What a bin of the adjacency matrix shows."""


@cache
def plots() -> dict[str, Plot]:
    """Return every plot by its name, in alphabetical order."""
    all_plots = (
        Plot(
            "adjacency",
            "The adjacency matrix as a heat map; big ones are put together in bins.",
            (
                query("adjacency").parameter("source"),
                query("adjacency").parameter("target"),
                _BIN,
                BY,
            ),
            example=query("adjacency").example,
        ),
        _of_query(
            "attention",
            "Where a model attends at an input, as an image a head.",
            "attention",
        ),
        Plot(
            "attribution_paths",
            "The k strongest paths of an answer at an input, drawn through the layers.",
            query("attribution_paths").parameters,
            example={"input": "samples/digits.npz:7", "level": "channel"},
        ),
        Plot(
            "centrality",
            "A measure of neurons, by layer; on a logarithmic scale unless a value is negative.",
            (query("katz").parameter("neurons"), _MEASURE, _CLASSES, BY, AT_INPUT),
            example={"classes": "0,1,2,3,4,5,6,7,8,9"},
        ),
        _of_query(
            "circuit",
            "The circuit of an answer at an input, drawn through the layers.",
            "circuit",
        ),
        _of_query(
            "comparison",
            "How much the weights into each layer change from this model to another.",
            "compare_layers",
        ),
        _of_query(
            "deletion_curve",
            "What a model says while pixels are deleted from an input, or inserted, as a curve.",
            "deletion_curve",
        ),
        Plot(
            "effective_weights",
            "What each neuron of a layer passes on to some others, signed and activations ignored, "
            "as images over its positions.",
            query("effective_weights").parameters,
            example={"source": "input_layer", "target": "dense_1"},
        ),
        Plot(
            "history",
            "How the weights into each layer change from epoch to epoch.",
            (RUN, MEASURE, BY),
            example={"run": "digits"},
        ),
        Plot(
            "projective_field",
            "What some neurons feed, over the positions of a layer.",
            _of_field("over which layer; one of those that they feed", required=True),
            example={**query("projective_field").example, "over": "conv_0"},
        ),
        Plot(
            "receptive_field",
            "What feeds some neurons, over the positions of the input or another layer.",
            _of_field("over which layer", otherwise="the input"),
            example={**query("receptive_field").example, "over": "input_layer"},
        ),
        _of_query(
            "recovery_curve",
            "How much of an answer circuits of all sizes recover, as a curve.",
            "recovery_curve",
        ),
        Plot(
            "saliency",
            "What of a target comes through each pixel at an input, as images.",
            (
                query("attribution").parameter("input"),
                Parameter(
                    "neurons", "neurons", "which neurons, of one layer", otherwise="the input"
                ),
                *(
                    parameter
                    for parameter in query("attribution").parameters
                    if parameter.name not in {"input", "neurons"}
                ),
            ),
            example={"input": "samples/digits.npz:7"},
        ),
        _of_query(
            "strongest_paths",
            "The k strongest paths between neurons, drawn through the layers.",
            "strongest_paths",
        ),
        _of_query(
            "weight_distribution",
            "Histograms of the weights into each layer.",
            "weight_distribution",
        ),
    )
    return {each.name: each for each in all_plots}


def _of_query(name: str, summary: str, query_name: str) -> Plot:
    """Return a plot that takes what a query takes, and no more."""
    return Plot(name, summary, query(query_name).parameters, example=query(query_name).example)


def _of_field(meaning: str, **settings: Any) -> tuple[Parameter, ...]:
    """Return the parameters of a field that is drawn over a layer."""
    over = Parameter("over", "neurons", meaning, **settings)
    return (query("field_neurons").parameter("neurons"), over, BY, AT_INPUT)


_BIN: Final = Parameter(
    "measure",
    "text",
    "what a bin of several relationships shows: the mean of their weights, or the weight of the "
    "largest absolute value",
    default="mean",
    choices=get_args(BinMeasure),
)
_MEASURE: Final = Parameter(
    "measure",
    "text",
    "by what: a measure with its usual parameters, or a property that was written to neurons; "
    "property:katz means one that is named as a measure is",
    default="katz",
    choices=get_args(DrawnMeasure),
    or_property=True,
)
_CLASSES: Final = Parameter(
    "classes",
    "text",
    "names of the neurons of the last layer in the order of ids, such as cat,dog,ship",
)


def plot(name: str) -> Plot:
    """Return a plot by its name.

    Raises
    ------
    PlotNotFoundError
        If there is none; the message lists what there is.
    """
    return by_name(name, Plot, plots())

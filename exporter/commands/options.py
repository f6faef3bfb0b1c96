"""The arguments and options that commands of this room share."""

from pathlib import Path
from typing import Annotated, Final

import typer

from queries.commands.completion import model_names
from queries.core.granularity import Granularity

PANEL: Final = "Load"
"""Where the help lists the commands of this room."""

ModelArgument = Annotated[
    Path,
    typer.Argument(metavar="MODEL", help="A .keras, HDF5 or ONNX model file.", show_default=False),
]

NameOption = Annotated[
    str | None,
    typer.Option(
        "--name",
        "-n",
        metavar="NAME",
        autocompletion=model_names,
        help="What the model is called in the graph.",
        show_default="the file's name without suffix",
    ),
]


GranularityOption = Annotated[
    Granularity,
    typer.Option(
        "--granularity",
        help="What a node stands for: a neuron, all neurons of a channel, or of a layer.",
    ),
]

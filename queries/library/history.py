"""What can be asked of a run: models of one architecture, named ``run@epoch``."""

import re
from typing import Final, Literal, get_args

from queries.library.declaration import Column, Parameter

HistoryMeasure = Literal[
    "relative_change",
    "change",
    "bias_change",
    "flips",
    "frobenius_norm",
    "zero_share",
    "dead_share",
]
"""A column of the history that can be drawn."""

MODEL_OF_RUN: Final = re.compile(r"(?P<run>.+)@(?P<epoch>[0-9]{1,18})", re.DOTALL)
"""How the models of a run are named."""

RUN: Final = Parameter(
    "run",
    "text",
    "name of the run: the models RUN@1, RUN@2 and so on, which stand in one graph and have the "
    "same architecture",
    required=True,
)
MEASURE: Final = Parameter(
    "measure",
    "text",
    "which column of the history",
    default="relative_change",
    choices=get_args(HistoryMeasure),
)
COLUMNS: Final = (
    Column("epoch", "int", "epoch, the number after the @"),
    Column("model", "text", "name of the model"),
    Column("layer_index", "int", "position of the layer"),
    Column("layer", "text", "name of the layer"),
    Column("edges", "int", "number of relationships into the layer"),
    Column("frobenius_norm", "float", "root of the sum of the squared weights"),
    Column("zero_share", "float", "share of weights that are exactly 0"),
    Column("dead_share", "float", "share of its nodes of which all weights in are 0"),
    Column(
        "change",
        "float",
        "root of the sum of the squared changes of the weights since the epoch before",
    ),
    Column(
        "relative_change",
        "float",
        "the same over the norm of the epoch before; null where that is 0",
    ),
    Column("flips", "int?", "number of weights that have changed their sign since then"),
    Column(
        "bias_change",
        "float",
        "root of the sum of the squared changes of the biases since then; null where there are "
        "none",
    ),
)
"""The columns of ``NeuronGraph.history``; what changes is null in the first epoch."""

"""What the costs of pruning channels are: the columns of ``NeuronGraph.prune_cost``."""

from typing import Final

from queries.library.declaration import Column

COLUMNS: Final = (
    Column(
        "name",
        "text",
        "layer[channel], which is taken where neurons are meant; of a layer that is used several "
        "times, its first use",
    ),
    Column("layer", "text", "name of the layer"),
    Column("channel", "int", "channel, feature map or unit"),
    Column("neurons", "int", "number of neurons, at all uses of the layer"),
    Column("mean_change", "float", "mean absolute change of the outputs, in their units"),
    Column("rms_change", "float", "root mean square of the change of the outputs, in their units"),
)
OF_LABELS: Final = (
    Column("accuracy_before", "float", "share of the labels that the whole model predicts"),
    Column("accuracy_after", "float", "share of the labels that it predicts without the channel"),
)
"""The columns behind those, where there are labels."""

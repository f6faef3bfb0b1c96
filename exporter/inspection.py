"""Look at a model file without loading it anywhere."""

import os
from dataclasses import dataclass

import pandas as pd

from exporter.model import open_model
from exporter.planning import plan
from exporter.sizes import store_sizes


@dataclass(frozen=True)
class Inspection:
    """What a load of a model would consist of.

    Parameters
    ----------
    frame
        One row a Keras layer: layer, class_name, shape (without the batch), activation,
        neurons and edges (null where the layer only moves data), parameters.
    neurons, edges, parameters
        Totals.
    """

    frame: pd.DataFrame
    neurons: int
    edges: int
    parameters: int

    @property
    def sizes(self) -> dict[str, int]:
        """About how many bytes a load takes on disk, by store."""
        return store_sizes(self.neurons, self.edges)

    @property
    def density(self) -> float:
        """Edges in a share of all possible ones, as ``networkx.density`` has it."""
        pairs = self.neurons * (self.neurons - 1)
        return self.edges / pairs if pairs else 0.0


def inspect(model: str | os.PathLike[str]) -> Inspection:
    """Count the neurons and edges of a model file, layer by layer; write nothing.

    Parameters
    ----------
    model
        A ``.keras`` or HDF5 file.

    Returns
    -------
    Inspection
        The layers and totals.

    Raises
    ------
    ModelFileError, UnsupportedLayerError
        If the file cannot be read or wired.
    """
    planned = plan(open_model(model))
    rows = [
        {
            "layer": row.name,
            "class_name": row.class_name,
            "shape": list(row.shape),
            "activation": row.activation,
            "neurons": row.neurons or None,
            "edges": row.edges if row.neurons else None,
            "parameters": row.parameters,
        }
        for row in planned.rows
    ]
    frame = pd.DataFrame(rows).astype({"neurons": "Int64", "edges": "Int64"})
    return Inspection(frame, planned.neurons, planned.edges, planned.parameters)

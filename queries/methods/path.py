"""Paths from neurons to neurons."""

import math
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa

from queries import passes, paths
from queries.frames import to_frame
from queries.library import Query
from queries.methods.base import Methods, Weighing
from queries.models import StoredModel
from queries.neuron_filter import NeuronsLike


class PathMethods(Methods):
    """Paths, exactly."""

    def strongest_paths(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        k: int = 10,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the k strongest paths, one row a hop, by the product of absolute weights.

        Paths over a relationship of weight 0 are left out.
        """
        given = {"source": source, "target": target, "k": k, "by": by}
        asked, values, about = self._asked("strongest_paths", model, given)
        network = self._network(about, by)
        begin, end = (
            self._neurons(values[side], about)["id"].to_numpy() - network.first
            for side in ("source", "target")
        )
        ends = np.full(network.neurons, -np.inf)
        ends[end] = 0.0
        onward = passes.maxima_backward(network, ends, passes.log_product)
        found = paths.strongest(begin, end, onward, network)
        return self._path_frame(list(islice(found, values["k"])), network.first, asked, about)

    def _path_frame(
        self, found: list[list[paths.Step]], first: int, asked: Query, about: StoredModel
    ) -> pd.DataFrame:
        ids = sorted({first + step.neuron for path in found for step in path})
        neurons = self._neurons(ids, about).set_index("id")
        rows = [
            {
                "path": rank,
                "strength": math.prod(abs(step.weight) for step in path),
                "sign": math.prod(1 if step.weight > 0 else -1 for step in path),
                "hop": hop,
                "id": first + step.neuron,
                "name": neurons["name"][first + step.neuron],
                "layer": neurons["layer"][first + step.neuron],
                "weight": step.weight if hop else None,
            }
            for rank, path in enumerate(found, start=1)
            for hop, step in enumerate(path)
        ]
        names = [column.name for column in asked.columns]
        table = pa.table({name: [row[name] for row in rows] for name in names})
        return to_frame(table, asked.columns)

"""The strongest paths of an answer at an input."""

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

import numpy as np
import pandas as pd

from queries.analysis.at_input.paths import NeuronPaths
from queries.analysis.circuit.flow import sums
from queries.analysis.circuit.paths import FlowPaths
from queries.analysis.operators import Flags, Ids
from queries.analysis.path_graph import (
    MASS,
    NUMBER,
    BegunPath,
    PathGraph,
    over_all_paths,
    strongest_begun,
)
from queries.answers.attribution import Sample, samples_of
from queries.answers.circuit import Explained, Nodes, nodes_of
from queries.answers.question import Question
from queries.core.neuron_filter import NeuronFilter
from queries.errors import ParameterError

_PLACE: Final = ("id", "name", "layer")


def attribution_paths(question: Question) -> pd.DataFrame:
    """Find the paths of the largest absolute attributions at each input.

    Raises
    ------
    ParameterError
        If integrated gradients are to have paths between neurons.
    """
    level = question.values["level"]
    if level == "neuron" and question.values["rule"] == "ig":
        raise ParameterError(
            "rule: with ig there is no one slope of a neuron, and so no path between neurons; take "
            "rescale, or the level channel or layer"
        )
    nodes = None if level == "neuron" else nodes_of(question.model, level)
    frames = [_rows(_Paths(sample, nodes)) for sample in samples_of(question)]
    return question.typed_answer(pd.concat(frames, ignore_index=True))


@dataclass(frozen=True)
class _Paths:
    """The paths of the answer at a sample.

    Parameters
    ----------
    sample
        The model at the input.
    nodes
        Between what they go; None for neurons.
    """

    sample: Sample
    nodes: Nodes | None

    @cached_property
    def graph(self) -> PathGraph:
        """All of them."""
        own = self.sample.towards.own
        if self.nodes is None:
            return NeuronPaths(self.sample.frozen, own)
        explained = Explained(self.sample, self.nodes)
        # The sample forgets what its neurons have where what flows between nodes is known.
        before = self.sample.attributed.pre_activation
        ending = sums(self.nodes.node, own * before, len(self.nodes.table))
        return FlowPaths(explained.flow, explained.inputs, ending, self.nodes.layer)

    @cached_property
    def strongest(self) -> list[BegunPath]:
        """Those that are meant, strongest first."""
        question = self.sample.question
        among: Ids = np.flatnonzero(question.among("source"))
        if self.nodes is not None:
            among = np.unique(self.nodes.node[among])
        best = islice(strongest_begun(self.graph, among), question.values["k"])
        return sorted(best, key=lambda path: (-abs(path.product), path.parts))

    def begin(self, part: int) -> str:
        """Return what begins a path at a part."""
        if isinstance(self.graph, FlowPaths) and self.graph.cancelled[part]:
            return "balance"
        return "input" if self._inputs[part] else "bias"

    @property
    def _inputs(self) -> Flags:
        return self.graph.inputs if isinstance(self.graph, FlowPaths) else self.sample.frozen.inputs

    def placed(self, parts: Ids) -> pd.DataFrame:
        """Return id, name and layer of parts of the model."""
        if self.nodes is not None:
            return self.nodes.table[list(_PLACE)].iloc[parts]
        question = self.sample.question
        ids = parts + question.network.first
        wanted = NeuronFilter(id=np.unique(ids).tolist())
        return question.model.neurons(wanted, _PLACE).set_index("id").loc[ids].reset_index()


def _rows(found: _Paths) -> pd.DataFrame:
    """Return a row a hop of the strongest paths at a sample."""
    target = found.sample.attributed.target
    paths = found.strongest
    mass = over_all_paths(found.graph, MASS)
    lengths = [len(path.parts) for path in paths]
    product = np.array([path.product for path in paths], dtype=np.float64)
    of_path = pd.DataFrame(
        {
            "path": np.arange(1, len(paths) + 1),
            "attribution": product,
            "share": product / target if target else np.nan,
            "mass_share": np.abs(product) / mass,
            "mass": mass,
            "paths": over_all_paths(found.graph, NUMBER),
            "begin": [found.begin(path.parts[0]) for path in paths],
            "value": np.array([path.begun for path in paths], dtype=np.float64),
        }
    )
    hops = found.placed(np.array([part for path in paths for part in path.parts], dtype=np.int64))
    weights = [weight for path in paths for weight in (np.nan, *path.weights)]
    rows = of_path.loc[of_path.index.repeat(lengths)].reset_index(drop=True)
    return rows.assign(
        **{name: hops[name].to_numpy() for name in _PLACE},
        weight=np.array(weights, dtype=np.float64),
        hop=np.concatenate([np.arange(length) for length in [0, *lengths]]),
        input=found.sample.name,
        towards=found.sample.towards.name,
    )

"""What a change of neurons or relationships adds to a target where all slopes are held."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from queries.analysis.at_input.attribution import attribution
from queries.analysis.at_input.frozen import FrozenModel
from queries.analysis.changed_pass import Change, Changed, entries_of
from queries.analysis.network import Network
from queries.analysis.operators import Operator, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.core.layer import Layer


def direct_effects(
    frozen: FrozenModel, own: Scores, value: Scores, change: Change, changed: Changed
) -> Scores:
    """Return what each intervention adds to a target of the affine map that a model is.

    Parameters
    ----------
    frozen
        The model at the input.
    own
        How much of each pre-activation the target counts: shape (neurons,).
    value
        What neurons put out at the input: shape (neurons,).
    change, changed
        What is done to what. Of several interventions each is within a layer.

    Returns
    -------
    numpy.ndarray
        Shape (interventions,).
    """
    weight = _weights(frozen.network, changed)
    # What is changed twice on a way from the input counts as often as it stays.
    share = change.share if changed.count == 1 else 1.0
    if changed.neurons:
        passing = np.ones(len(value))
        passing[changed.source] = share
        gradient = attribution(frozen, own, passing).gradient[changed.source]
    else:
        passed = replace(frozen, network=_Passing(frozen.network, changed, share))
        gradient = weight * attribution(passed, own).inner_gradient[changed.target]
    added = gradient * change.added(changed.source, value[changed.source])
    return np.bincount(changed.number, added, changed.count).astype(np.float64)


class _Passing(Network):
    """The same relationships, of which some pass on a share of what they do."""

    def __init__(self, network: Network, changed: Changed, share: float) -> None:
        super().__init__(network.layers, network.read, network.read_outgoing)
        self._network, self._changed, self._share = network, changed, share

    def operators(self, layer: Layer) -> Iterator[Operator]:
        """Yield operators that together are all relationships into a layer."""
        if self._share == 1.0:
            yield from self._network.operators(layer)
            return
        for part in self._network.matrices(layer):
            yield self._with_share(part)

    def _with_share(self, part: WeightMatrix) -> WeightMatrix:
        here = self._changed.into(part.targets)
        if not len(here.source):
            return part
        multipliers = np.ones(part.matrix.nnz)
        multipliers[entries_of(part, here)[0]] = self._share
        return part.times(multipliers)


def _weights(network: Network, changed: Changed) -> Scores:
    """Return what relationships weigh at the input; those into sums weigh what they ever do."""
    weight = changed.weight.copy()
    if changed.neurons:
        return weight
    for layer in network.layers:
        if layer.reduce == "sum" or not changed.ends_in(network.neurons_of(layer)).any():
            continue
        for part in network.matrices(layer):
            inside = np.flatnonzero(changed.ends_in(part.targets))
            entries, which = entries_of(part, changed.into(part.targets))
            weight[inside[which]] = part.matrix.data[entries]
    return weight

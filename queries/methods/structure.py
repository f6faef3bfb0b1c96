"""How a model is wired, and which of its parts do little."""

import pandas as pd

from queries.answers import structure as answers
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class StructureMethods(Methods):
    """Reachability, channels, layers and motifs."""

    def dead_neurons(
        self,
        neurons: NeuronsLike = None,
        *,
        threshold: float = 0.0,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return neurons without any path to an output, or without any from an input.

        Relationships of at most ``threshold`` in absolute weight count as absent.
        """
        return answers.dead_neurons(
            self._ask("dead_neurons", model, neurons=neurons, threshold=threshold, by=by)
        )

    def zero_channels(
        self,
        neurons: NeuronsLike = None,
        *,
        threshold: float = 0.0,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return channels of which all weights in, or all weights out, are zero.

        A strength of at most ``threshold`` counts as zero. The strength into an input and out of
        an output, which have no such relationships, does not count.
        """
        return answers.zero_channels(
            self._ask("zero_channels", model, neurons=neurons, threshold=threshold, by=by)
        )

    def channel_importance(
        self,
        target: NeuronsLike = None,
        *,
        k: int = 5,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the most and the least important channels of each layer.

        The importance of a neuron is the sum of ``|weight| * importance`` over what it feeds; that
        of the ``target`` neurons is 1, by default of the outputs. A channel has the sum of its
        neurons. Layers that do not lead to the targets are left out, and channels whose importance
        is NaN.
        """
        return answers.channel_importance(
            self._ask("channel_importance", model, target=target, k=k, by=by)
        )

    def duplicate_channels(
        self,
        neurons: NeuronsLike = None,
        *,
        least: float = 0.99,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return pairs of channels of a layer with alike incoming weights, most alike first.

        Channels without any weight but 0 are like no other.
        """
        return answers.duplicate_channels(
            self._ask("duplicate_channels", model, neurons=neurons, least=least, by=by)
        )

    def layer_statistics(
        self, *, threshold: float = 0.01, by: Weighing = "weight", model: str | None = None
    ) -> pd.DataFrame:
        """Return a row a layer that is fed: range of its weights, sparsity, norms, fluctuation.

        Weights below ``threshold`` in absolute value count as small.
        """
        return answers.layer_statistics(
            self._ask("layer_statistics", model, threshold=threshold, by=by)
        )

    def bifans(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        threshold: float = 0.0,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return one row: how many pairs of sources both feed the same pair of targets.

        Relationships of at most ``threshold`` in absolute weight count as absent.
        """
        return answers.bifans(
            self._ask("bifans", model, source=source, target=target, threshold=threshold, by=by)
        )

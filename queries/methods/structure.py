"""How a model is wired, and which of its parts do little."""

import math

import numpy as np
import pandas as pd

from queries.analysis import passes, structure
from queries.analysis.channels import channels_of, require_channels
from queries.analysis.duplicate_channels import similar_channels
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
        given = {"neurons": neurons, "threshold": threshold, "by": by}
        asked, values, about = self._asked("dead_neurons", model, given)
        network, above = self._network(about, by), values["threshold"]
        frame = self._neurons(values["neurons"], about, ["id", "name", "layer"])
        place = network.places(frame)
        begin, end = network.inputs, network.outputs
        reached = begin | passes.reach_forward(network, begin, above=above)
        reaching = end | passes.reach_backward(network, end, above=above)
        frame["from_input"], frame["to_output"] = reached[place], reaching[place]
        return self._declared(frame[~(frame["from_input"] & frame["to_output"])], asked, about)

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
        given = {"neurons": neurons, "threshold": threshold, "by": by}
        asked, values, about = self._asked("zero_channels", model, given)
        require_channels(about)
        network = self._network(about, by)
        into, out_of = passes.in_strength(network), passes.out_strength(network)
        into[network.inputs] = out_of[network.outputs] = np.nan
        channels = channels_of(self._neurons(values["neurons"], about), network.first)
        frame = channels.table
        frame["in_strength"], frame["out_strength"] = channels.total(into), channels.total(out_of)
        zero = (frame[["in_strength", "out_strength"]] <= values["threshold"]).any(axis=1)
        return self._declared(frame[zero], asked, about)

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
        given = {"target": target, "k": k, "by": by}
        asked, values, about = self._asked("channel_importance", model, given)
        require_channels(about)
        network = self._network(about, by)
        neurons = self._neurons(None, about)
        named = values["target"]
        end = self._among(named, about, network) if named else network.outputs
        own = end.astype(np.float64)
        channels = channels_of(neurons, network.first)
        frame = channels.table
        frame["importance"] = channels.total(own + passes.sums_backward(network, own))
        layers = frame.groupby("layer_index")["importance"]
        frame["share"] = frame["importance"] / layers.transform("sum")
        frame["rank"] = layers.rank(method="first", ascending=False)
        extreme = (frame["rank"] <= values["k"]) | (
            frame["rank"] > layers.transform("count") - values["k"]
        )
        shown = frame[extreme & (layers.transform("sum") > 0)]
        return self._declared(shown.sort_values(["layer_index", "rank"]), asked, about)

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
        given = {"neurons": neurons, "least": least, "by": by}
        asked, values, about = self._asked("duplicate_channels", model, given)
        require_channels(about)
        network = self._network(about, by)
        chosen = self._neurons(values["neurons"], about)
        pairs = []
        for layer in network.layers:
            own = chosen[chosen["layer"] == layer.name]
            if layer.edges and len(own):
                pairs.append(similar_channels(network, layer, own, values["least"]))
        frame = pd.concat(pairs) if pairs else pd.DataFrame(columns=[c.name for c in asked.columns])
        return self._declared(
            frame.sort_values("cosine", ascending=False, kind="stable"), asked, about
        )

    def layer_statistics(
        self, *, threshold: float = 0.01, by: Weighing = "weight", model: str | None = None
    ) -> pd.DataFrame:
        """Return a row a layer that is fed: range of its weights, sparsity, norms, fluctuation.

        Weights below ``threshold`` in absolute value count as small.
        """
        given = {"threshold": threshold, "by": by}
        asked, values, about = self._asked("layer_statistics", model, given)
        network = self._network(about, by)
        rows = [
            {
                "layer_index": layer.index,
                "layer": layer.name,
                "neurons": layer.neurons,
                **structure.layer_statistics(network, layer, values["threshold"]),
            }
            for layer in network.layers
            if layer.edges
        ]
        frame = pd.DataFrame(rows, columns=[column.name for column in asked.columns])
        return self._declared(frame, asked, about)

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
        given = {"source": source, "target": target, "threshold": threshold, "by": by}
        asked, values, about = self._asked("bifans", model, given)
        network = self._network(about, by)
        begin, end = (self._among(values[side], about, network) for side in ("source", "target"))
        pairs, count = structure.bifans(
            network.edges_between(begin, end, structure.BIFAN_BYTES), values["threshold"]
        )
        sources, targets = int(begin.sum()), int(end.sum())
        possible = math.comb(sources, 2) * math.comb(targets, 2)
        row = {
            "sources": sources,
            "targets": targets,
            "pairs": pairs,
            "bifans": count,
            "share": count / possible if possible else np.nan,
        }
        return self._declared(pd.DataFrame([row]), asked, about)

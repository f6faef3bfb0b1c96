"""Which part of a model is loaded, and how: what any process needs to plan the same load."""

from dataclasses import dataclass, field

from exporter.planning.grouping import grouped, require_granularity
from exporter.planning.plan import Plan
from exporter.planning.push import plan
from exporter.planning.threshold import Threshold
from exporter.reading.opened_model import OpenedModel
from queries.core.arguments import require_text
from queries.core.granularity import NEURON_GRAPH, Granularity


@dataclass(frozen=True)
class Recipe:
    """The options of a load that decide what is written.

    Parameters
    ----------
    granularity, from_layer, to_layer, partial
        As in ``exporter.load``.
    threshold
        What ``min_weight`` and ``top`` of it say.

    Raises
    ------
    ParameterError
        If there is no such granularity, or a layer is no text.
    """

    granularity: Granularity = NEURON_GRAPH
    from_layer: str | None = None
    to_layer: str | None = None
    partial: bool = False
    threshold: Threshold = field(default_factory=Threshold)

    def __post_init__(self) -> None:
        require_granularity(self.granularity)
        for name in ("from_layer", "to_layer"):
            if (layer := getattr(self, name)) is not None:
                require_text(name, layer, "the name of a layer")

    def plan(self, model: OpenedModel) -> Plan:
        """Plan the load of a model.

        Raises
        ------
        UnsupportedLayerError
            If layers cannot be wired and ``partial`` is false.
        LayerNotFoundError
            If there is no layer of a name, or the two are in the wrong order.
        """
        whole = grouped(plan(model, partial=self.partial), self.granularity)
        return whole.between(self.from_layer, self.to_layer).thinned(self.threshold)

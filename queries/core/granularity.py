"""What a node of a graph stands for."""

from typing import Final, Literal, get_args

Granularity = Literal["neuron", "channel", "layer"]
"""A neuron, all neurons of a channel, or all neurons of a layer."""

GRANULARITIES: Final[tuple[Granularity, ...]] = get_args(Granularity)
NEURON_GRAPH: Final = "neuron"


def nodes_text(count: int, granularity: Granularity) -> str:
    """Say how many nodes there are, and what each stands for."""
    return f"{count:,} {'nodes' if granularity == 'layer' else f'{granularity}s'}"

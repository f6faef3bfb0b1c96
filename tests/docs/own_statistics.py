"""What the layers that normalize by their own input make, step by step."""

from dataclasses import dataclass
from typing import Final

from tests.docs.markdown import table


@dataclass(frozen=True)
class Steps:
    """The steps of a layer of ``n`` outputs that share ``m`` statistics of a kind.

    Parameters
    ----------
    names
        What its steps are called; the last one is the layer itself.
    neurons, relationships
        How many it makes: how often ``n``, and how often ``m``.
    """

    names: tuple[str, ...]
    neurons: tuple[int, int]
    relationships: tuple[int, int]


_STANDARDIZED: Final = Steps(("mean", "centred", "squares", "rsqrt"), (3, 2), (7, 0))
STEPS: Final = {
    "GroupNormalization": _STANDARDIZED,
    "LayerNormalization": _STANDARDIZED,
    "RMSNormalization": Steps(("squares", "rsqrt"), (2, 1), (4, 0)),
    "UnitNormalization": Steps(("square", "reciprocal", "bounded"), (2, 2), (4, 1)),
}

_TEXT: Final = """\
## Normalizing by its own input

A layer that divides by statistics of its own input makes neurons in steps, so that no weight
depends on an input. A step is named `layer/step`; the last one has the layer's own name. It
multiplies: `gamma` is the weight of what is multiplied, `beta` the bias. `epsilon` is the bias of
`rsqrt`. The weights of a mean add up to exactly 1, so that equal inputs leave nothing.

Of a layer with n outputs that share m means, or m norms:
"""


def own_statistics() -> str:
    """Return the section."""
    rows = [
        (
            f"`{name}`",
            ", ".join(f"`{step}`" for step in steps.names),
            _formula(*steps.neurons),
            _formula(*steps.relationships),
        )
        for name, steps in STEPS.items()
    ]
    return f"{_TEXT}\n{table(['layer', 'steps before the last', 'neurons', 'relationships'], rows)}"


def _formula(outputs: int, statistics: int) -> str:
    terms = [f"{times}{of}" for times, of in ((outputs, "n"), (statistics, "m")) if times]
    return " + ".join(term.removeprefix("1") for term in terms)

"""The functions of recurrent nodes, of which some have numbers of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True)
class Function:
    """``outer * op(inner * x) + added``.

    Parameters
    ----------
    op
        An operation of ONNX; None for that which changes nothing.
    attributes
        Its attributes.
    inner, outer, added
        Numbers.
    """

    op: str | None
    attributes: Mapping[str, float] = field(default_factory=dict)
    inner: float = 1.0
    outer: float = 1.0
    added: float = 0.0

    @property
    def is_plain(self) -> bool:
        """True where nothing is done to what the operation puts out."""
        return self.outer == 1 and not self.added


_PLAIN: Final = ("Relu", "Sigmoid", "Softplus", "Softsign", "Tanh")
_DEFAULTS: Final[Mapping[str, tuple[float, ...]]] = {
    "Affine": (1.0, 0.0),
    "Elu": (1.0,),
    "HardSigmoid": (0.2, 0.5),
    "LeakyRelu": (0.01,),
    "ScaledTanh": (1.0, 1.0),
    "ThresholdedRelu": (1.0,),
}
"""The numbers of a function, alpha and beta, where a node does not say them."""

_NAMES: Final = {name.lower(): name for name in (*_PLAIN, *_DEFAULTS)}


def functions_of(
    names: Sequence[str], alphas: Sequence[float], betas: Sequence[float]
) -> list[Function]:
    """Return the functions of a node.

    Parameters
    ----------
    names
        Their names, as the node says them.
    alphas, betas
        The numbers of those that have any, in their order.
    """
    given: tuple[list[float], ...] = ([*alphas], [*betas])
    made = []
    for each in names:
        name = _NAMES.get(each.lower(), each)
        numbers = [
            float(own.pop(0)) if own else default
            for default, own in zip(_DEFAULTS.get(name, ()), given, strict=False)
        ]
        made.append(_function(name, *numbers))
    return made


def _function(name: str, alpha: float = 1.0, beta: float = 0.0) -> Function:
    if name == "Affine":
        return Function(None, outer=alpha, added=beta)
    if name == "ScaledTanh":
        return Function("Tanh", inner=beta, outer=alpha)
    attributes: dict[str, Any] = dict(zip(("alpha", "beta"), (alpha, beta), strict=True))
    count = len(_DEFAULTS.get(name, ()))
    return Function(name, {each: attributes[each] for each in ("alpha", "beta")[:count]})

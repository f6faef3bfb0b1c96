"""What is said of weights that are NaN or infinite: a note beside an answer, or an error."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from queries.core.layer import Layer
from queries.errors import NotFiniteError

if TYPE_CHECKING:
    from queries.analysis.operators import Scores


def note(name: str, layers: Iterable[Layer], rule: str) -> str:
    """Say how many weights of a model are not finite, where, and what an answer makes of them.

    Parameters
    ----------
    name
        The model's name.
    layers
        Its layers.
    rule
        What an answer makes of them.

    Returns
    -------
    str
        Empty where all weights are finite.
    """
    where = _where(layers)
    return f"{name}: weights that are NaN or infinite: {where}. {rule}" if where else ""


def require_finite(scores: "Scores", layers: Iterable[Layer], what: str) -> None:
    """Raise NotFiniteError where a result is not defined, and name the layers that are the reason.

    Parameters
    ----------
    scores
        The result.
    layers
        The layers of the model.
    what
        What was computed.
    """
    if not np.isfinite(scores).all():
        raise _undefined(layers, what)


def require_finite_weights(layers: Iterable[Layer], what: str) -> None:
    """Raise NotFiniteError where a load has counted weights that are not finite.

    Parameters
    ----------
    layers
        The layers of the model.
    what
        What is to be computed.
    """
    if any(layer.not_finite_weights for layer in layers):
        raise _undefined(layers, what)


def _undefined(layers: Iterable[Layer], what: str) -> NotFiniteError:
    where = _where(layers)
    detail = f"these layers have such weights: {where}" if where else "the graph holds such weights"
    return NotFiniteError(
        f"{what} is not defined with weights that are NaN or infinite, which reach every neuron; "
        f"{detail}"
    )


def _where(layers: Iterable[Layer]) -> str:
    """Return the names of layers that such weights lead into, each with their number."""
    counts = {layer.name: layer.not_finite_weights for layer in layers}
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)

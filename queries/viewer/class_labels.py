"""The classes of a model beside its outputs, where a text has room beside each."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from queries.viewer.class_names import ClassNames
from queries.viewer.labels import LETTER, LONGEST
from queries.viewer.layout import Layout
from queries.viewer.names import middle_shortened

_LEAST: Final = 10.0
"""Height of a cell beside which a text has room, in units of the picture."""
_GAP: Final = 5.0


def class_labels(
    layout: Layout, channels: NDArray[np.int32], classes: ClassNames
) -> tuple[dict[str, Any], float]:
    """Return the texts beside the last layer as columns of a source, and the room they need.

    Parameters
    ----------
    layout
        Where neurons are.
    channels
        By neuron, counted from the model's first.
    classes
        What the outputs stand for.
    """
    last = layout.columns[-1]
    texts = [classes.of(f"{last.layer.name}[{number}]") for number in channels[last.neurons]]
    shown = [middle_shortened(text, LONGEST) for text in texts]
    has_room = last.kind == "strip" and last.across == 1 and last.height / len(texts) >= _LEAST
    if not has_room or not any(shown):
        return {"x": [], "y": [], "text": []}, 0.0
    x = [last.left + last.width + _GAP] * len(shown)
    return {"x": x, "y": layout.y[last.neurons], "text": shown}, LETTER * max(map(len, shown))

"""How often a model is right."""

from dataclasses import dataclass

import numpy as np

from queries.analysis.operators import Ids, Scores


@dataclass(frozen=True)
class Labels:
    """The true classes of samples.

    Parameters
    ----------
    classes
        The class at each place of the output: shape (places, samples).
    outputs
        Which output stands for a class at a place, counted from the first output: shape (classes,
        places); a single row where one output tells two classes apart.
    threshold
        Above which value a single row says class 1.
    """

    classes: Ids
    outputs: Ids
    threshold: float = 0.5

    @property
    def count(self) -> int:
        """How many there are."""
        return self.classes.size

    def right(self, values: Scores, samples: slice) -> Ids:
        """Return how many of the labels of some samples a model predicts.

        The class of the largest output is the prediction, the first one of several; there is none
        where an output is no number.

        Parameters
        ----------
        values
            What the outputs are, in several forward passes: shape (outputs, passes, samples).
        samples
            Which samples they are of.

        Returns
        -------
        numpy.ndarray
            Shape (passes,).
        """
        by_class = values[self.outputs]
        if len(by_class) == 1:
            predicted = (by_class[0] > self.threshold).astype(np.int64)
        else:
            predicted = by_class.argmax(axis=0)
        known = ~np.isnan(by_class).any(axis=0)
        right: Ids = (known & (predicted == self.classes[:, np.newaxis, samples])).sum(axis=(0, 2))
        return right

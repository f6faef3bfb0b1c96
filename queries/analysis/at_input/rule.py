"""By which rule a model at an input becomes an affine map."""

from dataclasses import dataclass
from typing import Literal

Slope = Literal["gradient", "secant", "rescale"]
"""What stands for an activation function: its derivative, the slope of the line from 0 to the
pre-activation, or that from the pre-activation at a baseline."""

Products = Literal["half", "frozen", "gradient"]
"""What passes on through a product: an equal share of it through each factor, all of it through
those that are no gates, or its derivative."""


@dataclass(frozen=True)
class Rule:
    """How functions, and products, are replaced by what is linear.

    Parameters
    ----------
    slope
        Of activation functions.
    products
        Of neurons that multiply.
    """

    slope: Slope = "gradient"
    products: Products = "half"

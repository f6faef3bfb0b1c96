"""Random weights that keep a signal between dying and exploding, however deep the model is."""

from typing import Any

import numpy as np


def livened(model: Any, seed: int = 0) -> Any:
    """Give every variable of floats random values, by what it is."""
    random = np.random.default_rng(seed)
    for variable in model.variables:
        if "float" in str(variable.dtype):
            variable.assign(_values(random, variable))
    return model


def _values(random: np.random.Generator, variable: Any) -> Any:
    shape = tuple(variable.shape)
    if "variance" in variable.name:
        return random.uniform(0.5, 2.0, shape)
    if variable.name in {"gamma", "normalization_gamma", "scale"}:
        return random.uniform(0.5, 1.5, shape)
    if "kernel" in variable.name:
        fan_in = np.prod(shape[:-2]) if "depthwise" in variable.path else np.prod(shape[:-1])
        return random.normal(0.0, np.sqrt(2.0 / fan_in), shape)
    if variable.name in {"embeddings", "table", "token"}:
        return random.normal(0.0, 1.0, shape)
    return random.normal(0.0, 0.1, shape)

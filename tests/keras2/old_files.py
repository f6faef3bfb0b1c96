"""Files as Kerases wrote them that no longer run: made of one that tf-keras saved."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np


def rewritten(
    path: Path,
    *,
    version: str | None = None,
    backend: str | None = None,
    config: Callable[[dict[str, Any]], object] | None = None,
    weights: Callable[[str, Any], Any] | None = None,
) -> Path:
    """Change what an HDF5 model file says.

    Parameters
    ----------
    version, backend
        What wrote the file.
    config
        Changes the decoded configuration in place.
    weights
        Called with the name and the array of each weight; returns the array that takes its place.
    """
    with h5py.File(path, "r+") as file:
        for holder in (file, file["model_weights"]):
            if version is not None:
                holder.attrs["keras_version"] = version
            if backend is not None:
                holder.attrs["backend"] = backend
        if config is not None:
            decoded = json.loads(file.attrs["model_config"])
            config(decoded)
            file.attrs["model_config"] = json.dumps(decoded)
        if weights is not None:
            _change(file["model_weights"], weights)
    return path


def _change(group: Any, weights: Callable[[str, Any], Any]) -> None:
    names: list[str] = []
    group.visititems(lambda name, found: names.append(name) if hasattr(found, "dtype") else None)
    for name in names:
        array = weights(name, np.asarray(group[name]))
        del group[name]
        group[name] = array


def settings_of(config: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the settings of a layer in the configuration of a model, wherever it stands."""
    for layer in config["config"]["layers"]:
        if layer["config"].get("name") == name:
            found: dict[str, Any] = layer["config"]
            return found
        if "layers" in layer["config"]:
            try:
                return settings_of(layer, name)
            except LookupError:
                continue
    raise LookupError(name)

"""Small Keras models with random weights, and what their graph says of them."""

import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.planning.plan import Plan
from exporter.planning.push import plan
from exporter.reading.keras.model import KerasModel
from exporter.verifying.graph_source import ReadGraph, StreamSource
from exporter.verifying.verification import compare
from tests.opening import open_model

Spec = tuple[str, dict[str, Any]]
"""A Keras layer that is made later, since TensorFlow takes seconds to import."""


@dataclass(frozen=True)
class Wired:
    """A model that was saved, opened again and planned."""

    model: KerasModel
    plan: Plan


def layer(class_name: str, **settings: Any) -> Spec:
    """Say which layer of `keras.layers` is meant, with which settings."""
    return class_name, settings


def unwirable(name: str = "heard") -> Spec:
    """Return a layer that cannot be wired, whatever stands before it."""
    return layer("Hashing", num_bins=2, output_mode="multi_hot", name=name)


def chain(shape: tuple[int | None, ...], *layers: Spec, seed: int = 0) -> Any:
    """Build a Sequential with an Input layer; all its variables are random."""
    import keras

    made = [getattr(keras.layers, name)(**settings) for name, settings in layers]
    return randomized(keras.Sequential([keras.Input(shape), *made]), seed)


def randomized(model: Any, seed: int = 0) -> Any:
    """Give every variable of floats random values; variances are positive."""
    random = np.random.default_rng(seed)
    for variable in model.variables:
        if "float" in str(variable.dtype):
            positive = variable.name == "moving_variance"
            draw = random.uniform(0.3, 3.0, variable.shape)
            variable.assign(draw if positive else random.normal(0.0, 0.7, variable.shape))
    return model


def saved(model: Any, path: Path) -> Path:
    """Save a model by Keras, in the format that the suffix asks for."""
    model.save(path)
    return path


def edited(path: Path, edit: Callable[[Any], object], member: str = "config.json") -> Path:
    """Change a part of a .keras archive that is JSON."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    content = json.loads(members[member])
    edit(content)
    members[member] = json.dumps(content).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def edited_hdf5(path: Path, edit: Callable[[Any], object]) -> Path:
    """Change the configuration in an HDF5 model file."""
    import h5py

    with h5py.File(path, "r+") as file:
        content = json.loads(file.attrs["model_config"])
        edit(content)
        file.attrs["model_config"] = json.dumps(content)
    return path


def wired(model: Any, folder: Path) -> Wired:
    """Save a model, open the file and plan its graph."""
    opened = open_model(saved(model, folder / "model.keras"))
    return Wired(opened, plan(opened))


def failing(
    case: Wired, graph: ReadGraph | None = None, *, samples: int = 4, seed: int = 0
) -> list[str]:
    """Name the layers that a graph, or else the plan itself, gets wrong."""
    # Else most of the time of a small model goes into the compilation of its graph.
    case.model.keras.run_eagerly = True
    report = compare(case.model, graph or StreamSource(case.plan), samples=samples, seed=seed)
    wrong = report.frame.loc[~report.frame["passed"], "layer"].tolist()
    assert report.passed == (not wrong)
    return [str(name) for name in wrong]


def edges_into(case: Wired, position: int, block: int = 1 << 20) -> NDArray[np.float64]:
    """Return rows of source, target and weight of all edges into a layer."""
    into = case.plan.layers[position]
    blocks = [into.block(*bounds) for bounds in into.ranges(block)]
    columns = [np.stack([b.source, b.target, b.weight]) for b in blocks]
    return np.concatenate(columns, axis=1).T if columns else np.empty((0, 3))


def edge_matrix(case: Wired) -> NDArray[np.float64]:
    """Return the weights from the inputs into the first layer behind them, as a dense matrix."""
    inputs, outputs = case.plan.layers[:2]
    matrix = np.zeros((outputs.neurons, inputs.neurons))
    edges = edges_into(case, 1)
    rows, columns = edges[:, 1].astype(int) - outputs.first, edges[:, 0].astype(int)
    assert len(set(zip(rows, columns, strict=True))) == len(edges), "an edge stands there twice"
    matrix[rows, columns] = edges[:, 2]
    return matrix


def jacobian(case: Wired) -> NDArray[np.float64]:
    """Return the same matrix as Keras has it: what each basis vector adds to the output of 0.

    That holds for layers without activation, and for maxima of inputs that are not negative.
    """
    shape = [int(size or 0) for size in case.model.inputs[0].shape]
    basis = np.eye(int(np.prod(shape)), dtype=np.float32).reshape(-1, *shape)
    keras_model = case.model.keras
    moved = np.asarray(keras_model(basis)) - np.asarray(keras_model(np.zeros_like(basis[:1])))
    return np.asarray(moved, dtype=np.float64).reshape(len(basis), -1).T


def assert_same_edges(case: Wired) -> None:
    """Compare the edges with the Jacobian; they are from different sources."""
    np.testing.assert_allclose(edge_matrix(case), jacobian(case), atol=2e-5)


def named(specs: Iterable[Spec]) -> list[str]:
    """Return readable test ids."""
    return [
        "-".join([name, *(f"{key}={value}".replace(" ", "") for key, value in settings.items())])
        for name, settings in specs
    ]

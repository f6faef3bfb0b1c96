"""Models of Keras 2 that compute in half precision are read in single precision, and say so."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import exporter
from exporter.cli import app
from tests.keras2.files import FORMATS, TOLERANCE, difference, filled, inputs_of, keras2, saved

DIGITS = {"float16": 3, "mixed_float16": 3, "mixed_bfloat16": 2}


@pytest.fixture
def policy(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the name of a policy, which layers take while the test runs."""
    keras2().mixed_precision.set_global_policy(request.param)
    try:
        yield request.param
    finally:
        keras2().mixed_precision.set_global_policy("float32")


def small() -> Any:
    layers = keras2().layers
    inner = keras2().Sequential(
        [layers.Conv2D(3, 3, activation="relu", input_shape=(6, 6, 2)), layers.BatchNormalization()]
    )
    return keras2().Sequential(
        [
            layers.Input((6, 6, 2)),
            layers.Rescaling(0.5, offset=0.1),
            inner,
            layers.TimeDistributed(layers.Dense(4, activation="tanh")),
            layers.Flatten(),
            layers.Dense(3, name="head", dtype="float32"),
        ]
    )


def twin(model: Any) -> Any:
    """Return the same model in single precision."""
    keras2().mixed_precision.set_global_policy("float32")
    single = small()
    single.set_weights([np.asarray(each, dtype=np.float32) for each in model.get_weights()])
    return single


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("policy", DIGITS, indirect=True)
def test_the_graph_computes_what_the_model_does_in_single_precision(
    policy: str, suffix: str, tmp_path: Path
) -> None:
    model = filled(small())
    path = saved(model, tmp_path, suffix)
    inputs = inputs_of(model)
    rounded = difference(model, path, inputs)
    assert TOLERANCE < rounded < 10 ** (1 - DIGITS[policy])
    assert difference(twin(model), path, inputs) <= TOLERANCE
    assert exporter.inspect(path).half_precisions == (policy,)


@pytest.mark.parametrize("policy", ["mixed_bfloat16"], indirect=True)
def test_the_command_line_says_so(policy: str, tmp_path: Path) -> None:
    path = saved(filled(small()), tmp_path, ".h5")
    note = (
        f"The model computes in {policy} and is read as float32: model.predict rounds to about "
        "2 significant digits at each layer, the graph does not."
    )
    run = CliRunner()
    inspected = run.invoke(app, ["inspect", str(path)])
    assert (inspected.exit_code, inspected.stderr.strip()) == (0, note)
    graph = ["--graph", str(tmp_path / "g.lbug")]
    loaded = run.invoke(app, ["load", str(path), *graph])
    assert note in loaded.stdout + loaded.stderr
    again = run.invoke(app, ["load", str(path), *graph, "--replace", "--json"])
    assert json.loads(again.stdout)["half_precisions"] == [policy]


def test_of_single_precision_nothing_is_said(digits_file: Path, tmp_path: Path) -> None:
    assert exporter.inspect(digits_file).half_precisions == ()
    run = CliRunner().invoke(app, ["inspect", str(digits_file)])
    assert (run.exit_code, run.stderr) == (0, "")
    loaded = exporter.load(digits_file, tmp_path / "g.lbug")
    assert json.loads(loaded.json)["half_precisions"] == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_double_precision_is_kept(suffix: str, tmp_path: Path) -> None:
    layers = keras2().layers
    model = filled(
        keras2().Sequential([layers.Input((3,), dtype="float64"), layers.Dense(2, dtype="float64")])
    )
    path = saved(model, tmp_path, suffix)
    assert difference(model, path, inputs_of(model)) <= TOLERANCE
    assert exporter.inspect(path).half_precisions == ()

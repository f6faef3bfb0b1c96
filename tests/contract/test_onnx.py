"""An ONNX model with weights beside it in each store: load, verify, resume, replace, query."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from exporter import check, drop, load, verify
from queries import NeuronGraph
from queries.errors import ModelExistsError, VerificationError
from tests.contract.stores import GraphStore
from tests.contract.test_loads import Interrupted, interrupt
from tests.unit.onnx_models import convolutional, saved

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

NAME = "exported"
DATA = "model.onnx.data"


def save_beside(folder: Path) -> Path:
    """Save a model as torch does: its weights stand in a file beside it."""
    model = convolutional()
    content = b""
    for weights in model.graph.initializer:
        length = len(weights.raw_data)
        told = {"location": DATA, "offset": len(content), "length": length}
        content += weights.raw_data
        weights.ClearField("raw_data")
        weights.data_location = weights.EXTERNAL
        for key, value in told.items():
            weights.external_data.add(key=key, value=str(value))
    (folder / DATA).write_bytes(content)
    return saved(model, folder)


def change_weights(file: Path) -> None:
    """Change one weight, and with it the file beside the model alone."""
    content = np.fromfile(file.with_name(DATA), np.float32)
    content[0] += 1
    content.tofile(file.with_name(DATA))


@pytest.fixture(scope="session")
def onnx_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of that model."""
    return save_beside(tmp_path_factory.mktemp("onnx"))


@pytest.fixture(scope="module")
def exported(store: GraphStore, onnx_file: Path) -> Iterator[NeuronGraph]:
    """Give that model in each store, open for queries."""
    load(onnx_file, store.location, name=NAME)
    with NeuronGraph(store.location, model=NAME) as graph:
        yield graph
    drop(NAME, store.location)


ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("edges", {}),
    ("katz", {}),
    ("strongest_paths", {"source": "x", "target": "fc", "k": 5}),
    ("effective_weights", {"source": "pool", "target": "fc"}),
    ("receptive_field", {"neurons": "conv1[3]@2,0"}),
)


@pytest.mark.computed
@pytest.mark.parametrize(("name", "values"), ASKED)
def test_a_store_answers_as_the_file_does(
    exported: NeuronGraph, onnx_file: Path, name: str, values: dict[str, Any]
) -> None:
    with NeuronGraph(onnx_file) as read:
        expected = getattr(read, name)(**values)
    pd.testing.assert_frame_equal(getattr(exported, name)(**values), expected, rtol=1e-6)


def test_it_holds_what_was_loaded(exported: NeuronGraph, onnx_file: Path) -> None:
    assert verify(onnx_file, exported.location, name=NAME).passed
    assert check(exported.location, name=NAME).passed


def test_parts_of_it_are_loaded(store: GraphStore, scratch: str, onnx_file: Path) -> None:
    counts = {}
    for options in (
        {"granularity": "channel"},
        {"granularity": "layer"},
        {"min_weight": 0.5},
        {"from_layer": "pool", "to_layer": "fc"},
    ):
        report = load(onnx_file, store.location, name=scratch, replace=True, **options)
        counts[next(iter(options))] = report.edges
        assert check(store.location, name=scratch).passed
    assert counts["granularity"] == 3
    assert counts["from_layer"] == 36 * 3
    assert verify(onnx_file, store.location, name=scratch).passed


def test_a_load_goes_on_with_the_weights_that_it_began_with(
    store: GraphStore, scratch: str, tmp_path: Path
) -> None:
    file = save_beside(tmp_path)
    whole = load(file, store.location, name=scratch)
    drop(scratch, store.location)
    with pytest.raises(Interrupted):
        load(file, store.location, name=scratch, batch_size=50, progress=interrupt("relationships"))
    before = file.with_name(DATA).read_bytes()
    change_weights(file)
    with pytest.raises(ModelExistsError, match="another file"):
        load(file, store.location, name=scratch, resume=True)
    file.with_name(DATA).write_bytes(before)
    assert load(file, store.location, name=scratch, resume=True).checksums == whole.checksums


def test_weights_beside_it_that_changed_are_told(
    store: GraphStore, scratch: str, tmp_path: Path
) -> None:
    file = save_beside(tmp_path)
    first = load(file, store.location, name=scratch)
    change_weights(file)
    with pytest.raises(VerificationError, match="loaded from another model"):
        verify(file, store.location, name=scratch)
    assert load(file, store.location, name=scratch, replace=True).checksums != first.checksums
    assert verify(file, store.location, name=scratch).passed

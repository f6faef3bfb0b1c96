"""ONNX models in memory: their graphs are those of their files, and they stay as they are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter import inspect, load, verify
from exporter.reading.formats import open_model
from queries import NeuronGraph
from queries.errors import (
    GraphError,
    ModelExistsError,
    ModelFileError,
    ParameterError,
    UnsupportedLayerError,
    VerificationError,
)
from tests.unit.onnx_models import convolutional, made, random, saved

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def copied(model: Any) -> Any:
    copy = type(model)()
    copy.CopyFrom(model)
    return copy


def test_the_graph_is_that_of_the_file(tmp_path: Path) -> None:
    model, graph = convolutional(), tmp_path / "graph.lbug"
    file, before = saved(model, tmp_path, "file.onnx"), model.SerializeToString()
    live = load(model, graph, progress=False)
    held = load(file, graph, progress=False)
    assert live.model == "made"
    assert (live.layers, live.checksums) == (held.layers, held.checksums)
    assert verify(model, graph, progress=False).passed
    assert inspect(model).frame.equals(inspect(file).frame)
    with NeuronGraph(model) as asked, NeuronGraph(file) as other:
        assert asked.location == "model 'made' in memory"
        assert asked.strength().equals(other.strength())
    with NeuronGraph(graph) as stored:
        row = stored.models().set_index("name").loc["made"]
    assert row["source"] == "tests 1.0 (opset 20), in memory"
    assert model.SerializeToString() == before


def test_a_model_is_known_again(tmp_path: Path) -> None:
    model, graph = convolutional(), tmp_path / "graph.lbug"
    first = load(model, graph, name="run", progress=False)
    told = copied(model)
    told.graph.name, told.doc_string = "other", "made elsewhere"
    told.graph.node[0].doc_string = "in /home/somebody/code.py"
    told.graph.node[0].metadata_props.add(key="pkg.torch.onnx.stack_trace", value="line 3")
    # What says nothing of the graph makes no other model.
    assert verify(told, graph, name="run", progress=False).passed
    again = load(told, graph, name="run", resume=True, progress=False)
    assert (again.resumed, again.checksums) == (first.edges, first.checksums)
    weights = model.graph.initializer[0]
    weights.raw_data = weights.raw_data[:-4] + np.float32(7).tobytes()
    with pytest.raises(VerificationError, match="another model than model 'made' in memory"):
        verify(model, graph, name="run", progress=False)
    with pytest.raises(ModelExistsError, match="nothing to go on with"):
        load(model, graph, name="run", resume=True, progress=False)


@pytest.mark.parametrize("field", ["attribute", "name"])
def test_another_node_is_another_model(field: str, tmp_path: Path) -> None:
    model, graph = convolutional(), tmp_path / "graph.lbug"
    load(model, graph, progress=False)
    if field == "name":
        model.graph.node[2].name = "largest"
    else:
        model.graph.node[5].op_type = "LogSoftmax"
    with pytest.raises(VerificationError, match="another model"):
        verify(model, graph, progress=False)


def test_what_is_asked_is_a_copy() -> None:
    model = convolutional()
    with NeuronGraph(model) as graph:
        before = graph.edges()["weight"].to_numpy()
        model.graph.initializer[0].raw_data = bytes(4 * 36)
        assert np.array_equal(graph.edges()["weight"].to_numpy(), before)


def test_weights_beside_are_no_part_of_a_model_in_memory(tmp_path: Path) -> None:
    import onnx

    file = tmp_path / "model.onnx"
    onnx.save_model(
        convolutional(), file, save_as_external_data=True, location="w.data", size_threshold=0
    )
    assert inspect(onnx.load(file)).frame.equals(inspect(file).frame)
    for ask in (inspect, lambda model: load(model, tmp_path / "graph.lbug", progress=False)):
        with pytest.raises(ModelFileError, match=r"^model 'made' in memory: .*onnx\.load\('model"):
            ask(onnx.load(file, load_external_data=False))


@pytest.mark.full
def test_what_protobuf_cannot_write_goes_to_a_file() -> None:
    model = convolutional()
    for name in ("first", "second"):
        model.graph.initializer.add(name=name, data_type=1, dims=[270_000_000]).raw_data = bytes(
            1_080_000_000
        )
    with pytest.raises(ModelFileError, match=r"at most 2 GB; .*save_as_external_data=True"):
        inspect(model)


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    import onnx

    with pytest.raises(ModelFileError, match=r"^model 'model' in memory: .*no graph is in it"):
        inspect(onnx.ModelProto())
    refused = made([("ArgMax", "x", "a", {"axis": 1})], {"x": (1, 5)})
    with pytest.raises(UnsupportedLayerError, match=r"^model 'made' in memory: 1 layer cannot"):
        inspect(refused)
    with pytest.raises(ParameterError, match=r"from a file, .*onnx\.save\(model, 'model\.onnx'\)"):
        load(convolutional(), f"{tmp_path}/files/", dask="local", progress=False)
    with pytest.raises(GraphError, match="is a model in memory, which can be asked as it is"):
        load(convolutional(), convolutional())
    assert not list(tmp_path.iterdir())


def test_numbers_that_are_not_finite_are_counted() -> None:
    model = made([("Gemm", "x w", "y", {})], {"x": ("n", 2)}, weights={"w": random(2, 3)})
    assert inspect(model).frame["not_finite_weights"].sum() == 0
    weights = random(2, 3)
    weights[1, 2] = np.nan
    model = made([("Gemm", "x w", "y", {})], {"x": ("n", 2)}, weights={"w": weights})
    assert inspect(model).frame["not_finite_weights"].sum() == 1


def test_an_open_axis_is_closed(tmp_path: Path) -> None:
    model = made(
        [("Conv", "x w", "y", {}), ("GlobalAveragePool", "y", "z", {})],
        {"x": ("n", 1, "h", "w")},
        weights={"w": random(2, 1, 3, 3)},
    )
    with pytest.raises(ModelFileError, match=r"in memory: .*input_shape"):
        inspect(model)
    load(model, tmp_path / "graph.lbug", input_shape=(1, 4, 5), progress=False)
    assert verify(model, tmp_path / "graph.lbug", progress=False).passed
    with NeuronGraph(model, input_shape=(1, 4, 5)) as graph:
        assert repr(graph.view(live=False)) == "<The saved page of made>"
        assert "in model 'made' in memory" in repr(graph.view(model="made"))


def test_a_file_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from exporter.reading.onnx import files

    file, calls = saved(convolutional(), tmp_path), []

    def counted(content: bytes) -> Any:
        calls.append(len(content))
        return parse(content)

    parse = files.parsed
    monkeypatch.setattr(files, "parsed", counted)
    load(file, tmp_path / "graph.lbug", progress=False)
    assert calls == [file.stat().st_size]
    verify(file, tmp_path / "graph.lbug", progress=False)
    inspect(file)
    assert len(calls) == 3
    assert open_model(file).may_hold_not_finite() is False

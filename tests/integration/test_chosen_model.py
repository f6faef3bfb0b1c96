"""Which model is asked about can be chosen later; a closed graph says that it is closed."""

from pathlib import Path

import pytest

from exporter import load
from queries import NeuronGraph
from queries.errors import ModelNotFoundError, ParameterError


def test_a_model_is_chosen_when_a_second_one_appears(
    small_files: dict[str, Path], tmp_path: Path
) -> None:
    location = tmp_path / "graph.lbug"
    load(small_files["pooled"], location, name="one")
    with NeuronGraph(location) as graph:
        layers = graph.layers()["name"].tolist()
        assert graph.model is None
        load(small_files["dilated"], location, name="other")
        with pytest.raises(ParameterError, match=r"one, other; .*graph\.model = "):
            graph.layers()
        graph.model = "other"
        assert graph.model == "other"
        assert "model='other'" in repr(graph)
        assert graph.layers()["name"].tolist() == graph.layers(model="other")["name"].tolist()
        with pytest.raises(ModelNotFoundError, match="holds no model 'third'"):
            graph.model = "third"
        assert graph.model == "other"
        graph.model = "one"
        assert graph.layers()["name"].tolist() == layers
        graph.model = None
        with pytest.raises(ParameterError):
            graph.layers()


def test_a_closed_graph_says_so(small_files: dict[str, Path], tmp_path: Path) -> None:
    location = tmp_path / "a <b>.lbug"
    load(small_files["pooled"], location)
    graph = NeuronGraph(location)
    assert repr(graph) == f"<NeuronGraph {str(location)!r}>"
    assert "pooled" in graph._repr_html_()
    graph.close()
    assert repr(graph) == f"<NeuronGraph {str(location)!r}, closed>"
    assert "a &lt;b&gt;.lbug, closed" in graph._repr_html_()

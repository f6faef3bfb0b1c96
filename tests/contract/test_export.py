"""Parts of a graph as NetworkX graphs, graph files and drawings, against what Keras says."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest

from exporter import drop, load
from queries import NeuronGraph
from queries.core.text import printable
from queries.errors import NeurongraphError, ParameterError
from queries.export import files
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore
from tests.contract.test_grouped import PROPERTIES, put_together
from tests.contract.test_hostile import HOSTILE, hostile_model

pytestmark = pytest.mark.computed

EDGE = re.compile(r'^  (\d+) -> (\d+) \[color="(#\w+)", penwidth=([\d.]+), ', re.MULTILINE)
NODE = re.compile(r'^  (\d+) \[pos="(-?[\d.]+),(-?[\d.]+)!"', re.MULTILINE)

needs_graphviz = pytest.mark.skipif(shutil.which("neato") is None, reason="no Graphviz")


@pytest.fixture
def channels(store: GraphStore, references: dict[str, Reference], scratch: str) -> Iterator[str]:
    """Load the small Sequential as a channel graph."""
    load(references["pooled"].file, store.location, name=scratch, granularity="channel")
    yield scratch
    drop(scratch, store.location)


def weights(graph: Any) -> dict[tuple[int, int], float]:
    return {(int(s), int(t)): data["weight"] for s, t, data in graph.edges(data=True)}


def strongest(reference: Reference, k: int) -> list[tuple[int, int, float]]:
    return sorted(reference.edges(), key=lambda edge: -abs(edge[2]))[:k]


class TestToNetworkx:
    def test_has_all_there_is(self, graph: NeuronGraph, reference: Reference) -> None:
        found = graph.to_networkx()
        assert isinstance(found, nx.MultiDiGraph)
        assert found.graph == {"name": reference.name, "granularity": "neuron"}
        assert sorted(found) == sorted(reference.graph)
        assert weights(found) == pytest.approx(weights(reference.graph), rel=2e-5, abs=1e-5)
        for neuron, expected in reference.graph.nodes(data=True):
            properties = dict(found.nodes[neuron])
            assert properties.pop("neurons") == 1
            assert properties.pop("bias", None) == pytest.approx(expected["bias"], abs=1e-5)
            assert properties == {k: v for k, v in expected.items() if k != "bias"}

    def test_has_the_neurons_that_are_named(self, graph: NeuronGraph, reference: Reference) -> None:
        first, last = reference.layers[0].name, reference.layers[-1].name
        found = graph.to_networkx(first, graph.neurons(last))
        assert list(found) == reference.ids(first, last)
        assert found.number_of_edges() == 0

    def test_has_what_feeds_a_layer(self, graph: NeuronGraph, reference: Reference) -> None:
        layer = reference.layers[3].name
        found = graph.to_networkx(target=layer)
        into = reference.edges(layer)
        assert sorted(found.edges()) == [edge[:2] for edge in into]
        assert set(found) == {edge[0] for edge in into} | set(reference.ids(layer))

    def test_of_the_strongest_has_their_neurons_alone(
        self, graph: NeuronGraph, reference: Reference
    ) -> None:
        found = graph.to_networkx(k=7)
        least = abs(strongest(reference, 7)[-1][2])
        assert found.number_of_edges() == 7
        assert all(abs(weight) >= least - 1e-5 for weight in weights(found).values())
        assert all(degree > 0 for _, degree in found.degree())
        over = graph.to_networkx(min_weight=0.8)
        expected = {edge[:2] for edge in reference.edges() if abs(edge[2]) >= 0.8}
        assert set(over.edges()) == expected

    def test_of_a_channel_graph_has_its_properties(
        self, channels: str, store: GraphStore, references: dict[str, Reference]
    ) -> None:
        coarse = put_together(references["pooled"], "channel")
        with NeuronGraph(store.location, model=channels) as graph:
            found = graph.to_networkx()
            few = graph.to_networkx(k=3, by="l1")
        for source, target, properties in found.edges(data=True):
            assert list(properties) == list(PROPERTIES)
            expected = coarse.edges[source, target]
            assert properties == pytest.approx(expected, rel=1e-5, abs=1e-5)
        l1 = sorted((data["l1"] for _, _, data in coarse.edges(data=True)), reverse=True)
        assert sorted((d["l1"] for _, _, d in few.edges(data=True)), reverse=True) == pytest.approx(
            l1[:3], rel=1e-5
        )

    def test_is_refused_where_it_would_be_too_large(self, pooled: NeuronGraph) -> None:
        assert pooled.to_networkx("hidden", "digits", most=24).number_of_edges() == 24
        edges = len(pooled.edges())
        for few in ({"most": edges - 1}, {"most": 8, "k": 9}, {"target": "digits", "most": 3}):
            with pytest.raises(ParameterError, match=r"are \d+ relationships, and \d+ are allowed"):
                pooled.to_networkx(**few)


class TestFiles:
    @pytest.mark.parametrize("suffix", [".graphml", ".gexf"])
    def test_read_back_as_they_were(
        self, graph: NeuronGraph, reference: Reference, suffix: str, tmp_path: Path
    ) -> None:
        file = tmp_path / f"part{suffix}"
        layer = reference.layers[2].name
        graph.export(file, target=layer)
        read = nx.read_gexf(file) if suffix == ".gexf" else nx.read_graphml(file)
        whole = graph.to_networkx(target=layer)
        assert weights(read) == weights(whole)
        for neuron, properties in whole.nodes(data=True):
            found = read.nodes[str(neuron)]
            assert {name: found[name] for name in properties} == properties
            assert found["label"] == properties["name"]
        written = ElementTree.parse(file).iter()  # noqa: S314
        ids = [element.get("id") for element in written if element.tag.endswith("}edge")]
        assert len(set(ids)) == len(ids) == whole.number_of_edges()

    @pytest.mark.parametrize("name", ["quotes", "backslash", "lines", "not ascii", "parameter"])
    def test_of_hostile_names(
        self, store: GraphStore, scratch: str, name: str, tmp_path: Path
    ) -> None:
        load(hostile_model(tmp_path, HOSTILE[name], ".keras"), store.location, name=scratch)
        shown = printable(HOSTILE[name])
        with NeuronGraph(store.location, model=scratch) as graph:
            for suffix, read in ((".graphml", nx.read_graphml), (".gexf", nx.read_gexf)):
                file = tmp_path / f"part{suffix}"
                graph.export(file)
                found = read(file)
                assert found.nodes["4"]["layer"] == shown
                assert (len(found), found.number_of_edges()) == (5, 6)
            if shutil.which("neato"):
                graph.export(tmp_path / "part.svg")
                drawing = ElementTree.parse(tmp_path / "part.svg")  # noqa: S314
                assert shown in {element.text for element in drawing.iter()}

    def test_of_no_neurons(self, pooled: NeuronGraph, tmp_path: Path) -> None:
        for suffix in (".graphml", ".gexf", ".dot"):
            pooled.export(tmp_path / f"none{suffix}", [], "odds", k=3)
            assert (tmp_path / f"none{suffix}").stat().st_size > 0

    def test_are_refused_before_anything_is_written(
        self, pooled: NeuronGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(ParameterError, match=r"format of .*part\.txt.*\.graphml"):
            pooled.export(tmp_path / "part.txt")
        monkeypatch.setattr(files, "MOST_DRAWN", 5)
        with pytest.raises(ParameterError, match="5 are allowed"):
            pooled.export(tmp_path / "part.dot")
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(NeurongraphError, match=r"\.png needs Graphviz.*write \.dot"):
            pooled.export(tmp_path / "part.png")
        assert not list(tmp_path.iterdir())
        with pytest.raises(NeurongraphError, match="cannot write"):
            pooled.export(tmp_path / "nowhere" / "part.graphml")


class TestDrawings:
    def test_say_sign_by_colour_and_weight_by_width(
        self, graph: NeuronGraph, reference: Reference, tmp_path: Path
    ) -> None:
        graph.export(tmp_path / "part.dot", k=40)
        found = EDGE.findall((tmp_path / "part.dot").read_text())
        assert len(found) == 40
        pairs = [(int(source), int(target)) for source, target, _, _ in found]
        weight = np.array([reference.graph.edges[pair]["weight"] for pair in pairs])
        colours = {bool(value > 0): edge[2] for value, edge in zip(weight, found, strict=True)}
        assert [edge[2] for edge in found] == [colours[bool(value > 0)] for value in weight]
        assert len(set(colours.values())) == len(colours)
        width = np.array([float(edge[3]) for edge in found])
        share = np.abs(weight) / np.abs(weight).max()
        np.testing.assert_allclose(width, 0.3 + 2.7 * share, atol=0.006)

    def test_place_neurons_by_layer_and_position(
        self, graph: NeuronGraph, reference: Reference, tmp_path: Path
    ) -> None:
        graph.export(tmp_path / "all.dot")
        text = (tmp_path / "all.dot").read_text()
        place = {int(n): (float(x), float(y)) for n, x, y in NODE.findall(text)}
        assert sorted(place) == sorted(reference.graph)
        assert len(set(place.values())) == len(place)
        layers = [[place[n][0] for n in reference.ids(layer.name)] for layer in reference.layers]
        assert all(max(a) < min(b) for a, b in pairwise(layers))
        for one, other in pairwise(sorted(place)):
            a, b = reference.graph.nodes[one], reference.graph.nodes[other]
            if a["layer"] == b["layer"] and a.get("x") is not None and a["channel"] == b["channel"]:
                assert (place[one][0] < place[other][0]) == (a["x"] < b["x"])
                assert (place[one][1] > place[other][1]) == (a["y"] < b["y"])

    @needs_graphviz
    @pytest.mark.parametrize(("suffix", "begins"), [(".png", b"\x89PNG"), (".svg", b"<?xml")])
    def test_are_drawn_by_graphviz(
        self, pooled: NeuronGraph, suffix: str, begins: bytes, tmp_path: Path
    ) -> None:
        pooled.export(tmp_path / f"part{suffix}", "hidden", "digits")
        assert (tmp_path / f"part{suffix}").read_bytes().startswith(begins)

    @needs_graphviz
    def test_an_svg_shows_all_of_the_drawing(self, pooled: NeuronGraph, tmp_path: Path) -> None:
        pooled.export(tmp_path / "part.svg", "hidden", "digits")
        text = (tmp_path / "part.svg").read_text(encoding="utf-8")
        box = re.search(r'viewBox="0.00 0.00 (\S+) (\S+)"', text)
        moved = re.search(r"scale\((\S+) \S+\) rotate\(0\) translate\((\S+) (\S+)\)", text)
        circles = re.findall(r'<ellipse [^>]*cx="(\S+)" cy="(\S+)"', text)
        assert box
        assert moved
        assert circles
        scale, *shift = map(float, moved.groups())
        places = scale * (np.array(circles, dtype=float) + shift)
        assert (places > 0).all()
        assert (places < np.array(box.groups(), dtype=float)).all()

    @needs_graphviz
    def test_keep_their_positions(self, pooled: NeuronGraph, tmp_path: Path) -> None:
        pooled.export(tmp_path / "part.dot", "hidden", "digits")
        text = (tmp_path / "part.dot").read_text()
        place = {n: (float(x), float(y)) for n, x, y in NODE.findall(text)}
        for command in (["dot"], ["neato", "-n"]):
            done = subprocess.run(
                [*command, "-Tplain"], input=text, capture_output=True, text=True, check=True
            )
            drawn = dict(re.findall(r"^node (\d+) (\S+ \S+) ", done.stdout, re.MULTILINE))
            assert drawn.keys() == place.keys()
            there = np.array([[float(c) for c in drawn[n].split()] for n in place])
            wanted = np.array(list(place.values())) / 72
            np.testing.assert_allclose(there - there[0], wanted - wanted[0], atol=0.01)

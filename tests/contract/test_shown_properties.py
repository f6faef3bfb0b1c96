"""Properties that were written to neurons, in pictures, in exports and in the viewer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from bokeh.models import LinearScale
from bokeh.plotting import figure

from queries import NeuronFilter, NeuronGraph
from queries.errors import ParameterError, PropertyNotFoundError
from queries.library.plots import plots
from queries.plots.picture import Picture
from queries.viewer.page_graph import PageGraph
from queries.viewer.save import standalone
from queries.viewer.scene import Scene, complete
from queries.viewer.view import View

pytestmark = pytest.mark.cypher

NAMES_OF_GEXF = ("label", "start", "end", "pid", "viz", "key", "parents", "slices", "spells")


def data(drawn: figure, name: str) -> pd.DataFrame:
    shown: Any = drawn.select_one({"name": name})
    return pd.DataFrame(dict(shown.data_source.data))


def scores(*values: float, first: int = 0) -> pd.DataFrame:
    return pd.DataFrame({"id": range(first, first + len(values)), "score": values})


def random_scores(graph: NeuronGraph, *, signed: bool = False) -> pd.DataFrame:
    """Return a number of each neuron but every third."""
    ids = graph.neurons()["id"].to_numpy()
    values = np.random.default_rng(3).normal(size=len(ids))
    frame = pd.DataFrame({"id": ids, "score": values if signed else np.abs(values) + 0.1})
    return frame[frame["id"] % 3 > 0]


class TestPictures:
    def test_of_a_property(self, writable: NeuronGraph) -> None:
        frame = random_scores(writable)
        writable.write_property(frame, "mine")
        picture = writable.plot.centrality(measure="mine")
        points = data(picture.figure, "points")
        assert points["id"].tolist() == frame["id"].tolist()
        assert points["value"].tolist() == frame["score"].tolist()
        left_out = len(writable.neurons()) - len(frame)
        assert picture.title == (
            f"Property mine, model scratch; {left_out} neurons of no value are not on the scale"
        )

    def test_of_negative_values(self, writable: NeuronGraph) -> None:
        frame = random_scores(writable, signed=True)
        assert (frame["score"] < 0).any()
        writable.write_property(frame, "mine")
        drawn = writable.plot.centrality(measure="mine").figure
        assert isinstance(drawn.y_scale, LinearScale)
        points = data(drawn, "points")
        assert points["value"].tolist() == frame["score"].tolist()
        low, high = drawn.y_range.start, drawn.y_range.end  # type: ignore[attr-defined]
        assert low < points["value"].min() < points["value"].max() < high

    def test_a_measure_goes_before_a_property_of_its_name(self, writable: NeuronGraph) -> None:
        expected = writable.katz()
        writable.write_property(random_scores(writable), "katz", "score")
        points = data(writable.plot.centrality(measure="katz").figure, "points")
        assert points["value"].tolist() == expected.query("katz > 0")["katz"].tolist()
        points = data(writable.plot.centrality(measure="property:katz").figure, "points")
        assert points["value"].tolist() == random_scores(writable)["score"].tolist()

    def test_of_what_was_not_written(self, writable: NeuronGraph) -> None:
        writable.write_property(scores(1.0), "b")
        writable.write_property(scores(-np.inf, 0.0, first=1), "a")
        said = (
            r"measure: 'kats' is no measure, and no property that was written .* 'scratch'; the "
            r"measures are katz, pagerank, .*, strength; the properties are a, b; did you mean "
            r"'katz'\?$"
        )
        for measure in ("kats", "property:kats"):
            with pytest.raises(PropertyNotFoundError, match=said):
                writable.plot.centrality(measure=measure)
        with pytest.raises(PropertyNotFoundError, match="'katz' is no measure"):
            writable.plot.centrality(measure="property:katz")
        with pytest.raises(ParameterError, match=r"'a b' is not one of katz,.*no name of a prop"):
            writable.plot.centrality(measure="a b")
        with pytest.raises(ParameterError, match=r"by: .* do not weigh the property 'b'"):
            writable.plot.centrality(measure="b", by="l1")
        with pytest.raises(ParameterError, match="a is nowhere above 0"):
            writable.plot.centrality(measure="a")

    def test_of_the_neurons_of_some_values(self, writable: NeuronGraph) -> None:
        katz = writable.katz(write_property="katz").set_index("id")["katz"]
        middle = float(katz.median())
        layers = {name: writable.neurons(name)["id"].tolist() for name in writable.layers()["name"]}
        first, *_, last = layers

        def ways(layer: str | None = None) -> tuple[NeuronFilter, NeuronFilter]:
            ids = katz.index if layer is None else layers[layer]
            within = [each for each in ids if katz[each] >= middle]
            by_value = NeuronFilter(layer=layer, properties={"katz": (middle, None)})
            return by_value, NeuronFilter(id=within)

        def drawn(picture: Picture) -> list[pd.DataFrame]:
            kinds = ("cells", "points", "bars", "neurons")
            return [data(picture.figure, each) for each in kinds if _has(picture, each)]

        plot = writable.plot
        strong = "conv"
        asked: dict[str, Any] = {
            "adjacency": lambda some: plot.adjacency(target=some()),
            "centrality": lambda some: plot.centrality(some()),
            "weight_distribution": lambda some: plot.weight_distribution(some()),
            "effective_weights": lambda some: plot.effective_weights(first, some(strong)),
            "strongest_paths": lambda some: plot.strongest_paths(first, some(strong), k=3),
            "receptive_field": lambda some: plot.receptive_field(some(strong), first),
            "projective_field": lambda some: plot.projective_field(some(strong), last),
        }
        # Those that are left out take no neurons, or an input.
        others = {
            "attention", "attribution_paths", "circuit", "comparison", "history", "saliency"
        }  # fmt: skip
        assert set(plots()) - others == set(asked)
        for name, draw in asked.items():
            by_value = drawn(draw(lambda *layer: ways(*layer)[0]))
            by_id = drawn(draw(lambda *layer: ways(*layer)[1]))
            assert by_value, name
            for one, other in zip(by_value, by_id, strict=True):
                pd.testing.assert_frame_equal(one, other)


def _has(picture: Picture, name: str) -> bool:
    return picture.figure.select_one({"name": name}) is not None


class TestExports:
    def test_have_properties_of_neurons(self, writable: NeuronGraph, tmp_path: Path) -> None:
        values = {3: 0.5, 4: -2.0, 5: float("inf")}
        names = ("mine", *NAMES_OF_GEXF)
        for name in names:
            writable.write_property(scores(*values.values(), first=3), name)
        nodes = writable.to_networkx().nodes
        for name in names:
            assert {node: own[name] for node, own in nodes.items() if name in own} == values
        for suffix, read in ((".graphml", nx.read_graphml), (".gexf", nx.read_gexf)):
            file = tmp_path / f"part{suffix}"
            writable.export(file)
            found = read(file, node_type=int).nodes
            plain = writable.neurons().set_index("id")["name"]
            assert {each: own["label"] for each, own in found.items()} == plain.to_dict()
            for name in names:
                is_taken = name == "label" or (suffix == ".gexf" and name in NAMES_OF_GEXF)
                title = f"_{name}" if is_taken else name
                had = {node: own[title] for node, own in found.items() if title in own}
                assert had == values, (suffix, name)

    def test_of_some_neurons_by_a_property(self, writable: NeuronGraph) -> None:
        katz = writable.katz(write_property="katz").set_index("id")["katz"]
        middle = float(katz.median())
        part = writable.to_networkx(NeuronFilter(properties={"katz": (middle, None)}))
        assert part.number_of_edges()
        assert all(katz[source] >= middle for source, _ in part.edges())
        assert all(own["katz"] == katz[node] for node, own in part.nodes.items())

    def test_a_drawing_goes_on(self, writable: NeuronGraph, tmp_path: Path) -> None:
        for name in ("across", "up", "step", "label"):
            writable.write_property(scores(7.0), name)
        writable.export(tmp_path / "after.dot", k=20)
        for name in ("across", "up", "step", "label"):
            writable.remove_property(name)
        writable.export(tmp_path / "before.dot", k=20)
        files = [tmp_path / name for name in ("before.dot", "after.dot")]
        assert files[0].read_text() == files[1].read_text()


@pytest.fixture
def page(writable: NeuronGraph) -> Iterator[PageGraph]:
    """Give what a page asks, open beside the graph that is written to."""
    with PageGraph(writable.location) as opened:
        yield opened


def coloured(page: PageGraph, color: str, **more: Any) -> Scene:
    return complete(page, View("scratch", color=color, **more))


def values_in(scene: Scene) -> dict[int, float]:
    """Return by neuron what colours it."""
    assert scene.shades is not None
    levels = pd.Series(scene.shades.scores).dropna()
    return {int(str(neuron)): float(value) for neuron, value in levels.items()}


class TestViewer:
    def test_colours_by_a_property_as_it_is(self, writable: NeuronGraph, page: PageGraph) -> None:
        assert coloured(page, "bias").written == ()
        for first in (3, 8):
            writable.write_property(scores(0.5, -2.0, first=first), "mine")
            scene = coloured(page, "mine")
            assert (scene.written, scene.problems) == (("mine",), ())
            assert values_in(scene) == {first: 0.5, first + 1: -2.0}
            assert scene.shades is not None
            assert scene.shades.signed
            assert coloured(page, "mine").shades is scene.shades
        assert View("scratch", color="mine").meaning == "property mine"

    def test_of_the_name_of_a_measure(self, writable: NeuronGraph, page: PageGraph) -> None:
        katz = writable.katz()["katz"]
        for name in ("katz", "field"):
            writable.write_property(scores(1.0, 2.0), name)
            assert values_in(coloured(page, f"property:{name}")) == {0: 1.0, 1: 2.0}
        assert list(values_in(coloured(page, "katz")).values()) == pytest.approx(katz.tolist())

    def test_says_what_is_no_more(self, writable: NeuronGraph, page: PageGraph) -> None:
        writable.write_property(scores(1.0), "mine")
        writable.write_property(scores(2.0), "other")
        assert coloured(page, "mine").shades is not None
        writable.remove_property("mine")
        scene = coloured(page, "mine", pick="hidden[1]")
        assert (scene.shades, scene.written) == (None, ("other",))
        assert scene.written_numbers == (("property other", "none"),)
        ((control, problem),) = scene.problems
        assert not control
        assert problem.startswith("color: 'mine' is no measure, and no property that was written")
        assert problem.endswith("; the properties are other")
        writable.write_property(scores(3.0), "mine")
        assert values_in(coloured(page, "mine")) == {0: 3.0}

    def test_facts_of_the_pick(self, writable: NeuronGraph, page: PageGraph) -> None:
        hidden = writable.neurons("hidden")
        first = int(hidden["id"].iloc[0])
        for base in (1.0, 5.0):
            writable.write_property(scores(base, base + 1, first=first), "mine")
            numbers = coloured(page, "bias", pick="hidden[1]").written_numbers
            assert numbers == (("property mine", f"{base + 1:.4g}"),)
            numbers = coloured(page, "bias", pick="hidden").written_numbers
            assert numbers == (("mean property mine", f"{base + 0.5:.4g}"),)
        assert coloured(page, "bias", pick="hidden[2]").written_numbers == (
            ("property mine", "none"),
        )
        writable.remove_property("mine")
        assert coloured(page, "bias", pick="hidden[1]").written_numbers == ()

    def test_a_saved_page_has_it(self, writable: NeuronGraph, page: PageGraph) -> None:
        writable.write_property(scores(1.0, 2.0), "mine")
        saved = standalone(page, View("scratch", color="mine", pick="hidden[1]"))
        assert "property mine" in saved

    def test_neurons_are_read_without_properties(
        self, writable: NeuronGraph, page: PageGraph
    ) -> None:
        plain = writable.neurons()
        writable.write_property(scores(1.0), "mine")
        pd.testing.assert_frame_equal(page.page_model("scratch").neurons, plain)

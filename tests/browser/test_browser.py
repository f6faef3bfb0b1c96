"""Neo4j Browser as a user has it, with our style sheet, guide and favourites."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from queries import NeuronGraph
from queries.browser.grass import style_sheet
from tests.browser.conftest import HOSTILE_MODEL
from tests.browser.page import BrowserPage, drawn, table
from tests.browser.served import Served

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]

ORANGE = "#e69f00"


class TestGuide:
    """What the statements of the guide show is what the library says by other means."""

    def test_begins_with_the_models(self, shown: BrowserPage, served: Served) -> None:
        slide = shown.slide(served.play, 1)
        assert slide.locator("td a").all_inner_texts() == ["digits", HOSTILE_MODEL]
        assert {"digits", "conv_0", "conv", "odds"} <= drawn(shown.ask(slide))

    def test_draws_how_layers_follow_one_another(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        result = shown.ask(shown.slide(served.play, 2))
        assert drawn(result) == set(digits.layers()["name"])
        assert result.locator("g.relationship").count() == len(digits.layers()) - 1

    def test_tells_how_large_the_layers_are(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        rows = table(shown.ask(shown.slide(served.play, 3)))
        layers = digits.layers()
        assert [row[0] for row in rows] == [f'"{name}"' for name in layers["name"]]
        assert [row[4] for row in rows] == [str(edges) for edges in layers["edges"]]

    def test_draws_the_strongest_inputs_of_an_output(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        best = digits.strongest_paths("input_layer", "dense_1", k=1)["name"].iloc[-1]
        result = shown.ask(shown.slide(served.play, 4))
        assert drawn(result) == {best, *digits.neighbours(best, limit=25)["name"]}

    def test_draws_the_strongest_paths(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        best = digits.strongest_paths("input_layer", "dense_1", k=1)["name"].iloc[-1]
        result = shown.ask(shown.slide(served.play, 5))
        assert drawn(result) == set(digits.strongest_paths("input_layer", best, k=5)["name"])

    def test_draws_a_part_of_a_receptive_field(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        slide = shown.slide(served.play, 6)
        neuron = slide.locator("pre").inner_text().split("name: '")[1].split("'")[0]
        inputs = digits.neighbours(neuron, limit=6)
        names = drawn(shown.ask(slide))
        assert {neuron, *inputs["name"]} <= names
        assert names <= {neuron, *digits.field_neurons(neuron)["name"]}

    def test_tells_how_far_a_receptive_field_reaches(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        slide = shown.slide(served.play, 7)
        neuron = slide.locator("pre").inner_text().split("name: '")[1].split("'")[0]
        field = digits.receptive_field(neuron).sort_values("layer_index")
        columns = ["neurons", "x_min", "x_max", "y_min", "y_max"]
        expected = [[str(value) for value in row] for row in field[columns].to_numpy()]
        assert [row[2:] for row in table(shown.ask(slide))] == expected

    def test_counts_the_weights_of_a_layer(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        rows = table(shown.ask(shown.slide(served.play, 8)))
        edges = digits.layers().set_index("name")["edges"]
        assert sum(int(row[1]) for row in rows) == edges["conv_1"]

    def test_shows_a_hostile_name_as_it_is(self, shown: BrowserPage, served: Served) -> None:
        shown.slide(served.play, 1).locator("td a").nth(1).click()
        shown.frame.get_by_text(f"are about {HOSTILE_MODEL};").wait_for()
        address = f"{served.play}?model={quote(HOSTILE_MODEL, safe='')}"
        names = drawn(shown.ask(shown.slide(address, 4)))
        with NeuronGraph(served.bolt, model=HOSTILE_MODEL) as graph:
            (output,) = names & set(graph.neurons("odds")["name"])
            assert names == {output, *graph.neighbours(output, limit=25)["name"]}
        assert shown.page.evaluate("window.broken") is None


class TestStyle:
    def test_colours_kinds_and_writes_names_and_weights(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        assert ORANGE in style_sheet(["Dense"])
        result = shown.ask(shown.slide(served.play, 4))
        fills = {
            circle.get_attribute("fill") for circle in result.locator("g.node circle").all()
        } - {None}
        assert fills == {ORANGE}
        captions = result.locator("g.relationship text").all_text_contents()
        weights = [float(text) for text in captions if text and not text.endswith("…")]
        assert weights
        assert set(weights) <= set(digits.edges(target="dense_1")["weight"])


def test_favourites_can_be_dropped_onto_browser(
    shown: BrowserPage, served: Served, tmp_path: Path
) -> None:
    file = tmp_path / "favourites.zip"
    command = ["browser", "--graph", served.bolt, "--model", "digits", "--favourites", str(file)]
    subprocess.run([sys.executable, "-m", "exporter.cli", *command], check=True)
    shown.drop(file)
    shown.page.get_by_test_id("navigationFavorites").click()
    shown.page.get_by_text("neurongraph", exact=True).click()
    shown.page.get_by_text("strongest_edges of digits").first.wait_for()

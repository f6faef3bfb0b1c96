"""Neo4j Browser as a user has it, with our style sheet, guide and favourites."""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser

from queries import NeuronGraph
from queries.browser.grass import style_sheet
from queries.browser.questions import BEST
from queries.commands.arguments import query_values
from queries.library.queries import query
from tests.browser.conftest import HOSTILE_MODEL
from tests.browser.page import BrowserPage, drawn, empty_page, table
from tests.browser.served import Served

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
ORANGE = "#e69f00"
QUERIES = [
    ("katz", "neurons=dense_1"),
    ("katz", "neurons=conv_1[3]", "alpha=-0.3", "weights=signed"),
    ("strongest_paths", "source=input_layer", "target=dense_1", "k=5"),
    ("strongest_paths", "source=conv_0[2..4]@1..2,0", "target=dense_1[7]", "k=3"),
]


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
        for name in ("name", "neurons", "edges"):
            assert column(rows, layers, name) == layers[name].tolist()

    def test_draws_a_layer_with_its_first_neurons(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        names = digits.neurons("dense_1")["name"].tolist()
        assert drawn(shown.ask(shown.slide(served.play, 4))) == {"dense_1", *names[:25]}

    def test_draws_the_strongest_inputs_of_an_output(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        result = shown.ask(shown.slide(served.play, 5))
        inputs = digits.neighbours("dense_1[0]", k=25)
        assert drawn(result) == {"dense_1[0]", *inputs["name"]}

    def test_draws_the_strongest_paths_by_a_property_that_it_writes_and_removes(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        assert digits.properties().empty
        rows = table(shown.ask(shown.slide(served.play, 6)))
        assert [json.loads(cell) for row in rows for cell in row] == ["digits", [BEST]]
        names = drawn(shown.ask(shown.slide(served.play, 7)))
        assert set(digits.strongest_paths("input_layer", "dense_1", k=1)["name"]) <= names
        each = [
            digits.strongest_paths(name, "dense_1", k=1)
            for name in names
            if name.startswith("input_layer")
        ]
        assert len(each) == 5
        assert names == {name for path in each for name in path["name"]}
        shown.ask(shown.slide(served.play, 8))
        assert digits.properties().empty

    def test_draws_a_part_of_a_receptive_field(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        slide = shown.slide(served.play, 9)
        neuron = slide.locator("pre").inner_text().split("name: '")[1].split("'")[0]
        inputs = digits.neighbours(neuron, k=6)
        names = drawn(shown.ask(slide))
        assert {neuron, *inputs["name"]} <= names
        assert names <= {neuron, *digits.field_neurons(neuron)["name"]}

    def test_tells_how_far_a_receptive_field_reaches(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        slide = shown.slide(served.play, 10)
        neuron = slide.locator("p").nth(1).inner_text().split("layer ")[1].split(" depends")[0]
        field = digits.receptive_field(neuron)
        rows = table(shown.ask(slide))
        for name in ("layer", "neurons", "x_min", "x_max", "y_min", "y_max"):
            assert column(rows, field, name) == field[name].tolist()

    def test_counts_the_weights_of_a_layer(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        rows = table(shown.ask(shown.slide(served.play, 11)))
        bins = digits.weight_distribution("conv_1")
        assert column(rows, bins, "edges") == bins["edges"].tolist()

    def test_shows_written_properties(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        katz = digits.katz(write_property="katz").nlargest(25, "katz")
        try:
            rows = table(shown.ask(shown.slide(served.play, 12)))
            assert [json.loads(row[0]) for row in rows] == ["katz"]
            assert drawn(shown.ask(shown.slide(served.play, 13))) == set(katz["name"])
        finally:
            digits.remove_property("katz")

    def test_shows_a_hostile_name_as_it_is(self, shown: BrowserPage, served: Served) -> None:
        shown.slide(served.play, 1).locator("td a").nth(1).click()
        shown.frame.get_by_text(f"are about {HOSTILE_MODEL};").wait_for()
        address = f"{served.play}?model={quote(HOSTILE_MODEL, safe='')}"
        names = drawn(shown.ask(shown.slide(address, 5)))
        with NeuronGraph(served.bolt, model=HOSTILE_MODEL) as graph:
            (output,) = names & set(graph.neurons("odds")["name"])
            assert names == {output, *graph.neighbours(output, k=25)["name"]}
        assert shown.page.evaluate("window.broken") is None


def test_plays_the_guide_as_it_connects(browser: Browser, served: Served) -> None:
    with empty_page(browser) as page:
        connected = BrowserPage(page, served.http, served.bolt)
        page.get_by_text("are about digits;").wait_for()
        rules = connected.run(":style")
        rules.get_by_text("node.NeurongraphNeuron").wait_for()


class TestStyle:
    def test_colours_kinds_and_writes_names_and_weights(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph
    ) -> None:
        assert ORANGE in style_sheet(["Dense"])
        result = shown.ask(shown.slide(served.play, 5))
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
    for name in ("strongest_edges", "strongest_paths", "katz"):
        shown.page.get_by_text(f"{name} of digits").first.wait_for()


def column(rows: list[list[str]], frame: pd.DataFrame, name: str) -> list[Any]:
    """Return the values of a column of a table that has the columns of a frame."""
    place = frame.columns.tolist().index(name)
    return [json.loads(row[place]) for row in rows]


class TestPasted:
    """What ``--show-cypher`` prints, pasted as it is, shows the library's rows."""

    @pytest.mark.parametrize("words", QUERIES, ids=" ".join)
    def test_shows_the_rows_of_the_library(
        self, shown: BrowserPage, served: Served, digits: NeuronGraph, words: tuple[str, ...]
    ) -> None:
        name, *rest = words
        expected = getattr(digits, name)(**query_values(query(name), rest))
        assert_shows(shown, printed(served, *words, "--model", "digits"), expected)

    def test_so_does_the_statement_of_the_readme(
        self, shown: BrowserPage, digits: NeuronGraph
    ) -> None:
        lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
        command = next(line for line in lines if line.startswith("neurongraph cypher "))
        expected = digits.neighbours("dense_1[3]", direction="in", k=5)[["name", "weight"]]
        assert_shows(shown, shlex.split(command)[-1], expected)

    def test_a_hostile_name_stays_a_value(self, shown: BrowserPage, served: Served) -> None:
        with NeuronGraph(served.bolt, model=HOSTILE_MODEL) as graph:
            expected = graph.katz()
        assert_shows(shown, printed(served, "katz", "--model", HOSTILE_MODEL), expected)

    def test_takes_long_lists(self, shown: BrowserPage, digits: NeuronGraph) -> None:
        ids = list(range(0, 800, 3))
        assert_shows(shown, str(digits.statement("katz", neurons=ids)), digits.katz(ids))


def printed(served: Served, *words: str) -> str:
    """Return what the command prints to stderr."""
    command = ["-m", "exporter.cli", "query", *words, "--graph", served.bolt, "--show-cypher"]
    child = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True)
    return child.stderr


def assert_shows(shown: BrowserPage, text: str, expected: pd.DataFrame) -> None:
    """Assert that Browser shows the rows of a frame where a text is pasted."""
    rows = [[json.loads(cell) for cell in row] for row in table(shown.answer(text))]
    found = pd.DataFrame(rows, columns=expected.columns)
    assert len(found) == len(expected) > 0
    for column in expected:
        if pd.api.types.is_float_dtype(expected[column]):
            values = found[column].to_numpy(float)
            np.testing.assert_allclose(values, expected[column], rtol=1e-6, atol=1e-9)
        else:
            assert found[column].tolist() == expected[column].tolist()

"""``neurongraph view`` by real clicks, on each store, against what the queries answer."""

import http.client
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, expect

from exporter import drop, load
from queries import NeuronGraph
from queries.commands.opening import open_browser
from tests.browser.viewer import SECONDS, Viewer, opened, serious_faults, served
from tests.contract.stores import GraphStore

pytestmark = pytest.mark.computed

NAME = "seen"
HOSTILE = "<img src=x onerror=\"document.title='struck'\">"


@pytest.fixture(scope="module")
def location(store: GraphStore, digits_file: Path) -> Iterator[str]:
    """Give each store with the sample in it."""
    load(digits_file, store.location, name=NAME)
    yield store.location
    drop(NAME, store.location)


@pytest.fixture(scope="module")
def address(location: str) -> Iterator[str]:
    """Give the address of the page of each store."""
    with served(NAME, "--graph", location) as found:
        yield found


@pytest.fixture
def graph(location: str) -> Iterator[NeuronGraph]:
    """Give what the page shows, open for queries."""
    with NeuronGraph(location, model=NAME) as opened:
        yield opened


@pytest.fixture
def viewer(browser: Browser, address: str) -> Iterator[Viewer]:
    """Give a new page; nothing may go wrong in it, and no other host be asked."""
    with opened(browser, address) as found:
        yield found


def weights(viewer: Viewer, name: str) -> "pd.Series[float]":
    """Return the weights of a table of the page, by name."""
    rows = viewer.table(name)
    numbers = [float("nan") if weight == "-" else float(weight) for _, weight in rows]
    return pd.Series(numbers, index=[name for name, _ in rows])


def bar_texts(viewer: Viewer, *words: str) -> bool:
    """Tell whether words stand at even distances below the colour bar, from left to right."""
    texts = viewer.texts()
    places = [texts[word][0] for word in words]
    gaps = np.diff(places)
    return bool(gaps.min() > 100 and gaps.max() - gaps.min() < 30)


class TestPicture:
    def test_has_every_neuron_in_its_layer(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        images = viewer.images()
        for layer, neurons in graph.neurons().groupby("layer"):
            drawn = pd.DataFrame(images[str(layer)])
            wanted = neurons[["channel", "x", "y"]].fillna(0).astype(int)
            assert sorted(zip(drawn["channel"], drawn["px"], drawn["py"], strict=True)) == sorted(
                wanted.itertuples(index=False, name=None)
            )
        assert [name for name, *_ in viewer.table("list")] == graph.layers()["name"].tolist()

    @pytest.mark.parametrize("measure", ["katz", "in_strength", "bias"])
    def test_is_coloured_by_a_measure(
        self, viewer: Viewer, graph: NeuronGraph, measure: str
    ) -> None:
        viewer.open()
        viewer.choose("Colour by", measure.replace("_", " "))
        values = {
            "katz": lambda: graph.katz("dense_0")["katz"],
            "in_strength": lambda: graph.strength("dense_0")["strength"],
            "bias": lambda: graph.neurons("dense_0")["bias"],
        }[measure]()
        drawn = viewer.images()["dense_0"]
        assert drawn["value"] == pytest.approx(values.tolist(), rel=1e-5)
        low, high = min(drawn["image"]), max(drawn["image"])
        if measure == "bias":
            assert max(1 - low, high) == pytest.approx(1.0)
            assert bar_texts(viewer, "most negative", "0", "most positive")
        else:
            assert (low, high) == (0.0, 1.0)
            assert bar_texts(viewer, "smallest of its layer", "largest of its layer")

    def test_shows_some_layers_and_channels(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open(f"model={NAME}&layers=conv_0&layers=pool_0")
        viewer.write("Channels", "2..3")
        images = viewer.images()
        assert list(images) == ["conv_0", "pool_0"]
        assert len(images["conv_0"]["value"]) == len(graph.neurons("conv_0[2..3]"))
        assert "layers=conv_0&layers=pool_0&channels=2..3" in viewer.page.url

    def test_says_what_cannot_be_shown(self, viewer: Viewer) -> None:
        viewer.open("pick=conv_9[1]&channels=900&color=nothing")
        assert "no layer &#x27;conv_9&#x27;" in viewer.text("find_problem")
        assert "no neuron is in these" in viewer.text("channels_problem")
        assert "&#x27;nothing&#x27; is no measure" in viewer.text("status")
        assert viewer.images()


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
class TestLook:
    def test_names_stay_in_view_while_one_zooms(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        names = set(graph.layers()["name"])
        before, top = viewer.texts(), viewer.frame()["top"]
        assert names <= set(before)
        viewer.page.mouse.move(*viewer.place("conv_1", 5, 1, 0))
        viewer.page.mouse.wheel(0, -600)
        viewer.page.wait_for_function(
            "() => Bokeh.documents[0].get_model_by_name('picture').y_range.start < 500"
        )
        after = viewer.texts()
        assert "conv_1" in names & set(after) < names
        assert after["conv_1"][1] == before["conv_1"][1] < top

    def test_says_of_what_feeds_no_pick_that_it_does_not(self, viewer: Viewer) -> None:
        viewer.open("color=field&pick=conv_0[3]@0,0")
        viewer.page.mouse.move(*viewer.place("conv_1", 5, 1, 0))
        expect(viewer.page.get_by_text("not fed from here").first).to_be_visible(
            timeout=SECONDS * 1000
        )
        assert viewer.page.get_by_text("NaN").count() == 0

    def test_explains_its_lines(self, viewer: Viewer) -> None:
        viewer.open("pick=conv_1[5]@1,0")
        for text in ("positive weight", "negative weight", "strongest path", "the pick"):
            expect(viewer.page.get_by_text(text, exact=True).first).to_be_visible()

    @pytest.mark.parametrize("width", [800, 1280])
    def test_fits_its_window(self, viewer: Viewer, graph: NeuronGraph, width: int) -> None:
        viewer.page.set_viewport_size({"width": width, "height": 900})
        viewer.open()
        assert viewer.page.evaluate("document.documentElement.scrollWidth") <= width
        for label in ("Find", "Colour by", "Scale", "Channels", "|weight| from", "Lines"):
            box = viewer.page.get_by_label(label, exact=True).bounding_box()
            assert box
            assert box["x"] + box["width"] <= width
        for number in graph.layers()["edges"]:
            cell = viewer.page.get_by_role("cell", name=f"{number:,}", exact=True).last
            box = cell.bounding_box()
            assert box
            assert box["x"] + box["width"] <= width


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
class TestWrittenProperties:
    @pytest.fixture(autouse=True)
    def _nothing_is_left(self, graph: NeuronGraph) -> Iterator[None]:
        yield
        for name in graph.properties()["name"]:
            graph.remove_property(name)

    def test_colour_and_are_told_of_the_pick(self, viewer: Viewer, graph: NeuronGraph) -> None:
        katz = graph.katz("dense_0", write_property="katz")["katz"].tolist()
        graph.write_property(graph.neurons("conv_0"), "mine", "bias")
        viewer.open()
        viewer.choose("Colour by", "mine")
        assert urlsplit(viewer.page.url).query == f"model={NAME}&color=mine"
        images = viewer.images()
        # A strip has its neurons by id, and tiles have not.
        biases = sorted(graph.neurons("conv_0")["bias"])
        assert sorted(images["conv_0"]["value"]) == pytest.approx(biases, rel=1e-5)
        assert not [each for each in images["dense_0"]["value"] if each == each]  # noqa: PLR0124
        colour = viewer.page.get_by_label("Colour by", exact=True)
        groups = colour.locator("optgroup").evaluate_all(
            "(groups) => groups.map((group) => [group.label, group.children.length])"
        )
        assert [name for name, _ in groups] == ["Measures", "Written properties"]
        with viewer.changing():
            written = colour.locator("optgroup").last.locator("option", has_text="katz")
            # The page gives options values of its own.
            colour.select_option(written.get_attribute("value"))
        assert viewer.images()["dense_0"]["value"] == pytest.approx(katz, rel=1e-5)
        viewer.click("dense_0", 5)
        facts = viewer.facts()
        assert facts["property katz"] == facts["katz"] == f"{katz[5]:.4g}"
        assert facts["property mine"] == "none"

    def test_that_change_while_the_page_is_open(self, viewer: Viewer, graph: NeuronGraph) -> None:
        layer = graph.neurons("dense_0")
        graph.write_property(layer, "mine", "bias")
        viewer.open("color=mine")
        before = viewer.images()["dense_0"]["value"]
        assert before == pytest.approx(layer["bias"].tolist(), rel=1e-5)
        graph.write_property(layer.assign(bias=layer["bias"] + 1), "mine", "bias")
        viewer.click("dense_0", 5)
        assert viewer.images()["dense_0"]["value"] == pytest.approx(
            (layer["bias"] + 1).tolist(), rel=1e-5
        )
        graph.remove_property("mine")
        graph.write_property(layer, "later", "bias")
        viewer.click("dense_0", 6)
        assert "&#x27;mine&#x27; is no measure, and no property" in viewer.text("status")
        assert "property mine" not in viewer.facts()
        viewer.choose("Colour by", "later")
        assert viewer.images()["dense_0"]["value"] == pytest.approx(before, rel=1e-5)
        assert "problem" not in viewer.text("status")


class TestPick:
    def test_a_click_on_a_neuron(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        viewer.click("conv_1", 5, 1, 0)
        name = "conv_1[5]@1,0"
        assert viewer.text("heading") == f"<h2>{name}</h2>"
        expect(viewer.page.get_by_role("heading", name=name)).to_be_visible()
        for direction, shown in (("in", "inputs"), ("out", "outputs")):
            rows = weights(viewer, shown)
            wanted = graph.neighbours(name, direction=direction, k=10)  # type: ignore[arg-type]
            expected = wanted.set_index("name")["weight"].to_dict()
            assert rows.to_dict() == pytest.approx(expected, abs=5e-5)
        facts = viewer.facts()
        assert float(facts["katz"]) == pytest.approx(graph.katz(name)["katz"][0], rel=1e-3)
        katz = graph.katz("conv_1").set_index("name")["katz"]
        rank = int(katz.rank(ascending=False, method="min")[name])
        assert facts["katz rank"] == f"{rank} of {len(katz)}"
        lines = len(viewer.data("positive")["x0"]) + len(viewer.data("negative")["x0"])
        assert lines == len(viewer.table("inputs")) + len(viewer.table("outputs"))

    def test_the_second_of_two_quick_clicks(self, viewer: Viewer) -> None:
        viewer.open()
        places = [viewer.place("conv_1", 5, 1, 0), viewer.place("pool_0", 3, 2, 1)]
        for place in places:
            viewer.page.mouse.click(*place)
        heading = viewer.page.get_by_role("heading", name="pool_0[3]@2,1")
        expect(heading).to_be_visible(timeout=SECONDS * 1000)

    def test_the_strongest_path_through_it(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        viewer.click("pool_0", 3, 2, 1)
        path = weights(viewer, "through")
        before = graph.strongest_paths("input_layer", "pool_0[3]@2,1", k=1)
        after = graph.strongest_paths("pool_0[3]@2,1", "dense_1", k=1)
        product = before["strength"][0] * after["strength"][0]
        assert path.abs().prod() == pytest.approx(product, rel=1e-3)
        assert "pool_0[3]@2,1" in path.index
        assert len(viewer.data("path")["x0"]) == len(path) - 1

    def test_a_click_on_a_channel(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        viewer.page.get_by_role("button", name="channel").click()
        viewer.click("conv_1", 5, 1, 0)
        assert viewer.text("heading") == "<h2>conv_1[5]</h2>"
        edges = graph.edges(target="conv_1[5]").merge(
            graph.neurons(), left_on="source", right_on="id"
        )
        totals = edges.assign(size=edges["weight"].abs()).groupby("channel")["size"].sum()
        assert weights(viewer, "inputs").to_dict() == pytest.approx(
            {f"pool_0[{channel}]": total for channel, total in totals.items()}, abs=5e-5
        )

    def test_its_receptive_field(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        viewer.click("pool_0", 3, 2, 1)
        viewer.choose("Colour by", "what feeds the pick")
        drawn = pd.DataFrame(viewer.images()["input_layer"]).dropna(subset=["value"])
        field = graph.field_neurons("pool_0[3]@2,1", "input_layer")
        assert set(zip(drawn["px"], drawn["py"], strict=True)) == set(
            zip(field["x"], field["y"], strict=True)
        )
        assert drawn["value"].sum() == pytest.approx(field["weight"].sum(), rel=1e-5)

    def test_its_effective_weights(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        viewer.click("pool_0", 3, 2, 1)
        drawn = viewer.data("effective_cells")
        pairs = graph.effective_weights("input_layer", "pool_0[3]@2,1")
        assert dict(zip(drawn["name"], drawn["weight"], strict=True)) == pytest.approx(
            dict(zip(pairs["source_name"], pairs["weight"], strict=True)), rel=1e-5
        )

    def test_a_row_leads_to_its_neuron(self, viewer: Viewer) -> None:
        viewer.open()
        viewer.click("dense_0", 12)
        first = viewer.table("inputs")[0][0]
        with viewer.changing():
            viewer.page.get_by_role("link", name=first, exact=True).first.click()
        assert viewer.text("heading") == f"<h2>{first}</h2>"

    def test_weak_relationships_are_left_out(self, viewer: Viewer) -> None:
        viewer.open("pick=dense_1%5B3%5D&lines=100")
        every = weights(viewer, "inputs").abs()
        viewer.write("|weight| from", "0.5")
        strong = weights(viewer, "inputs").abs()
        assert len(strong) == (every >= 0.5).sum() < len(every)

    def test_a_link_opens_the_same_view(self, viewer: Viewer) -> None:
        viewer.open()
        viewer.click("conv_1", 5, 1, 0)
        viewer.choose("Colour by", "katz")
        before = viewer.images(), viewer.facts(), viewer.table("inputs")
        query = urlsplit(viewer.page.url).query
        assert parse_qs(query)["pick"] == ["conv_1[5]@1,0"]
        viewer.page.goto("about:blank")
        viewer.open(query)
        assert (viewer.images(), viewer.facts(), viewer.table("inputs")) == before

    def test_by_keyboard_alone(self, viewer: Viewer) -> None:
        viewer.open()
        focused = (
            "() => { let at = document.activeElement;"
            " while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;"
            " return (at.labels?.[0] ?? at).textContent.trim() }"
        )
        keys = viewer.page.keyboard

        def go_to(name: str) -> None:
            for _ in range(100):
                keys.press("Tab")
                if viewer.page.evaluate(focused) == name:
                    return
            pytest.fail(f"{name} cannot be reached")

        # Where the store holds other models too, their list comes before it.
        go_to("Find")
        with viewer.changing():
            keys.type("dense_0[12]")
            keys.press("Enter")
        assert viewer.text("heading") == "<h2>dense_0[12]</h2>"
        first = viewer.table("inputs")[0][0]
        go_to(first)
        with viewer.changing():
            keys.press("Enter")
        assert viewer.text("heading") == f"<h2>{first}</h2>"
        go_to("Save as HTML")
        go_to("Paths")
        keys.press("Enter")
        expect(viewer.page.get_by_label("From", exact=True)).to_be_visible()


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
class TestFind:
    def test_completes_names(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        names = graph.neurons()["name"].tolist()
        assert viewer.completions("Find", "ense") == ["dense_0", "dense_1"]
        assert viewer.completions("Find", "dense_1[") == names[-10:]
        assert viewer.completions("Find", "conv_1[15")[0] == "conv_1[15]"
        assert viewer.completions("Find", "conv_1[5]@") == [
            "conv_1[5]@0,0", "conv_1[5]@0,1", "conv_1[5]@1,0", "conv_1[5]@1,1",
        ]  # fmt: skip
        assert set(viewer.completions("Find", "conv_0[3]@1")) < set(names)
        assert viewer.completions("Find", "nothing") == []
        viewer.tab("Paths")
        assert viewer.completions("From", "conv_0[3]@1,2") == ["conv_0[3]@1,2"]

    def test_says_errors_at_the_field_and_keeps_the_pick(self, viewer: Viewer) -> None:
        viewer.open("pick=dense_1[7]")
        before = viewer.table("inputs")
        field = viewer.page.get_by_label("Find", exact=True)
        for wrong, said in (("dense_9[1]", "no layer 'dense_9'"), ("dense_1[77]", "not 77")):
            field.fill(wrong)
            field.press("Enter")
            problem = viewer.page.get_by_role("alert").filter(has_text=said)
            expect(problem).to_be_visible(timeout=SECONDS * 1000)
            below, box = problem.bounding_box(), field.bounding_box()
            assert below
            assert box
            assert 0 <= below["y"] - box["y"] - box["height"] < 20
            assert field.get_attribute("aria-invalid") == "true"
            assert viewer.text("heading") == "<h2>dense_1[7]</h2>"
            assert viewer.table("inputs") == before
            assert "pick=dense_1%5B7%5D" in viewer.page.url
        viewer.write("Find", "dense_1[6]")
        expect(viewer.page.get_by_role("alert")).to_have_count(0, timeout=SECONDS * 1000)
        assert field.get_attribute("aria-invalid") == "false"

    def test_the_ends_of_paths_say_theirs_too(self, viewer: Viewer) -> None:
        viewer.open()
        viewer.tab("Paths")
        field = viewer.page.get_by_label("To", exact=True)
        field.fill("dense_9")
        field.press("Enter")
        expect(viewer.page.get_by_role("alert")).to_contain_text(
            "no layer 'dense_9'", timeout=SECONDS * 1000
        )


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
class TestLayer:
    def test_is_told_beside_the_pick(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open("pick=conv_1[5]@1,0")
        row = graph.layers().set_index("name").loc["conv_1"]
        facts = viewer.layer_facts()
        assert facts["class"] == row["class_name"] == "Conv2D"
        assert facts["activation"] == row["activation"]
        assert facts["parameters"] == f"{row['parameters']:,}"
        assert facts["shape"] == "2 x 2 x 16"
        assert facts["fed by"] == "pool_0"


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
class TestWalk:
    def test_by_arrows(self, viewer: Viewer) -> None:
        viewer.open()
        viewer.picture().focus()
        for key, name in (
            ("ArrowDown", "input_layer[0]@0,0"),
            ("ArrowDown", "input_layer[0]@0,1"),
            ("ArrowRight", "input_layer[0]@1,1"),
            ("Shift+ArrowRight", "conv_0"),
            ("Shift+ArrowRight", "pool_0"),
        ):
            with viewer.changing():
                viewer.page.keyboard.press(key)
            assert viewer.pick().startswith(name)
            assert viewer.page.locator("#said").text_content() == viewer.pick()
        with viewer.changing():
            viewer.page.keyboard.press("Escape")
        assert viewer.pick() == ""

    def test_many_steps_in_a_row(self, viewer: Viewer) -> None:
        viewer.open("pick=dense_0[3]")
        viewer.picture().focus()
        for _ in range(6):
            viewer.page.keyboard.press("ArrowDown")
        heading = viewer.page.get_by_role("heading", name="dense_0[9]")
        expect(heading).to_be_visible(timeout=SECONDS * 1000)

    def test_focus_is_seen(self, viewer: Viewer) -> None:
        viewer.open()
        outline = (
            "() => { let at = document.activeElement;"
            " while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;"
            " const style = getComputedStyle(at);"
            " return [style.outlineStyle, parseFloat(style.outlineWidth)] }"
        )
        for _ in range(40):
            viewer.page.keyboard.press("Tab")
            style, width = viewer.page.evaluate(outline)
            focused = viewer.page.evaluate("document.activeElement !== document.body")
            assert not focused or (style != "none" and width >= 2)


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
class TestAccess:
    def test_axe_finds_no_serious_fault(self, address: str, browser: Browser) -> None:
        schemes: list[Literal["light", "dark"]] = ["light", "dark"]
        for scheme in schemes:
            context = browser.new_context(color_scheme=scheme)
            viewer = Viewer(context.new_page(), address)
            viewer.open()
            assert serious_faults(viewer.page) == []
            viewer.click("conv_1", 5, 1, 0)
            field = viewer.page.get_by_label("Find", exact=True)
            field.fill("nothing")
            field.press("Enter")
            expect(viewer.page.get_by_role("alert")).to_be_visible(timeout=SECONDS * 1000)
            assert serious_faults(viewer.page) == []
            viewer.tab("Paths")
            assert serious_faults(viewer.page) == []
            viewer.tab("Cypher")
            viewer.run_cypher("MATCH (n:Neuron) RETURN n.name AS name, n.bias AS bias")
            assert serious_faults(viewer.page) == []
            context.close()

    def test_follows_the_preferred_colours(self, address: str, browser: Browser) -> None:
        shades = {}
        schemes: list[Literal["light", "dark"]] = ["light", "dark"]
        for scheme in schemes:
            context = browser.new_context(color_scheme=scheme)
            viewer = Viewer(context.new_page(), address)
            viewer.open()
            viewer.page.mouse.move(*viewer.place("conv_1", 5, 1, 0))
            expect(viewer.page.locator(".bk-Tooltip")).to_be_visible(timeout=SECONDS * 1000)
            shades[scheme] = viewer.shades_of_page()
            context.close()
        assert all(min(shade) > 220 for shade in shades["light"].values())
        assert all(max(shade) < 60 for shade in shades["dark"].values())


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
class TestBeside:
    @pytest.fixture
    def other(self, location: str, digits_file: Path) -> Iterator[str]:
        """Give a model of which weights into half of a layer have another sign."""
        load(digits_file, location, name="later")
        with NeuronGraph(location) as changing:
            changing.write(
                "MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron) WHERE t.layer = 'dense_0' "
                "AND t.channel < 16 SET r.weight = -r.weight",
                model="later",
            )
        yield "later"
        drop("later", location)

    def test_shows_what_changes(self, viewer: Viewer, graph: NeuronGraph, other: str) -> None:
        viewer.open(f"model={NAME}&pick=dense_0[3]")
        viewer.choose("Beside", other)
        before, after = graph.edges(), graph.edges(model=other)
        change = (after["weight"] - before["weight"]) ** 2
        sizes = np.sqrt(change.groupby(before["target"]).sum())
        ids = graph.neurons("dense_0")["id"]
        assert viewer.images()["dense_0"]["value"] == pytest.approx(sizes[ids].tolist(), rel=1e-5)
        assert "what changes" in viewer.page.get_by_label("Colour by").inner_text()
        inputs = viewer.table("changes")
        assert [float(beside) for _, _, beside in inputs] == pytest.approx(
            [-float(weight) for _, weight, _ in inputs]
        )
        viewer.write("Find", "")
        layers = {row[0]: row[1:] for row in viewer.table("list")}
        relative = float(graph.compare_layers(other)["relative_change"].iloc[0])
        assert layers["dense_0"] == ["1024", "1024", f"{relative:.4g}"]
        assert layers["conv_0"][:2] == ["0", "0"]
        viewer.choose("Colour by", "katz")
        katz = graph.katz("dense_1", model=other)["katz"]
        data = viewer.data("beside_strip")
        drawn = data["value"][data["layer"].index("dense_1")]
        assert drawn == pytest.approx(katz.tolist(), rel=1e-5)
        viewer.choose("Beside", "no other model")
        assert urlsplit(viewer.page.url).query == f"model={NAME}&color=katz"

    def test_of_another_architecture_says_so(
        self, viewer: Viewer, location: str, small_files: dict[str, Path]
    ) -> None:
        load(small_files["pooled"], location, name="unlike")
        try:
            viewer.open(f"model={NAME}&other=unlike")
            assert "is not wired as" in viewer.text("status")
            assert viewer.data("beside_strip")["layer"]
        finally:
            drop("unlike", location)


class TestPaths:
    def test_between_two_picks(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        viewer.tab("Paths")
        viewer.click("pool_0", 3, 2, 1)
        with viewer.changing():
            viewer.page.get_by_role("button", name="the pick").first.click()
        viewer.click("dense_1", 7)
        with viewer.changing():
            viewer.page.get_by_role("button", name="the pick").last.click()
        wanted = graph.strongest_paths("pool_0[3]@2,1", "dense_1[7]", k=3)
        rows = viewer.table("paths")
        assert [row[1] for row in rows] == wanted["name"].tolist()
        strengths = [float(row[3]) for row in rows]
        assert strengths == pytest.approx(wanted["strength"].tolist(), rel=1e-3)
        assert len(viewer.data("path")["x0"]) == (wanted["hop"] > 0).sum()


@pytest.mark.cypher
class TestCypher:
    def test_answers(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        viewer.tab("Cypher")
        text = f"MATCH (n:Neuron) WHERE n.model = '{NAME}' RETURN n.layer AS layer, count(*) AS n"
        viewer.page.get_by_label("Cypher, which cannot write").fill(text)
        viewer.page.get_by_role("button", name="Run").click()
        viewer.page.wait_for_function(
            "() => Bokeh.documents[0].get_model_by_name('answer').text.includes('6 rows')"
        )
        counts = graph.neurons().groupby("layer").size().astype(str)
        assert dict(viewer.table("rows")) == counts.to_dict()
        expect(viewer.page.get_by_text("dense_1", exact=True).last).to_be_visible()

    def test_marks_the_nodes_that_come_back(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        viewer.tab("Cypher")
        text = "MATCH (n:Neuron) WHERE n.layer = 'dense_1' AND n.model = '{}' RETURN {}"
        of_layer = graph.neurons("dense_1")
        key = graph.models().set_index("name").loc[NAME, "key"]
        viewer.run_cypher(text.format(key, "n"))
        places = [viewer.middle("dense_1", channel) for channel in of_layer["channel"]]
        lit = viewer.data("lit")
        lit_places = np.array([lit["x"], lit["y"]]).T
        np.testing.assert_allclose(lit_places[lit_places[:, 1].argsort()], sorted(places))
        assert "10 neurons marked" in viewer.text("answer")
        viewer.run_cypher(text.format(key, "n.name AS it ORDER BY n.id LIMIT 3"))
        assert viewer.data("lit")["y"] == pytest.approx([y for _, y in places[:3]])
        viewer.run_cypher(text.format(key, "count(*) AS n"))
        assert viewer.data("lit")["x"] == []

    def test_an_error_takes_old_results_away(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        viewer.tab("Cypher")
        # A server has neurons of other models too, which this page does not draw.
        key = graph.models().set_index("name").loc[NAME, "key"]
        text = "MATCH (n:Neuron) WHERE n.model = '{}' RETURN n LIMIT 3"
        viewer.run_cypher(text.format(key))
        assert len(viewer.table("rows")) == len(viewer.data("lit")["x"]) == 3
        viewer.run_cypher("MATCH (n:Neuron RETURN n")
        assert "problem" in viewer.text("answer")
        assert viewer.table("rows") == []
        assert viewer.data("lit")["x"] == []

    @pytest.mark.parametrize(
        ("statement", "word"),
        [
            ("MATCH (n:Neuron) SET n.bias = 7.0 RETURN count(*)", "SET"),
            ("UNWIND [1] AS x LOAD FROM '/etc/passwd' RETURN *", "LOAD"),
            ("UNWIND [1] AS x LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row", "LOAD"),
            ("CALL db.clearQueryCaches()", "clearQueryCaches"),
        ],
    )
    def test_only_reads(
        self, viewer: Viewer, graph: NeuronGraph, statement: str, word: str
    ) -> None:
        viewer.open()
        viewer.tab("Cypher")
        before = graph.neurons()
        viewer.page.get_by_label("Cypher, which cannot write").fill(statement)
        viewer.page.get_by_role("button", name="Run").click()
        viewer.page.wait_for_function(
            "() => Bokeh.documents[0].get_model_by_name('answer').text.includes('problem')"
        )
        assert word in viewer.text("answer")
        pd.testing.assert_frame_equal(graph.neurons(), before)


class TestHosts:
    @pytest.mark.parametrize("path", ["/", "/view.html", "/static/js/bokeh.min.js", "/ws"])
    def test_another_name_is_refused(self, address: str, path: str) -> None:
        port = urlsplit(address).port or 0
        for host in (f"evil.example:{port}", f"localhost:{port + 1}", ""):
            assert answered(port, path, {"Host": host}) in {400, 403}

    def test_a_page_of_another_origin_gets_no_connection(self, address: str) -> None:
        parts = urlsplit(address)
        headers = {
            "Host": parts.netloc,
            "Origin": "http://evil.example",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        }
        assert answered(parts.port or 0, "/ws", headers) == 403


class TestSecret:
    def test_is_neither_in_the_address_nor_in_reach_of_scripts(self, viewer: Viewer) -> None:
        viewer.open("pick=dense_1[7]")
        secret = viewer.address.partition("token=")[2]
        assert viewer.page.url.startswith(f"{viewer.base}?")
        assert secret not in viewer.page.url
        assert secret not in viewer.page.content()
        assert viewer.page.evaluate("document.cookie + document.referrer") == ""
        viewer.page.reload()
        viewer.wait()
        assert viewer.text("heading") == "<h2>dense_1[7]</h2>"

    def test_leads_on_from_the_file_that_the_browser_is_given(
        self, address: str, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files: list[str] = []
        monkeypatch.setattr(webbrowser, "open", files.append)
        viewer = Viewer(browser.new_page(), address)
        with open_browser(address):
            viewer.page.goto(files[0])
            viewer.page.wait_for_url(f"{viewer.base}?*")
            viewer.wait()
        assert "token" not in viewer.page.url
        viewer.page.close()

    def test_who_does_not_know_it_sees_nothing(self, address: str, browser: Browser) -> None:
        context = browser.new_context()
        page = context.new_page()
        base = address.partition("?")[0]
        for query in ("", "?token=wrong", "?pick=dense_1[7]"):
            answer = page.goto(base + query)
            assert answer
            assert answer.status == 403
            expect(page.get_by_text("neurongraph view printed")).to_be_visible()
        assert context.cookies() == []
        context.close()

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_a_page_of_another_origin_gets_nothing(
        self, address: str, browser: Browser, host: str
    ) -> None:
        # Of the same site where it has the same host, since a site has no port.
        context = browser.new_context()
        viewer = Viewer(context.new_page(), address)
        viewer.open()
        with elsewhere() as port:
            page = context.new_page()
            statuses: dict[str, int] = {}
            page.on("response", lambda answer: statuses.update({answer.url: answer.status}))
            page.goto(f"http://{host}:{port}/")
            seen = page.evaluate(TRIES, viewer.base)
        assert seen == {"fetch": "TypeError", "blind": 0, "script": "error", "socket": "error"}
        # The browser tells of no answer that it keeps from a page.
        told = ("view.html", "static/js/bokeh.min.js", "?pick=dense_1[7]")
        assert {viewer.base + name: 403 for name in told}.items() <= statuses.items()
        context.close()


TRIES = """async (base) => {
    const seen = {}
    try { await fetch(base, {credentials: "include"}); seen.fetch = "answered" }
    catch (error) { seen.fetch = error.name }
    const blind = await fetch(base + "view.html", {credentials: "include", mode: "no-cors"})
    seen.blind = blind.status
    seen.script = await new Promise((done) => {
        const script = document.createElement("script")
        script.onload = () => done("loaded")
        script.onerror = () => done("error")
        script.src = base + "static/js/bokeh.min.js"
        document.head.append(script)
    })
    seen.socket = await new Promise((done) => {
        const socket = new WebSocket(base.replace("http", "ws") + "ws", ["bokeh", "x"])
        socket.onopen = () => done("open")
        socket.onerror = () => done("error")
    })
    await new Promise((done) => {
        const frame = document.createElement("iframe")
        frame.onload = done
        frame.src = base + "?pick=dense_1[7]"
        document.body.append(frame)
    })
    return seen
}"""


@contextmanager
def elsewhere() -> Iterator[int]:
    """Serve an empty page of this machine; give its port."""

    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><body></body>")

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as listening:
        thread = Thread(target=listening.serve_forever)
        thread.start()
        yield listening.server_port
        listening.shutdown()
        thread.join()


def answered(port: int, path: str, headers: dict[str, str]) -> int:
    """Return the status of an answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as response:
            return response.status


def test_standalone_page(
    viewer: Viewer, browser: Browser, tmp_path: Path, graph: NeuronGraph
) -> None:
    viewer.open()
    viewer.click("dense_1", 7)
    with viewer.page.expect_download() as download:
        viewer.page.get_by_role("link", name="Save as HTML").click()
    file = tmp_path / "view.html"
    download.value.save_as(file)
    context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    alone = Viewer(context.new_page(), file.as_uri())
    alone.page.goto(alone.address)
    expect(alone.page.get_by_role("heading", name="dense_1[7]")).to_be_visible()
    assert {layer: len(cells["value"]) for layer, cells in alone.images().items()} == dict(
        graph.layers().set_index("name")["neurons"]
    )
    context.close()


def test_names_stay_text(store: GraphStore, browser: Browser, small_files: dict[str, Path]) -> None:
    load(small_files["pooled"], store.location, name=HOSTILE)
    page = browser.new_page()
    try:
        with served(HOSTILE, "--graph", store.location) as address:
            viewer = Viewer(page, address)
            viewer.open("pick=odds")
            page.get_by_role("status").filter(has_text=HOSTILE).wait_for()
            assert page.locator("img").count() == 0
            assert page.title() == f"{HOSTILE} - neurongraph"
    finally:
        page.close()
        drop(HOSTILE, store.location)


def test_big_layers_are_drawn_by_channel_until_one_zooms_in(
    browser: Browser, tmp_path: Path, digits_file: Path
) -> None:
    load(digits_file, tmp_path / "digits.lbug")
    small = "import queries.viewer.scene as scene, queries.viewer.picture as picture\n"
    small += "scene.MOST_DRAWN, picture.MOST_NEAR = 300, 200"
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    with served("--graph", str(tmp_path / "digits.lbug"), program=small) as address:
        viewer = Viewer(page, address)
        viewer.open()
        assert viewer.data("channel")["layer"] == ["conv_0"]
        viewer.click("conv_0", 4)
        assert viewer.text("heading") == "<h2>conv_0[4]</h2>"
        page.mouse.wheel(0, -500)
        page.wait_for_function(
            "() => Bokeh.documents[0].get_model_by_name('near').data_source.get_length() == 1"
        )
        near = viewer.data("near")
        shown = set(near["channel"][0])
        assert 4 in shown
        assert shown < set(range(8))
        page.mouse.wheel(0, 900)
        page.wait_for_function(
            "() => Bokeh.documents[0].get_model_by_name('near').data_source.get_length() == 0"
        )
    page.close()

"""``neurongraph view --input`` by real clicks, against Keras and what the queries answer."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import keras
import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from exporter import drop, load
from queries import NeuronGraph
from tests.browser.viewer import SECONDS, Viewer, opened, serious_faults, served
from tests.contract.stores import GraphStore

pytestmark = pytest.mark.computed

NAME = "seen at inputs"
SAMPLES = Path(__file__).parents[2] / "samples" / "digits.npz"
FIRST, SECOND = f"{SAMPLES}:7", f"{SAMPLES}:1"
BOTH = f"model={quote(NAME)}&input=digits.npz:7&beside=digits.npz:1"


@pytest.fixture(scope="module")
def location(store: GraphStore, digits_file: Path) -> Iterator[str]:
    """Give each store with the sample in it."""
    load(digits_file, store.location, name=NAME)
    yield store.location
    drop(NAME, store.location)


@pytest.fixture(scope="module")
def address(location: str) -> Iterator[str]:
    """Give the address of the page of each store at two inputs."""
    with served(NAME, "--graph", location, "--input", FIRST, "--input", SECOND) as found:
        yield found


@pytest.fixture
def graph(location: str) -> Iterator[NeuronGraph]:
    with NeuronGraph(location, model=NAME) as found:
        yield found


@pytest.fixture
def viewer(browser: Browser, address: str) -> Iterator[Viewer]:
    with opened(browser, address) as found:
        yield found


def scores(viewer: Viewer) -> dict[str, list[str]]:
    """Return what is told of the circuit of each input."""
    html = viewer.text("scores")
    rows = re.findall(r"<th scope='row'>(.*?)</th>(.*?)</tr>", html)
    return {name: re.findall(r"<td>(.*?)</td>", cells) for name, cells in rows}


def drawn(viewer: Viewer) -> dict[str, float]:
    """Return by name the attribution of each line of the circuit."""
    found: dict[str, float] = {}
    for name in ("positive", "negative"):
        data = viewer.data(name)
        found |= dict(zip(data["names"], data["weight"], strict=True))
    return found


def test_tiles_have_what_keras_says(viewer: Viewer, digits_file: Path) -> None:
    viewer.open()
    model = keras.saving.load_model(digits_file)
    every = keras.Model(model.inputs, [layer.output for layer in model.layers])
    sample = np.load(SAMPLES)["x"][7:8].astype(np.float32)
    wanted = every.predict(sample.reshape(1, *model.input_shape[1:]), verbose=0)
    images, flat = viewer.images(), []
    for layer, values in zip(model.layers, wanted, strict=True):
        if layer.name not in images:
            flat.append(type(layer).__name__)
            continue
        cells = images[layer.name]
        places = (cells["py"], cells["px"], cells["channel"])
        own = values[0][places if values[0].ndim > 1 else cells["channel"]]
        assert cells["value"] == pytest.approx(own.tolist(), rel=1e-4, abs=1e-5)
    assert flat == ["Flatten", "Dropout"]
    assert images["input_layer"]["value"] == pytest.approx(sample.ravel().tolist())
    logits = re.findall(r"data-towards='(.*?)'", viewer.text("answers"))
    best = np.argsort(-wanted[-1][0])[:5]
    assert logits[:5] == [f"dense_1[{number}]" for number in best]


def test_the_circuit_is_that_of_the_query(viewer: Viewer, graph: NeuronGraph) -> None:
    viewer.open(f"model={quote(NAME)}&color=attribution&input=digits.npz:7")
    handle = viewer.page.get_by_role("slider", name=re.compile("Node share"))
    for _ in range(3):
        with viewer.changing():
            handle.press("ArrowLeft")
    share = float(re.findall(r"node_share=([\d.]+)", viewer.page.url)[0])
    assert share == pytest.approx(0.785)
    wanted = graph.circuit(FIRST, level="channel", node_share=share)
    told = graph.circuit_scores(FIRST, level="channel", node_share=share).iloc[0]
    assert scores(viewer)["relationships"] == [f"{len(wanted):,} of {told['edges_of']:,}"]
    assert scores(viewer)["completeness"] == [f"{told['completeness']:.1%}"]
    assert scores(viewer)["replacement"] == [f"{told['replacement']:.1%}"]
    names = wanted["source_name"] + " to " + wanted["target_name"]
    assert drawn(viewer) == pytest.approx(
        dict(zip(names, wanted["attribution"], strict=True)), rel=1e-5, abs=1e-9
    )


def test_a_class_is_chosen_and_a_pick_has_its_contributions(
    viewer: Viewer, graph: NeuronGraph
) -> None:
    viewer.open(f"model={quote(NAME)}&color=activation&input=digits.npz:7")
    with viewer.changing():
        viewer.page.get_by_role("link", name="dense_1[3]").first.click()
    assert scores(viewer)["towards"] == ["dense_1[3]"]
    viewer.click("dense_0", 6)
    wanted = graph.contributions(FIRST, "dense_0[6]").sort_values(
        "contribution", key=np.abs, ascending=False
    )
    assert [name for name, _ in viewer.table("inputs")] == wanted["source_name"].tolist()[:10]
    found = graph.attribution(FIRST, "dense_0[6]", towards="dense_1[3]").iloc[0]
    assert float(viewer.facts()["activation"]) == pytest.approx(found["value"], rel=1e-3)
    assert float(viewer.facts()["attribution"]) == pytest.approx(found["attribution"], rel=1e-3)


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
class TestBeside:
    def test_two_inputs_have_one_scale(self, viewer: Viewer, graph: NeuronGraph) -> None:
        viewer.open()
        for name, sample in (("", FIRST), ("beside_", SECOND)):
            data = viewer.data(f"{name}strip")
            place = data["layer"].index("dense_0")
            value = np.array(data["value"][place])
            wanted = graph.activations(sample, "dense_0")["value"]
            assert value == pytest.approx(wanted.to_numpy(), rel=1e-4, abs=1e-6)
        both = graph.activations([FIRST, SECOND], "dense_0")["value"]
        low, high = both.min(), both.max()
        levels = np.array(data["image"][place])
        assert levels == pytest.approx((value - low) / (high - low), rel=1e-4, abs=1e-5)
        assert len(scores(viewer)["nodes"]) == 2
        viewer.choose("Colour by", "difference")
        first = graph.activations(FIRST, "dense_0")["value"].to_numpy()
        drawn = viewer.images()["dense_0"]["value"]
        assert drawn == pytest.approx((first - wanted).tolist(), rel=1e-3, abs=1e-4)
        viewer.choose("Input beside", "no other input")
        assert "beside" not in viewer.page.url
        assert "color=activation" in viewer.page.url

    def test_what_is_no_target_is_said_at_the_field(self, viewer: Viewer) -> None:
        viewer.open(BOTH)
        field = viewer.page.get_by_label("Circuit towards", exact=True)
        field.fill("dense_1")
        field.press("Enter")
        said = viewer.page.get_by_role("alert").filter(has_text="names 10 neurons; name one")
        expect(said).to_be_visible(timeout=SECONDS * 1000)
        assert "towards" not in viewer.page.url

    def test_has_no_serious_faults(self, viewer: Viewer) -> None:
        viewer.open(f"{BOTH}&color=activation")
        image = viewer.page.get_by_role("img", name="input digits.npz:7: 8 x 8 pixels in grey")
        assert image.count() == 1
        assert serious_faults(viewer.page) == []
        viewer.page.emulate_media(color_scheme="dark")
        assert serious_faults(viewer.page) == []

    def test_a_saved_page_has_it_without_sliders(
        self, viewer: Viewer, browser: Browser, tmp_path: Path
    ) -> None:
        viewer.open(f"{BOTH}&color=activation")
        told = scores(viewer)
        with viewer.page.expect_download() as download:
            viewer.page.get_by_role("link", name="Save as HTML").click()
        file = tmp_path / "view.html"
        download.value.save_as(file)
        context = browser.new_context(offline=True)
        alone = Viewer(context.new_page(), file.as_uri())
        alone.page.goto(alone.address)
        expect(alone.page.get_by_text("a page that is served has sliders")).to_be_visible()
        assert alone.page.get_by_role("slider").count() == 0
        assert scores(alone) == told
        context.close()

"""What is offered in Neo4j Browser, run on real servers without it."""

import math
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from neo4j import GraphDatabase, Record
from typer.testing import CliRunner

from exporter import drop, load
from exporter.cli import app
from queries import NeuronGraph
from queries.browser.favourites import favourites, save, values_about
from queries.browser.guide import Guide
from queries.core.layer import layers_of
from queries.core.literals import literal
from queries.errors import ModelNotFoundError
from queries.library.queries import queries
from tests.contract.stores import GraphStore
from tests.examples import RECORDED
from tests.models import HOSTILE

NEO4J = ["neo4j-5.26", "neo4j-newest"]
VALUES = [
    HOSTILE, "'", "\\", "\\'", "\\u0027", "\\\\u0027", "\\u000a", "a\nb\r\tc", "/* x */ // y",
    "\u2028é😀", "</pre><script>", True, None, 3, -0.25, 1e-30, ["a'", 1], {"a": "'"},
    1e22, -1.5e300, 5e-324, 2**63 - 1, 1 - 2**63, math.inf, -math.inf, [0.1, math.inf],
]  # fmt: skip


@pytest.fixture
def served(loaded: GraphStore) -> Iterator[NeuronGraph]:
    with NeuronGraph(loaded.location) as graph:
        yield graph


@pytest.mark.parametrize("store", NEO4J, indirect=True)
@pytest.mark.neo4j
class TestBrowser:
    @pytest.mark.parametrize("value", VALUES)
    def test_a_literal_is_read_back(self, served: NeuronGraph, value: object) -> None:
        assert served.cypher(f"RETURN {literal(value)} = $value AS same", value=value)[
            "same"
        ].tolist() == [None if value is None else True]

    def test_nan_is_read_back(self, served: NeuronGraph) -> None:
        assert served.cypher(f"RETURN isNaN({literal(math.nan)}) AS same")["same"].tolist() == [
            True
        ]

    def test_the_guide_names_all_models(self, served: NeuronGraph) -> None:
        page = Guide(served, "http://localhost:1").html("pooled")
        assert page.count("play-topic") >= 2
        for name in ("pooled", "dilated"):
            assert f">{name}</a>" in page

    def test_the_guide_knows_which_models_there_are(self, served: NeuronGraph) -> None:
        with pytest.raises(ModelNotFoundError, match="pooled"):
            Guide(served, "http://localhost:1").html("missing")

    def test_each_favourite_answers_what_its_query_does(
        self,
        loaded: GraphStore,
        served: NeuronGraph,
        small_files: dict[str, Path],
        tmp_path: Path,
    ) -> None:
        file = tmp_path / "favourites.zip"
        load(small_files["pooled"], loaded.location, name="pooled-too")
        save(favourites(served, "pooled"), file)
        with zipfile.ZipFile(file) as packed:
            texts = {Path(name).stem: packed.read(name).decode() for name in packed.namelist()}
        stated = {name for name, asked in queries().items() if not asked.not_stated}
        # Nothing is stored at an input here.
        assert set(texts) == stated - RECORDED
        layers = layers_of(served.layers(model="pooled").to_dict("records"))
        for name, text in texts.items():
            asked = queries()[name]
            values = values_about(asked, layers, "pooled-too")
            about = {"model": "pooled"} if asked.about_a_model else {}
            assert text.startswith(f"// {name}")
            rows = run(loaded, text)
            assert len(rows) == min(len(getattr(served, name)(**values, **about)), 1000), name
        strongest = [row["weight"] for row in run(loaded, texts["strongest_edges"])]
        assert strongest == served.strongest_edges(target="odds", model="pooled")["weight"].tolist()

        drop("pooled-too", loaded.location)

    def test_a_layer_graph_has_no_favourites_about_channels(
        self, loaded: GraphStore, digits_file: Path
    ) -> None:
        load(digits_file, loaded.location, name="coarse", granularity="layer")
        with NeuronGraph(loaded.location) as graph:
            texts = favourites(graph, "coarse")
            # Nor is there another of its architecture.
            assert not {"compare_layers", "compare_edges"} & set(texts)
            for name, text in texts.items():
                assert not queries()[name].of_channels
                run(loaded, text)
        drop("coarse", loaded.location)


def run(store: GraphStore, text: str) -> list[Record]:
    """Run a text as Browser does."""
    assert store.server
    with (
        GraphDatabase.driver(store.server.uri, auth=store.server.auth) as driver,
        driver.session() as session,
    ):
        return list(session.run(text))


class TestCommand:
    def test_needs_a_server(self) -> None:
        result = CliRunner().invoke(app, ["browser", "--graph", "some.lbug"])
        assert result.exit_code == 1
        assert "bolt://" in result.stderr

    @pytest.mark.parametrize("words", [["--port", "70000"], ["--favourites", "a.cypher"]])
    def test_refuses_wrong_usage(self, words: list[str]) -> None:
        assert CliRunner().invoke(app, ["browser", *words]).exit_code == 2

    def test_refuses_a_file_that_cannot_be(self, tmp_path: Path) -> None:
        (tmp_path / "folder.zip").mkdir()
        for name, reason in (("no/a.zip", "does not exist"), ("folder.zip", "is a folder")):
            words = ["browser", "--favourites", str(tmp_path / name)]
            result = CliRunner().invoke(app, words)
            assert result.exit_code == 1
            assert reason in result.stderr

"""What is offered in Neo4j Browser, run on real servers without it."""

import math
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exporter.cli import app
from queries import NeuronGraph
from queries.browser.favourites import favourites, save
from queries.browser.guide import Guide
from queries.core.literals import literal
from queries.errors import ModelNotFoundError
from queries.library.queries import queries
from tests.contract.stores import GraphStore
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

    def test_each_favourite_runs(self, served: NeuronGraph, tmp_path: Path) -> None:
        file = tmp_path / "favourites.zip"
        save(favourites(served, "pooled"), file)
        with zipfile.ZipFile(file) as packed:
            texts = {name: packed.read(name).decode() for name in packed.namelist()}
        for name, text in texts.items():
            asked = name.removeprefix("neurongraph/").removesuffix(".cypher")
            assert text.startswith(f"// {asked}")
            assert not queries()[asked].reads
            assert len(served.cypher(text)) > 0
        strongest = served.cypher(texts["neurongraph/strongest_edges.cypher"])
        expected = served.strongest_edges(target="odds", model="pooled")
        assert strongest["weight"].tolist() == expected["weight"].tolist()


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

"""The command line on the sample model and the embedded store."""

import csv
import io
import json
import logging
import os
import pickle
import platform
import re
import shlex
import shutil
import signal
import subprocess
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import networkx as nx
import pyarrow.parquet as pq
import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

import neurongraph
from exporter import inspect, load
from exporter.cli import app
from queries import NeuronGraph
from queries.commands.description import example_words
from queries.commands.statement import reads_stdin
from queries.core import packages
from queries.core.granularity import NEURON_GRAPH
from queries.core.log import logger
from queries.core.packages import Requirement
from queries.library.queries import Query, by_theme, queries, query

ROOT = Path(__file__).parents[2]
GRAPH = "digits.lbug"
HEAVY = {"tensorflow", "keras", "pandas", "neo4j", "ladybug", "pyarrow", "numpy", "bokeh"}
COMMANDS = [
    "inspect",
    "load",
    "verify",
    "check",
    "drop",
    "models",
    "query",
    "cypher",
    "history",
    "prune-cost",
    "properties",
    "activate",
    "inputs",
    "circuits",
    "drop-input",
    "drop-circuit",
    "import-circuit",
    "plot",
    "export",
    "view",
    "browser",
    "versions",
]

Run = Callable[..., subprocess.CompletedProcess[str]]
Invoke = Callable[..., Result]


def environment() -> dict[str, str]:
    own = ("NEURONGRAPH_GRAPH", "TF_CPP_MIN_LOG_LEVEL", "FORCE_COLOR", "GITHUB_ACTIONS")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}


def started(folder: Path, *arguments: str, python: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *python, "-m", "exporter.cli", *arguments],
        cwd=folder,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(
    folder: Path, *arguments: str, answer: str = "", python: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    process = started(folder, *arguments, python=python)
    out, err = process.communicate(answer)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the sample model."""
    path = tmp_path_factory.mktemp("cli")
    (path / "samples").mkdir()
    for name in ("digits.keras", "digits.npz", "digit_7.png"):
        shutil.copy(ROOT / "samples" / name, path / "samples")
    return path


@pytest.fixture(scope="module")
def loaded(folder: Path) -> subprocess.CompletedProcess[str]:
    """Load the sample model, and give what that printed."""
    return finished(folder, "load", "samples/digits.keras", "--graph", GRAPH)


@pytest.fixture
def run(folder: Path, loaded: subprocess.CompletedProcess[str]) -> Run:
    """Give a function that runs the command line as a process, beside the loaded graph."""
    assert loaded.returncode == 0, loaded.stderr
    return lambda *arguments, **options: finished(folder, *arguments, **options)


@pytest.fixture
def invoke(
    folder: Path, loaded: subprocess.CompletedProcess[str], monkeypatch: pytest.MonkeyPatch
) -> Invoke:
    """Give a function that runs the command line in this process, which is faster."""
    assert loaded.returncode == 0, loaded.stderr
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NEURONGRAPH_GRAPH", GRAPH)
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *arguments, **options: CliRunner().invoke(app, arguments, **options)


def example_graph(invoke: Invoke, asked: Query) -> list[str]:
    """Name the graph that an example is about, which is made where it is another one."""
    if asked.theme == "attention":
        if not Path("repeat.lbug").exists():
            load(ROOT / "samples" / "repeat.keras", "repeat.lbug")
        return ["--graph", "repeat.lbug"]
    if not asked.of_records:
        return []
    graph = ["--graph", "stored.lbug"]
    if not Path("stored.lbug").exists():
        shutil.copytree(GRAPH, "stored.lbug")
        for name, row in (("five", 7), ("eight", 6)):
            at = ("--input", f"samples/digits.npz:{row}", "level=neuron")
            assert invoke("query", "circuit", *at, "--store", name, *graph).exit_code == 0
    return graph


def records(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert isinstance(found, list)
    return found


def error(result: Result, code: int = 1) -> str:
    """Give the only line of an error, after checking that it is one."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    if code == 1:
        assert len(result.stderr.splitlines()) == 1
        assert result.stderr.startswith("Error: ")
    return result.stderr


class TestLoad:
    def test_ends_with_totals(self, loaded: subprocess.CompletedProcess[str]) -> None:
        assert re.fullmatch(
            r"Loaded 'digits' into digits\.lbug: 6 layers, 810 neurons, 11,360 relationships "
            r"in [\d.]+ s \([\d,]+ relationships/s\)\.\n",
            loaded.stdout,
        )

    def test_says_what_to_try_and_nothing_else(
        self, loaded: subprocess.CompletedProcess[str], invoke: Invoke
    ) -> None:
        # TensorFlow's own messages would stand here too.
        look, ask = loaded.stderr.splitlines()
        assert look == f"Look: neurongraph view --graph {GRAPH}"
        assert ask.startswith("Ask: neurongraph query strongest_paths ")
        words = shlex.split(ask.removeprefix("Ask: neurongraph "))
        assert invoke(*words).stdout.endswith(" rows\n")

    def test_of_a_name_that_is_there_is_refused(self, run: Run) -> None:
        again = run("load", "samples/digits.keras", "--graph", GRAPH)
        assert (again.returncode, again.stdout) == (1, "")
        assert re.fullmatch(
            r"Error: .* holds a model 'digits' already; .*--replace; .*--resume\n", again.stderr
        )

    def test_replaces_where_that_is_said(self, invoke: Invoke) -> None:
        before = records(invoke("models", "-f", "json"))
        done = invoke("load", "samples/digits.keras", "--replace", "--quiet")
        assert (done.exit_code, done.output) == (0, "")
        after = records(invoke("models", "-f", "json"))
        assert [model["name"] for model in after] == ["digits"]
        assert after[0]["loaded_at"] >= before[0]["loaded_at"]

    def test_of_a_coarser_graph_says_what_its_nodes_are(
        self, invoke: Invoke, tmp_path: Path
    ) -> None:
        where = ["--graph", str(tmp_path / "g.lbug"), "--granularity"]
        done = invoke("load", "samples/digits.keras", *where, "channel", "--name", "channels")
        assert "6 layers, 75 channels, 976 relationships" in done.stdout
        done = invoke("load", "samples/digits.keras", *where, "layer", "--name", "layers")
        assert "6 layers, 6 nodes, 5 relationships" in done.stdout
        look, ask = done.stderr.splitlines()[-2:]
        assert look.startswith("Look: neurongraph view layers --graph ")
        words = shlex.split(ask.removeprefix("Ask: neurongraph "))
        assert invoke(*words).stdout.endswith(" rows\n")

    def test_of_a_part_quotes_its_name(self, invoke: Invoke, tmp_path: Path) -> None:
        graph = str(tmp_path / "my part.lbug")
        words = ("--graph", graph, "--name", "the head", "--from-layer", "dense_0")
        done = invoke("load", "samples/digits.keras", *words)
        assert done.exit_code == 0, done.stderr
        assert "2 layers, 42 neurons, 320 relationships" in done.stdout
        ask = done.stderr.splitlines()[-1]
        hint = shlex.split(ask.removeprefix("Ask: neurongraph "))
        assert hint[-2:] == ["--graph", graph]
        assert invoke(*hint).exit_code == 0

    @pytest.mark.parametrize("there", [False, True])
    def test_that_is_interrupted_says_what_is_left(
        self, invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
    ) -> None:
        graph = str(tmp_path / "half.lbug")
        if there:
            shutil.copytree(GRAPH, graph)
        monkeypatch.setattr("exporter.sinks.ledger.Ledger.finish", interrupt)
        done = invoke("load", "samples/digits.keras", "--graph", graph, "--replace")
        assert done.exit_code == 130
        name = "digits~new" if there else "digits"
        assert f"he load of {name!r} into {graph} has not finished" in done.stderr
        assert ("'digits' is as it was" in done.stderr) == there
        removal = shlex.split(done.stderr.partition("remove it: neurongraph ")[2])
        monkeypatch.undo()
        assert invoke(*removal, "--yes").exit_code == 0
        left = records(invoke("models", "--graph", graph, "-f", "json"))
        assert [model["state"] for model in left] == ["complete"] * there


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


class TestInspect:
    def test_shows_every_layer(self, run: Run) -> None:
        done = run("inspect", "samples/digits.keras")
        assert (done.returncode, done.stderr) == (0, "")
        lines = [line.split() for line in done.stdout.splitlines()]
        assert lines[0][:3] == ["layer", "class_name", "shape"]
        assert ["conv_0", "Conv2D", "8x8x8", "relu", "512", "3,872", "80"] in lines
        assert ["flatten", "Flatten", "64", "-", "-", "-", "0"] in lines
        totals, sizes = done.stdout.splitlines()[-2:]
        assert totals == (
            "8 layers, 810 neurons, 11,360 relationships, 3,658 parameters; density 0.0173358"
        )
        assert sizes.startswith("A load takes about this much on disk: ")

    def test_counts_coarser_graphs(self, invoke: Invoke) -> None:
        done = invoke("inspect", "samples/digits.keras", "--granularity", "channel")
        assert "8 layers, 75 channels, 976 relationships" in done.stdout
        done = invoke("inspect", "samples/digits.keras", "--granularity", "layer")
        assert "8 layers, 6 nodes, 5 relationships" in done.stdout

    def test_inspect_says_what_to_do_where_the_disk_is_too_small(
        self, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        free = inspect("samples/digits.keras").sizes["parquet"]
        disk = SimpleNamespace(total=1, free=free)
        monkeypatch.setattr("shutil.disk_usage", lambda _: disk)
        said = invoke("inspect", "samples/digits.keras").output
        assert "are free, enough for parquet alone; load with --granularity channel" in said
        coarse = invoke("inspect", "samples/digits.keras", "--granularity", "channel").output
        assert "are free" not in coarse

    def test_is_for_scripts_too(self, invoke: Invoke) -> None:
        rows = records(invoke("inspect", "samples/digits.keras", "--format", "json"))
        assert rows[1]["shape"] == [8, 8, 8]
        assert rows[4]["neurons"] is None
        assert sum(row["edges"] or 0 for row in rows) == 11_360


class TestVerify:
    def test_says_that_they_agree(self, invoke: Invoke) -> None:
        done = invoke("verify", "samples/digits.keras", "--samples", "2")
        assert done.exit_code == 0, done.stderr
        assert done.stdout.count(" yes\n") == 8
        assert done.stderr.startswith("The graph agrees with samples/digits.keras: ")
        assert len(done.stderr.splitlines()) == 1

    def test_ends_with_1_where_they_do_not(
        self, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("exporter.verifying.proof.TOLERANCE", -1.0)
        done = invoke("verify", "samples/digits.keras", "--samples", "1", "-f", "json")
        assert done.exit_code == 1
        assert not any(row["passed"] for row in json.loads(done.stdout))
        assert done.stderr.startswith("Error: the graph does not agree with samples/digits.keras")
        assert "8 of 8 layers fail, the first is input_layer (InputLayer)" in done.stderr

    def test_says_what_somebody_changed(self, invoke: Invoke, tmp_path: Path) -> None:
        graph = str(tmp_path / "changed.lbug")
        load("samples/digits.keras", graph)
        with NeuronGraph(graph) as opened:
            opened.write("MATCH ()-[r:CONNECTS_TO]->(t:Neuron {id: 800}) DELETE r")
            opened.write("MATCH (n:Neuron {id: 768}) SET n.bias = 7.0")
        done = invoke("verify", "samples/digits.keras", "-g", graph)
        assert done.exit_code == 1
        assert done.stdout.count(" no\n") == 2
        changed, missing, error, *rest = done.stderr.splitlines()
        assert changed == "dense_0: 1 neuron changed, such as bias of dense_0[0] (id 768)"
        assert missing == (
            "dense_1: 32 relationships missing, such as dense_0[0] (id 768) -> dense_1[0] (id 800)"
        )
        assert error.startswith("Error: the graph does not agree with samples/digits.keras: 2 of 8")
        assert rest == []


class TestQuery:
    def test_lists_the_queries(self, run: Run) -> None:
        done = run("query")
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        for heading, found in by_theme().items():
            at = lines.index(heading) + 1
            listed = [line.split()[0] for line in lines[at : at + len(found)]]
            assert listed == [each.name for each in found]
            assert not lines[at + len(found)]

    def test_lists_the_queries_for_scripts(self, invoke: Invoke) -> None:
        rows = records(invoke("query", "-f", "json"))
        assert [(row["name"], row["theme"]) for row in rows] == [
            (each.name, heading) for heading, found in by_theme().items() for each in found
        ]

    @pytest.mark.parametrize("name", queries())
    def test_answers(self, invoke: Invoke, name: str) -> None:
        asked = query(name)
        graph = example_graph(invoke, asked)
        rows = records(invoke("query", name, *example_words(asked), *graph, "--format", "json"))
        assert rows
        assert list(rows[0]) == [column.name for column in asked.columns_in(NEURON_GRAPH)]

    @pytest.mark.parametrize("name", queries())
    def test_describes(self, invoke: Invoke, name: str) -> None:
        done = invoke("query", name, "--describe")
        assert done.exit_code == 0
        asked = query(name)
        declared = [(parameter.name, parameter.help) for parameter in asked.parameters]
        declared += [(column.name, column.meaning) for column in asked.columns]
        for part, text in declared:
            assert re.search(rf"^  {part} .*{re.escape(text)}", done.stdout, re.MULTILINE)

    @pytest.mark.parametrize("flag", ["-h", "--help"])
    def test_help_behind_a_name_describes(self, invoke: Invoke, flag: str) -> None:
        for kind, name in (("query", "intervene"), ("plot", "adjacency")):
            described = invoke(kind, name, "--describe").stdout
            for words in ((kind, name, flag), (kind, flag, "--graph", "katz", name)):
                done = invoke(*words)
                assert done.exit_code == 0
                assert done.stdout == f"{described}\nOptions: neurongraph {kind} --help\n"
        done = invoke("export", "circuit", flag)
        assert done.exit_code == 0
        assert "node_share" in done.stdout
        assert "neurongraph export circuit --input samples/digits.npz:7" in done.stdout
        for usual in (["query"], ["query", "nobody"], ["export", "k=60"]):
            assert "Usage: neurongraph" in invoke(*usual, flag).stdout

    @pytest.mark.parametrize("name", queries())
    def test_shows_its_cypher_on_stderr(self, invoke: Invoke, name: str) -> None:
        asked = query(name)
        graph = example_graph(invoke, asked)
        words = ("query", name, *example_words(asked), *graph, "--format", "csv")
        done = invoke(*words, "--show-cypher")
        if asked.not_stated:
            assert asked.not_stated in error(done)
            return
        assert done.stdout == invoke(*words).stdout
        note = "// For Neo4j, since here it does not run: "
        assert done.stderr.startswith(note) == bool(asked.not_embedded)
        assert re.search(r"^MATCH ", done.stderr, re.MULTILINE)

    def test_shows_values_in_its_cypher(self, invoke: Invoke) -> None:
        done = invoke("query", "neurons", "id=1,2", "--show-cypher")
        assert "MATCH (n:Neuron)\nWHERE n.model = 'digits'  AND n.id IN [1, 2]\n" in done.stderr

    def test_lets_the_store_answer(self, invoke: Invoke) -> None:
        words = ("query", "strength", "neurons=dense_1", "--format", "csv")
        assert invoke(*words, "--in-store").stdout == invoke(*words).stdout

    def test_says_why_a_store_does_not_answer(self, invoke: Invoke) -> None:
        message = error(invoke("query", "katz", "--in-store"))
        assert query("katz").not_embedded in message
        assert "without --in-store" in message
        done = invoke("query", "models", "--in-store")
        assert done.exit_code == 2
        assert "models is about no model" in done.stderr

    def test_sorts_and_limits(self, invoke: Invoke) -> None:
        all_rows = records(invoke("query", "katz", "dense_0", "-f", "json"))
        words = ("query", "katz", "dense_0", "--sort", "-katz", "--limit", "3", "-f", "json")
        best = sorted(all_rows, key=lambda row: -row["katz"])[:3]
        assert records(invoke(*words)) == best

    def test_sorts_what_the_store_answers_and_what_is_no_query_of_a_model(
        self, invoke: Invoke
    ) -> None:
        words = ("query", "strength", "dense_1", "--sort=-strength", "--limit=2", "-f", "csv")
        assert invoke(*words, "--in-store").stdout == invoke(*words).stdout
        assert records(invoke("query", "models", "--sort", "name", "--limit", "1", "-f", "json"))
        assert records(invoke("models", "--sort", "-name", "--limit", "1", "-f", "json"))

    def test_sorts_by_several_columns(self, invoke: Invoke) -> None:
        words = ("query", "neurons", "layer=dense_0,dense_1", "-f", "json")
        rows = records(invoke(*words, "--sort", "layer,-bias"))
        assert rows == sorted(records(invoke(*words)), key=lambda r: (r["layer"], -r["bias"]))

    def test_says_by_what_it_can_sort(self, invoke: Invoke) -> None:
        assert error(invoke("query", "katz", "--sort", "-kats")) == (
            "Error: --sort: the answer to katz has no column 'kats'; its columns are id, name, "
            "layer, katz; a - before one means the largest first; did you mean 'katz'?\n"
        )
        for option in ("limit", "sort"):
            assert f"write --{option} and" in error(invoke("query", "katz", f"{option}=5"))
        assert invoke("query", "katz", "--limit", "0").exit_code == 2

    def test_takes_neurons_without_their_key(self, invoke: Invoke) -> None:
        words = ("k=2", "-f", "csv")
        named = ("source=input_layer", "target=dense_1")
        paths = invoke("query", "strongest_paths", "input_layer", "dense_1", *words)
        assert paths.stdout == invoke("query", "strongest_paths", *named, *words).stdout
        assert len(records(invoke("query", "neighbours", "conv_0[3]@1,1", "-f", "json"))) == 9

    def test_takes_fields(self, invoke: Invoke) -> None:
        words = ("layer=conv_0", "channel=3", "x=0..5", "y=1", "bias=-9..")
        rows = records(invoke("query", "neurons", *words, "-f", "json"))
        assert [(row["channel"], row["x"], row["y"]) for row in rows] == [
            (3, x, 1) for x in range(6)
        ]

    def test_takes_the_model(self, invoke: Invoke) -> None:
        assert records(invoke("query", "layers", "--model", "digits", "-f", "json"))
        message = error(invoke("query", "layers", "--model", "nosuch"))
        assert "no model 'nosuch'" in message


class TestFormats:
    WORDS = ("query", "neighbours", "neurons=dense_1[3]")

    def test_csv(self, invoke: Invoke) -> None:
        rows = list(csv.DictReader(io.StringIO(invoke(*self.WORDS, "-f", "csv").stdout)))
        assert len(rows) == 32
        assert rows[0]["neuron"] == "803"
        assert rows[0]["x"] == ""

    def test_json(self, invoke: Invoke) -> None:
        rows = records(invoke(*self.WORDS, "-f", "json"))
        assert len(rows) == 32
        assert rows[0]["x"] is None

    def test_parquet(self, folder: Path, loaded: object) -> None:
        # The console of the test runner takes text only.
        done = subprocess.run(
            [sys.executable, "-m", "exporter.cli", *self.WORDS, "-f", "parquet", "-g", GRAPH],
            cwd=folder,
            env=environment(),
            capture_output=True,
            check=True,
        )
        assert pq.read_table(io.BytesIO(done.stdout)).num_rows == 32

    def test_table_is_whole_where_it_is_no_terminal(self, invoke: Invoke) -> None:
        lines = invoke("query", "neurons").stdout.splitlines()
        assert len(lines) == 1 + 810 + 1
        assert lines[-1] == "810 rows"

    @pytest.mark.parametrize("suffix", ["csv", "json", "parquet", "txt"])
    def test_of_a_file_are_those_of_its_suffix(
        self, invoke: Invoke, tmp_path: Path, suffix: str
    ) -> None:
        file = tmp_path / f"a.{suffix}"
        done = invoke(*self.WORDS, "--output", str(file))
        assert (done.exit_code, done.output) == (0, f"Wrote {file} with 32 rows.\n")
        if suffix == "parquet":
            assert pq.read_table(file).num_rows == 32
        else:
            option = "table" if suffix == "txt" else suffix
            assert file.read_text() == invoke(*self.WORDS, "-f", option).stdout

    @pytest.mark.parametrize("option", ["table", "csv", "json", "parquet"])
    def test_end_quietly_where_nobody_reads_on(
        self, folder: Path, loaded: object, option: str
    ) -> None:
        process = started(folder, "query", "edges", "-f", option, "-g", GRAPH)
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 141
        process.communicate()


class TestModels:
    def test_lists_models_with_their_state(self, run: Run) -> None:
        done = run("models", "--graph", GRAPH)
        assert (done.returncode, done.stderr) == (0, "")
        name, state, layers, neurons, edges, *_ = done.stdout.splitlines()[1].split()
        assert (name, state) == ("digits", "complete")
        assert (layers, neurons, edges) == ("6", "810", "11,360")


class TestExport:
    def test_writes_the_part_that_is_said(self, invoke: Invoke, tmp_path: Path) -> None:
        file = tmp_path / "part.graphml"
        words = ("source=dense_0", "target.layer=dense_1", "target.channel=2,3", "k=5")
        done = invoke("export", *words, "-o", str(file))
        assert (done.exit_code, done.output) == (0, f"Wrote {file} with 5 relationships.\n")
        found = nx.read_graphml(file)
        assert found.number_of_edges() == 5
        assert {target for _, target in found.edges()} <= {"802", "803"}
        assert list(tmp_path.iterdir()) == [file]

    def test_says_what_is_wrong(self, invoke: Invoke, tmp_path: Path) -> None:
        file = tmp_path / "part.dot"
        assert "11,360 relationships" in error(invoke("export", "-o", str(file)))
        assert "no parameter 'kk'" in error(invoke("export", "kk=3", "-o", str(file)))
        assert "no layer 'nosuch'" in error(invoke("export", "source=nosuch", "-o", str(file)))
        error(invoke("export", "k=3", "-o", str(tmp_path / "part.txt")), code=2)
        assert not list(tmp_path.iterdir())


class TestCypher:
    COUNT = "MATCH (n:Neuron) WHERE n.layer = $layer RETURN count(*) AS neurons"

    def test_answers(self, run: Run) -> None:
        done = run("cypher", self.COUNT, "layer=conv_0", "--graph", GRAPH)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "neurons\n    512\n1 row\n"

    @pytest.mark.parametrize("name", ["model", "text", "self", "allow"])
    def test_takes_parameters_of_any_name(self, invoke: Invoke, name: str) -> None:
        statement = self.COUNT.replace("$layer", f"${name}")
        rows = records(invoke("cypher", statement, f"{name}=conv_0", "-f", "json"))
        assert rows == [{"neurons": 512}]

    def test_reads_a_file_where_that_is_allowed(self, invoke: Invoke, tmp_path: Path) -> None:
        (tmp_path / "secret.csv").write_text("canary\n")
        statement = f"UNWIND [1] AS x LOAD FROM '{tmp_path}/secret.csv' RETURN column0 AS read"
        refused = invoke("cypher", statement)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "LOAD FROM" in refused.stderr
        assert "cypher --allow LOAD" in " ".join(refused.stderr.split())
        assert records(invoke("cypher", statement, "--allow", "LOAD", "-f", "json")) == [
            {"read": "canary"}
        ]

    def test_takes_lists(self, invoke: Invoke) -> None:
        statement = "MATCH (n:Neuron) WHERE n.id IN $ids RETURN n.id AS id ORDER BY id"
        rows = records(invoke("cypher", statement, "ids=[1, 2]", "-f", "json"))
        assert rows == [{"id": 1}, {"id": 2}]

    def test_returns_nodes(self, invoke: Invoke) -> None:
        rows = records(invoke("cypher", "MATCH (n:Neuron {id: 0}) RETURN n", "-f", "json"))
        assert rows[0]["n.layer"] == "input_layer"

    def test_reads_its_statement_from_stdin(self, invoke: Invoke) -> None:
        words = ("cypher", "-", "layer=conv_0", "-f", "json")
        assert records(invoke(*words, input=f"// Neurons\n{self.COUNT};\n")) == [{"neurons": 512}]

    def test_reads_its_statement_from_stdin_where_no_terminal_is_there(
        self, invoke: Invoke
    ) -> None:
        words = ("cypher", "layer=conv_0", "-f", "json")
        assert records(invoke(*words, input=self.COUNT)) == [{"neurons": 512}]
        assert records(invoke("cypher", "-f", "json", input="RETURN 1 AS a")) == [{"a": 1}]
        refused = invoke("cypher", "--write", input="MATCH (n) DELETE n")
        assert "say --yes as" in error(refused, code=2)
        assert "give a statement" in error(invoke("cypher"), code=2)

    @pytest.mark.parametrize("word", [None, "layer=conv_0"])
    def test_does_not_wait_for_a_terminal(
        self, word: str | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: False)
        assert reads_stdin(word, None)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        assert not reads_stdin(word, None)
        assert reads_stdin("-", None)
        assert not reads_stdin("RETURN 1", None)

    def test_takes_no_statement_for_a_parameter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: False)
        for statement in ("MATCH(n)WHERE(n.id=3)RETURN(n)", "MATCH (n) WHERE n.id = 3 RETURN n"):
            assert not reads_stdin(statement, None)

    def test_reads_its_statement_from_a_file(self, invoke: Invoke, tmp_path: Path) -> None:
        file = tmp_path / "count.cypher"
        mark_of_windows = b"\xef\xbb\xbf"
        file.write_bytes(mark_of_windows + self.COUNT.replace("*", "n.id + $more").encode())
        words = ("layer=conv_0", "more=1", "-f", "json")
        assert records(invoke("cypher", "--file", str(file), *words)) == [{"neurons": 512}]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (None, "cannot read .*statement.cypher: No such file or directory"),
            (b"RETURN '\xff'", "statement.cypher is no text in UTF-8: byte 8 is wrong"),
            (b"", "the statement is empty"),
            (b"RETURN 1; RETURN 2", "give one statement at a time"),
        ],
    )
    def test_says_what_is_wrong_with_a_file(
        self, invoke: Invoke, tmp_path: Path, content: bytes | None, message: str
    ) -> None:
        file = tmp_path / "statement.cypher"
        if content is not None:
            file.write_bytes(content)
        assert re.search(message, error(invoke("cypher", "--file", str(file))))

    def test_is_one_statement(self, invoke: Invoke, tmp_path: Path) -> None:
        file = tmp_path / "count.cypher"
        file.write_text(self.COUNT)
        for words in ((), ("MATCH (n) WHERE n.id = 1 RETURN n", "--file", str(file))):
            assert error(invoke("cypher", *words), code=2)

    @pytest.mark.parametrize(
        "statement",
        [
            "MATCH (n:Neuron) DETACH DELETE n",
            "MATCH (n:Neuron) SET n.bias = 1.0",
            "CREATE (:Model {name: 'x'})",
            "DROP TABLE CONNECTS_TO",
        ],
    )
    def test_cannot_write(self, invoke: Invoke, statement: str) -> None:
        error(invoke("cypher", statement))
        assert records(invoke("query", "summary", "-f", "json"))[0]["edges"] == 11_360


@pytest.fixture
def graph(folder: Path, loaded: subprocess.CompletedProcess[str], tmp_path: Path) -> str:
    """Give a copy of the graph."""
    assert loaded.returncode == 0, loaded.stderr
    shutil.copytree(folder / GRAPH, tmp_path / "copy.lbug")
    return str(tmp_path / "copy.lbug")


class TestCypherThatWrites:
    WORDS = ("cypher", "MATCH (n:Neuron {id: $id}) DETACH DELETE n", "id=800", "--write")

    def test_says_what_it_changed(self, invoke: Invoke, graph: str) -> None:
        done = invoke(*self.WORDS, "--yes", "--graph", graph, "-f", "csv")
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout == (
            "nodes_created,nodes_deleted,relationships_created,relationships_deleted,"
            "properties_set\n0,1,0,32,\n"
        )
        left = records(invoke("query", "neurons", "id=799..801", "--graph", graph, "-f", "json"))
        assert [row["id"] for row in left] == [799, 801]

    def test_asks(self, invoke: Invoke, graph: str) -> None:
        done = invoke(*self.WORDS, "--graph", graph, input="y\n")
        assert done.exit_code == 0
        assert done.stderr == f"Run a statement that may change {graph}? [y/N] "
        assert done.stdout.splitlines()[1].split() == ["0", "1", "0", "32", "-"]

    @pytest.mark.parametrize("answer", ["n\n", ""])
    def test_does_nothing_where_the_answer_is_not_yes(
        self, invoke: Invoke, graph: str, answer: str
    ) -> None:
        done = invoke(*self.WORDS, "--graph", graph, input=answer)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "the statement was not run" in done.stderr
        assert records(invoke("query", "neurons", "id=800", "--graph", graph, "-f", "json"))

    def test_on_stdin_is_run_where_no_answer_is_needed(self, invoke: Invoke, graph: str) -> None:
        words = ("cypher", "-", "id=800", "--write", "--graph", graph)
        refused = invoke(*words, input=self.WORDS[1])
        assert "say --yes as" in error(refused, code=2)
        done = invoke(*words, "--yes", "-f", "json", input=self.WORDS[1])
        assert records(done)[0]["nodes_deleted"] == 1

    def test_makes_no_graph(self, invoke: Invoke, tmp_path: Path) -> None:
        words = (*self.WORDS, "--yes", "--graph", str(tmp_path / "no.lbug"))
        assert "does not exist" in error(invoke(*words))
        assert not list(tmp_path.iterdir())


class TestLogLevel:
    @pytest.fixture(autouse=True)
    def _level_as_it_was(self) -> Iterator[None]:
        yield
        logger.setLevel(logging.NOTSET)

    def test_may_stand_before_or_behind_the_command(self, invoke: Invoke) -> None:
        plain = invoke("models")
        for words in (
            ("--log-level", "debug", "models"),
            ("models", "--log-level", "debug"),
            ("--log-level", "error", "models", "--log-level", "debug"),
        ):
            done = invoke(*words)
            assert done.stdout == plain.stdout
            assert re.search(
                r"^[\d:, -]+ DEBUG [\d.]+ s, 1 rows: MATCH ", done.stderr, re.MULTILINE
            )

    def test_info_tells_of_long_work(self, invoke: Invoke) -> None:
        done = invoke("verify", "samples/digits.keras", "--samples", "1", "--log-level", "info")
        lines = [line.partition(" INFO ")[2] for line in done.stderr.splitlines()]
        assert re.fullmatch(r"opened samples/digits.keras, \d+ layer calls, in [\d.]+ s", lines[0])
        assert re.fullmatch(r"compared 8 layers of 'digits' in [\d.]+ s", lines[1])

    @pytest.mark.parametrize("level", ["warning", "error"])
    def test_is_quiet_otherwise(self, invoke: Invoke, level: str) -> None:
        assert invoke("models").stderr == ""
        assert invoke("models", "--log-level", level).stderr == ""

    def test_keeps_errors_as_they_are(self, invoke: Invoke) -> None:
        done = invoke("--log-level", "debug", "query", "neurons", "layer=nosuch")
        assert done.exit_code == 1
        assert done.stderr.splitlines()[-1].startswith("Error: ")

    def test_shows_no_control_characters(self, invoke: Invoke) -> None:
        done = invoke("--log-level", "debug", "cypher", "RETURN '\x1b[2J' AS a")
        assert "DEBUG" in done.stderr
        assert "\x1b[2J" not in done.stderr


class TestDrop:
    def test_asks_and_removes(self, run: Run, graph: str) -> None:
        done = run("drop", "digits", "--graph", graph, answer="y\n")
        assert (done.returncode, done.stdout) == (
            0,
            "Removed 'digits' with 11,360 relationships.\n",
        )
        assert done.stderr == "Remove 'digits' and its 11,360 relationships? [y/N] "
        again = run("drop", "digits", "--graph", graph, "--yes")
        assert (again.returncode, again.stdout) == (1, "")

    @pytest.mark.parametrize("answer", ["n\n", "\n", ""])
    def test_keeps_the_model_where_the_answer_is_not_yes(
        self, invoke: Invoke, graph: str, answer: str
    ) -> None:
        done = invoke("drop", "digits", "--graph", graph, input=answer)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "'digits' was not removed" in done.stderr
        assert records(invoke("models", "--graph", graph, "-f", "json"))

    def test_does_not_ask_where_that_is_said(self, invoke: Invoke, graph: str) -> None:
        done = invoke("drop", "digits", "--graph", graph, "--yes")
        assert (done.exit_code, done.stderr) == (0, "")

    def test_makes_no_graph(self, invoke: Invoke, tmp_path: Path) -> None:
        message = error(invoke("drop", "digits", "--yes", "--graph", str(tmp_path / "no.lbug")))
        assert "does not exist" in message
        assert not list(tmp_path.iterdir())

    def test_stops_on_ctrl_c(self, folder: Path, invoke: Invoke, graph: str) -> None:
        process = started(folder, "drop", "digits", "--graph", graph)
        assert process.stderr
        asked = ""
        while "[y/N]" not in asked:
            asked += process.stderr.read(1)
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        assert (process.returncode, out) == (130, "")
        assert err.endswith("Interrupted.\n")
        assert records(invoke("models", "--graph", graph, "-f", "json"))


class TestErrors:
    @pytest.mark.parametrize(
        ("words", "part"),
        [
            (
                ["query", "nosuch"],
                "there is no query 'nosuch'; the queries are activation_statistics, activations",
            ),
            (["query", "neurons", "depth=1"], "no parameter 'depth'"),
            (["query", "kats"], "; did you mean 'katz'?\n"),
            (["query", "katz", "aplha=1"], "katz=0.5..; did you mean 'alpha'?\n"),
            (["query", "katz", "chanel=1"], "katz=0.5..; did you mean 'channel'?\n"),
            (["query", "katz", "weights=abs"], "absolute, signed; did you mean 'absolute'?\n"),
            (["query", "katz", "dense0"], "dense_1; did you mean 'dense_0' or 'dense_1'?\n"),
            (["query", "katz", "-m", "digit"], "it holds digits; did you mean 'digits'?\n"),
            (["cypher", "RETURN 1", "-m", "digit"], "it holds digits; did you mean 'digits'?\n"),
            (["plot", "adjacncy"], "; did you mean 'adjacency'?\n"),
            (["drop", "digit", "--yes"], "it holds digits; did you mean 'digits'?\n"),
            (
                ["verify", "samples/digits.keras", "--name", "digit"],
                "--name: digits.lbug holds",
            ),
            (["query", "neurons", "conv_0", "conv_1"], "write key=value"),
            (["query", "neighbours", "direction"], "direction has no value"),
            (["query", "neurons", "layer=nosuch"], "no layer 'nosuch'"),
            (["query", "neurons", "x=a"], "'a' is no number"),
            (["query", "strongest_edges", "k=0"], "too small"),
            (["query", "strength", "direction=up"], "not one of in, out"),
            (["query", "strongest_paths", "source=conv_0"], "target is missing"),
            (["query", "layers", "--graph", "missing.lbug"], "missing.lbug does not exist"),
            (["query", "layers", "--graph", "odd"], "'odd' is neither a path"),
            (["query", "layers", "--graph", "http://here"], "no address of a Neo4j server"),
            (["query", "layers", "--graph", "bolt://localhost:1"], "does not answer"),
            (["models", "--graph", "bolt://me:secret@localhost"], "leave user name and password"),
            (["cypher", "NONSENSE"], "1, column 1: 'NONSENSE' begins no"),
            (["cypher", "MATCH NONSENSE"], "cannot be parsed"),
            (["cypher", "RETURN 1", "odd"], "write key=value"),
            (["drop", "nosuch", "--yes"], "no model 'nosuch'"),
            (["inspect", "nosuch.keras"], "cannot read nosuch.keras"),
            (["inspect", "samples"], "is a folder"),
            (["load", "samples/digits.keras", "--name", ""], "name ''"),
            (["load", "samples/digits.keras", "-n", "a", "--from-layer", "b"], "no layer 'b'"),
            (["verify", "samples/digits.keras", "--name", "nosuch"], "no model 'nosuch'"),
            (["query", "edges", "-f", "csv", "-o", "/dev/full"], "No space left"),
        ],
    )
    def test_are_one_line(self, invoke: Invoke, words: list[str], part: str) -> None:
        message = error(invoke(*words))
        assert part in message
        assert "secret" not in message

    @pytest.mark.parametrize(
        "words",
        [
            ["inspect", "net.pth"],
            ["load", "net.pth"],
            ["verify", "net.pth"],
            ["view", "net.pth"],
            ["query", "layers", "-g", "net.pth"],
        ],
    )
    def test_say_how_a_model_of_another_format_is_exported(
        self, invoke: Invoke, folder: Path, words: list[str]
    ) -> None:
        with zipfile.ZipFile(folder / "net.pth", "w") as file:
            file.writestr("net/data.pkl", pickle.dumps(OrderedDict(), 2))
        message = error(invoke(*words))
        assert "net.pth: it is a state dict of PyTorch" in message
        assert "torch.onnx.export(model.eval(), (example_input,), 'net.onnx')" in message

    @pytest.mark.parametrize(
        "words",
        [
            ["nosuch"],
            ["query", "--nosuch"],
            ["query", "layers", "--format", "xml"],
            ["query", "layers", "--output", "result.xml"],
            ["query", "layers", "--raw"],
            ["query", "layers", "--raw", "--output", "result.txt"],
            ["load"],
            ["load", "samples/digits.keras", "--batch-size", "0"],
            ["--log-level", "loud", "models"],
            ["models", "--log-level", "loud"],
            ["load", "samples/digits.keras", "--granularity", "kernel"],
            ["verify", "samples/digits.keras", "--samples", "0"],
            ["cypher"],
            ["drop"],
        ],
    )
    def test_of_usage_end_with_2(self, invoke: Invoke, words: list[str]) -> None:
        assert "Usage: " in error(invoke(*words), code=2)

    def test_of_a_process_are_the_same(self, run: Run) -> None:
        done = run("query", "nosuch")
        assert (done.returncode, done.stdout) == (1, "")
        assert re.fullmatch(r"Error: there is no query 'nosuch'.*\n", done.stderr)
        assert run("query", "--nosuch").returncode == 2


def examples(command: str) -> list[list[str]]:
    """Give the examples in a command's help, as words after the program's name."""
    done = CliRunner().invoke(app, [command, "--help"] if command else ["--help"])
    lines = done.output.partition("Examples:")[2].split("\n")
    return [shlex.split(line)[1:] for line in lines if line.strip().startswith("neurongraph")]


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make help so wide that no example is broken."""
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 200)


@pytest.mark.usefixtures("wide")
class TestHelp:
    def test_has_these_commands(self) -> None:
        command: Any = get_command(app)
        assert list(command.commands) == COMMANDS

    @pytest.mark.parametrize("command", COMMANDS)
    def test_has_examples_that_parse(self, command: str) -> None:
        found = examples(command)
        assert found
        parser: Any = get_command(app)
        for words in found:
            assert words[0] == command
            with parser.commands[command].make_context(command, words[1:]):
                pass

    @pytest.mark.parametrize("command", ["models", "query", "cypher", "export"])
    def test_has_examples_that_work(
        self, invoke: Invoke, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEURONGRAPH_GRAPH", str(Path(GRAPH).resolve()))
        monkeypatch.chdir(tmp_path)
        Path("samples").symlink_to(ROOT / "samples")
        Path("layer.cypher").write_text(TestCypher.COUNT, encoding="utf-8")
        for words in examples(command):
            done = invoke(*words)
            assert done.exit_code == 0, (words, done.stderr)

    def test_of_all_has_examples(self) -> None:
        assert {words[0] for words in examples("")} <= set(COMMANDS)
        assert examples("")

    @pytest.mark.parametrize("command", ["", *COMMANDS])
    def test_is_quoted_and_reflowed(self, command: str) -> None:
        done = CliRunner().invoke(app, [command, "--help"] if command else ["--help"])
        assert done.exit_code == 0
        assert done.stderr == ""

    @pytest.mark.parametrize("command", ["", *COMMANDS])
    def test_speaks_of_no_types_of_python(self, command: str) -> None:
        done = CliRunner().invoke(app, [command, "--help"] if command else ["--help"])
        assert "--help" in done.stdout
        assert not re.findall(r"bool|<str>|list\[|<Path>", done.stdout)


class TestVersions:
    def test_has_a_row_a_package(self, tmp_path: Path) -> None:
        done = finished(tmp_path, "versions", "--format", "json", python=("-X", "importtime"))
        rows = {row["name"]: row for row in json.loads(done.stdout)}
        assert rows["neurongraph"]["version"] == neurongraph.__version__
        assert rows["Python"]["version"].startswith(platform.python_version())
        for name in ("dask", "keras", "ladybug", "neo4j", "numpy", "pandas", "tensorflow"):
            assert rows[name]["version"] == metadata.version(name)
            assert rows[name]["extra"] == ("dask" if name == "dask" else None)
        assert "pytest" not in rows
        assert not re.search(r"\| +(keras|tensorflow)\b", done.stderr)

    def test_says_what_is_not_installed(
        self, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        needed = [Requirement("nosuch-package", "<2,>=1"), Requirement("other", "", "test")]
        monkeypatch.setattr(packages, "requirements", lambda: needed)
        done = invoke("versions")
        assert done.exit_code == 0
        assert re.search(r"^nosuch-package +not installed +<2,>=1 +-$", done.stdout, re.MULTILINE)
        assert "other" not in done.stdout


class TestLightness:
    @pytest.mark.parametrize(
        "words",
        [
            ["--help"],
            ["--version"],
            ["query"],
            ["query", "katz", "--describe"],
            ["plot"],
            ["plot", "adjacency", "--describe"],
            *([command, "--help"] for command in COMMANDS),
        ],
    )
    def test_of_what_needs_no_graph(self, tmp_path: Path, words: list[str]) -> None:
        done = finished(tmp_path, *words, python=("-X", "importtime"))
        assert done.returncode == 0
        imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        assert "typer" in imported
        assert not HEAVY & imported

"""What the command line says where something is wrong leads on: a name, a form, or a line."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from exporter import load
from exporter.cli import app
from queries.commands.table import write_plain

SAMPLE = Path("samples/digits.keras").absolute()

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with two checkpoints of a run as digits.lbug, and things that are no graphs."""
    folder = tmp_path_factory.mktemp("advice")
    for name in ("run@1", "run@2"):
        load(SAMPLE, folder / "digits.lbug", name=name, progress=False)
    (folder / "one").mkdir()
    load(SAMPLE, folder / "one" / "digits.lbug", progress=False)
    (folder / "empty.lbug").mkdir()
    (folder / "empty").mkdir()
    (folder / "plain.lbug").write_text("a text")
    (folder / "digits.npz").write_text("no model")
    return folder


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs a command line in that folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NEURONGRAPH_GRAPH", "one/digits.lbug")

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(app, words)

    return invoke


def error(done: Result, code: int = 1) -> str:
    """Return what a run says that ends with an exit code; stdout is empty."""
    assert done.exit_code == code, done.output
    assert done.stdout == ""
    return done.stderr


RUNS = ("-g", "digits.lbug")


class TestNamesWithAnAt:
    @pytest.mark.parametrize(
        "words",
        [
            ("history", "run@9"),
            ("query", "layers", "-m", "run@9"),
            ("query", "compare_layers", "run@9", "-m", "run@1"),
            ("drop", "run@9", "--yes"),
            ("check", "run@9"),
            ("plot", "adjacency", "-m", "run@9", "-o", "picture.html"),
        ],
        ids=" ".join,
    )
    def test_of_runs_are_repeated(self, words: tuple[str, ...], run: Run) -> None:
        message = error(run(*words, *RUNS))
        assert "'run@9'" in message
        assert "did you mean 'run" in message

    def test_of_runs_are_repeated_where_none_is_taken(self, run: Run) -> None:
        assert "run@2" in error(run("view", "run@1", "run@2", *RUNS), 2)

    @pytest.mark.parametrize(
        "name",
        [
            *("conv_0@1", "conv_0[3]@2,0", "a.b-c[0]@12,7,1", "table/token[1]@0", "table:2[0]@4"),
            *("lstm@t3", "lstm@t3/matmul", "two/lstm@t0/add:2[5]", "rnn@t1/conv[2]@3,4"),
        ],
    )
    def test_of_neurons_are_repeated(self, name: str, run: Run) -> None:
        assert f"'{name}'" in error(run("query", "strength", "dense_1", name))

    @pytest.mark.parametrize(
        "text",
        [
            *("secret@host", "u:secret@1", "secret@10.0.0.1", "secret@7:1", "secret%401"),
            *("u:secret@t1", "secret@t1:7", "secret@t1.host", "x://u/secret@t1"),
        ],
    )
    def test_of_anything_else_are_not(self, text: str, run: Run) -> None:
        for words in (("history", text), ("query", "layers", "-m", text), ("view", "a", text)):
            done = run(*words)
            assert done.exit_code in {1, 2}
            assert text not in done.output

    @pytest.mark.parametrize("text", ["secret@1", "secret[1]@2,3"])
    def test_are_not_repeated_as_a_graph(self, text: str, run: Run) -> None:
        assert "secret" not in error(run("models", "-g", text))


class TestGraphs:
    @pytest.mark.parametrize("command", ["check", "query layers", "view --no-open"])
    def test_without_a_model_are_told_of_with_the_line_that_loads_one(
        self, command: str, run: Run
    ) -> None:
        assert error(run(*command.split(), "-g", "empty.lbug")) == (
            "Error: empty.lbug holds no complete model; load one: "
            "neurongraph load MODEL --graph empty.lbug\n"
        )

    def test_that_are_files_get_no_line_that_fails(self, run: Run) -> None:
        for words in (("models",), ("load", str(SAMPLE))):
            assert error(run(*words, "-g", "plain.lbug")) == (
                "Error: graph plain.lbug is a file, not the folder of a graph; give another path\n"
            )

    def test_that_are_folders_of_something_else_get_none(self, run: Run) -> None:
        message = error(run("models", "-g", "."))
        assert message.endswith("holds other files; graphs in it are digits.lbug, empty.lbug\n")
        assert "make one with: neurongraph load MODEL" in error(run("models", "-g", "empty"))

    def test_what_is_no_model_is_told_before_its_name_is_taken(self, run: Run) -> None:
        message = error(run("load", "digits.npz", "-g", "one/digits.lbug"))
        assert message.startswith("Error: digits.npz: it is no model file")


def test_an_unknown_option_is_in_no_line_that_is_proposed(run: Run) -> None:
    message = error(run("load", str(SAMPLE), "--graphs", "x.lbug"), 2)
    assert "--graph" in message
    assert "did you mean: " not in message


class TestNeurons:
    @pytest.mark.parametrize(
        ("words", "hint"),
        [
            ("strength 800", "did you mean id:800?"),
            ("strength 12,14", "did you mean id:12,14?"),
            ("strength 0..5", "did you mean id:0..5?"),
            ("strength dense_1 dense_0", "in one word: layer=dense_1,dense_0"),
            ("strength dense_1,dense_0", "did you mean layer=dense_1,dense_0?"),
            ("edges conv_0,conv_1", "did you mean source.layer=conv_0,conv_1?"),
            ("strength flatten", "'flatten' only moves data, so that it makes no neurons"),
            ("neurons layer=dense_1 bias>0", "did you mean bias=0.., "),
            ("neurons layer=dense_1 bias>=0.5", "did you mean bias=0.5.., "),
            ("neurons x<5", "did you mean x=..5, "),
            ("neurons id=5..1", "'5..1' ends before it begins; did you mean 1..5?"),
            ("neurons bias=0.5..-1", "'0.5..-1' ends before it begins; did you mean -1..0.5?"),
        ],
    )
    def test_that_are_written_otherwise_are_told_how(self, words: str, hint: str, run: Run) -> None:
        assert hint in error(run("query", *words.split()))

    @pytest.mark.parametrize(
        "words",
        [
            "strength id:800",
            "strength id:12,14",
            "strength layer=dense_1,dense_0",
            "edges source.layer=conv_0,conv_1",
        ],
    )
    def test_the_form_that_is_told_works(self, words: str, run: Run) -> None:
        assert run("query", *words.split(), "--limit", "1").exit_code == 0


class TestWordsInAnotherPlace:
    @pytest.mark.parametrize(
        ("words", "line"),
        [
            ("layers", "neurongraph query layers"),
            ("adjacency", "neurongraph query adjacency or neurongraph plot adjacency"),
            ("help", "neurongraph --help"),
        ],
    )
    def test_are_told_their_command(self, words: str, line: str, run: Run) -> None:
        assert f"No such command '{words}'; did you mean: {line}" in error(run(words), 2)

    def test_an_option_before_its_command_is_told_its_place(self, run: Run) -> None:
        assert "write it behind that" in error(run("-g", "one/digits.lbug", "models"), 2)
        assert "behind" not in error(run("--nosuch", "models"), 2)

    def test_a_file_in_the_place_of_a_statement_is_told_its_option(self, run: Run) -> None:
        Path("q.cypher").write_text("RETURN 1")
        assert "q.cypher is a file; did you mean --file" in error(run("cypher", "q.cypher"), 2)


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("MATCH (n:Neurn) RETURN n", "There are Model, Layer, Neuron,"),
        ("MATCH (n:Neurn) RETURN n", "did you mean 'Neuron'?"),
        ("MATCH ()-[r:CONECTS_TO]->() RETURN r", "did you mean 'CONNECTS_TO'?"),
        ("MATCH (n:Neuron) RETURN n.nam", "did you mean 'name'"),
    ],
)
def test_names_in_cypher_that_are_none_are_told_others(statement: str, hint: str, run: Run) -> None:
    assert hint in error(run("cypher", statement))


class TestNothingFound:
    def test_of_paths_is_told_with_the_way_back(self, run: Run) -> None:
        done = run("query", "strongest_paths", "dense_1", "input_layer", "-f", "csv")
        assert done.exit_code == 0
        assert done.stderr == (
            "No path leads from dense_1 to input_layer; one leads from input_layer to dense_1.\n"
        )
        done = run("query", "strongest_paths", "conv_0[0]@0,0", "conv_0[1]@0,0", "-f", "csv")
        assert done.stderr == "No path leads from the source to the target.\n"

    def test_of_attention_is_told(self, run: Run) -> None:
        for name in ("attention", "head_loadings"):
            done = run("query", name, "--input", ",".join("1" * 64), "-f", "csv")
            assert done.exit_code == 0
            assert len(done.stdout.splitlines()) == 1
            assert done.stderr == "Model 'digits' has no attention.\n"

    def test_of_an_export_is_told(self, run: Run) -> None:
        done = run("export", "source=dense_1", "target=input_layer", "-o", "part.dot")
        assert done.stderr == "Wrote part.dot with 0 relationships.\n"
        done = run("export", "k=1", "-o", "part.dot")
        assert done.stderr == "Wrote part.dot with 1 relationship.\n"


class TestWrittenFiles:
    @pytest.mark.parametrize(
        ("words", "text"),
        [
            ("query layers", "Wrote a.csv with 6 rows.\n"),
            ("models", "Wrote a.csv with 1 row.\n"),
            ("cypher RETURN_1", "Wrote a.csv with 1 row.\n"),
        ],
    )
    def test_are_told_in_the_same_words(self, words: str, text: str, run: Run) -> None:
        given = [word.replace("_", " ") for word in words.split()]
        assert run(*given, "-o", "a.csv").stderr == text

    def test_a_dash_is_stdout(self, run: Run) -> None:
        words = ("query", "layers", "-f", "csv")
        assert run(*words, "-o", "-").stdout == run(*words).stdout
        assert not Path("-").exists()


class TestTexts:
    def test_a_query_alike_takes_the_place_of_the_list(self, run: Run) -> None:
        assert error(run("query", "kats")) == (
            "Error: there is no query 'kats'; did you mean 'katz'?\n"
        )

    def test_sort_takes_spaces(self, run: Run) -> None:
        words = ("query", "katz", "dense_1", "-f", "csv", "--sort")
        assert run(*words, "-katz, name").stdout == run(*words, "-katz,name").stdout != ""

    def test_an_export_is_named_once(self, run: Run) -> None:
        message = error(run("export", "kk=1", "-o", "part.dot"))
        assert message.startswith("Error: export has no parameter 'kk'")

    def test_a_load_that_wrote_nothing_has_no_speed(self, run: Run) -> None:
        done = run("load", str(SAMPLE), "--resume", "-g", "one/digits.lbug")
        assert "relationships/s" not in done.stdout
        assert "11,360 of them were there already" in done.stdout

    def test_letters_of_two_columns_stand_in_line(self) -> None:
        stream = io.StringIO()
        write_plain(pd.DataFrame({"name": ["畳み込み", "dense"], "edges": [1, 2]}), stream)
        lines = stream.getvalue().splitlines()[:3]
        assert {cell_len(line) for line in lines} == {len("畳み込み") * 2 + 2 + len("edges")}

    def test_types_are_named_in_words(self, run: Run) -> None:
        message = error(run("query", "strongest_edges", "k=abc"))
        assert "k: 'abc' is no whole number; " in message


def test_a_pipe_is_no_model_file(folder: Path, run: Run) -> None:
    os.mkfifo(folder / "model.keras")
    try:
        assert error(run("inspect", "model.keras")) == (
            "Error: model.keras is a pipe, which cannot be read twice; give a file\n"
        )
    finally:
        (folder / "model.keras").unlink()


EXIT_CODES = {
    "query layers": 0,
    "query strongest_paths dense_1 input_layer": 0,
    "check": 0,
    "query nosuch": 1,
    "query strongest_paths": 1,
    "query strength nosuch": 1,
    "query katz k=1": 1,
    "plot nosuch": 1,
    "models -g nosuch.lbug": 1,
    "models -g empty": 1,
    "check nosuch": 1,
    "check -g empty.lbug": 1,
    "inspect nosuch.keras": 1,
    "inspect digits.npz": 1,
    "cypher RETURN": 1,
    "models -o no/folder/models.csv": 1,
    "nosuch": 2,
    "models --nosuch": 2,
    "models one two": 2,
    "drop": 2,
    "query layers --limit x": 2,
    "query layers --limit 0": 2,
    "query layers --format nosuch": 2,
    "models -o models.nosuch": 2,
    "models --raw": 2,
    "plot adjacency --size big": 2,
    "export -o part.nosuch": 2,
    "--nosuch models": 2,
}


@pytest.mark.parametrize(("line", "code"), EXIT_CODES.items())
def test_exit_codes_are_those_of_the_docs(line: str, code: int, run: Run) -> None:
    assert run(*line.split()).exit_code == code

"""What the shell offers on Tab, as bash and zsh ask for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exporter import load
from exporter.cli import app
from queries import NeuronGraph
from queries.library.queries import query
from tests.models import HOSTILE
from tests.unit.builders import chain, layer, saved

ROOT = Path(__file__).parents[2]
RUN = "deep@3"
"""A model that is the third epoch of a run."""


def offered(**environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "exporter.cli"],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def in_bash(*words: str, **environment: str) -> list[str]:
    return offered(
        _NEURONGRAPH_COMPLETE="complete_bash",
        COMP_WORDS=" ".join(("neurongraph", *words)),
        COMP_CWORD=str(len(words)),
        **environment,
    )


def named_in_bash(*words: str, **environment: str) -> list[str]:
    """Return the same, in this process, which is faster."""
    asked = {
        "_NEURONGRAPH_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("neurongraph", *words)),
        "COMP_CWORD": str(len(words)),
    }
    done = CliRunner().invoke(app, [], env={**asked, **environment}, prog_name="neurongraph")
    assert done.stderr == ""
    return done.stdout.splitlines()


def in_zsh(line: str) -> str:
    return "\n".join(
        offered(_NEURONGRAPH_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=f"neurongraph {line}")
    )


def test_offers_queries() -> None:
    assert in_bash("query", "strongest") == ["strongest_edges", "strongest_paths"]


def test_offers_formats() -> None:
    assert in_bash("query", "edges", "--format", "") == ["table", "csv", "json", "parquet"]


def test_offers_local_processes() -> None:
    assert in_bash("query", "katz", "--dask", "") == ["local"]
    assert in_bash("load", "--dask", "lo") == ["local"]


def test_leaves_files_of_inputs_to_the_shell(tmp_path: Path) -> None:
    assert "".join(in_bash("query", "activations", "--input", "")) == ""
    assert not any(word.startswith("input") for word in in_bash("query", "activations", ""))
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").touch()
    for typed in ("keras", "keras:mn"):
        words = ("query", "activations", "--input", typed)
        assert in_bash(*words, KERAS_HOME=str(tmp_path)) == ["keras:mnist:"]


def test_offers_parameters_and_fields() -> None:
    words = in_bash("query", "neighbours", "")
    assert {"neurons=", "direction=in", "direction=out", "k=", "x=", "bias="} <= set(words)


def test_offers_fields_of_each_parameter() -> None:
    assert in_bash("query", "edges", "target.l") == ["target.layer="]


def test_offers_choices_where_bash_splits_the_word() -> None:
    assert in_bash("query", "strength", "measure", "=") == ["absolute", "signed", "count"]
    assert in_bash("query", "strength", "measure", "=", "s") == ["signed"]


def test_offers_measures_where_a_property_may_be_named_too() -> None:
    assert in_bash("plot", "centrality", "measure", "=", "pat") == ["path_centrality"]


def test_offers_choices_where_zsh_does_not() -> None:
    assert "direction=out" in in_zsh("query strength direction=o")


def test_offers_parameters_behind_neurons_without_their_key() -> None:
    assert in_bash("query", "strength", "dense_0", "dir") == ["direction=in", "direction=out"]


def test_offers_nothing_for_an_unknown_query() -> None:
    assert in_bash("query", "nosuch", "x") == [""]


def test_offers_what_an_export_takes() -> None:
    assert {"source=", "target=", "k=", "by=l1", "source.x="} <= set(in_bash("export", ""))
    assert in_bash("export", "by", "=l") == in_bash("query", "katz", "by", "=l")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give a graph with three models, one of a hostile name, and a written property."""
    folder = tmp_path_factory.mktemp("offered")
    model = chain((6,), layer("Dense", units=5, name="first"), layer("Dense", units=4, name="b c"))
    place = f"{folder}/graph.lbug"
    for name in ("plain", HOSTILE, RUN):
        load(saved(model, folder / "model.keras"), place, name=name)
    with NeuronGraph(place, model="plain") as opened:
        opened.katz(write_property="my_katz")
    return place


@pytest.mark.parametrize(
    "words",
    [
        ("query", "katz", "--model"),
        ("browser", "--model"),
        ("drop",),
        ("check",),
        ("view",),
        ("load", "model.keras", "--name"),
        ("verify", "model.keras", "--name"),
    ],
    ids=" ".join,
)
def test_offers_models_that_a_shell_reads_as_they_are(graph: str, words: tuple[str, ...]) -> None:
    command, *rest = words
    assert named_in_bash(command, "--graph", graph, *rest, "") == [RUN, "plain"]


def test_offers_the_graph_of_the_environment(graph: str) -> None:
    assert in_bash("drop", "pl", NEURONGRAPH_GRAPH=graph) == ["plain"]


def test_offers_layers_where_neurons_are_meant(graph: str) -> None:
    of = ("--graph", graph, "--model", "plain")
    found = named_in_bash("query", "strongest_paths", *of, "source", "=")
    # Of the last layer a shell would make two words.
    assert (len(found), found[1]) == (2, "first")
    assert named_in_bash("query", "neurons", *of, "layer", "=", "f") == ["first"]
    assert named_in_bash("plot", "adjacency", *of, "target.layer", "=", "f") == ["first"]
    assert named_in_bash("export", *of, "target", "=", "f") == ["first"]
    assert '"source=first"' in in_zsh(f"query edges {' '.join(of)} source=f")


def test_offers_models_to_compare_with(graph: str) -> None:
    words = ("query", "compare_layers", "--graph", graph)
    assert named_in_bash(*words, "other", "=") == [RUN, "plain"]
    assert named_in_bash(*words, "pl") == ["plain"]


def test_offers_runs(graph: str) -> None:
    assert named_in_bash("history", "--graph", graph, "") == ["deep"]
    assert named_in_bash("history", "--graph", graph, "x") == [""]
    assert named_in_bash("plot", "history", "--graph", graph, "run", "=", "d") == ["deep"]
    assert named_in_bash("plot", "history", "--graph", graph, "d") == ["deep"]


def test_offers_columns_to_sort_by(graph: str) -> None:
    katz = [column.name for column in query("katz").columns]
    assert named_in_bash("query", "katz", "--sort", "") == katz
    assert named_in_bash("query", "katz", "--sort", "na") == ["name"]
    assert named_in_bash("query", "katz", "layer=conv", "--sort", "id,-") == [
        f"id,-{name}" for name in katz if name != "id"
    ]
    of = ("--graph", graph, "--model", "plain")
    assert named_in_bash("query", "neurons", *of, "--sort", "my") == ["my_katz"]
    assert named_in_bash("query", "nosuch", "--sort", "") == [""]


@pytest.mark.parametrize(
    ("words", "column"),
    [
        (["models"], "loaded_at"),
        (["history", "run"], "relative_change"),
        (["prune-cost", "x.npz"], "accuracy_after"),
        (["properties"], "state"),
    ],
    ids=lambda each: each[0],
)
def test_offers_columns_of_commands(words: list[str], column: str) -> None:
    assert column in named_in_bash(*words, "--sort", "")
    assert named_in_bash(*words, "--sort", column) == [column]


def test_offers_properties_that_were_written(graph: str) -> None:
    of = ("--graph", graph, "--model", "plain")
    assert named_in_bash("query", "neurons", *of, "my") == ["my_katz="]
    assert named_in_bash("query", "edges", *of, "target.m") == ["target.my_katz="]
    assert named_in_bash("plot", "centrality", *of, "measure", "=", "my") == ["my_katz"]
    assert named_in_bash("properties", *of, "--remove", "") == ["my_katz"]


@pytest.mark.parametrize("place", ["missing.lbug", "bolt://127.0.0.1:1", "model.keras", "odd"])
def test_offers_no_names_where_no_graph_is(place: str) -> None:
    assert named_in_bash("query", "katz", "--graph", place, "--model", "") == [""]
    assert "neurons=" in named_in_bash("query", "katz", "--graph", place, "")

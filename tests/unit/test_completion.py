"""What the shell offers on Tab, as bash and zsh ask for it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


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


def in_bash(*words: str) -> list[str]:
    return offered(
        _NEURONGRAPH_COMPLETE="complete_bash",
        COMP_WORDS=" ".join(("neurongraph", *words)),
        COMP_CWORD=str(len(words)),
    )


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

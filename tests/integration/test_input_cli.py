"""The options that say what a model computes with."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from exporter.cli import app
from queries import NeuronGraph
from queries.commands.model_input import _by_name

ROOT = Path(__file__).parents[2]
Ask = Callable[..., Any]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask for activations of the sample, in a folder with its files."""
    monkeypatch.chdir(tmp_path)
    for name in ("digits.keras", "digits.npz", "digit_7.png"):
        shutil.copy(ROOT / "samples" / name, name)

    def asked(*words: str, name: str = "activations") -> Any:
        line = ["query", name, "--graph", "digits.keras", *words]
        return CliRunner().invoke(app, line)

    return asked


def rows(done: Any) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_the_picture_of_the_sample_is_a_seven(ask: Ask) -> None:
    done = ask("dense_1", "--input", "digit_7.png", "--pixels", "0..1", "-f", "json")
    found = rows(done)
    assert max(found, key=lambda row: row["value"])["name"] == "dense_1[7]"
    assert {row["input"] for row in found} == {"digit_7.png"}
    file = rows(ask("dense_1", "--input", "digits.npz:3", "--format", "json"))
    for one, other in zip(found, file, strict=True):
        assert one["pre_activation"] == pytest.approx(other["pre_activation"], abs=0.05)


def test_a_shell_may_name_several_files(ask: Ask) -> None:
    shutil.copy("digit_7.png", "other.png")
    tail = ["--pixels", "0..1", "--format", "json"]
    several = rows(ask("dense_1[7]", "--input", "digit_7.png", "other.png", *tail))
    assert [row["input"] for row in several] == ["digit_7.png", "other.png"]
    options = ["--input", "digit_7.png", "--input", "other.png"]
    assert rows(ask("dense_1[7]", *options, *tail)) == several
    many = rows(ask("dense_1[7]", "--input", "digits.npz:0..9", "--format", "json"))
    assert [row["input"] for row in many] == [f"digits.npz:{each}" for each in range(10)]


def test_an_input_may_be_named(ask: Ask) -> None:
    expected = rows(ask("dense_1", "--input", "digits.npz:3", "--format", "json"))
    named = rows(ask("dense_1", "--input", "input_layer=digits.npz:3", "--format", "json"))
    assert named == expected


def test_a_column_may_be_the_class(ask: Ask) -> None:
    x = np.load("digits.npz")["x"][3].astype(float)
    lines = [",".join([*(f"p{each}" for each in range(64)), "kind"])]
    lines.append(",".join([*map(str, x.reshape(-1)), "seven"]))
    Path("some.csv").write_text("\n".join(lines), encoding="utf-8")
    given = ("--input", "some.csv:0", "--label", "kind", "--format", "json")
    found = rows(ask("dense_1", *given))
    expected = rows(ask("dense_1", "--input", "digits.npz:3", "--format", "json"))
    assert [row["value"] for row in found] == [row["value"] for row in expected]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["dense_1"], 1, "--input is missing: what the model computes with"),
        (["--input", "nowhere.png"], 1, "--input: cannot read nowhere.png: No such file"),
        (["--input", "digit_7.png"], 1, "say --pixels 0..1 for 0 to 1, or --pixels 0..255"),
        (["input=digit_7.png"], 1, "input is an option of the command; write --input"),
        (["--pixels", "0..1"], 2, "say --input as well"),
        (["--input", "digit_7.png", "--pixels", "1"], 2, "'1' is no interval; write 0..1"),
        (
            ["--input", "digits.npz:3", "--resize", "--pixels", "0..1"],
            1,
            "has decimals from 0 to 1",
        ),
        (["--input", "input=digits.npz"], 1, "has no input 'input'; its inputs are input_layer"),
        (["--input", "a=1,2", "--input", "3"], 2, "'3' has no name, and others do"),
        (["--input", "1,2,3"], 1, "'1,2,3' has 3 numbers, but the input 'input_layer' takes 64"),
        (["--input", "digits.npz:3", "--in-store"], 1, "answers the queries of the library, but"),
        (["--input", "digits.npz:3", "--show-cypher"], 1, "it computes the model at an input"),
    ],
)
def test_what_is_wrong_is_said(ask: Ask, words: list[str], code: int, said: str) -> None:
    done = ask(*words)
    assert done.exit_code == code
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_a_query_about_weights_takes_none(ask: Ask) -> None:
    done = ask("--input", "digits.npz:3", name="strength")
    assert done.exit_code == 1
    assert "query 'strength' is about weights, and takes no input; leave --input out" in done.stderr


def test_pruning_takes_the_same_samples(ask: Ask) -> None:
    del ask
    line = ["prune-cost", "digits.npz:0..19", "layer=conv_1", "-g", "digits.keras", "-f", "json"]
    found = rows(CliRunner().invoke(app, line))
    assert len(found) == 16
    assert {row["accuracy_before"] for row in found} <= {each / 20 for each in range(21)}


def test_a_patch_is_read_as_the_input_is(ask: Ask) -> None:
    given = ("--input", "digit_7.png", "--pixels", "0..1", "-f", "json")
    (row,) = rows(ask(*given, "patch=digit_7.png", "level=layer", name="circuit_scores"))
    assert row["empty"] == pytest.approx(row["target"], rel=1e-5)


@pytest.mark.parametrize("name", ["input.1", "serving/x"])
def test_an_input_may_have_any_name(name: str, tmp_path: Path) -> None:
    assert _by_name([f"{name}=1,2"]) == {name: ["1,2"]}
    assert _by_name([f"{name}=no.npz:3"]) == {name: ["no.npz:3"]}
    file = tmp_path / "a=b.npz"
    file.touch()
    assert _by_name([str(file), f"{file}:3"]) == [str(file), f"{file}:3"]
    assert _by_name([f"{name}={'1,' * 3000}1"]) == {name: [f"{'1,' * 3000}1"]}


def test_a_class_is_no_name_of_an_input(ask: Ask) -> None:
    words = ["frequency=0.9", "other_input=digits.npz:label=1", "--format", "json"]
    options = ["--input", "digits.npz:0..99:label=7"]
    found = rows(ask(*options, *words, name="compare_circuits"))
    assert {row["where"] for row in found} <= {"both", "input", "other_input"}
    x, y = (np.load("digits.npz")[key] for key in "xy")
    with NeuronGraph("digits.keras") as graph:
        expected = graph.compare_circuits(x[:100][y[:100] == 7], x[y == 1], frequency=0.9)
    ends = ["source", "target", "where"]
    assert [[row[end] for end in ends] for row in found] == expected[ends].to_numpy().tolist()
    words = ["--input", "digits.npz:0", "digits.npz:label=7", "--format", "json"]
    behind = rows(ask("dense_1", *words))
    assert len({row["input"] for row in behind}) == 1 + (y == 7).sum()
    named = ask("dense_1", "--input", "input_layer=digits.npz:label=7", "--format", "json")
    assert len({row["input"] for row in rows(named)}) == (y == 7).sum()
    done = ask(*options, name="compare_circuits")
    assert (done.exit_code, "Error: other_input is missing" in done.stderr) == (1, True)
    done = ask("dense_1", "--input", "digits.npz:label=12")
    assert (done.exit_code, "of the class 12; there are 0, 1" in done.stderr) == (1, True)

"""The commands ``prune-cost`` and ``history``."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from exporter.cli import app

SAMPLES = Path(__file__).parents[2] / "samples"
MODEL = str(SAMPLES / "digits.keras")
IMAGES = str(SAMPLES / "digits.npz")


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def records(*words: str) -> list[dict[str, Any]]:
    done = invoke(*words, "--format", "json")
    assert done.exit_code == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def error(*words: str) -> str:
    done = invoke(*words)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    return str(done.stderr)


class TestPruneCost:
    def test_of_the_sample_and_its_images(self) -> None:
        rows = records("prune-cost", IMAGES, "layer=dense_0", "channel=0..2", "-g", MODEL)
        assert {row["name"] for row in rows} == {"dense_0[0]", "dense_0[1]", "dense_0[2]"}
        # What Keras says of them stands in samples/README.md.
        assert {row["accuracy_before"] for row in rows} == {440 / 450}
        after = [row["accuracy_after"] for row in rows]
        assert after == sorted(after, reverse=True)

    def test_without_labels(self, tmp_path: Path) -> None:
        with np.load(IMAGES) as images:
            np.savez(tmp_path / "x.npz", input_layer=images["x"][:3])
        rows = records("prune-cost", str(tmp_path / "x.npz"), "neurons=conv_1[13]", "-g", MODEL)
        # Its weights let nothing through.
        assert rows == [
            {
                "name": "conv_1[13]",
                "layer": "conv_1",
                "channel": 13,
                "neurons": 4,
                "mean_change": 0.0,
                "rms_change": 0.0,
            }
        ]

    def test_errors(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "flat.npz", x=np.zeros((2, 64)))
        flat = error("prune-cost", str(tmp_path / "flat.npz"), "-g", MODEL)
        assert flat.startswith(
            "Error: SAMPLES: an array of the shape (2, 64), but the input 'input_layer' takes "
            "(samples, 8, 8, 1)"
        )
        np.savez(tmp_path / "short.npz", x=np.zeros((2, 8, 8, 1)), y_test=[1])
        short = error("prune-cost", str(tmp_path / "short.npz"), "-g", MODEL)
        assert short.startswith(
            f"Error: SAMPLES: y_test of {tmp_path / 'short.npz'}: an array of the shape (1,), but "
            "2 samples"
        )
        np.savez(tmp_path / "other.npz", x_train=np.zeros((2, 64)))
        assert "the arrays x_train, and no x;" in error(
            "prune-cost", str(tmp_path / "other.npz"), "-g", MODEL
        )
        assert "no layer 'conv_9'" in error("prune-cost", IMAGES, "layer=conv_9", "-g", MODEL)
        assert "No such file" in error("prune-cost", "nowhere.npz", "-g", MODEL)

    def test_sorts_and_keeps_the_first_rows(self) -> None:
        words = ("prune-cost", IMAGES, "layer=dense_0", "channel=0..3", "-g", MODEL)
        rows = records(*words, "--sort", "-mean_change", "--limit", "2")
        every = sorted(records(*words), key=lambda row: -row["mean_change"])
        assert (len(every), rows) == (4, every[:2])
        wrong = error(*words, "--sort", "mean")
        assert "--sort: the answer to prune-cost has no column 'mean'; its" in wrong
        assert "; did you mean '" in wrong


class TestHistory:
    def test_of_a_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        shutil.copy(MODEL, "digits@4.keras")
        rows = records("history", "digits", "-g", "./digits@4.keras")
        layers = ["conv_0", "pool_0", "conv_1", "dense_0", "dense_1"]
        assert [row["layer"] for row in rows] == layers
        assert {(row["epoch"], row["change"], row["flips"]) for row in rows} == {(4, None, None)}
        words = ("history", "digits", "-g", "./digits@4.keras", "--sort", "-edges", "--limit", "2")
        assert [row["layer"] for row in records(*words)] == ["conv_1", "conv_0"]

    def test_errors(self) -> None:
        assert "no run 'digits', whose models are named RUN@1" in error(
            "history", "digits", "-g", MODEL
        )
        assert invoke("history", "digits", "--by", "x", "-g", MODEL).exit_code == 2

    def test_what_weighs_no_relationship(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        shutil.copy(MODEL, "digits@4.keras")
        wrong = error("history", "digits", "--by", "l2", "-g", "./digits@4.keras")
        assert wrong.startswith("Error: run: 'digits@4' is a neuron graph, whose relationships")

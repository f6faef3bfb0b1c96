"""Files of samples: which of their arrays are inputs, and which are labels."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from queries.answers.inputs.archives import read_archive
from queries.answers.inputs.wanted import Read, Wanted
from queries.core.model_input import ModelInput
from queries.core.wording import shell_wording, worded
from queries.errors import ParameterError

ONE = ["pixels"]


def read(file: Path, names: list[str], *, with_labels: bool) -> Read:
    layers: Any = [SimpleNamespace(name=name, shape=()) for name in names]
    model: Any = None
    argument = worded("SAMPLES", "x")
    wanted = Wanted(model, layers, ModelInput(file), argument, strict=True, labels=with_labels)
    return read_archive(file, None, wanted)


def file_of(folder: Path, **arrays: Any) -> Path:
    np.savez(folder / "some.npz", **arrays)
    return folder / "some.npz"


@pytest.mark.parametrize("samples", ["x", "x_test", "pixels"])
@pytest.mark.parametrize("labels", ["y", "y_test", "labels"])
def test_arrays_have_usual_names(tmp_path: Path, samples: str, labels: str) -> None:
    # Where there are labels, what else there is means nothing.
    file = file_of(tmp_path, **{samples: [1, 2], labels: [3, 4]}, x_train=[5], y_train=[6])
    found = read(file, ONE, with_labels=True)
    assert {name: list(np.asarray(each)) for name, each in found.values.items()} == {
        "pixels": [1, 2]
    }
    assert list(np.asarray(found.labels)) == [3, 4]


def test_there_may_be_no_labels(tmp_path: Path) -> None:
    assert read(file_of(tmp_path, x=[1]), ONE, with_labels=True).labels is None
    others = file_of(tmp_path, x=[1], classes=[2], y=[3])
    assert read(others, ONE, with_labels=False).labels is None


def test_an_input_may_be_called_as_labels_are(tmp_path: Path) -> None:
    file = file_of(tmp_path, x=[1], y=[2], labels=[3])
    found = read(file, ["x", "y"], with_labels=True)
    assert [list(np.asarray(each)) for each in found.values.values()] == [[1], [2]]
    assert list(np.asarray(found.labels)) == [3]
    alone = read(file_of(tmp_path, x=[1], labels=[3]), ["labels"], with_labels=True)
    assert (list(np.asarray(alone.values["labels"])), list(np.asarray(alone.labels))) == ([1], [3])


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        (
            {"x": [1], "classes": [2], "ids": [3]},
            "has the arrays classes, ids beside the samples, and no labels; call these y or y_test",
        ),
        ({"x": [1], "y": [2], "labels": [3]}, "has the arrays y and labels, of which one is meant"),
        ({"x": [1], "x_test": [2]}, "has the arrays x and x_test, of which one is meant"),
        ({"x": [1], "pixels": [2]}, "has the arrays x and pixels, of which one is meant"),
        ({"x_train": [1], "y_train": [2]}, "has the arrays x_train, y_train, and no x; write"),
    ],
)
def test_what_does_not_say_which_is_meant_is_refused(
    tmp_path: Path, arrays: dict[str, list[int]], said: str
) -> None:
    file = file_of(tmp_path, **arrays)
    with pytest.raises(ParameterError) as caught:
        read(file, ONE, with_labels=True)
    assert str(caught.value).startswith(f"x: {file} {said}")
    with shell_wording(), pytest.raises(ParameterError) as caught:
        read(file, ONE, with_labels=True)
    assert str(caught.value).startswith(f"SAMPLES: {file} {said}")


def test_a_file_with_wrong_bytes_is_read_or_refused(tmp_path: Path) -> None:
    random, refused = np.random.default_rng(1), list[str]()
    for save in (np.savez, np.savez_compressed):
        file = tmp_path / "some.npz"
        save(file, x=random.normal(size=(3, 5)), y=np.arange(3))
        content = file.read_bytes()
        for cut in (*[len(content)] * 200, *random.integers(len(content), size=20)):
            wrong = np.frombuffer(content, np.uint8)[:cut].copy()
            places = random.integers(cut, size=min(cut, 2))
            wrong[places] = random.integers(256, size=len(places))
            file.write_bytes(wrong.tobytes())
            try:
                read(file, ONE, with_labels=True)
            except ParameterError as error:
                refused.append(str(error))
    assert len(refused) > 200
    assert [text for text in refused if "some.npz" not in text or "pickle" in text] == []

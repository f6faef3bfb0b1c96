"""What a model computes with: files, arrays and numbers, as its inputs get them."""

import datetime
import gzip
import io
import os
import pickle
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from PIL import Image
from pyarrow import parquet
from typer.testing import CliRunner

from exporter import load
from exporter.cli import app
from queries import ModelInput, NeuronGraph
from queries.answers.inputs import tables, wanted
from queries.errors import ParameterError
from tests.unit import onnx_models
from tests.unit.builders import chain, layer, randomized, saved

GRAY = np.random.default_rng(3).integers(0, 256, (4, 5), np.uint8)
COLOUR = np.random.default_rng(4).integers(0, 256, (4, 5, 3), np.uint8)
UNIT = (0, 1)


def read(graph: NeuronGraph, given: Any, name: str = "pixels", **how: Any) -> NDArray[np.float64]:
    """Return what an input gets: shape (samples, neurons)."""
    frame = graph.activations(ModelInput(given, **how) if how else given, name)
    return frame["value"].to_numpy().reshape(frame["input"].nunique(), -1)


def refused(graph: NeuronGraph, given: Any, **how: Any) -> str:
    with pytest.raises(ParameterError) as caught:
        graph.activations(ModelInput(given, **how))
    return str(caught.value)


def taking(*shape: int, name: str = "pixels", scaled: bool = False) -> NeuronGraph:
    import keras

    start = keras.Input(shape, name=name)
    at = keras.layers.Rescaling(1 / 255, name="scaled")(start) if scaled else start
    flat = keras.layers.Flatten()(at)
    return NeuronGraph(randomized(keras.Model(start, keras.layers.Dense(2, name="out")(flat))))


@pytest.fixture(scope="module")
def gray() -> Iterator[NeuronGraph]:
    with taking(4, 5, 1) as graph:
        yield graph


@pytest.fixture(scope="module")
def colour() -> Iterator[NeuronGraph]:
    with taking(4, 5, 3) as graph:
        yield graph


@pytest.fixture(scope="module")
def flat() -> Iterator[NeuronGraph]:
    with taking(20) as graph:
        yield graph


@pytest.fixture(scope="module")
def two() -> Iterator[NeuronGraph]:
    """Give a model of two inputs."""
    import keras

    left, right = keras.Input((3,), name="left"), keras.Input((2,), name="right")
    joined = keras.layers.Concatenate()([left, right])
    out = keras.layers.Dense(2, name="out")(joined)
    with NeuronGraph(randomized(keras.Model([left, right], out))) as graph:
        yield graph


@pytest.fixture(scope="module")
def tokens() -> Iterator[NeuronGraph]:
    model = chain((3,), layer("Embedding", input_dim=7, output_dim=2, name="table"))
    with NeuronGraph(model) as graph:
        yield graph


def picture(folder: Path, pixels: NDArray[Any], name: str = "some.png", **settings: Any) -> str:
    Image.fromarray(pixels).save(folder / name, **settings)
    return str(folder / name)


class TestPictures:
    def test_are_pixels_in_the_range_that_is_said(self, gray: NeuronGraph, tmp_path: Path) -> None:
        file = picture(tmp_path, GRAY)
        for pixels, expected in {
            UNIT: GRAY / np.float32(255),
            (0, 255): GRAY,
            (-1, 1): GRAY / 127.5 - 1,
            (1, 0): 1 - GRAY / 255,
        }.items():
            found = read(gray, file, pixels=pixels)
            np.testing.assert_allclose(found, expected.reshape(1, -1), atol=1e-7)

    def test_have_a_range_that_nothing_says(self, gray: NeuronGraph, tmp_path: Path) -> None:
        said = refused(gray, picture(tmp_path, GRAY))
        assert "the pixels of" in said
        assert "are from 0 to 255, and nothing says in which range" in said
        assert "say pixels=(0, 1) for 0 to 1" in said

    def test_are_as_they_are_where_the_model_scales_them(self, tmp_path: Path) -> None:
        with taking(4, 5, 1, scaled=True) as graph:
            file = picture(tmp_path, GRAY)
            np.testing.assert_array_equal(read(graph, file), GRAY.reshape(1, -1))
            scaled = graph.activations(file, "scaled")["value"]
            np.testing.assert_allclose(scaled, GRAY.reshape(-1) / 255, rtol=1e-6)
            np.testing.assert_allclose(read(graph, file, pixels=UNIT)[0], GRAY.reshape(-1) / 255)

    @pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "1", "CMYK", "I;16"])
    def test_become_gray_or_coloured(
        self, gray: NeuronGraph, colour: NeuronGraph, tmp_path: Path, mode: str
    ) -> None:
        name = "some.jpg" if mode == "CMYK" else "some.png"
        if mode == "I;16":
            words = GRAY.astype(np.uint16) * 257
            file = picture(tmp_path, words)
            shades = GRAY.astype(np.float64)
            colours = np.repeat(shades[..., np.newaxis], 3, axis=-1)
        else:
            Image.fromarray(COLOUR).convert(mode).save(tmp_path / name)
            file = str(tmp_path / name)
            opened = Image.open(file)
            shades, colours = (np.asarray(opened.convert(each), float) for each in ("L", "RGB"))
        for graph, expected in ((gray, shades), (colour, colours)):
            found = read(graph, file, pixels=(0, 255))
            np.testing.assert_allclose(found, expected.reshape(1, -1), atol=1e-4)

    def test_keep_what_is_transparent_where_the_model_takes_it(self, tmp_path: Path) -> None:
        pixels = np.concatenate([COLOUR, GRAY[..., np.newaxis]], axis=-1)
        file = picture(tmp_path, pixels)
        with taking(4, 5, 4) as graph:
            found = read(graph, file, pixels=(0, 255))
        np.testing.assert_array_equal(found, pixels.reshape(1, -1))

    def test_are_not_transparent_else(self, colour: NeuronGraph, tmp_path: Path) -> None:
        pixels = np.concatenate([COLOUR, GRAY[..., np.newaxis]], axis=-1)
        said = refused(colour, picture(tmp_path, pixels), pixels=UNIT)
        assert "has transparent pixels, and 'functional" in said

    def test_are_resized_where_that_is_said(self, gray: NeuronGraph, tmp_path: Path) -> None:
        large = np.kron(GRAY, np.ones((3, 3), np.uint8))
        file = picture(tmp_path, large)
        expected = Image.fromarray(large).resize((5, 4), Image.Resampling.BILINEAR)
        found = read(gray, file, pixels=(0, 255), resize=True)
        np.testing.assert_array_equal(found, np.asarray(expected).reshape(1, -1))
        said = refused(gray, file, pixels=UNIT)
        assert "is of 12 x 15 pixels (height, width), but the input 'pixels' takes 4 x 5" in said
        assert "resize=True makes it so" in said

    def test_stand_upright(self, gray: NeuronGraph, tmp_path: Path) -> None:
        turned = Image.fromarray(np.rot90(GRAY))
        exif = Image.Exif()
        exif[0x0112] = 6
        turned.save(tmp_path / "turned.png", exif=exif)
        found = read(gray, str(tmp_path / "turned.png"), pixels=(0, 255))
        np.testing.assert_array_equal(found, GRAY.reshape(1, -1))

    @pytest.mark.parametrize("shape", [(20,), (4, 5), (1, 4, 5)])
    def test_fit_inputs_of_other_shapes(self, tmp_path: Path, shape: tuple[int, ...]) -> None:
        import keras

        start = keras.Input(shape, name="pixels")
        first = keras.layers.Conv2D(1, 1, data_format="channels_first", name="conv")
        at = first(start) if len(shape) == 3 else start
        out = keras.layers.Dense(2)(keras.layers.Flatten()(at))
        with NeuronGraph(randomized(keras.Model(start, out))) as graph:
            found = read(graph, picture(tmp_path, GRAY), pixels=(0, 255))
        np.testing.assert_array_equal(found, GRAY.reshape(1, -1))

    def test_fit_channels_that_stand_first(self, tmp_path: Path) -> None:
        import keras

        start = keras.Input((3, 4, 5), name="pixels")
        first = keras.layers.Conv2D(1, 1, data_format="channels_first", name="conv")
        with NeuronGraph(randomized(keras.Model(start, first(start)))) as graph:
            found = read(graph, picture(tmp_path, COLOUR), pixels=(0, 255))
        np.testing.assert_array_equal(found, np.moveaxis(COLOUR, -1, 0).reshape(1, -1))

    def test_are_named_by_their_files(self, gray: NeuronGraph, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        files = [picture(tmp_path, GRAY, "x.png"), picture(tmp_path, 255 - GRAY, "y.png")]
        frame = gray.activations(ModelInput(files, pixels=UNIT), "out")
        assert frame["input"].tolist() == ["x.png"] * 2 + ["y.png"] * 2
        same = [Path(files[0]), Path(picture(tmp_path / "a", GRAY, "x.png"))]
        frame = gray.activations(ModelInput(same, pixels=UNIT), "out")
        assert frame["input"].unique().tolist() == [str(each) for each in same]
        twice = gray.activations(ModelInput([files[0]] * 2, pixels=UNIT), "out[0]")
        assert twice["input"].tolist() == [files[0], f"{files[0]} (2)"]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "it is none of PNG and JPEG"),
            (b"GIF89a", "it is none of PNG and JPEG"),
            (b"\x89PNG\r\n\x1a\n", "cannot read"),
        ],
    )
    def test_are_pictures(
        self, gray: NeuronGraph, tmp_path: Path, content: bytes, said: str
    ) -> None:
        (tmp_path / "some.png").write_bytes(content)
        assert said in refused(gray, tmp_path / "some.png", pixels=UNIT)

    def test_with_wrong_bytes_are_read_or_refused(self, gray: NeuronGraph, tmp_path: Path) -> None:
        random = np.random.default_rng(1)
        for name in ("some.png", "some.jpg"):
            file = Path(picture(tmp_path, GRAY, name))
            content = file.read_bytes()
            for cut in (*[len(content)] * 30, *random.integers(len(content), size=10)):
                wrong = np.frombuffer(content, np.uint8)[:cut].copy()
                places = random.integers(cut, size=min(cut, 2))
                wrong[places] = random.integers(256, size=len(places))
                file.write_bytes(wrong.tobytes())
                with suppress(ParameterError):
                    read(gray, file, pixels=UNIT)

    def test_that_are_bombs_are_refused(
        self, gray: NeuronGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = picture(tmp_path, np.zeros((300, 300), np.uint8))
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 60_000)
        assert "has more pixels than are read" in refused(gray, file, pixels=UNIT, resize=True)
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 30_000)
        assert "cannot read" in refused(gray, file, pixels=UNIT, resize=True)
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
        monkeypatch.setattr(wanted, "available_memory", lambda: 10**6)
        assert "of 300 x 300 pixels takes 2.9 MB" in refused(gray, file, pixels=UNIT)

    def test_that_are_several_are_refused(self, gray: NeuronGraph, tmp_path: Path) -> None:
        frames = [Image.fromarray(each) for each in (GRAY, 255 - GRAY)]
        frames[0].save(tmp_path / "moving.png", save_all=True, append_images=frames[1:])
        assert "has several pictures in it" in refused(gray, tmp_path / "moving.png", pixels=UNIT)

    def test_do_not_fit_other_inputs(
        self, gray: NeuronGraph, flat: NeuronGraph, tmp_path: Path
    ) -> None:
        file = picture(tmp_path, COLOUR[:2])
        assert "of which nothing says how wide a picture is" in refused(flat, file, pixels=UNIT)
        with taking(4, 5, 6) as graph:
            said = refused(graph, picture(tmp_path, GRAY), pixels=UNIT)
        assert "takes 4 x 5 x 6, which is no picture of 1, 2, 3, 4 channels" in said
        assert "is one picture, and has no rows" in refused(gray, f"{file}:3", pixels=UNIT)


class TestArrays:
    def test_in_memory(self, gray: NeuronGraph) -> None:
        x = np.random.default_rng(1).random((3, 4, 5, 1))
        expected = x.reshape(3, -1).astype(np.float32)
        np.testing.assert_array_equal(read(gray, x), expected)
        np.testing.assert_array_equal(read(gray, x[1]), expected[1:2])
        np.testing.assert_array_equal(read(gray, x.tolist()), expected)
        np.testing.assert_array_equal(read(gray, {"pixels": x}), expected)
        assert gray.activations(x, "out[0]")["input"].tolist() == ["0", "1", "2"]

    def test_in_files(self, gray: NeuronGraph, tmp_path: Path) -> None:
        x = np.random.default_rng(1).random((6, 4, 5, 1)).astype(np.float32)
        np.save(tmp_path / "x.npy", x)
        np.savez(tmp_path / "x.npz", x=x, y=np.arange(6), other=[1])
        np.save(tmp_path / "one.npy", x[2])
        flat = x.reshape(6, -1)
        for name in ("x.npy", "x.npz"):
            file = tmp_path / name
            np.testing.assert_array_equal(read(gray, file), flat)
            for rows, places in {
                "2": [2], "3,1": [3, 1], "1..3": [1, 2, 3], "4..": [4, 5], "..1": [0, 1],
            }.items():  # fmt: skip
                np.testing.assert_array_equal(read(gray, f"{file}:{rows}"), flat[places])
                frame = gray.activations(f"{file}:{rows}", "out[0]")
                assert frame["input"].tolist() == [f"{name}:{each}" for each in places]
        np.testing.assert_array_equal(read(gray, tmp_path / "one.npy"), flat[2:3])
        (tmp_path / "x.npy:7").write_bytes((tmp_path / "one.npy").read_bytes())
        assert "is no .npz file" in refused(gray, tmp_path / "x.npy:7")

    def test_are_scaled_where_that_is_said(self, gray: NeuronGraph) -> None:
        np.testing.assert_allclose(
            read(gray, GRAY[..., np.newaxis], pixels=UNIT), GRAY.reshape(1, -1) / 255, rtol=1e-6
        )
        halves = np.full((4, 5, 1), 0.5)
        assert "an array has decimals from 0 to 0.5, and pixels are whole numbers" in refused(
            gray, halves, pixels=UNIT
        )
        assert "has numbers from 0 to 300" in refused(gray, halves * 600, pixels=UNIT)
        assert "has numbers from -1 to 0" in refused(gray, halves * -2, pixels=UNIT)

    @pytest.mark.parametrize(
        ("pixels", "said"),
        [
            ((0, 1), "scales those from 0 to 255 to 0 to 1, so that 1 would become 0.00392157"),
            ((-1, 1), "to -1 to 1, so that 1 would become -0.992157"),
            ((0, 255), "to 0 to 255, so that 1 would become 1"),
        ],
    )
    def test_that_are_scaled_already_are_refused(
        self, gray: NeuronGraph, tmp_path: Path, pixels: tuple[float, float], said: str
    ) -> None:
        ones = np.eye(4, 5)[..., np.newaxis]
        np.save(tmp_path / "x.npy", ones)
        for given in (ones, ones.astype(bool), tmp_path / "x.npy"):
            text = refused(gray, given, pixels=pixels)
            assert "has numbers from 0 to 1, and pixels " in text
            assert said in text
        # Of black nothing tells the range, and a picture says that its pixels are those of 8 bits.
        assert (read(gray, 0 * ones, pixels=pixels) == pixels[0]).all()
        dark = picture(tmp_path, ones[..., 0].astype(np.uint8))
        assert read(gray, dark, pixels=pixels).max() < pixels[1]

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (
                np.zeros((2, 4, 5)),
                r"shape (2, 4, 5), but the input 'pixels' takes (samples, 4, 5, 1)",
            ),
            (np.zeros((0, 4, 5, 1)), "there is no sample for the input 'pixels'"),
            (np.full((4, 5, 1), np.nan), "sample 0 of the input 'pixels' has a value that is NaN"),
            (np.full((4, 5, 1), 1e60), "has a value that is NaN or infinite"),
            (np.full((4, 5, 1), "a"), "array of <U1, and no numbers"),
            (np.full((4, 5, 1), None), "array of object, and no numbers"),
            (5, "shape (), but the input"),
            ([[1], [1, 2]], "is no array of numbers"),
            ({"pixel": 1}, "has no input 'pixel'; its inputs are pixels"),
            ({}, "there is no array for the input 'pixels'"),
            ([], "shape (0,), but the input"),
            (np.ma.masked_equal(np.zeros((4, 5, 1)), 0), "some values are masked; fill them in"),
            ("x" * 5000, "File name too long"),
            ("/dev/zero", "/dev/zero is no file, but a device or a pipe"),
        ],
    )
    def test_are_refused(self, gray: NeuronGraph, given: Any, said: str) -> None:
        assert said in refused(gray, given)

    def test_in_files_are_refused(self, gray: NeuronGraph, tmp_path: Path) -> None:
        np.save(tmp_path / "x.npy", np.zeros((3, 4, 5, 1)))
        assert "has the rows 0 to 2, and no row 7" in refused(gray, f"{tmp_path}/x.npy:7")
        assert "has the rows 0 to 2, and no row 3" in refused(gray, f"{tmp_path}/x.npy:3..")
        assert "ends before it begins" in refused(gray, f"{tmp_path}/x.npy:2..1")
        assert "is a folder" in refused(gray, tmp_path)
        assert "cannot read nowhere.npy: No such file" in refused(gray, "nowhere.npy")
        assert "cannot read nowhere: No such file" in refused(gray, "nowhere")
        np.save(tmp_path / "one.npy", np.float32(1))
        assert "shape (), but the input 'pixels'" in refused(gray, tmp_path / "one.npy")
        np.savez(tmp_path / "x.npz", x=np.zeros((3, 4, 5, 1)), y=np.zeros(5))
        said = refused(gray, tmp_path / "x.npz")
        assert "y of" in said
        assert "x.npz: there are 5 classes of 3 samples" in said
        np.save(tmp_path / "objects.npy", np.array([{}]), allow_pickle=True)
        assert "holds objects of Python" in refused(gray, tmp_path / "objects.npy")
        # A header may say any size.
        head = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            head, {"descr": "<f4", "fortran_order": False, "shape": (10**12, 4, 5, 1)}
        )
        (tmp_path / "x.npy").write_bytes(head.getvalue())
        assert "cannot read" in refused(gray, tmp_path / "x.npy")

    def test_take_no_more_memory_than_there_is(
        self, gray: NeuronGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        np.save(tmp_path / "x.npy", np.zeros((1000, 4, 5, 1)))
        np.savez_compressed(tmp_path / "x.npz", x=np.zeros((1000, 4, 5, 1)))
        monkeypatch.setattr(wanted, "available_memory", lambda: 50_000)
        for name in ("x.npy", "x.npz"):
            assert "holds takes 160." in refused(gray, tmp_path / name)
        assert len(read(gray, f"{tmp_path}/x.npy:999")) == 1
        many = [f"{tmp_path}/x.npy:0"] * 500
        assert "all that is named takes 80.0 kB, but only 50.0 kB" in refused(gray, many)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Give a table of more rows than are read at a time."""
    random = np.random.default_rng(7)
    names = [f"p{each}" for each in range(20)]
    frame = pd.DataFrame(random.random((2500, 20)).round(4), columns=names)
    return frame.assign(label=np.arange(2500) % 3)


class TestTables:
    @pytest.mark.parametrize("suffix", ["csv", "parquet"])
    def test_have_a_row_a_sample(
        self, flat: NeuronGraph, gray: NeuronGraph, frame: pd.DataFrame, tmp_path: Path, suffix: str
    ) -> None:
        file = f"{tmp_path}/some.{suffix}"
        frame.to_csv(file, index=False) if suffix == "csv" else frame.to_parquet(file)
        numbers = frame.drop(columns="label").to_numpy(np.float32)
        for rows, places in {
            "7": [7],
            "2400,3": [2400, 3],
            "1020..1030": list(range(1020, 1031)),
        }.items():
            np.testing.assert_array_equal(read(flat, f"{file}:{rows}"), numbers[places])
            np.testing.assert_array_equal(read(gray, f"{file}:{rows}"), numbers[places])
        assert len(read(flat, f"{file}:2498..")) == 2
        assert "has the rows 0 to 2,499, and no row 2,500" in refused(flat, f"{file}:2500")

    @pytest.mark.parametrize("suffix", ["csv", "parquet"])
    def test_have_a_column_of_classes(self, two: NeuronGraph, tmp_path: Path, suffix: str) -> None:
        frame = pd.DataFrame({"a": [1, 2], "kind": ["x", "y"], "b": [3, 4], "c": [5, 6]})
        file = f"{tmp_path}/some.{suffix}"
        frame.to_csv(file, index=False) if suffix == "csv" else frame.to_parquet(file)
        how = {"left": f"{file}:1", "right": "7,8"}
        assert read(two, how, "left", label="kind").tolist() == [[2, 4, 6]]
        said = refused(two, how)
        assert "kind" in said or "column #1" in said.lower()
        assert "has no column 'kinds' for label; its columns are a, kind, b, c; did you mean" in (
            refused(two, how, label="kinds")
        )

    def test_need_no_header(self, two: NeuronGraph, tmp_path: Path) -> None:
        (tmp_path / "x.csv").write_text("1,2,3\n4,5,6\n")
        found = read(two, {"left": f"{tmp_path}/x.csv:1", "right": "1,2"}, "left")
        assert found.tolist() == [[4, 5, 6]]

    def test_hold_lists(self, two: NeuronGraph, tmp_path: Path) -> None:
        frame = pd.DataFrame({"a": [[1, 2], [3, 4]], "b": [5, 6]})
        frame.to_parquet(tmp_path / "x.parquet")
        given = {"left": tmp_path / "x.parquet", "right": [[1, 2], [3, 4]]}
        assert read(two, given, "left").tolist() == [[1, 2, 5], [3, 4, 6]]
        pd.DataFrame({"a": [[1, 2], [3]], "b": [5, 6]}).to_parquet(tmp_path / "x.parquet")
        assert "has lists of different lengths" in refused(two, given)

    @pytest.mark.parametrize("rows", [[[1], [2, 3, 4]], [[1, 2], None, [3, 4]], [[1, 2], [3]]])
    @pytest.mark.parametrize("at_once", [1, 10])
    def test_hold_lists_of_one_length(
        self,
        two: NeuronGraph,
        tmp_path: Path,
        rows: list[Any],
        at_once: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(tables, "_AT_ONCE", at_once)
        column = pa.array(rows, pa.large_list(pa.float32()))
        parquet.write_table(pa.table({"a": column}), tmp_path / "x.parquet")
        given = {"left": np.ones((len(rows), 3)), "right": tmp_path / "x.parquet"}
        assert "lists of different lengths, or a row without one" in refused(two, given)

    def test_hold_large_lists(self, two: NeuronGraph, tmp_path: Path) -> None:
        column = pa.array([[1, 2], [3, 4]], pa.large_list(pa.float32()))
        parquet.write_table(pa.table({"a": column}), tmp_path / "x.parquet")
        given = {"left": np.ones((2, 3)), "right": tmp_path / "x.parquet"}
        assert read(two, given, "right").tolist() == [[1, 2], [3, 4]]

    def test_have_the_header_of_a_frame_without_names(
        self, two: NeuronGraph, tmp_path: Path
    ) -> None:
        pd.DataFrame([[1, 2, 3], [4, 5, 6]]).to_csv(tmp_path / "x.csv", index=False)
        given = {"left": tmp_path / "x.csv", "right": [[1, 2], [3, 4]]}
        assert read(two, given, "left").tolist() == [[1, 2, 3], [4, 5, 6]]
        (tmp_path / "x.csv").write_text("0,1,2\n")
        assert read(two, given | {"right": "1,2"}, "left").tolist() == [[0, 1, 2]]

    @pytest.mark.parametrize(
        "labels", [[datetime.date(2020, 1, 1)] * 2, [[0, 1], [1, 0]], [[0], [1, 0]]]
    )
    def test_have_classes_of_any_kind(
        self, two: NeuronGraph, tmp_path: Path, labels: list[Any]
    ) -> None:
        frame = pd.DataFrame({"a": [1, 2], "b": [3, 4], "c": [5, 6], "label": labels})
        frame.to_parquet(tmp_path / "x.parquet")
        given = {"left": tmp_path / "x.parquet", "right": [[1, 2], [3, 4]]}
        assert read(two, given, "left").tolist() == [[1, 3, 5], [2, 4, 6]]

    def test_without_rows_are_refused(self, two: NeuronGraph, tmp_path: Path) -> None:
        frame = pd.DataFrame({"a": [1], "b": [1], "c": [1], "label": [1]})
        frame[:0].to_parquet(tmp_path / "x.parquet")
        given = {"left": tmp_path / "x.parquet", "right": "1,2"}
        assert refused(two, given).endswith("x.parquet has no rows")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "has no rows"),
            ("a,b,c", "has no rows"),
            ("a,b,c\n", "has no rows"),
            ("a,b,c\n1,2\n", "cannot read"),
            ("a,b,c\n1,x,3\n", "cannot read"),
            ("a,b,c\n1,,3\n", "row 0 of {file} has in the column 'b' nothing"),
            ("a,b,c\n1,inf,3\n", "row 0 of {file} has in the column 'b' nothing, or what is NaN"),
            ("a,b\n1,2\n", "has 2 numbers in a row, but the input 'left' takes 3, of the shape 3"),
            (
                "a,b,c,d\n1,2,3,4\n",
                "takes 3, of the shape 3; if one is the class, say label='COLUMN'",
            ),
            ("a,b,label,y\n1,2,3,4\n", "has the columns label, y; say by label which is the class"),
            ("\x00\xff", "cannot read"),
        ],
    )
    def test_are_refused(self, two: NeuronGraph, tmp_path: Path, text: str, said: str) -> None:
        file = tmp_path / "x.csv"
        file.write_bytes(text.encode("latin-1"))
        given = {"left": f"{file}:0", "right": "1,2"}
        assert said.format(file=file) in refused(two, given)

    def test_with_wrong_bytes_are_refused(self, two: NeuronGraph, tmp_path: Path) -> None:
        (tmp_path / "x.parquet").write_bytes(b"PAR1 no table")
        given = {"left": tmp_path / "x.parquet", "right": "1,2"}
        assert "cannot read" in refused(two, given)


class TestNumbers:
    def test_are_one_sample(self, two: NeuronGraph, tokens: NeuronGraph) -> None:
        given = {"left": "1,-2.5,3e1", "right": ["1,2"]}
        assert read(two, given, "left").tolist() == [[1, -2.5, 30]]
        first = tokens.activations("0,6,-1")["layer"].iloc[0]
        assert read(tokens, "0,6,-1", first).tolist() == [[0, 6, -1]]
        assert len(read(tokens, ["0,1,2", "3,4,5"], first)) == 2

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ("1,2", "'1,2' has 2 numbers, but the input 'input_layer"),
            ("0,7,1", "gets tokens from 0 to 7, but 'table' has 0 to 6"),
            ("0,-8,1", "gets tokens from -8 to 1, but 'table' has 0 to 6 (and -7 to -1"),
            (
                "0,1.5,1",
                "gets 1.5, and takes numbers of tokens, which are whole: 'table' has 0 to 6",
            ),
        ],
    )
    def test_are_tokens_that_there_are(self, tokens: NeuronGraph, given: str, said: str) -> None:
        assert said in refused(tokens, given)


class TestSeveralInputs:
    def test_are_named(self, two: NeuronGraph, tmp_path: Path) -> None:
        np.savez(tmp_path / "x.npz", left=np.ones((2, 3)), right=np.zeros((2, 2)))
        np.save(tmp_path / "right.npy", np.arange(6).reshape(3, 2))
        assert read(two, tmp_path / "x.npz", "left").tolist() == [[1, 1, 1]] * 2
        given = {"left": ["1,2,3", "4,5,6"], "right": f"{tmp_path}/right.npy:1.."}
        assert read(two, given, "right").tolist() == [[2, 3], [4, 5]]

    def test_are_refused(self, two: NeuronGraph, tmp_path: Path) -> None:
        np.save(tmp_path / "x.npy", np.zeros(3))
        assert "has 2 inputs, left, right; say for which" in refused(two, tmp_path / "x.npy")
        assert "has 2 inputs; give a dictionary" in refused(two, np.zeros(3))
        said = refused(two, {"left": ["1,2,3", "1,2,3"], "right": "1,2"})
        assert "different numbers of samples: 2 of 'left', 1 of 'right'" in said


class TestOnnx:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        """Give a model that was not made by Keras."""
        return onnx_models.saved(onnx_models.convolutional(), tmp_path)

    def test_gets_what_onnxruntime_gets(self, file: Path, tmp_path: Path) -> None:
        import onnxruntime

        pixels = np.random.default_rng(5).integers(0, 256, (6, 6), np.uint8)
        x = (pixels[np.newaxis, np.newaxis] / np.float32(255)).astype(np.float32)
        expected = onnxruntime.InferenceSession(file).run(None, {"x": x})[0]
        with NeuronGraph(file) as graph:
            last = str(graph.layers()["name"].iloc[-1])
            found = read(graph, picture(tmp_path, pixels), last, pixels=UNIT)
            np.testing.assert_allclose(found, expected, rtol=1e-5)
            np.testing.assert_allclose(read(graph, {"x": x[0]}, last), expected, rtol=1e-5)

    def test_has_inputs_that_nothing_feeds(self, file: Path, tmp_path: Path) -> None:
        load(file, tmp_path / "some.lbug")
        line = ["verify", str(file), "--graph", str(tmp_path / "some.lbug")]
        done = CliRunner().invoke(app, line)
        assert done.exit_code == 0, done.stderr
        assert "Fed from the model" not in done.stderr


class TestKeras:
    @pytest.fixture
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Give the folder in which Keras keeps datasets, each made here."""
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        folder = tmp_path / "datasets"
        folder.mkdir()
        return folder

    def test_has_downloaded_pictures(self, home: Path) -> None:
        random = np.random.default_rng(2)
        x = random.integers(0, 256, (3, 28, 28), np.uint8)
        y = np.array([7, 1, 2], np.uint8)
        np.savez(home / "mnist.npz", x_test=x, y_test=y, x_train=x[::-1], y_train=y)
        (home / "fashion-mnist").mkdir()
        for part, pixels in (("t10k", x), ("train", x[::-1])):
            for name, head, data in (("labels-idx1", 8, y), ("images-idx3", 16, pixels)):
                with gzip.open(home / f"fashion-mnist/{part}-{name}-ubyte.gz", "wb") as stream:
                    stream.write(bytes(head) + data.tobytes())
        expected = x.reshape(3, -1) / 255
        with taking(28, 28, 1) as graph:
            for name in ("mnist", "fashion_mnist"):
                for text, rows in ((f"{name}:1", [1]), (f"{name}/train:0,2", [2, 0])):
                    found = read(graph, f"keras:{text}", pixels=UNIT)
                    np.testing.assert_allclose(found, expected[rows], rtol=1e-6)
            frame = graph.activations(ModelInput("keras:mnist:0..1", pixels=UNIT), "out[0]")
            assert frame["input"].tolist() == ["mnist:0", "mnist:1"]
            assert "nothing says in which range" in refused(graph, "keras:mnist:1")
            assert "has the rows 0 to 2, and no row 3" in refused(graph, "keras:mnist:3")

    def test_has_downloaded_coloured_pictures(self, home: Path, colour: NeuronGraph) -> None:
        pixels = np.random.default_rng(2).integers(0, 256, (2, 3072), np.uint8)
        ten = home / "cifar-10-batches-py-target/cifar-10-batches-py"
        hundred = home / "cifar-100-python-target/cifar-100-python"
        for folder in (ten, hundred):
            folder.mkdir(parents=True)
        names = ["test_batch", *(f"data_batch_{each}" for each in range(1, 6))]
        for name in names:
            (ten / name).write_bytes(pickle.dumps({b"data": pixels, b"labels": [3, 4]}))
        batch = {b"data": pixels, b"fine_labels": [3, 4]}
        for name in ("test", "train"):
            (hundred / name).write_bytes(pickle.dumps(batch))
        expected = np.moveaxis(pixels.reshape(2, 3, 32, 32), 1, -1).reshape(2, -1)
        with taking(32, 32, 3) as graph:
            for text in ("cifar10:1", "cifar10/train:9", "cifar100:1", "cifar100/train:1"):
                found = read(graph, f"keras:{text}", pixels=(0, 255))
                np.testing.assert_array_equal(found, expected[1:])
        assert len(read(colour, "keras:cifar10:0", pixels=UNIT, resize=True)) == 1

    def test_runs_no_code_of_a_file(self, home: Path, colour: NeuronGraph) -> None:
        class Evil:
            def __reduce__(self) -> Any:
                return os.mkdir, (str(home / "made"),)

        folder = home / "cifar-10-batches-py-target/cifar-10-batches-py"
        folder.mkdir(parents=True)
        (folder / "test_batch").write_bytes(pickle.dumps({b"data": Evil()}))
        assert "which is no array" in refused(colour, "keras:cifar10:0", pixels=UNIT)
        assert not (home / "made").exists()

    def test_downloads_nothing_by_itself(self, home: Path, gray: NeuronGraph) -> None:
        said = refused(gray, "keras:mnist:0")
        assert "mnist is not on this machine" in said
        assert "keras.datasets.mnist.load_data() downloads it; on this machine is none" in said
        (home / "mnist.npz").write_bytes(b"no archive")
        assert "cannot read" in refused(gray, "keras:mnist:0")
        assert "'minst' is no dataset" in refused(gray, "keras:minst:0")
        assert "has no part 'valid'" in refused(gray, "keras:mnist/valid:0")


class TestModelInput:
    @pytest.mark.parametrize(
        ("how", "said"),
        [
            ({"pixels": 255}, "pixels: 255 is no pair"),
            ({"pixels": (0, np.nan)}, "is no pair"),
            ({"pixels": (1, 1)}, "0 and 255 would both become 1"),
            ({"resize": 2}, "resize: 2 is not True or False"),
            ({"label": 3}, "label: 3 is no text"),
        ],
    )
    def test_refuses(self, how: dict[str, Any], said: str) -> None:
        with pytest.raises(ParameterError, match=said):
            ModelInput("x.png", **how)

    def test_is_needed(self, gray: NeuronGraph) -> None:
        with pytest.raises(ParameterError, match="input is missing"):
            gray.activations(None)  # type: ignore[arg-type]
        with pytest.raises(ParameterError, match="None names no samples"):
            ModelInput(None)  # type: ignore[arg-type]

    @pytest.mark.parametrize("options", [{"granularity": "channel"}, {"top": 1}])
    def test_needs_a_graph_that_computes(self, tmp_path: Path, options: dict[str, Any]) -> None:
        model = chain((4, 5, 1), layer("Flatten"), layer("Dense", units=2, name="out"))
        load(saved(model, tmp_path / "some.keras"), tmp_path / "part.lbug", **options)
        with NeuronGraph(tmp_path / "part.lbug") as graph:
            assert "cannot compute what its model computes" in refused(graph, np.zeros((4, 5, 1)))


def test_a_zip_that_is_a_bomb_is_refused(gray: NeuronGraph, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", b"")
        archive.infolist()[0].file_size = 1 << 50
    assert "takes 1.1 PB" in refused(gray, tmp_path / "x.npz")


def test_labels_of_two_shapes_are_no_labels(flat: NeuronGraph, tmp_path: Path) -> None:
    x = np.ones((1, 20), np.float32)
    np.savez(tmp_path / "a.npz", x=x, y=np.array([1]))
    np.savez(tmp_path / "b.npz", x=2 * x, y=np.array([[0, 1]]))
    files = [str(tmp_path / name) for name in ("a.npz", "b.npz")]
    assert read(flat, files).tolist() == [[1] * 20, [2] * 20]
    with pytest.raises(ParameterError, match="labels of a sample have the shapes") as caught:
        flat.prune_cost(files)
    assert "give labels of one shape" in str(caught.value)


def test_one_of_several_inputs_is_drawn(two: NeuronGraph) -> None:
    given = {"left": [[1, 2, 3]], "right": [[4, 5]]}
    with pytest.raises(ParameterError, match="name one of the inputs, left, right"):
        two.plot.saliency(given)
    two.plot.saliency(given, "right")


class TestClass:
    """``:label=`` behind what names samples."""

    X = np.arange(6.0)[:, np.newaxis] * np.ones(20)

    @pytest.fixture
    def flat(self) -> Iterator[NeuronGraph]:
        with taking(20) as graph:
            yield graph

    def named(self, graph: NeuronGraph, text: str) -> list[str]:
        frame = graph.activations(text, "pixels")
        rows = read(graph, text)
        names = list(frame["input"].unique())
        assert [float(name.rpartition(":")[2]) for name in names] == rows[:, 0].tolist()
        return [name.rpartition(":")[2] for name in names]

    @pytest.mark.parametrize("shape", [(6,), (6, 1)])
    def test_of_an_archive(self, flat: NeuronGraph, tmp_path: Path, shape: tuple[int, ...]) -> None:
        file = tmp_path / "some.npz"
        np.savez(file, x=self.X, y=np.array([3, 7, 7, 3, 7, 0]).reshape(shape))
        assert self.named(flat, f"{file}:label=7") == ["1", "2", "4"]
        assert self.named(flat, f"{file}:0..3:label=7") == ["1", "2"]
        assert "names no sample of the class 5; there are 0, 3, 7" in refused(
            flat, f"{file}:label=5"
        )
        assert "of the class seven" in refused(flat, f"{file}:label=seven")
        assert "label=' names no class; there are " in refused(flat, f"{file}:label=")

    @pytest.mark.parametrize(
        ("classes", "label", "others"),
        [
            (np.array([b"dog", b"cat", b"cat", b"dog", b"cat", b"\xc3\xa4"]), "cat", "cat, dog, ä"),
            (np.array([0, 1, 1, 0, 1, 0], dtype=bool), "True", "False, True"),
            (np.array([0, 1, 1, 0, 1, 0], dtype=bool), "1", "False, True"),
        ],
        ids=["bytes", "bool", "bool as number"],
    )
    def test_of_bytes_and_truth(
        self, flat: NeuronGraph, tmp_path: Path, classes: Any, label: str, others: str
    ) -> None:
        file = tmp_path / "some.npz"
        np.savez(file, x=self.X, y=classes)
        assert self.named(flat, f"{file}:label={label}") == ["1", "2", "4"]
        assert f"there are {others}" in refused(flat, f"{file}:label=bird")

    def test_of_bytes_of_a_table(self, flat: NeuronGraph, tmp_path: Path) -> None:
        file = tmp_path / "some.parquet"
        columns = {f"c{each}": self.X[:, each] for each in range(20)}
        kind = [b"dog", b"cat", b"cat", b"dog", b"cat", None]
        pd.DataFrame({**columns, "label": kind}).to_parquet(file)
        assert self.named(flat, f"{file}:label=cat") == ["1", "2", "4"]
        assert "names no sample of the class bird" in refused(flat, f"{file}:label=bird")

    def test_of_a_table(self, flat: NeuronGraph, tmp_path: Path) -> None:
        file = tmp_path / "some.csv"
        columns = {f"c{each}": self.X[:, each] for each in range(20)}
        pd.DataFrame({**columns, "kind": ["a=b", "dog", "a=b", "dog", "x", "y"]}).to_csv(
            file, index=False
        )
        how = ModelInput(f"{file}:label=a=b", label="kind")
        assert flat.activations(how, "pixels")["input"].unique().tolist() == [
            "some.csv:0", "some.csv:2",
        ]  # fmt: skip

    def test_without_classes(self, flat: NeuronGraph, tmp_path: Path) -> None:
        file = tmp_path / "some.npz"
        np.savez(file, x=self.X)
        assert "no class stands beside the samples" in refused(flat, f"{file}:label=1")
        numbers = ",".join("1" * 20)
        assert "no class stands beside the samples" in refused(flat, f"{numbers}:label=1")
        np.savez(file, x=self.X, y=np.eye(6))
        assert "have the shape (6, 6), and those of 6 samples are (6,)" in refused(
            flat, f"{file}:label=1"
        )

    def test_of_a_file_of_that_name(self, flat: NeuronGraph, tmp_path: Path) -> None:
        file = tmp_path / "some:label=1.npz"
        np.savez(file, x=self.X)
        assert len(read(flat, str(file))) == 6

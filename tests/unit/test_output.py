"""Results as table, CSV, JSON and Parquet."""

import io
import json
import sys
from pathlib import Path

import neo4j.time
import numpy as np
import pandas as pd
import pytest
import typer

from queries.commands.output import FORMATS, Destination, Format, destination, write
from queries.commands.table import ROWS, print_table, write_plain
from queries.core.granularity import NEURON_GRAPH
from queries.errors import NeurongraphError, OutputError
from queries.library.queries import queries, query
from queries.stores.location import DEFAULT_GRAPH

FRAME = pd.DataFrame(
    {
        "id": [7, 12345],
        "edges": [0, 1234567],
        "x": pd.array([None, 3], dtype="Int64"),
        "weight": [0.25, np.nan],
        "layer": ["conv_0", None],
        "shape": [[8, 8, 1], [64]],
        "passed": [True, False],
    }
)

VALUES = {
    "int": 12_345,
    "int?": 12_345,
    "float": 0.25,
    "bool": True,
    "text": "block_1_expand_BN[95]@111,111",
    "ints": [112, 112, 96],
}


def plain(frame: pd.DataFrame) -> str:
    stream = io.StringIO()
    write_plain(frame, stream)
    return stream.getvalue()


def column(values: object) -> list[str]:
    """Give the cells of a table of one column."""
    return [line.strip() for line in plain(pd.DataFrame({"value": values})).splitlines()[1:-1]]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Make Rich believe in a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    return monkeypatch


class TestDestination:
    def test_is_a_table_on_stdout_if_nothing_is_said(self) -> None:
        assert destination() == Destination("table")

    @pytest.mark.parametrize(
        ("name", "format_name"),
        [("a.csv", "csv"), ("a.JSON", "json"), ("a.parquet", "parquet"), ("a.txt", "table")],
    )
    def test_takes_the_format_from_the_suffix(
        self, tmp_path: Path, name: str, format_name: Format
    ) -> None:
        assert destination(None, tmp_path / name) == Destination(format_name, tmp_path / name)

    def test_prefers_the_format_that_was_said(self, tmp_path: Path) -> None:
        assert destination("json", tmp_path / "a.csv").format == "json"

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("a.xyz", "cannot tell the format"),
            ("a", "cannot tell the format"),
        ],
    )
    def test_that_cannot_be_is_wrong_usage(self, tmp_path: Path, name: str, reason: str) -> None:
        with pytest.raises(typer.BadParameter, match=reason):
            destination(None, tmp_path / name)

    def test_that_there_cannot_be_is_an_error(self, tmp_path: Path) -> None:
        for name, reason in (("", "is a folder"), ("missing/a.csv", "folder that does not exist")):
            with pytest.raises(OutputError, match=reason):
                destination(None, tmp_path / name)

    def test_of_raw_text_is_no_table(self, tmp_path: Path) -> None:
        for file in (None, tmp_path / "a.txt"):
            with pytest.raises(typer.BadParameter, match="--format csv"):
                destination(None, file, raw=True)
        for format_name in ("csv", "json", "parquet"):
            assert destination(format_name, raw=True).raw

    def test_of_parquet_is_no_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        with pytest.raises(typer.BadParameter, match="not for terminals"):
            destination("parquet")


class TestCsv:
    def test_is_exact_and_leaves_out_what_is_missing(self, tmp_path: Path) -> None:
        write(FRAME, Destination("csv", tmp_path / "a"))
        assert (tmp_path / "a").read_bytes().decode() == (
            "id,edges,x,weight,layer,shape,passed\n"
            '7,0,,0.25,conv_0,"[8, 8, 1]",True\n'
            "12345,1234567,3,,,[64],False\n"
        )

    def test_keeps_every_digit(self, tmp_path: Path) -> None:
        value = float(np.float32(0.1))
        write(pd.DataFrame({"weight": [value]}), Destination("csv", tmp_path / "a"))
        assert float((tmp_path / "a").read_text().split()[1]) == value


class TestJson:
    def test_is_a_list_of_records_with_nulls(self, tmp_path: Path) -> None:
        write(FRAME, Destination("json", tmp_path / "a"))
        assert json.loads((tmp_path / "a").read_text(encoding="utf-8")) == [
            {
                "id": 7,
                "edges": 0,
                "x": None,
                "weight": 0.25,
                "layer": "conv_0",
                "shape": [8, 8, 1],
                "passed": True,
            },
            {
                "id": 12345,
                "edges": 1234567,
                "x": 3,
                "weight": None,
                "layer": None,
                "shape": [64],
                "passed": False,
            },
        ]

    def test_of_no_rows_is_an_empty_list(self, tmp_path: Path) -> None:
        write(FRAME.head(0), Destination("json", tmp_path / "a"))
        assert json.loads((tmp_path / "a").read_text()) == []

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (np.array([1, 2]), [1, 2]),
            ({"bias": np.float64("nan"), "ids": (1, np.int64(2))}, {"bias": None, "ids": [1, 2]}),
            (np.inf, None),
            (pd.Timestamp("2026-01-02"), "2026-01-02 00:00:00"),
            (pd.NaT, None),
            (neo4j.time.Date(2026, 1, 2), "2026-01-02"),
            (neo4j.time.Duration(days=1), "P1D"),
            ("größer", "größer"),
        ],
    )
    def test_takes_what_cypher_may_return(
        self, tmp_path: Path, value: object, expected: object
    ) -> None:
        frame = pd.DataFrame({"value": pd.Series([value], dtype=object)})
        write(frame, Destination("json", tmp_path / "a"))
        assert json.loads((tmp_path / "a").read_text(encoding="utf-8")) == [{"value": expected}]


class TestParquet:
    def test_keeps_types_and_nulls(self, tmp_path: Path) -> None:
        write(FRAME, Destination("parquet", tmp_path / "a"))
        back = pd.read_parquet(tmp_path / "a")
        assert list(back.columns) == list(FRAME.columns)
        assert back["x"].dtype == "Int64"
        assert back["shape"][0].tolist() == [8, 8, 1]
        assert back["weight"].isna().tolist() == [False, True]

    def test_that_cannot_hold_the_values_says_so(self, tmp_path: Path) -> None:
        frame = pd.DataFrame({"value": pd.Series([1, "a"], dtype=object)})
        with pytest.raises(NeurongraphError, match="write it as json"):
            write(frame, Destination("parquet", tmp_path / "a"))
        assert not list(tmp_path.iterdir())


class TestPlainTable:
    def test_is_aligned_and_whole(self) -> None:
        assert plain(FRAME) == (
            "   id      edges  x    weight  layer   shape  passed\n"
            "    7          0  -  0.250000  conv_0  8x8x1  yes\n"
            "12345  1,234,567  3         -  -       64     no\n"
            "2 rows\n"
        )

    def test_is_never_cut(self) -> None:
        frame = pd.DataFrame({"id": range(10 * ROWS), "text": ["a" * 300] * 10 * ROWS})
        assert len(plain(frame).splitlines()) == 10 * ROWS + 2
        assert plain(frame).count("a" * 300) == 10 * ROWS

    def test_of_no_rows_still_has_a_header(self) -> None:
        assert plain(pd.DataFrame({"id": [], "name": []})).splitlines()[-1] == "0 rows"

    def test_of_chunks_is_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        frame = pd.DataFrame({"id": [1, 22, 333, 4444, 5], "weight": [1.5, 2, 3, 400, 0.25]})
        whole = plain(frame)
        monkeypatch.setattr("queries.commands.table._CHUNK", 2)
        assert plain(frame) == whole

    @pytest.mark.parametrize(
        ("values", "cells"),
        [
            ([0.5, -1.25], ["0.50000", "-1.25000"]),
            ([0.25, 0.0161514], ["0.250000", "0.016151"]),
            ([1234.5, 0.25], ["1234.50", "0.25"]),
            ([9.0, 18.0], ["9", "18"]),
            ([0.0, 0.0], ["0", "0"]),
            ([0.5, 1e-12], ["0.500000", "1e-12"]),
            ([3.25e-5, 0.0], ["3.25000e-05", "0"]),
            ([3.25e-4, 0.0], ["0.000325000", "0.000000000"]),
            ([2.5e300], ["2.50000e+300"]),
            ([0.5, np.inf], ["0.500000", "inf"]),
            ([np.nan], ["-"]),
        ],
    )
    def test_floats_are_readable(self, values: list[float], cells: list[str]) -> None:
        assert column(values) == cells

    def test_only_counts_have_separators(self) -> None:
        frame = pd.DataFrame({"id": [1234], "neurons": [1234], "COUNT(*)": [1234]})
        assert plain(frame).splitlines()[1].split() == ["1234", "1,234", "1,234"]

    def test_control_characters_are_escaped(self) -> None:
        assert column(["a\x1b[2Jb\nc"]) == ["a\\x1b[2Jb\\nc"]

    def test_nested_values_are_json(self) -> None:
        assert column([{"id": 1}, [1, "a"]]) == ['{"id": 1}', '[1, "a"]']


@pytest.mark.usefixtures("terminal")
class TestTerminalTable:
    def test_shows_the_first_rows_and_how_to_get_all(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        print_table(pd.DataFrame({"id": range(1000)}))
        lines = capsys.readouterr().out.splitlines()
        assert f"{ROWS} of 1,000 rows" in lines[-1]
        assert "--format csv" in lines[-1]
        assert len(lines) == ROWS + 3

    def test_that_is_short_ends_with_the_number_of_rows(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        print_table(FRAME)
        assert capsys.readouterr().out.splitlines()[-1] == "2 rows"

    def test_leaves_out_columns_and_names_them(self, capsys: pytest.CaptureFixture[str]) -> None:
        wide = {f"text_{i}": ["a" * 30] * 2 for i in range(4)}
        print_table(pd.DataFrame({"nothing": [None, None], **wide}))
        out = capsys.readouterr().out
        assert max(map(len, out.splitlines())) <= 80
        assert "without nothing, text_2, text_3" in " ".join(out.split())

    def test_keeps_the_main_columns(
        self, terminal: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        terminal.setenv("COLUMNS", "60")
        name, layer = "block_1_expand_BN[95]@111,111", "block_1_expand_BN_of_a_long_name"
        frame = pd.DataFrame(
            {"id": [12_345_678] * 2, "name": [name] * 2, "layer": [layer] * 2, "katz": [0.5, 0.25]}
        )
        print_table(frame, main=("name", "katz"))
        out = capsys.readouterr().out
        lines = out.splitlines()
        assert max(map(len, lines)) <= 60
        assert lines[0].split() == ["id", "name", "katz"]
        assert lines[2].split() == ["12345678", name, "0.500000"]
        assert "without layer," in " ".join(out.split())

    @pytest.mark.parametrize("name", queries())
    @pytest.mark.parametrize(("columns", "kept"), [("60", 3), ("80", 5)])
    def test_keeps_what_a_query_is_for(
        self,
        terminal: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        name: str,
        columns: str,
        kept: int,
    ) -> None:
        terminal.setenv("COLUMNS", columns)
        asked = query(name)
        frame = pd.DataFrame(
            {each.name: [VALUES[each.type]] * 2 for each in asked.columns_in(NEURON_GRAPH)}
        )
        print_table(frame, main=asked.main)
        lines = capsys.readouterr().out.splitlines()
        assert set(asked.main[:kept]) <= set(lines[0].split())
        assert max(map(len, lines[:-4])) <= int(columns)

    def test_folds_texts_of_main_columns_before_one_of_them_goes(
        self, terminal: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        terminal.setenv("COLUMNS", "60")
        names = {"source_name": ["s" * 38] * 2, "target_name": ["t" * 38] * 2}
        frame = pd.DataFrame({"source": [1, 2], **names, "weight": [0.25, 0.5]})
        print_table(frame, main=("weight", "source_name", "target_name"))
        out = capsys.readouterr().out
        assert out.splitlines()[0].split() == ["source_name", "target_name", "weight"]
        table, _, _ = out.partition("2 rows")
        rows = "".join(table.splitlines()[2:])
        assert (rows.count("s"), rows.count("t"), rows.count("0.500000")) == (76, 76, 1)
        assert max(map(len, table.splitlines())) <= 60

    def test_of_one_wide_row_is_a_line_a_field(self, capsys: pytest.CaptureFixture[str]) -> None:
        print_table(pd.DataFrame({f"text_{i}": ["a" * 30] for i in range(4)}))
        lines = capsys.readouterr().out.splitlines()
        assert [line.split() for line in lines[:4]] == [[f"text_{i}", "a" * 30] for i in range(4)]

    def test_folds_a_text_and_keeps_all_of_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        print_table(pd.DataFrame({"value": ["x" * 200, "b"]}))
        assert capsys.readouterr().out.count("x") == 200

    def test_takes_names_as_text(self, capsys: pytest.CaptureFixture[str]) -> None:
        print_table(pd.DataFrame({"[bold]name[/bold]": ["[red]conv[/red]"]}))
        out = capsys.readouterr().out
        assert "[bold]name[/bold]" in out
        assert "[red]conv[/red]" in out


class TestFile:
    def test_is_replaced_when_it_is_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "a.csv"
        file.write_text("old")

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("queries.commands.output._write_csv", full)
        with pytest.raises(NeurongraphError, match=r"cannot write .*a\.csv: No space left"):
            write(FRAME, Destination("csv", file))
        assert file.read_text() == "old"
        assert list(tmp_path.iterdir()) == [file]

    def test_that_is_a_link_stays_one(self, tmp_path: Path) -> None:
        (tmp_path / "link.csv").symlink_to("real.csv")
        write(FRAME, Destination("csv", tmp_path / "link.csv"))
        assert (tmp_path / "link.csv").is_symlink()
        assert (tmp_path / "real.csv").read_text().startswith("id,")

    def test_may_be_a_device(self) -> None:
        write(FRAME, Destination("csv", Path("/dev/null")))
        assert not Path("/dev/null").is_file()

    @pytest.mark.parametrize("format_name", FORMATS)
    def test_is_the_same_as_stdout(
        self, tmp_path: Path, format_name: Format, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        write(FRAME, Destination(format_name, tmp_path / "a"))
        write(FRAME, Destination(format_name))
        assert capfdbinary.readouterr().out == (tmp_path / "a").read_bytes()


def test_the_default_graph_of_the_help_is_the_real_one() -> None:
    # The help spells it out, because importing it would import pandas.
    from typing import get_args

    from queries.commands.options import GraphOption

    assert get_args(GraphOption)[1].show_default == DEFAULT_GRAPH

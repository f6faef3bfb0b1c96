"""A graph that stands on the command line in another place is said with the line that was meant."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from exporter import drop, load, verify
from exporter.cli import app
from queries.commands.misplaced import with_graph_in_place
from queries.errors import ParameterError

COMMANDS = get_command(app).commands  # type: ignore[attr-defined]


def corrected(line: str) -> str | None:
    words = shlex.split(line)
    meant = with_graph_in_place(words, COMMANDS[words[0]])
    return None if meant is None else meant.removeprefix("neurongraph ")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("query g.lbug katz k=3", "query katz k=3 --graph g.lbug"),
        ("query katz files/ -m a", "query katz -m a --graph files/"),
        ("query a/b.keras katz", "query katz --graph a/b.keras"),
        (
            "cypher bolt://localhost:7687 'RETURN 1'",
            "cypher 'RETURN 1' --graph bolt://localhost:7687",
        ),
        ("drop g.lbug", "drop --graph g.lbug"),
        ("drop g.lbug --graph 'the head' --yes", "drop 'the head' --graph g.lbug --yes"),
        ("drop g.lbug digits --yes", "drop digits --yes --graph g.lbug"),
        ("check g.lbug -g m", "check m -g g.lbug"),
        ("load g.lbug --graph m.keras", "load m.keras --graph g.lbug"),
        ("load m.keras g.lbug --top 3", "load m.keras --top 3 --graph g.lbug"),
        ("plot --output p.html g.lbug adjacency", "plot --output p.html adjacency --graph g.lbug"),
        # Nothing stands elsewhere, or it is not known what is meant.
        ("query katz", None),
        ("query katz --graph g.lbug", None),
        ("query a.lbug b.lbug", None),
        ("query a.lbug -g b.lbug", None),
        ("query katz --graph=m g.lbug", None),
        ("load m.keras --graph g.lbug", None),
        ("verify m.keras", None),
        ("inspect g.lbug", None),
        # What may hold a password is not repeated.
        ("query g.lbug katz --model u:p@host", None),
        ("query bolt://u:p@host katz", None),
    ],
)
def test_the_line_that_was_meant(line: str, meant: str | None) -> None:
    assert corrected(line) == meant


@pytest.mark.parametrize(
    ("line", "code", "meant"),
    [
        ("query g.lbug katz", 1, "query katz --graph g.lbug"),
        ("models bolt://localhost", 2, "models --graph bolt://localhost"),
        ("drop g.lbug --graph m --yes", 1, "drop m --graph g.lbug --yes"),
        ("check g.lbug --graph m", 1, "check m --graph g.lbug"),
        ("--log-level error plot g.lbug adjacency", 1, "plot adjacency --graph g.lbug"),
    ],
)
def test_an_error_ends_with_it(
    line: str, code: int, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    done = CliRunner().invoke(app, shlex.split(line))
    assert done.exit_code == code
    assert f"did you mean: neurongraph {meant}" in done.stderr.replace("│", " ")
    assert done.stderr.count("did you mean") == 1
    assert not list(tmp_path.iterdir())


def test_python_is_told_by_python() -> None:
    calls: dict[str, Callable[[], object]] = {
        "drop('m', graph='g.lbug')": lambda: drop("g.lbug", "m"),
        "load('m.keras', graph='g.lbug')": lambda: load("g.lbug", "m.keras"),
        "verify('m.h5', graph='bolt://host')": lambda: verify("bolt://host", Path("m.h5")),
    }
    for meant, call in calls.items():
        with pytest.raises(ParameterError) as caught:
            call()
        assert str(caught.value).endswith(f"did you mean: {meant}")
    with pytest.raises(ParameterError, match="set NEO4J_USERNAME") as caught:
        drop("g.lbug", "http://u:p@host")
    assert "u:p" not in str(caught.value)


@pytest.mark.parametrize("option", ["--format", "--log-level"])
def test_a_wrong_choice_is_told_by_its_words_alone(option: str) -> None:
    done = CliRunner().invoke(app, ["models", option, "xml"])
    assert done.exit_code == 2
    assert "'xml' is not one of" in done.stderr
    assert "Value error" not in done.stderr

"""Texts name options and commands as their reader types them: Python's, or a shell's."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

import exporter
from exporter.cli import app
from queries import NeuronGraph
from queries.core.wording import MODEL_FILE, command, option, shell_wording, worded

ROOT = Path(__file__).parents[2]
OF_THE_SHELL = (
    "exporter/cli.py", "exporter/commands/", "queries/commands/",
    # Commands of Neo4j, which a README holds.
    "exporter/sinks/dataset/formats.py", "exporter/sinks/dataset/readme.py",
    # The guide of Neo4j Browser, which a command serves.
    "queries/browser/",
    # The options of Chromium and of pip, and the colours of Bokeh's style sheet.
    "queries/plots/browser.py", "queries/core/packages.py", "queries/viewer/picture.py",
    "queries/core/text.py", "queries/core/wording.py",
)  # fmt: skip
COMMANDS = {each.name: each for each in typer.main.get_command(app).commands.values()}  # type: ignore[attr-defined]
SHELL = re.compile(rf"(?<![\w!-])--[a-z]|\bneurongraph ({'|'.join(COMMANDS)})\b|\bin Python\b")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in ("exporter", "queries"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(OF_THE_SHELL):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def called(node: ast.AST) -> str | None:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None


def texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts of a module but docstrings and what ``worded`` takes."""
    if called(node) == "worded":
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.value
        yield from texts(child)


def calls(name: str) -> list[ast.Call]:
    return [
        node
        for _, module in sources()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and called(node) == name
    ]


def literals(name: str) -> set[str]:
    firsts = [call.args[0] for call in calls(name)]
    return {each.value for each in firsts if isinstance(each, ast.Constant)}  # type: ignore[misc]


def options(command_name: str) -> set[str]:
    return {flag for each in COMMANDS[command_name].params for flag in each.opts}


def arguments(function: object) -> set[str]:
    return set(inspect.signature(function).parameters)  # type: ignore[arg-type]


def test_no_text_speaks_to_a_shell_alone() -> None:
    wrong = [
        (name, text) for name, module in sources() for text in texts(module) if SHELL.search(text)
    ]
    assert wrong == []


def test_each_option_is_one_of_both() -> None:
    named = literals("option")
    assert {"replace", "resume", "min_weight", "in_store"} <= named
    functions = [exporter.load, exporter.verify, NeuronGraph.katz]
    in_python = set().union(*map(arguments, functions))
    in_shell = set().union(*map(options, ("load", "verify", "query")))
    assert named <= in_python
    assert {f"--{name.replace('_', '-')}" for name in named} <= in_shell


def test_each_command_is_a_function() -> None:
    named = literals("command")
    assert {"load", "drop"} <= named
    assert named <= COMMANDS.keys() & set(exporter.__all__)
    for call in calls("command"):
        assert isinstance(call.args[0], ast.Constant)
        name = str(call.args[0].value)
        for keyword in call.keywords:
            assert keyword.arg in arguments(getattr(exporter, name))
            assert f"--{keyword.arg}" in options(name)


def test_options() -> None:
    told = [option("min_weight"), option("replace", True), option("granularity", "channel")]
    assert told == ["min_weight", "replace=True", "granularity='channel'"]
    with shell_wording():
        told = [option("min_weight"), option("replace", True), option("granularity", "channel")]
    assert told == ["--min-weight", "--replace", "--granularity channel"]


def test_commands() -> None:
    assert command("load", MODEL_FILE, resume=True) == "load(MODEL, resume=True)"
    assert command("drop", "the head") == "drop('the head')"
    with shell_wording():
        assert command("load", MODEL_FILE, resume=True) == "neurongraph load MODEL --resume"
        assert command("drop", "the head") == "neurongraph drop 'the head'"


def test_the_wording_ends_with_the_command_line() -> None:
    with pytest.raises(ZeroDivisionError), shell_wording():
        raise ZeroDivisionError
    assert worded("shell", "python") == "python"

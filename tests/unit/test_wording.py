"""Texts name options and commands as their reader types them: Python's, or a shell's."""

import ast
import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

import exporter
from exporter.cli import app
from exporter.planning.threshold import Threshold
from queries import NeuronGraph
from queries.core.model import StoredModel
from queries.core.model_input import ModelInput
from queries.core.properties import WrittenProperty
from queries.core.wording import MODEL_FILE, command, command_line, option, shell_wording, worded
from queries.errors import ParameterError, PropertyNotFoundError
from queries.library.existence import Existence
from queries.library.exports import exports
from queries.library.plots import plots
from queries.library.queries import queries
from queries.library.row_order import RowOrder
from queries.viewer.server import Viewer

ROOT = Path(__file__).parents[2]
OF_THE_SHELL = (
    "exporter/cli.py", "exporter/commands/", "queries/commands/",
    # Commands of Neo4j, which a README holds.
    "exporter/sinks/dataset/formats.py", "exporter/sinks/dataset/readme.py",
    # The guide of Neo4j Browser, which a command serves.
    "queries/browser/",
    # The options of Chromium and of pip, and the colours of Bokeh's style sheet.
    "queries/plots/browser.py", "queries/core/packages.py", "queries/viewer/picture.py",
    "queries/viewer/style.py",
    # What converts models of other formats.
    "exporter/reading/foreign/",
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


FUNCTIONS = (
    exporter.load,
    exporter.verify,
    NeuronGraph,
    NeuronGraph.katz,
    NeuronGraph.activations,
    NeuronGraph.circuit,
    ModelInput,
    Viewer,
)
IN_PYTHON: set[str] = set().union(*map(arguments, FUNCTIONS))
IN_SHELL: set[str] = {
    flag.removeprefix("--").replace("-", "_") for name in COMMANDS for flag in options(name)
}


def test_no_text_speaks_to_a_shell_alone() -> None:
    wrong = [
        (name, text) for name, module in sources() for text in texts(module) if SHELL.search(text)
    ]
    assert wrong == []


def test_each_option_is_one_of_both() -> None:
    named = literals("option")
    assert {"replace", "resume", "min_weight", "in_store"} <= named
    assert named <= IN_PYTHON
    assert named <= IN_SHELL


def test_what_is_an_option_is_said_as_one() -> None:
    declared = [*queries().values(), *plots().values(), *exports().values()]
    keys = {parameter.name for each in declared for parameter in each.parameters}
    both = (IN_PYTHON & IN_SHELL) - keys
    assert {"graph", "dask", "sort", "limit", "index", "top"} <= both
    begins = re.compile(rf"(?:{'|'.join(both)}): ")
    wrong = [
        (name, text) for name, module in sources() for text in texts(module) if begins.match(text)
    ]
    assert wrong == []
    assert literals("require_count") & both == set()


def test_what_is_counted_is_said_as_an_option() -> None:
    for fault in (lambda: Threshold(top=0), lambda: RowOrder.from_arguments(None, 0)):
        with shell_wording(), pytest.raises(ParameterError, match=r"^--(top|limit) is 0; it must"):
            fault()
        with pytest.raises(ParameterError, match=r"^(top|limit) is 0; it must"):
            fault()


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


def test_a_command_leaves_out_what_is_not_given() -> None:
    assert command("load", MODEL_FILE, graph=None, resume=False) == "load(MODEL)"
    assert command_line("view", graph=None) == "neurongraph view"
    assert command_line("drop", "a", graph="g.lbug") == "neurongraph drop a --graph g.lbug"


def test_a_word_that_begins_as_an_option_is_none() -> None:
    line = command_line("drop", "-v", graph="./g:1.lbug")
    words = shlex.split(line)[2:]
    with COMMANDS["drop"].make_context("drop", words) as context:
        assert (context.params["name"], context.params["graph"]) == ("-v", "./g:1.lbug")


def test_an_unfinished_property_is_removed_by_what_is_said() -> None:
    model = StoredModel("the head", "the head", "neuron", "1", None, edited=False, properties={})
    there = [WrittenProperty("katz", finished=False)]
    existence = Existence("g.lbug", model, [], lambda _: {}, lambda: there)
    with pytest.raises(PropertyNotFoundError) as caught:
        existence.require_property("measure", "katz", [])
    assert str(caught.value).endswith("graph.remove_property('katz', model='the head')")
    with shell_wording(), pytest.raises(PropertyNotFoundError) as caught:
        existence.require_property("measure", "katz", [])
    words = shlex.split(str(caught.value).partition("remove it: neurongraph ")[2])
    with COMMANDS[words[0]].make_context(words[0], words[1:]) as context:
        told = {name: context.params[name] for name in ("graph", "model", "remove")}
    assert told == {"graph": "g.lbug", "model": "the head", "remove": "katz"}


def test_the_wording_ends_with_the_command_line() -> None:
    with pytest.raises(ZeroDivisionError), shell_wording():
        raise ZeroDivisionError
    assert worded("shell", "python") == "python"

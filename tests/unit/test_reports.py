"""Reports show themselves in short in Python, and as tables in a notebook."""

from pathlib import Path
from typing import Any, Final

import pandas as pd

from exporter import CheckReport, Inspection, LoadReport, VerifyReport
from queries import NeuronFilter, NeuronGraph
from queries.library.queries import query

FACTS: Final[dict[str, Any]] = {
    "model": "digits",
    "graph": "digits.lbug",
    "layers": ("input", "<b>"),
    "granularity": "neuron",
    "neurons": 1234,
    "edges": 56789,
    "not_finite_weights": {},
    "not_finite_biases": {},
    "left_out": 0,
    "refused": (),
    "resumed": 0,
    "repaired": (),
    "checksums": {"<b>": "0" * 64},
    "half_precisions": (),
    "seconds": 2.0,
}


def test_a_load() -> None:
    report = LoadReport(**FACTS)
    assert repr(report) == (
        "<LoadReport of 'digits' in digits.lbug: 2 layers, 1,234 neurons, 56,789 relationships, "
        "2.0 s>"
    )
    page = report._repr_html_()
    assert "<th>nodes</th><td>1,234 neurons</td>" in page
    assert "2: input, &lt;b&gt;" in page
    assert "left out" not in page


def test_a_load_of_less_than_all() -> None:
    facts = {
        "granularity": "channel",
        "left_out": 7,
        "resumed": 5,
        "refused": ("lambda: a reason",),
    }
    page = LoadReport(**{**FACTS, **facts})._repr_html_()
    for said in ("1,234 channels", "7 relationships", "5 relationships", "lambda: a reason"):
        assert said in page


def test_a_verification() -> None:
    frame = pd.DataFrame({"layer": ["a", "<b>"], "relative_difference": [1e-7, 3e-7]})
    report = VerifyReport(frame.assign(passed=True), 1e-5, [], pd.DataFrame())
    assert repr(report) == (
        "<VerifyReport passed: 2 of 2 layers agree, largest relative difference 3e-07, 1e-05 is "
        "allowed>"
    )
    assert "&lt;b&gt;" in report._repr_html_()
    failed = VerifyReport(
        frame.assign(passed=[True, False]), 1e-5, [], pd.DataFrame({"change": ["missing"]})
    )
    assert repr(failed).startswith("<VerifyReport failed: 1 of 2 layers agree, ")
    assert repr(failed).endswith("; 1 differences>")
    assert "missing" in failed._repr_html_()


def test_a_check() -> None:
    frame = pd.DataFrame({"layer": ["a"], "damage": ["<lost>"]})
    assert (
        repr(CheckReport(frame, ()))
        == "<CheckReport passed: 1 layers are as their load wrote them>"
    )
    assert repr(CheckReport(frame, ("a is lost",))) == "<CheckReport failed: a is lost>"
    assert "&lt;lost&gt;" in CheckReport(frame, ("a is lost",))._repr_html_()


def test_an_inspection() -> None:
    frame = pd.DataFrame({"layer": ["<a>"], "not_finite_weights": [2], "not_finite_biases": [0]})
    report = Inspection(frame, 10, 20, 30, "channel")
    assert repr(report) == "<Inspection: 1 layers, 10 channels, 20 relationships, 30 parameters>"
    page = report._repr_html_()
    assert "&lt;a&gt;" in page
    assert "on disk, Neo4j" in page
    assert "not finite" in page


def test_a_statement() -> None:
    values = {**query("strength").checked({}), "neurons": NeuronFilter(layer="<a>")}
    stated = query("strength").statement(values, "neo4j", model="m")
    assert repr(stated).startswith("<Statement of ")
    assert "for neo4j, with values of " in repr(stated)
    assert stated._repr_html_().startswith("<pre>")
    assert "&lt;a&gt;" in stated._repr_html_()


def test_what_an_open_graph_gives(small_files: dict[str, Path]) -> None:
    place = small_files["pooled"]
    with NeuronGraph(place) as graph:
        question, picture = graph.question("neighbours", neurons="conv"), graph.plot.adjacency()
        assert repr(graph.plot).startswith(f"<Plots of <NeuronGraph '{place}'>: adjacency, ")
        begin = f"<Question neighbours of <Model 'pooled' in {place}>, neurons=NeuronFilter(layer="
        assert repr(question).startswith(begin)
        for shown in (graph, graph.plot, question, question.model, picture):
            assert " object at 0x" not in repr(shown)

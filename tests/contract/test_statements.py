"""How many statements a question sends, as the log at level debug shows them."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from exporter import load
from queries import NeuronGraph
from queries.core.log import logger
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore

pytestmark = pytest.mark.cypher

NEO4J = ["neo4j-5.26", "neo4j-newest"]
QUESTIONS: dict[str, Callable[[NeuronGraph], object]] = {
    "katz": lambda graph: graph.katz("odds"),
    "edges": lambda graph: graph.edges(target="odds"),
    "strongest_paths": lambda graph: graph.strongest_paths("pixels", "odds"),
    "path_norm": lambda graph: graph.path_norm("pixels", "odds"),
    "plot.adjacency": lambda graph: graph.plot.adjacency("hidden", "odds"),
    "plot.receptive_field": lambda graph: graph.plot.receptive_field("odds"),
    "plot.strongest_paths": lambda graph: graph.plot.strongest_paths("pixels", "odds"),
}
MODELS = re.compile(r"\bMATCH \(m:(Neurongraph)?Model\) RETURN m\.name AS name")


@pytest.fixture
def sent(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Give a function that returns the statements that were sent since it was last called."""
    caplog.set_level(logging.DEBUG, logger.name)

    def since() -> list[str]:
        # Before the text stand the seconds that it took, and the number of rows.
        texts = [record.getMessage().partition(": ")[2] for record in caplog.records]
        caplog.clear()
        return texts

    return since


@pytest.fixture
def unedited(
    store: GraphStore, scratch: str, references: dict[str, Reference]
) -> Iterator[NeuronGraph]:
    """Give a model that nobody has written to: nothing is kept of one that was edited."""
    load(references["pooled"].file, store.location, name=scratch)
    with NeuronGraph(store.location, model=scratch) as graph:
        yield graph


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_statement_is_sent_once(
    unedited: NeuronGraph, sent: Callable[[], list[str]], question: str
) -> None:
    sent()
    QUESTIONS[question](unedited)
    counts = Counter(sent())
    assert sum(MODELS.search(text) is not None for text in counts) == 1
    assert {text: count for text, count in counts.items() if count > 1} == {}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_question_again_only_looks_for_another_model(
    unedited: NeuronGraph, sent: Callable[[], list[str]], question: str
) -> None:
    QUESTIONS[question](unedited)
    sent()
    QUESTIONS[question](unedited)
    first, *others = sent()
    assert MODELS.search(first)
    # What is read anew each time is the answer itself.
    assert len(others) == (question == "edges")


@pytest.mark.neo4j
@pytest.mark.parametrize("store", NEO4J, indirect=True)
def test_what_somebody_edits_is_read_each_time(
    store: GraphStore, scratch: str, references: dict[str, Reference]
) -> None:
    load(references["pooled"].file, store.location, name=scratch)
    rename = store.own("MATCH (n:Neuron {id: 0}) WHERE n.model = $key SET n.name = $new")
    with (
        NeuronGraph(store.location, model=scratch) as graph,
        NeuronGraph(store.location, model=scratch) as other,
    ):
        seen = [graph.katz(0)["name"].tolist()]
        for new in ("first", "second"):
            key = graph.models().set_index("name")["key"][scratch]
            other.write(rename, key=key, new=new)
            seen.append(graph.katz(0)["name"].tolist())
    assert seen[1:] == [["first"], ["second"]]
    assert seen[0] not in seen[1:]

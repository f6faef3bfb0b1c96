"""Results written back to neurons, and the statements of the guide, on the CIFAR-10 model.

Nothing here is asserted: the figures are printed. What is written is set against reading as many
neurons as a frame from the same graph.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from neo4j import GraphDatabase, Session

from exporter import LoadReport, load
from queries import NeuronGraph
from queries.browser.guide import questions_about
from queries.browser.models import all_models
from queries.browser.questions import Question
from tests.bench.timing import seconds_of
from tests.servers import Neo4jServer

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


def test_write_embedded(cifar_file: Path, tmp_path: Path) -> None:
    """Written to the embedded store."""
    graph = load(cifar_file, tmp_path / "cifar.lbug").graph
    _measure("embedded", graph, None, indexes=[False])


def test_write_neo4j(neo4j_server: Neo4jServer, loaded: LoadReport) -> None:
    """Written to Neo4j."""
    store = f"Neo4j {neo4j_server.version}"
    _measure(store, loaded.graph, loaded.model, indexes=[False, True])


def test_guide(neo4j_server: Neo4jServer, loaded: LoadReport) -> None:
    """The statements of the guide, each as Browser sends it, against reading all neurons."""
    with NeuronGraph(loaded.graph, model=loaded.model) as graph:
        (about,) = (row for row in all_models(graph) if row["name"] == loaded.model)
        read = seconds_of(graph.neurons)
        slides: list[Question] = []
        made = seconds_of(lambda: slides.extend(questions_about(graph, about)))
    print(f"\n  Neo4j {neo4j_server.version}: {len(slides)} statements made in {made:.2f} s")
    with (
        GraphDatabase.driver(neo4j_server.uri, auth=neo4j_server.auth) as driver,
        driver.session() as session,
    ):
        for slide in slides:
            seconds = seconds_of(partial(_run, session, slide.cypher))
            print(f"  {slide.title:42} {seconds:7.3f} s   {seconds / read:6.1f} times the neurons")


def _run(session: Session, text: str) -> None:
    session.run(text).consume()


def _measure(store: str, location: str, model: str | None, *, indexes: Sequence[bool]) -> None:
    with NeuronGraph(location, model=model) as graph:
        read = seconds_of(graph.neurons)
        frame = graph.neurons()[["id"]]
        frame["score"] = np.random.default_rng(0).normal(size=len(frame))
        print(f"\n  {store}: {len(frame):,} neurons are read in {read:.2f} s")
        for index in indexes:
            for again in ("first", "again"):
                write = partial(graph.write_property, frame, "score", index=index)
                seconds = seconds_of(write)
                what = f"written, {again}{', with an index' if index else ''}"
                print(
                    f"  {what:32} {seconds:6.2f} s   {len(frame) / seconds:8,.0f} neurons/s"
                    f"   {seconds / read:5.1f} times the reading"
                )
            graph.remove_property("score")

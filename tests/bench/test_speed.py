"""Speed on the CIFAR-10 model, each against a baseline in the same run.

Nothing here is asserted but that both ways made the same graph: the figures are printed.
"""

import logging
import time
from functools import partial
from pathlib import Path
from statistics import median

import ladybug
import neo4j
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from exporter import LoadReport, load
from exporter.planning.plan import Plan
from exporter.planning.push import plan
from exporter.reading.keras.model import KerasModel
from queries import NeuronGraph
from queries.core.granularity import NEURON_GRAPH
from queries.core.log import logger
from queries.core.schema import embedded_tables
from tests.bench.importing import import_seconds
from tests.bench.notebook import networkx_graph
from tests.bench.timing import seconds_of
from tests.opening import open_model
from tests.servers import Neo4jServer

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

# Relationships in a transaction of the baseline.
UNWOUND = 20_000


@pytest.fixture(scope="module")
def model(cifar_file: Path) -> KerasModel:
    """The CIFAR-10 model, opened."""
    return open_model(cifar_file)


@pytest.fixture(scope="module")
def planned(model: KerasModel) -> Plan:
    """Its plan."""
    return plan(model)


def test_build(model: KerasModel, planned: Plan) -> None:
    """Building all edges, against a Python loop that fills a NetworkX graph."""
    begun = time.perf_counter()
    graph = networkx_graph(model.keras)
    slow = time.perf_counter() - begun
    fast = min(seconds_of(lambda: _build(planned)) for _ in range(5))
    assert graph.number_of_edges() == planned.edges
    assert graph.number_of_nodes() == planned.neurons
    report("build, NetworkX loop", slow, planned.edges)
    report("build, blocks", fast, planned.edges)
    print(f"\n  blocks are {slow / fast:,.0f} times faster")


def test_load_embedded(cifar_file: Path, planned: Plan, tmp_path: Path) -> None:
    """Loading the embedded store, against a bare COPY of the same Arrow tables."""
    tables = _arrow_tables(planned)
    copies, loads = [], []
    # By turns: the disk is not equally fast all the time.
    for number in range(5):
        copies.append(seconds_of(partial(_bare_copy, tmp_path / f"{number}.db", *tables)))
        loads.append(load(cifar_file, tmp_path / "g.lbug", replace=True).seconds)
    copy, ours = median(copies), median(loads)
    report("embedded, bare COPY", copy, planned.edges)
    report("embedded, load", ours, planned.edges)
    print(f"\n  load takes {ours / copy:.2f} times as long")


def test_load_neo4j(
    cifar_file: Path,
    planned: Plan,
    neo4j_server: Neo4jServer,
    loaded: LoadReport,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Loading Neo4j, against UNWIND of a list of maps, and against the import of files.

    The first load meets a server that has just started, as an import always does; the second one
    a server that has compiled what it does often, as UNWIND does here.
    """
    store = f"Neo4j {neo4j_server.version}"
    warm, seconds = _load_of_relationships(cifar_file, neo4j_server.uri, caplog)
    slow = _unwind_maps(neo4j_server, planned)
    load(cifar_file, tmp_path)
    imported = import_seconds(neo4j_server.version, tmp_path)
    report(f"{store}, UNWIND of maps", slow, warm.edges)
    report(f"{store}, first load", loaded.seconds, loaded.edges)
    report(f"{store}, second load", warm.seconds, warm.edges)
    report(f"{store}, its relationships alone", seconds, warm.edges)
    report(f"{store}, import of Parquet", imported, warm.edges)
    print(
        f"\n  the second load is {slow / warm.seconds:.2f} times as fast as UNWIND, its"
        f" relationships alone {slow / seconds:.2f} times;"
        f"\n  the import is {warm.seconds / imported:.2f} times as fast as the second load,"
        f" {loaded.seconds / imported:.2f} times as the first"
    )


def test_read_neo4j(neo4j_server: Neo4jServer, loaded: LoadReport) -> None:
    """Reading relationships into a frame, against a record of the driver for each."""
    store = f"Neo4j {neo4j_server.version}"
    with NeuronGraph(neo4j_server.uri, model=loaded.model) as graph:
        layers = graph.layers().set_index("name")
        begun = time.perf_counter()
        records = _read_records(neo4j_server, loaded.model, "conv_0")
        slow = time.perf_counter() - begun
        assert len(records) == layers["edges"]["conv_0"]
        times = [seconds_of(graph.edges) for _ in range(3)]
    rate, fast = len(records) / slow, median(times)
    report(f"{store}, records of the driver", slow, len(records))
    report(f"{store}, all edges, the first time", times[0], loaded.edges)
    report(f"{store}, all edges, median of three", fast, loaded.edges)
    print(f"\n  a frame is read {loaded.edges / fast / rate:.1f} times as fast")


def _read_records(server: Neo4jServer, model: str, layer: str) -> pd.DataFrame:
    statement = """
        MATCH (s:NeurongraphNeuron)-[r:CONNECTS_TO]->(t:NeurongraphNeuron)
        WHERE t.model = $model AND t.layer = $layer
        RETURN s.id AS source, t.id AS target, r.weight AS weight
    """
    with neo4j.GraphDatabase.driver(server.uri, auth=server.auth) as driver:
        frame: pd.DataFrame = driver.execute_query(
            statement, model=model, layer=layer, result_transformer_=neo4j.Result.to_df
        )
    return frame


def _load_of_relationships(
    file: Path, graph: str, caplog: pytest.LogCaptureFixture
) -> tuple[LoadReport, float]:
    """Load once more; return the seconds that the relationships took alone as well."""
    with caplog.at_level(logging.INFO, logger.name):
        report = load(file, graph, name="again")
    begun, ended = (
        next(
            record.created for record in caplog.records if record.msg.startswith(f"wrote %d {what}")
        )
        for what in ("nodes", "relationships")
    )
    return report, ended - begun


def report(what: str, seconds: float, edges: int) -> None:
    """Print one line of figures."""
    print(f"\n  {what:36} {seconds:8.3f} s   {edges / seconds:14,.0f} relationships/s", end="")


def _build(planned: Plan) -> int:
    return sum(
        len(layer.block(start, stop)) for layer in planned.layers for start, stop in layer.ranges()
    )


def _arrow_tables(planned: Plan) -> tuple[pa.Table, pa.Table]:
    neurons = [layer.neuron_table("m", 0, layer.neurons) for layer in planned.layers]
    blocks = [layer.block(*part) for layer in planned.layers for part in layer.ranges()]
    edges = pa.table(
        {
            "from": np.concatenate([block.source for block in blocks]),
            "to": np.concatenate([block.target for block in blocks]),
            "weight": np.concatenate([block.weight for block in blocks]),
        }
    )
    return pa.concat_tables(neurons), edges


def _bare_copy(path: Path, neurons: pa.Table, edges: pa.Table) -> None:
    with ladybug.Database(path) as database, ladybug.Connection(database) as connection:
        for statement in embedded_tables(NEURON_GRAPH):
            connection.execute(statement)
        connection.execute("COPY Neuron FROM $rows", {"rows": neurons})
        connection.execute("COPY CONNECTS_TO FROM $rows", {"rows": edges})


def _unwind_maps(server: Neo4jServer, planned: Plan) -> float:
    """Write all relationships again, the textbook way; the nodes are those of the load."""
    statement = """
        UNWIND $rows AS row
        MATCH (s:NeurongraphNeuron {model: 'bench', id: row.from})
        MATCH (t:NeurongraphNeuron {model: 'bench', id: row.to})
        CREATE (s)-[:BASELINE {weight: row.weight}]->(t)
    """
    _, edges = _arrow_tables(planned)
    with neo4j.GraphDatabase.driver(server.uri, auth=server.auth) as driver:
        begun = time.perf_counter()
        for batch in edges.to_batches(UNWOUND):
            driver.execute_query(statement, rows=batch.to_pylist())
        seconds = time.perf_counter() - begun
        with driver.session() as session:
            session.run(
                "MATCH ()-[r:BASELINE]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 20000 ROWS"
            ).consume()
    return seconds

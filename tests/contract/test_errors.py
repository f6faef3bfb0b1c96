"""What is wrong is said by the right error, and changes nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from exporter import load
from queries import NeuronFilter, NeuronGraph
from queries.errors import (
    CypherError,
    LayerNotFoundError,
    ModelNotFoundError,
    NeuronNotFoundError,
    ParameterError,
    QueryNotFoundError,
)
from queries.library.queries import query
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore

HOSTILE = [
    '"; MATCH (n) DETACH DELETE n //',
    "'; MATCH (n) DETACH DELETE n //",
    "x` DETACH DELETE n //",
    "' OR 1 = 1 //",
    "}) DETACH DELETE n //",
    "\\' OR true //",
    "$model",
    "/*{ model }*/",
    "//% if true",
    "null\x00byte",
]

WRONG: dict[str, Callable[[NeuronGraph], object]] = {
    "k of 0": lambda graph: graph.strongest_edges(k=0),
    "paths, k of 0": lambda graph: graph.strongest_paths("conv", "odds", k=0),
    "k of -3": lambda graph: graph.strongest_paths("conv", "odds", k=-3),
    "k is text": lambda graph: graph.strongest_edges(k="many"),  # type: ignore[arg-type]
    "no bins": lambda graph: graph.weight_distribution(bins=0),
    "neighbours, k of 0": lambda graph: graph.neighbours("conv", k=0),
    "direction": lambda graph: graph.strength(direction="up"),  # type: ignore[arg-type]
    "neighbours, direction": lambda graph: graph.neighbours(
        "conv",
        direction="IN",  # type: ignore[arg-type]
    ),
    "measure": lambda graph: graph.strength(measure="count(*)"),  # type: ignore[arg-type]
    "weights": lambda graph: graph.katz(weights="squared"),  # type: ignore[arg-type]
    "alpha is text": lambda graph: graph.katz(alpha="big"),  # type: ignore[arg-type]
    "min_weight below 0": lambda graph: graph.edges(min_weight=-0.1),
    "min_weight is no number": lambda graph: graph.edges(min_weight=float("nan")),
    "no neurons": lambda graph: graph.neighbours(None),
    "no source": lambda graph: graph.strongest_paths(None, "odds"),
    "no target": lambda graph: graph.strongest_paths("conv", None),
    "frame without ids": lambda graph: graph.neurons(pd.DataFrame({"neuron": [1]})),
    "dictionary": lambda graph: graph.neurons({"layer": "conv"}),
    "half a neuron": lambda graph: graph.neurons([1.5]),  # type: ignore[arg-type]
    "half an x": lambda graph: graph.neurons(NeuronFilter(x=1.5)),  # type: ignore[arg-type]
    "slice with step": lambda graph: graph.neurons(NeuronFilter(x=slice(0, 4, 2))),
    "bias of one bound": lambda graph: graph.neurons(
        NeuronFilter(bias=(1.0,))  # type: ignore[arg-type]
    ),
    "place without numbers": lambda graph: graph.neurons("conv@left,top"),
    "empty text": lambda graph: graph.neurons(""),
}


@pytest.fixture
def unchanged(loaded: GraphStore) -> Iterator[GraphStore]:
    """Give each store, and see that a test leaves what is in it."""
    before = loaded.totals()
    yield loaded
    assert loaded.totals() == before


class TestWrongParameters:
    @pytest.mark.parametrize("case", WRONG)
    def test_are_refused(self, pooled: NeuronGraph, case: str) -> None:
        with pytest.raises(ParameterError):
            WRONG[case](pooled)

    def test_are_named(self) -> None:
        with pytest.raises(ParameterError, match=r"'strength' has no parameter 'bins'.*direction"):
            query("strength").checked({"bins": 3})

    def test_a_query_must_exist(self) -> None:
        with pytest.raises(QueryNotFoundError, match=r"'strengths'; did you mean 'strength'"):
            query("strengths")


class TestWrongNames:
    @pytest.mark.parametrize(
        "ask",
        [
            lambda graph: graph.neurons("conv_9"),
            lambda graph: graph.neighbours("conv_9"),
            lambda graph: graph.edges("conv_9"),
            lambda graph: graph.edges(None, "conv_9"),
            lambda graph: graph.strongest_edges(target="conv_9"),
            lambda graph: graph.weight_distribution("conv_9"),
            lambda graph: graph.strength(NeuronFilter(layer=["conv", "conv_9"])),
            lambda graph: graph.katz("conv_9"),
            lambda graph: graph.strongest_paths("conv_9", "odds"),
            lambda graph: graph.strongest_paths("conv", "conv_9"),
        ],
    )
    def test_a_layer_must_exist(
        self, pooled: NeuronGraph, ask: Callable[[NeuronGraph], object]
    ) -> None:
        with pytest.raises(LayerNotFoundError, match=r"'conv_9'.*pixels, conv, pool"):
            ask(pooled)

    def test_a_model_must_exist(self, loaded: GraphStore) -> None:
        with pytest.raises(ModelNotFoundError, match=r"'nobody'.*dilated"):
            NeuronGraph(loaded.location, model="nobody")
        with (
            NeuronGraph(loaded.location) as graph,
            pytest.raises(ModelNotFoundError, match="'nobody'"),
        ):
            graph.katz(model="nobody")

    def test_one_of_several_models_must_be_named(self, loaded: GraphStore) -> None:
        with (
            NeuronGraph(loaded.location) as graph,
            pytest.raises(ParameterError, match=r"dilated.*pooled.*model="),
        ):
            graph.summary()

    def test_the_only_model_need_not_be_named(
        self, tmp_path: Path, references: dict[str, Reference]
    ) -> None:
        load(references["pooled"].file, tmp_path / "one.lbug")
        with NeuronGraph(tmp_path / "one.lbug") as graph:
            assert graph.summary()["neurons"].tolist() == [len(references["pooled"].graph)]


@pytest.mark.cypher
class TestCypher:
    def test_answers(self, pooled: NeuronGraph, references: dict[str, Reference]) -> None:
        frame = pooled.cypher(
            "MATCH (n:Neuron) WHERE n.model = $name AND n.layer = $layer RETURN count(*) AS found",
            name="pooled",
            layer="conv",
        )
        assert frame["found"].tolist() == [len(references["pooled"].ids("conv"))]

    def test_a_parameter_has_a_value_and_a_value_a_parameter(self, pooled: NeuronGraph) -> None:
        cypher = "MATCH (n:Neuron) WHERE n.layer = $layer RETURN count(*) AS found"
        for values in ({}, {"lyer": "conv"}, {"layer": "conv", "lyer": "conv"}):
            for ask in (pooled.cypher, pooled.write):
                with pytest.raises(ParameterError, match=r"\$layer"):
                    ask(cypher, values)
        assert pooled.cypher(cypher, layer=None)["found"].tolist() == [0]

    @pytest.mark.parametrize("statement", ["MATCH (n:Neuron) RETURN m", "this is not Cypher", ""])
    def test_that_is_wrong_is_refused(self, pooled: NeuronGraph, statement: str) -> None:
        with pytest.raises(CypherError):
            pooled.cypher(statement)


class TestHostileValues:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_change_nothing(self, unchanged: GraphStore, text: str) -> None:
        with NeuronGraph(unchanged.location, model="pooled") as graph:
            for ask in (graph.neurons, graph.edges, graph.strength):
                with pytest.raises(NeuronNotFoundError):
                    ask(NeuronFilter(name=[text, "conv[0]@0,0"]))
            with pytest.raises(LayerNotFoundError):
                graph.edges(target=NeuronFilter(layer=text))
            with pytest.raises(ModelNotFoundError):
                graph.summary(model=text)
            with pytest.raises(ParameterError):
                graph.strength(measure=text)  # type: ignore[arg-type]
            frame = graph.cypher("RETURN $value AS value", value=text)
            assert frame["value"].tolist() == [text]

"""Names of properties, what a frame says of neurons, and filters by properties."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from queries.answers.properties import values_of
from queries.commands.arguments import query_values
from queries.core.neuron_filter import NeuronFilter
from queries.core.properties import check_property_name, quoted
from queries.core.schema import NEURON
from queries.errors import ParameterError
from queries.library.queries import queries, query


class TestNames:
    @pytest.mark.parametrize("name", ["k", "katz", "my_score", "a1", "order", "K" * 64])
    def test_that_do(self, name: str) -> None:
        check_property_name(name)
        assert quoted(name) == f"`{name}`"

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "_katz",
            "1st",
            "a b",
            "a`b",
            "a.b",
            "ä",
            "a\n",
            "k" * 65,
            "x}) DETACH DELETE n //",
            5,
        ],
    )
    def test_that_do_not(self, name: Any) -> None:
        for refuses in (check_property_name, quoted):
            with pytest.raises(ParameterError, match="is no name of a property; write a letter"):
                refuses(name)

    @pytest.mark.parametrize("name", [*NEURON.names, "ID", "Bias"])
    def test_of_what_a_load_gives(self, name: str) -> None:
        with pytest.raises(ParameterError, match="a load gives to each neuron"):
            check_property_name(name)

    def test_that_may_hold_a_password_are_not_repeated(self) -> None:
        with pytest.raises(ParameterError) as caught:
            check_property_name("bolt://me:secret@host")
        assert "secret" not in str(caught.value)


class TestValues:
    def test_are_in_the_order_of_ids(self) -> None:
        frame = pd.DataFrame({"id": [7, 2, 5], "score": [0.5, 1.5, 2.5], "name": list("abc")})
        assert values_of(frame, "mine", None).to_pydict() == {
            "id": [2, 5, 7],
            "value": [1.5, 2.5, 0.5],
        }

    def test_that_are_missing_are_left_out(self) -> None:
        frame = pd.DataFrame({"id": [0, 1, 2], "hops": pd.array([3, None, 1], dtype="Int64")})
        assert values_of(frame, "hops", None).to_pydict() == {"id": [0, 2], "value": [3.0, 1.0]}
        frame = pd.DataFrame({"id": [0, 1, 2], "a": [np.nan, np.inf, -np.inf]})
        assert values_of(frame, "a", None).to_pydict() == {
            "id": [1, 2],
            "value": [np.inf, -np.inf],
        }

    def test_are_those_of_the_column_of_that_name_or_of_the_one_that_is_named(self) -> None:
        frame = pd.DataFrame({"id": [0], "a": [1.0], "b": [2], "bias": [3.0]})
        assert values_of(frame, "b", None)["value"].to_pylist() == [2.0]
        assert values_of(frame, "b", "a")["value"].to_pylist() == [1.0]
        assert values_of(frame, "mine", "bias")["value"].to_pylist() == [3.0]

    def test_of_no_neurons(self) -> None:
        assert len(values_of(pd.DataFrame({"id": [], "a": []}), "a", None)) == 0
        typed = pd.DataFrame({"id": [1], "a": [1.5]})[:0]
        assert len(values_of(typed, "mine", None)) == 0

    @pytest.mark.parametrize(
        ("frame", "column", "said"),
        [
            ([1, 2], None, "list is no pandas frame"),
            (pd.DataFrame({"a": [1.0]}), None, "no column 'id'; its columns are a"),
            (pd.DataFrame({"id": [0.5], "a": [1.0]}), None, "other values than whole numbers"),
            (pd.DataFrame({"id": [True], "a": [1.0]}), None, "other values than whole numbers"),
            (pd.DataFrame({"id": ["0"], "a": [1.0]}), None, "other values than whole numbers"),
            (
                pd.DataFrame({"id": pd.array([0, None], dtype="Int64"), "a": [1.0, 2.0]}),
                None,
                "other values than whole numbers",
            ),
            (pd.DataFrame({"id": [4, 4, 9], "a": [1, 2, 3]}), None, "more than once, such as 4"),
            (pd.DataFrame({"id": [0], "name": ["x"]}), None, "say which holds the numbers"),
            (pd.DataFrame({"id": [0], "a": [1], "b": [2]}), None, "the columns are id, a, b"),
            (pd.DataFrame({"id": [0], "a": ["x"]}), "a", "column 'a' holds no numbers"),
            (pd.DataFrame({"id": [0], "a": [True]}), "a", "column 'a' holds no numbers"),
            (pd.DataFrame({"id": [0], "a": [1j]}), "a", "column 'a' holds no numbers"),
            (pd.DataFrame({"id": [0], "a": [1]}), "b", "no column 'b'; its columns are id, a"),
            (
                pd.DataFrame([[0, 1, 2]], columns=["id", "a", "a"]),
                "a",
                "2 columns 'a'",
            ),
        ],
    )
    def test_that_a_frame_does_not_give(self, frame: Any, column: str | None, said: str) -> None:
        with pytest.raises(ParameterError, match=said):
            values_of(frame, "mine", column)


class TestFilters:
    def test_say_the_same_whatever_the_order(self) -> None:
        one = NeuronFilter(properties={"a": (0, 1), "b": (None, 2)})
        other = NeuronFilter(properties={"b": (None, 2.0), "a": (0.0, 1.0)})
        assert one == other
        assert hash(one) == hash(other)
        assert one.property_names == {"a", "b"}
        assert NeuronFilter(either=[one, NeuronFilter(id=1)]).property_names == {"a", "b"}
        assert repr(one) == "NeuronFilter(properties={'a': (0.0, 1.0), 'b': (None, 2.0)})"

    def test_of_nothing(self) -> None:
        assert NeuronFilter(properties={}) == NeuronFilter()
        assert not NeuronFilter(properties={})

    def test_become_conditions_with_quoted_names_and_parameters(self) -> None:
        conditions, values = NeuronFilter(properties={"order": (0.5, 2)}).conditions("n", "source")
        assert conditions == ["n.`order` >= $source_order_from", "$source_order_to >= n.`order`"]
        assert values == {"source_order_from": 0.5, "source_order_to": 2.0}

    @pytest.mark.parametrize(
        ("properties", "said"),
        [
            ({"_katz": (0, 1)}, "no name of a property"),
            ({"bias": (0, 1)}, "a load gives"),
            ({"katz": 0.5}, "katz: 0.5 is no pair"),
            ({"katz": (float("nan"), None)}, "katz: .* is no pair"),
            (["katz"], "has no names"),
        ],
    )
    def test_that_are_none(self, properties: Any, said: str) -> None:
        with pytest.raises(ParameterError, match=said):
            NeuronFilter(properties=properties)


class TestWords:
    def test_of_the_only_neurons(self) -> None:
        values = query_values(query("neurons"), ["katz=0.5..", "layer=conv_0", "k=..2"])
        assert values["neurons"] == NeuronFilter(
            layer="conv_0", properties={"katz": (0.5, None), "k": (None, 2.0)}
        )

    def test_of_one_of_two(self) -> None:
        values = query_values(query("edges"), ["source.katz=0.5..1", "target.ways=-1.."])
        assert values["source"] == NeuronFilter(properties={"katz": (0.5, 1.0)})
        assert values["target"] == NeuronFilter(properties={"ways": (-1.0, None)})

    def test_a_parameter_goes_before_a_property(self) -> None:
        values = query_values(query("top_neurons"), ["k=3", "neurons.k=0.5.."])
        assert values == {"k": "3", "neurons": NeuronFilter(properties={"k": (0.5, None)})}

    @pytest.mark.parametrize(
        ("word", "said"),
        [
            ("katz=0.5", "no parameter 'katz'.*written, as an interval: katz=0.5.."),
            ("katz=a..b", "katz: 'a..b' is no interval"),
            ("_katz=0..1", "no parameter '_katz'"),
        ],
    )
    def test_that_are_none(self, word: str, said: str) -> None:
        with pytest.raises(ParameterError, match=said):
            query_values(query("neurons"), [word])


def test_a_score_is_a_number_of_each_row_and_each_row_a_neuron() -> None:
    scored = {name: each for name, each in queries().items() if each.score}
    assert list(scored) == [
        "compare_neurons", "degree", "eigenvector_centrality", "field_neurons", "katz", "pagerank",
        "path_centrality", "path_counts", "shortest_paths", "strength", "top_neurons",
    ]  # fmt: skip
    for each in scored.values():
        columns = {column.name: column for column in each.columns}
        assert columns[each.score].type in {"int", "float"}
        assert columns["id"].type == "int"

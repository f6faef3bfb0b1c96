from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries import NeuronFilter
from queries.core.neuron_filter import as_filter, parse_range
from queries.errors import ParameterError


class TestParsing:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("conv_0", NeuronFilter(layer="conv_0")),
            ("conv_0[3]", NeuronFilter(layer="conv_0", channel=3)),
            ("conv_0[3]@12,7", NeuronFilter(layer="conv_0", channel=3, x=12, y=7)),
            ("conv_0[3]@12,7,1", NeuronFilter(layer="conv_0", channel=3, x=12, y=7, z=1)),
            (
                "conv_0[0..3]@2..5,7",
                NeuronFilter(layer="conv_0", channel=slice(0, 4), x=slice(2, 6), y=7),
            ),
            ("conv_0[1,4]", NeuronFilter(layer="conv_0", channel=[1, 4])),
            ("conv_0@12", NeuronFilter(layer="conv_0", x=12)),
            ("conv_0[]@,7", NeuronFilter(layer="conv_0", y=7)),
            ("a layer/with odd-signs", NeuronFilter(layer="a layer/with odd-signs")),
            ("lstm@t3/matmul", NeuronFilter(layer="lstm@t3/matmul")),
            ("lstm@t3/matmul[2]", NeuronFilter(layer="lstm@t3/matmul", channel=2)),
            (
                "rnn@t0/conv[1..2]@3,4",
                NeuronFilter(layer="rnn@t0/conv", channel=slice(1, 3), x=3, y=4),
            ),
        ],
    )
    def test_names(self, text: str, expected: NeuronFilter) -> None:
        assert as_filter(text) == expected

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "names no layer"),
            ("conv[a]", "channel: 'a' is no number"),
            ("conv[1..b]", "channel: '1..b' is no number"),
            ("conv[1]@x,2", "x: 'x' is no number"),
            ("conv[1]@1,y", "y: 'y' is no number"),
            ("conv[1..2..3]", "channel: '1..2..3' is no number"),
        ],
    )
    def test_errors(self, text: str, said: str) -> None:
        with pytest.raises(ParameterError) as caught:
            as_filter(text)
        assert said in str(caught.value)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("3", 3),
            ("-1", -1),
            ("1,4", [1, 4]),
            ("0..5", slice(0, 6)),
            ("2..", slice(2, None)),
            ("..7", slice(None, 8)),
        ],
    )
    def test_ranges(self, text: str, expected: object) -> None:
        assert parse_range("x", text) == expected

    @pytest.mark.parametrize("text", ["", "a", "1;2", "1.5", "1,,2", "1..2..3"])
    def test_range_errors_name_field_and_value(self, text: str) -> None:
        with pytest.raises(ParameterError) as caught:
            parse_range("channel", text)
        assert str(caught.value).startswith(f"channel: {text!r} is no number")


class TestWhatNamesNeurons:
    @pytest.mark.parametrize(
        ("neurons", "expected"),
        [
            (None, NeuronFilter()),
            (7, NeuronFilter(id=7)),
            (np.int64(7), NeuronFilter(id=7)),
            (NeuronFilter(x=1), NeuronFilter(x=1)),
            (pd.DataFrame({"id": [3, 3, 5], "x": 0}), NeuronFilter(id=[3, 5])),
        ],
    )
    def test_is_taken(self, neurons: Any, expected: NeuronFilter) -> None:
        assert as_filter(neurons) == expected

    @pytest.mark.parametrize("neurons", [[4, 2], (4, 2), np.array([4, 2]), iter([4, 2])])
    def test_ids(self, neurons: Any) -> None:
        _, values = as_filter(neurons).conditions("n", "neurons")
        assert list(values.values()) == [[4, 2]]

    @pytest.mark.parametrize(
        ("neurons", "said"),
        [
            (pd.DataFrame({"x": [1], "y": [2]}), "no column 'id', but x, y"),
            ({"id": 3}, "id"),
            (3.5, "names no neurons"),
            ([1.5], "no whole number"),
            ([True], "no whole number"),
            (True, "names no neurons"),
            (["conv", 3], "3 stands in one list with the name 'conv'"),
            (b"conv", "names no neurons"),
        ],
        ids=str,
    )
    def test_is_refused(self, neurons: Any, said: str) -> None:
        with pytest.raises(ParameterError) as caught:
            as_filter(neurons)
        assert said in str(caught.value)


class TestFields:
    @pytest.mark.parametrize("field", ["id", "channel", "x", "y", "z"])
    @pytest.mark.parametrize("value", [1.5, "3", [1, 2.5], slice(0, 9, 2), slice("a", None)])
    def test_whole_numbers_are_needed(self, field: str, value: Any) -> None:
        with pytest.raises(ParameterError) as caught:
            NeuronFilter(**{field: value})
        assert str(caught.value).startswith(f"{field}: {value!r} is no whole number")

    @pytest.mark.parametrize("value", [3, "ab", (1,), (1, 2, 3), ("a", None)])
    def test_an_interval_is_needed(self, value: Any) -> None:
        with pytest.raises(ParameterError, match="is no pair"):
            NeuronFilter(bias=value)

    @pytest.mark.parametrize("field", ["layer", "name"])
    @pytest.mark.parametrize("value", [5, [5], ["a", 5], True])
    def test_names_are_needed(self, field: str, value: Any) -> None:
        with pytest.raises(ParameterError, match=f"^{field}: .*is no name"):
            NeuronFilter(**{field: value})

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (as_filter([1, 2]), as_filter(np.array([1, 2]))),
            (NeuronFilter(x=slice(0, 3)), NeuronFilter(x=slice(np.int64(0), 3))),
            (NeuronFilter(layer=["a", "b"]), NeuronFilter(layer=("a", "b"))),
            (NeuronFilter(bias=(0, None)), NeuronFilter(bias=(0.0, None))),
            (as_filter(["a[1]", "b[2]"]), as_filter(["a[1]", "b[2]", "a[1]"])),
        ],
    )
    def test_those_that_say_the_same_are_equal_and_one_key(
        self, one: NeuronFilter, other: NeuronFilter
    ) -> None:
        assert one == other
        assert len({one, other}) == 1
        assert one != NeuronFilter(id=[1, 3])

    def test_repr_and_truth(self) -> None:
        assert repr(NeuronFilter(layer="a", x=range(2))) == "NeuronFilter(layer='a', x=range(0, 2))"
        assert not NeuronFilter()
        assert NeuronFilter(channel=0)


class TestConditions:
    @pytest.mark.parametrize(
        ("given_filter", "conditions", "values"),
        [
            (NeuronFilter(), [], {}),
            (NeuronFilter(layer="a"), ["n.layer = $p_layer"], {"p_layer": "a"}),
            (NeuronFilter(layer=["a", "b"]), ["n.layer IN $p_layer"], {"p_layer": ["a", "b"]}),
            (NeuronFilter(name="a[1]"), ["n.name = $p_name"], {"p_name": "a[1]"}),
            (NeuronFilter(x=range(2, 5)), ["n.x >= $p_x_from", "n.x <= $p_x_to"],
             {"p_x_from": 2, "p_x_to": 4}),
            (NeuronFilter(y=slice(2, None)), ["n.y >= $p_y_from"], {"p_y_from": 2}),
            (NeuronFilter(z=slice(None, 5)), ["n.z <= $p_z_to"], {"p_z_to": 4}),
            (NeuronFilter(x=range(0, 6, 2)), ["n.x IN $p_x"], {"p_x": [0, 2, 4]}),
            (NeuronFilter(channel=0), ["n.channel = $p_channel"], {"p_channel": 0}),
            (NeuronFilter(id=[]), ["n.id IN $p_id"], {"p_id": []}),
            (NeuronFilter(bias=(-0.5, None)), ["n.bias >= $p_bias_from"], {"p_bias_from": -0.5}),
            (NeuronFilter(bias=(None, 1)), ["$p_bias_to >= n.bias"], {"p_bias_to": 1.0}),
        ],
        ids=str,
    )  # fmt: skip
    def test_and_parameters(
        self, given_filter: NeuronFilter, conditions: list[str], values: dict[str, Any]
    ) -> None:
        assert given_filter.conditions("n", "p") == (conditions, values)

    def test_of_several_names_hold_for_one_of_them(self) -> None:
        conditions, values = as_filter(["a[1]", "b"]).conditions("n", "p")
        either = "n.layer = $p_0_layer AND n.channel = $p_0_channel OR n.layer = $p_1_layer"
        assert conditions == [f"({either})"]
        assert values == {"p_0_layer": "a", "p_0_channel": 1, "p_1_layer": "b"}

    @given(
        layer=st.text(min_size=1),
        name=st.lists(st.text(), min_size=1, max_size=3),
        number=st.integers(-9, 9),
        low=st.floats(allow_nan=False),
    )
    def test_never_hold_a_value(self, layer: str, name: list[str], number: int, low: float) -> None:
        wanted = NeuronFilter(layer=layer, name=name, channel=number, bias=(low, low))
        conditions, values = wanted.conditions("n", "p")
        other, _ = NeuronFilter(
            layer="plain", name=["plain"] * len(name), channel=1, bias=(0.0, 0.0)
        ).conditions("n", "p")
        assert conditions == other
        assert set(values) == {"p_layer", "p_name", "p_channel", "p_bias_from", "p_bias_to"}
        assert values["p_layer"] == layer

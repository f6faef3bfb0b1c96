"""``key=value`` words of the command line, read as parameters."""

import pytest

from queries.commands.arguments import FIELDS, cypher_values, query_values
from queries.core.neuron_filter import NeuronFilter
from queries.errors import ParameterError
from queries.library.declaration import Parameter
from queries.library.queries import Query, query


def neurons(*words: str) -> NeuronFilter:
    """Give the only neurons that these words say for the query `neurons`."""
    values = query_values(query("neurons"), words)
    assert list(values) == ["neurons"]
    found = values["neurons"]
    assert isinstance(found, NeuronFilter)
    return found


def refusal(name: str, *words: str) -> str:
    with pytest.raises(ParameterError) as caught:
        query_values(query(name), words)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_fields_are_those_of_a_filter() -> None:
    assert {*FIELDS, "either", "properties"} == set(NeuronFilter.__dataclass_fields__)


def test_nothing_said_is_nothing_given() -> None:
    assert query_values(query("neurons"), []) == {}


class TestNeurons:
    def test_by_name_of_a_layer(self) -> None:
        assert neurons("neurons=conv_0") == NeuronFilter(layer="conv_0")

    def test_by_name_with_ranges(self) -> None:
        expected = NeuronFilter(layer="conv_0", channel=3, x=slice(0, 6), y=2)
        assert neurons("neurons=conv_0[3]@0..5,2") == expected

    @pytest.mark.parametrize(
        ("text", "ids"),
        [
            ("id:12", 12),
            ("id:12,14", (12, 14)),
            ("id:3..5", slice(3, 6)),
            ("id:7..", slice(7, None)),
        ],
    )
    def test_by_id(self, text: str, ids: object) -> None:
        assert neurons(f"neurons={text}").id == ids

    @pytest.mark.parametrize("prefix", ["", "neurons."])
    def test_by_field(self, prefix: str) -> None:
        words = ["layer=conv_0", "channel=3", "x=0..5", "y=1,4", "z=..2", "bias=0.1..", "id=9.."]
        assert neurons(*(prefix + word for word in words)) == NeuronFilter(
            layer="conv_0",
            channel=3,
            x=slice(0, 6),
            y=[1, 4],
            z=slice(None, 3),
            bias=(0.1, None),
            id=slice(9, None),
        )

    def test_of_several_layers(self) -> None:
        assert neurons("layer=conv_0,dense_1").layer == ("conv_0", "dense_1")

    def test_by_their_own_name_which_holds_commas(self) -> None:
        assert neurons("name=conv_0[3]@12,7").name == "conv_0[3]@12,7"

    def test_by_layer_and_field_together(self) -> None:
        assert neurons("neurons=conv_0", "x=2") == NeuronFilter(layer="conv_0", x=2)

    def test_of_several_names(self) -> None:
        assert neurons("neurons=conv_0", "neurons=dense_1") == NeuronFilter(
            layer=["conv_0", "dense_1"]
        )
        assert neurons("neurons=conv_0[3]", "neurons=dense_1", "x=2") == NeuronFilter(
            x=2, either=[NeuronFilter(layer="conv_0", channel=3), NeuronFilter(layer="dense_1")]
        )

    def test_of_two_parameters(self) -> None:
        words = ["source.layer=conv_0", "source.x=0..5", "target=dense_1[2]"]
        assert query_values(query("edges"), words) == {
            "source": NeuronFilter(layer="conv_0", x=slice(0, 6)),
            "target": NeuronFilter(layer="dense_1", channel=2),
        }


class TestWithoutKeys:
    """Neurons, and what is required, in the order of the parameters, as in Python."""

    def test_one(self) -> None:
        asked = query("neighbours")
        assert query_values(asked, ["conv_0[3]", "direction=out"]) == {
            "neurons": NeuronFilter(layer="conv_0", channel=3),
            "direction": "out",
        }

    def test_what_is_not_named_otherwise(self) -> None:
        expected = {"source": NeuronFilter(layer="a"), "target": NeuronFilter(layer="b")}
        for words in (["a", "b"], ["source=a", "b"], ["target=b", "a"], ["b", "source=a"]):
            assert query_values(query("strongest_paths"), words) == expected

    def test_together_with_fields(self) -> None:
        assert neurons("conv_0", "x=2") == NeuronFilter(layer="conv_0", x=2)
        assert neurons("id:3..5") == NeuronFilter(id=slice(3, 6))

    def test_a_required_text(self) -> None:
        words = ["later", "dense_0"]
        values = query_values(query("compare_neurons"), words)
        assert values == {"other": "later", "neurons": NeuronFilter(layer="dense_0")}


class TestBias:
    @pytest.mark.parametrize(
        ("text", "ends"),
        [
            ("0.1..", (0.1, None)),
            ("..0.5", (None, 0.5)),
            ("-0.5..0.5", (-0.5, 0.5)),
            ("1e-3..2", (0.001, 2.0)),
            ("..", (None, None)),
        ],
    )
    def test_is_an_interval(self, text: str, ends: object) -> None:
        assert neurons(f"bias={text}").bias == ends

    @pytest.mark.parametrize("text", ["0.5", "", "a..b", "nan..", "0..1..2", "0.1,0.2"])
    def test_that_is_no_interval_is_refused(self, text: str) -> None:
        assert "is no interval; write" in refusal("neurons", f"bias={text}")


class TestOtherParameters:
    def test_are_checked_and_handed_on(self) -> None:
        words = ["neurons=dense_1", "direction=out", "min_weight=0.5"]
        values = query_values(query("neighbours"), words)
        assert query("neighbours").checked(values)["min_weight"] == 0.5

    def test_may_hold_an_equals_sign(self) -> None:
        assert cypher_values(["text=a=b"]) == {"text": "a=b"}

    def test_go_before_a_field_of_the_same_name(self) -> None:
        asked = Query(
            name="odd",
            summary="",
            parameters=(
                Parameter("neurons", "neurons", "which"),
                Parameter("bias", "float", "a number"),
            ),
            columns=(),
            body=query("neurons").body,
        )
        assert query_values(asked, ["bias=3"]) == {"bias": "3"}


class TestRefused:
    @pytest.mark.parametrize("word", ["=conv_0", ""])
    def test_a_word_that_is_no_pair(self, word: str) -> None:
        assert refusal("neurons", word).startswith(f"{word!r} is no parameter; write key=value")

    def test_a_word_without_a_key_too_many(self) -> None:
        assert refusal("strongest_paths", "a", "b", "c") == (
            "'c' is no parameter; write key=value, without spaces; "
            "without a key goes one value each of source, target"
        )
        assert refusal("layers", "a") == "'a' is no parameter; write key=value, without spaces"

    def test_a_key_without_a_value(self) -> None:
        message = "direction has no value; write direction=VALUE, without spaces"
        assert refusal("neighbours", "direction") == message
        assert refusal("neighbours", "neurons", "=", "conv_0").startswith("neurons has no value")

    def test_a_parameter_twice(self) -> None:
        message = refusal("neurons", "x=1", "x=2")
        assert message == "x is given as '1' and as '2'; several stand in one word: x=1,2"
        # What is advised is taken.
        assert query_values(query("neurons"), ["x=1,2"]) == {"neurons": NeuronFilter(x=[1, 2])}
        message = refusal("neurons", "bias=1..2", "bias=4..")
        assert message == "bias is given as '1..2' and as '4..'; it takes one value"

    def test_a_field_twice(self) -> None:
        message = refusal("neurons", "x=1..", "neurons.x=2")
        assert message == "neurons.x is given as '1..' and as '2'; it takes one value"

    def test_a_field_that_the_name_says_already(self) -> None:
        said = "channel is given by 'conv_0[3]' and by 'channel=4'; leave one of them out"
        assert refusal("neurons", "neurons=conv_0[3]", "channel=4") == f"neurons: {said}"

    def test_a_field_that_one_of_several_names_says_already(self) -> None:
        message = refusal("neurons", "neurons=conv_0[3]", "neurons=dense_1", "channel=4")
        assert message.startswith("neurons: channel is given by 'conv_0[3]', 'dense_1' and by 'ch")

    def test_ids_beside_names(self) -> None:
        assert "id:12,14" in refusal("neurons", "neurons=id:1", "neurons=conv_0")

    def test_another_parameter_twice(self) -> None:
        message = refusal("strongest_edges", "k=1", "k=2", "k=bolt://u:p@h")
        assert message == "k is given as '1' and as '2' and as '...'; it takes one value"
        with pytest.raises(ParameterError, match=r"^ids is given as '1' and as '2'"):
            cypher_values(["ids=1", "ids=2"])

    @pytest.mark.parametrize("words", [["neurons="], ["neurons=conv_0@1,2,3,4"]])
    def test_the_parameter_is_named_once(self, words: list[str]) -> None:
        message = refusal("neurons", *words)
        assert message.startswith("neurons: ")
        assert message.count("neurons: ") == 1

    def test_an_unknown_parameter(self) -> None:
        message = refusal("neighbours", "depth=1")
        assert "no parameter 'depth'" in message
        assert "neurons, direction, min_weight, k" in message
        assert "by field: layer, channel, x" in message

    def test_what_may_have_been_meant(self) -> None:
        assert "; did you mean 'neurons'?" in refusal("katz", "nuerons=a")
        assert refusal("katz", "chanel=1").endswith("katz=0.5..; did you mean 'channel'?")
        assert "'a\\x1b' is no" in refusal("layers", "a\x1b")

    def test_options(self) -> None:
        for name in ("neighbours", "layers"):
            assert (
                refusal(name, "limit=5")
                == "limit is an option of the command; write --limit and its value"
            )
        assert refusal("katz", "sort=-katz").startswith("sort is an option of the command")

    def test_an_unknown_parameter_of_a_query_without_neurons(self) -> None:
        assert refusal("layers", "x=1").endswith("its parameters are none")

    def test_a_bare_field_where_two_could_be_meant(self) -> None:
        assert "source and target also by field, such as source.x" in refusal("edges", "x=1")

    @pytest.mark.parametrize("key", ["source.depth", "min_weight.x", "nobody.x", "source."])
    def test_a_field_that_is_not_there(self, key: str) -> None:
        assert f"no parameter {key!r}" in refusal("edges", f"{key}=1")

    @pytest.mark.parametrize("word", ["x=a", "x=1..2..3", "id=1.5", "neurons=id:a", "x="])
    def test_what_is_no_range(self, word: str) -> None:
        assert refusal("neurons", word).startswith("neurons: ")

    def test_a_value_that_does_not_fit(self) -> None:
        assert refusal("strongest_edges", "k=0").startswith("k: ")

    def test_a_required_parameter_that_is_missing(self) -> None:
        assert refusal("strongest_paths", "source=conv_0").startswith("target is missing")


class TestCypher:
    @pytest.mark.parametrize(
        ("word", "value"),
        [
            ("k=5", 5),
            ("k=0.5", 0.5),
            ("k=[1, 2]", [1, 2]),
            ("k=null", None),
            ("k=true", True),
            ('k="5"', "5"),
            ("k=conv_0", "conv_0"),
            ("k=", ""),
            ("$k=1", 1),
        ],
    )
    def test_values_are_json_where_they_can_be(self, word: str, value: object) -> None:
        assert cypher_values([word]) == {"k": value}

    def test_a_word_that_is_no_pair_is_refused(self) -> None:
        with pytest.raises(ParameterError, match="write key=value"):
            cypher_values(["layer"])

"""What goes to Neo4j Browser: style sheet, escapes, and which layers are small enough."""

import html
import re

import pytest

from queries.browser.grass import style_sheet
from queries.browser.layers import (
    MOST_WALKED,
    inputs,
    outputs,
    with_small_distribution,
    with_small_field,
)
from queries.browser.pages import escaped
from queries.browser.questions import best_products
from queries.core.layer import Layer

TEXTS = ["plain", "a onclick='x' b", "</pre><script>", "&amp;", "\\u0027 ' \"", "é\n😀"]


@pytest.mark.parametrize("text", TEXTS)
def test_an_escaped_text_is_no_markup_and_reads_the_same(text: str) -> None:
    page = escaped(text)
    assert html.unescape(page) == text
    assert not re.search(r"[<>\"'\s]|&(?!#\d+;)", page)


def rules(sheet: str) -> dict[str, dict[str, str]]:
    """Read a sheet as Browser does: no comments, a property a line."""
    return {
        selector.strip(): dict(
            (part.strip() for part in line.split(":"))  # type: ignore[misc]
            for line in body.split(";")
            if line.strip()
        )
        for selector, body in re.findall(r"([^{}]+?)\{((?:[^{}']|'[^']*')*)\}", sheet)
    }


class TestStyleSheet:
    def test_has_a_rule_for_each_kind_behind_that_of_neurons(self) -> None:
        order = list(rules(style_sheet(["Dense", "Conv2D", "Dense"])))
        names = ["node.Neuron", "node.NeurongraphNeuron", "node.Conv2D", "node.Dense"]
        assert [name for name in order if name in names] == names

    def test_gives_each_node_a_colour_and_a_caption(self) -> None:
        read = rules(style_sheet(["Dense", "MyLayer"]))
        nodes = {name: rule for name, rule in read.items() if name.startswith("node")}
        assert len(nodes) == 15
        for rule in nodes.values():
            assert re.fullmatch("#[0-9a-f]{6}", rule["color"])
            assert rule["caption"] == "'{name}'"

    def test_writes_the_weight_on_a_relationship(self) -> None:
        read = rules(style_sheet([]))
        assert read["relationship.CONNECTS_TO"]["caption"] == "'{weight}'"
        assert read["relationship.CONTRIBUTES"]["caption"] == "'{attribution}'"
        assert read["relationship.ACTIVATES"]["caption"] == "'{value}'"

    def test_has_no_comments(self) -> None:
        assert not re.search(r"//|/\*", style_sheet(["Dense"]))


def layer(
    index: int, neurons: int, edges: int, before: tuple[int, ...], *shape: int, first: int = 0
) -> Layer:
    return Layer(
        index=index, name=f"l{index}", class_name="Dense", shape=shape or (neurons,),
        activation=None, activation_config={}, reduce="sum", first=first,
        last=first + neurons - 1, edges=edges, inputs=before,
    )  # fmt: skip


class TestChoice:
    # Two branches of one input meet in the last layer.
    LAYERS = (
        layer(0, 100, 0, ()),
        layer(1, 40, 400, (0,), 20, 2),
        layer(2, 10, 1_000, (0,)),
        layer(3, 4, 200, (1, 2)),
    )

    def test_ends(self) -> None:
        assert [found.index for found in inputs(self.LAYERS)] == [0]
        assert [found.index for found in outputs(self.LAYERS)] == [3]

    def test_prefers_neurons_with_places(self) -> None:
        found = with_small_field(self.LAYERS)
        assert found is not None
        assert found.index == 1

    def test_takes_others_where_none_has_a_place(self) -> None:
        found = with_small_field((self.LAYERS[0], self.LAYERS[2]))
        assert found is not None
        assert found.index == 2

    def test_does_not_walk_far(self) -> None:
        wide = layer(1, 1_000, 1_000 * 100, (0,))
        far = layer(2, 1, 1_000, (1,))
        assert wide.edges > MOST_WALKED
        found = with_small_field((self.LAYERS[0], wide, far))
        assert found is not None
        assert found.index == 1

    def test_counts_the_largest_that_is_small(self) -> None:
        huge = layer(4, 10, 10_000_000, (3,))
        found = with_small_distribution((*self.LAYERS, huge))
        assert found is not None
        assert found.index == 2

    def test_has_nothing_to_show_of_inputs_alone(self) -> None:
        assert with_small_field(self.LAYERS[:1]) is None
        assert with_small_distribution(self.LAYERS[:1]) is None


@pytest.mark.parametrize(
    ("relationships", "said"),
    [(0, "about a second"), (700_000, "about a second"), (4_600_000, "about 9 seconds")],
)
def test_a_pass_says_how_long_it_takes(relationships: int, said: str) -> None:
    assert said in best_products("m", ["l"], relationships).text

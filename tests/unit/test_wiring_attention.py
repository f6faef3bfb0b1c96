"""``ops.dot_product_attention``: products, a softmax of their sums, and a mean of values by it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exporter
from exporter.planning.push import plan
from exporter.wiring import Chain
from exporter.wiring.attention import MASKED, dot_product_attention
from queries import NeuronFilter, NeuronGraph
from queries.errors import UnsupportedLayerError
from tests.models import save_attention
from tests.opening import open_model
from tests.unit.builders import Wired, failing, saved, wired
from tests.unit.chains import computed, ids_of

ops = keras.ops
HEADS, QUERIES, KEYS, FEATURES = 2, 4, 5, 3
random = np.random.default_rng(7)
MASK = random.random((1, HEADS, QUERIES, KEYS)) < 0.6
MASK[0, :, 1] = False
BIAS = random.normal(size=(1, HEADS, QUERIES, KEYS)).astype("float32")

SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "scaled": {"scale": 0.7},
    "causal": {"is_causal": True},
    "masked": {"mask": MASK},
    "masked alike": {"mask": MASK[:, :1]},
    "biased": {"bias": BIAS, "is_causal": True},
}


def model(*calls: dict[str, Any]) -> Any:
    query = keras.Input((QUERIES, HEADS, FEATURES), name="query")
    key, value = (keras.Input((KEYS, HEADS, FEATURES), name=name) for name in ("key", "value"))
    outputs = [ops.dot_product_attention(query, key, value, **each) for each in calls]
    return keras.Model([query, key, value], outputs)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Wired:
    return wired(model(*SETTINGS.values()), tmp_path_factory.mktemp("attention"))


def test_attention_replays(case: Wired) -> None:
    assert failing(case) == []


def test_a_tensor_may_be_added_to_the_scores(tmp_path: Path) -> None:
    read = keras.Input((4, 2, 3))
    added = ops.transpose(read[..., :1] + ops.transpose(read, (0, 3, 2, 1))[:, 1:2], (0, 2, 1, 3))
    mixed = ops.dot_product_attention(read, read, read, bias=added, is_causal=True)
    assert failing(wired(keras.Model(read, mixed), tmp_path)) == []


@pytest.mark.parametrize("causal", [False, True])
def test_a_mask_may_depend_on_the_input(causal: bool, tmp_path: Path) -> None:
    read = keras.Input((4, 2, 3))
    mask = ops.transpose(read, (0, 2, 1, 3))[..., :1] + ops.transpose(read, (0, 2, 3, 1))[:, :, :1]
    mixed = ops.dot_product_attention(read, read, read, mask=mask > 1, is_causal=causal)
    assert failing(wired(keras.Model(read, mixed), tmp_path)) == []


def steps_of(case: Wired, setting: str) -> dict[str, Any]:
    """Return the planned layers of one attention by the names of its steps."""
    calls = [row.name for row in case.plan.rows if row.class_name == "DotProductAttention"]
    made = sorted({name.split("/")[0] for name in calls}, key=lambda name: (len(name), name))
    name = made[list(SETTINGS).index(setting)]
    return {
        layer.name.removeprefix(name).strip("/"): layer
        for layer in case.plan.layers
        if layer.name == name or layer.name.startswith(f"{name}/")
    }


@pytest.mark.parametrize(
    ("setting", "pairs", "weighed"),
    [
        ("plain", QUERIES * KEYS, QUERIES * KEYS),
        ("causal", QUERIES * (QUERIES + 1) // 2, QUERIES * (QUERIES + 1) // 2),
    ],
)
def test_neurons_and_relationships_are_counted_by_formula(
    case: Wired, setting: str, pairs: int, weighed: int
) -> None:
    steps = steps_of(case, setting)
    products = HEADS * FEATURES * pairs
    assert {name: (each.neurons, each.edges) for name, each in steps.items()} == {
        "products": (products, 2 * products),
        "scores": (HEADS * QUERIES * KEYS, products),
        "weighed": (HEADS * FEATURES * weighed, 2 * HEADS * FEATURES * weighed),
        "": (QUERIES * HEADS * FEATURES, HEADS * FEATURES * weighed),
    }


def test_a_masked_score_has_no_relationship_and_the_bias_of_one(case: Wired) -> None:
    scores = steps_of(case, "causal")["scores"]
    block = scores.block(0, scores.neurons)
    fed = np.isin(np.arange(scores.first, scores.last + 1), block.target)
    later = np.triu(np.ones((QUERIES, KEYS), dtype=bool), 1)
    masked = np.broadcast_to(later, (HEADS, QUERIES, KEYS)).reshape(-1)
    np.testing.assert_array_equal(fed, ~masked)
    bias = scores.neuron_table("m", 0, scores.neurons)["bias"].to_numpy()
    np.testing.assert_array_equal(bias, np.where(masked, MASKED, 0.0))
    assert scores.not_finite_biases == 0


def test_a_head_is_a_channel(case: Wired) -> None:
    for setting in ("plain", "causal"):
        for layer in steps_of(case, setting).values():
            channels = layer.neuron_table("m", 0, layer.neurons)["channel"].to_pylist()
            assert sorted(set(channels)) == list(range(HEADS))
    scores = steps_of(case, "plain")["scores"].neuron_table("m", 0, HEADS * QUERIES * KEYS)
    place = [scores[name].to_numpy() for name in ("channel", "y", "x")]
    expected = np.unravel_index(np.arange(HEADS * QUERIES * KEYS), (HEADS, QUERIES, KEYS))
    np.testing.assert_array_equal(place, expected)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (lambda read: {"mask": np.zeros((1, *read.key.shape[1:3], 1))}, "leaves everything out"),
        (lambda read: {"key": np.ones((1, *read.key.shape[1:]), "float32")}, "is a constant"),
    ],
    ids=["all masked", "key"],
)
def test_refusals(arguments: Any, said: str, tmp_path: Path) -> None:
    read = SimpleNamespace(
        query=keras.Input((2, 2, 3)), key=keras.Input((2, 2, 3)), value=keras.Input((2, 2, 3))
    )
    output = ops.dot_product_attention(**(vars(read) | arguments(read)))
    path = saved(keras.Model(list(vars(read).values()), output), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(open_model(path))


def softmaxed(scores: Any) -> Any:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


length = st.integers(1, 4)


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.tuples(length, length, length, st.integers(1, 2), st.integers(1, 2), length),
    causal=st.booleans(),
    masks=st.booleans(),
    seed=st.integers(0, 999),
)
def test_any_attention_is_that_of_the_formula(
    sizes: tuple[int, ...], causal: bool, masks: bool, seed: int
) -> None:
    queries, keys, features, groups, shared, width = sizes
    heads = groups * shared
    draw = np.random.default_rng(seed)
    q, k, v = (
        draw.normal(size=shape)
        for shape in ((queries, heads, features), (keys, groups, features), (keys, groups, width))
    )
    mask = draw.random((heads, queries, keys)) < 0.7 if masks else None
    if mask is not None:
        mask[:, 0, 0] = True
    chain = dot_product_attention(
        SimpleNamespace(is_causal=causal),
        *ids_of([q, k, v]),
        mask=None if mask is None else mask.astype(np.float64),
    )
    assert isinstance(chain, Chain)
    kept: Any = np.ones((heads, queries, keys), dtype=bool) if mask is None else mask
    kept = kept & np.tri(queries, keys, dtype=bool) if causal else kept
    scores = np.einsum("tnh,snh->nts", q, np.repeat(k, shared, 1)) / np.sqrt(features)
    expected: Any = np.einsum(
        "nts,snh->tnh", softmaxed(np.where(kept, scores, -1e30)), np.repeat(v, shared, 1)
    )
    np.testing.assert_allclose(computed(chain, [q, k, v]), expected, atol=1e-6)


@pytest.fixture(scope="module")
def attending(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("loaded") / "attention.keras"
    save_attention(path)
    return path


@pytest.fixture(scope="module")
def embedded(attending: Path) -> Path:
    exporter.load(attending, attending.with_suffix(".lbug"))
    return attending.with_suffix(".lbug")


def answers(graph: NeuronGraph) -> list[pd.DataFrame]:
    return [
        graph.katz(alpha=0.2),
        graph.receptive_field("odds"),
        graph.strongest_paths("tokens", "odds", k=20),
        graph.strength(direction="out"),
    ]


class TestLoaded:
    """An attention in a store and as a model file."""

    def test_a_store_is_proved(self, attending: Path, embedded: Path) -> None:
        assert exporter.verify(attending, embedded).passed

    def test_a_file_answers_as_the_store_does(self, attending: Path, embedded: Path) -> None:
        with NeuronGraph(embedded) as stored, NeuronGraph(attending) as read:
            for one, other in zip(answers(stored), answers(read), strict=True):
                pd.testing.assert_frame_equal(one, other, rtol=1e-5)

    def test_the_layers_say_what_their_axes_count(self, embedded: Path) -> None:
        with NeuronGraph(embedded) as graph:
            axes = graph.layers().set_index("name")["axes"]
            named = axes[axes.str.contains("channel: head")]
            found = graph.cypher(
                "MATCH (l:Layer) WHERE l.axes CONTAINS 'channel: head' RETURN l.name AS name"
            )
            own = next(each for each in named.index if each.endswith("scores")).partition("/")[0]
            scores = graph.neurons(NeuronFilter(layer=f"{own}/scores"))
        assert set(found["name"]) == set(named.index)
        assert named.to_dict() == {
            **dict.fromkeys(["query", "key", "value"], "y, channel: head, x: feature"),
            f"{own}/products": "channel: head, y: pair, x: feature",
            f"{own}/scores": "channel: head, y: query, x: key",
            f"{own}/weighed": "channel: head, y: pair, x: feature",
            own: "y: query, channel: head, x: feature",
        }
        assert axes["tokens"] == axes["joined"] == "x, channel"
        assert scores[["channel", "y", "x"]].max().tolist() == [1, 3, 3]

    def test_no_path_leads_back_in_time(self, embedded: Path) -> None:
        with NeuronGraph(embedded) as graph:
            first = [int(each) for each in graph.neurons(NeuronFilter(layer="joined", x=0))["id"]]
            field = graph.field_neurons(first, "tokens")
            assert set(graph.neurons(field["id"].tolist())["x"]) == {0}

    def test_a_channel_graph_has_the_heads(self, attending: Path, tmp_path: Path) -> None:
        exporter.load(attending, tmp_path / "channels.lbug", granularity="channel")
        counted = exporter.inspect(attending, granularity="channel").frame
        with NeuronGraph(tmp_path / "channels.lbug") as graph:
            layers = graph.layers().set_index("name")
            assert layers["edges"].sum() == counted["edges"].sum()
            heads = layers.index[layers["class_name"] == "DotProductAttention"]
            assert layers.loc[heads, "neurons"].tolist() == [2] * 4
            assert layers.loc[["query", "key", "value"], "neurons"].tolist() == [2] * 3
            # The heads of scores and of their sums do not mix.
            scores = graph.edges(heads[0], heads[1])
        assert (scores["edges"] == 4 * 5 // 2 * 3).all()
        assert len(scores) == 2

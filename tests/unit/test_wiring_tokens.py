"""Tokens that are looked up, or told apart: by the witness of Keras, and by closed formulas."""

import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest

from exporter import inspect, load, verify
from exporter.planning import push
from exporter.planning.grouping import grouped
from exporter.planning.push import plan
from exporter.verifying.drawing import drawn_inputs
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from queries import NeuronGraph
from queries.errors import ModelFileError, UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import Wired, edges_into, edited, failing, randomized, saved, wired

layers, ops = keras.layers, keras.ops

STEPS, TOKENS, VALUES = 5, 7, 3
TABLE = np.random.default_rng(5).normal(size=(TOKENS, 2, VALUES)).astype("float32")
NUMBERS = [12, -3, 1138, 40, 7]


def tokens(shape: tuple[int, ...] = (STEPS,), dtype: str = "int32") -> Any:
    return keras.Input(shape, dtype=dtype, name="tokens")


def model_of(formula: Callable[[Any], Any], read: Any) -> Any:
    return randomized(keras.Model(read, formula(read)))


def embedding(**settings: Any) -> Any:
    return layers.Embedding(TOKENS, VALUES, name="embedding", **settings)


def reversed_too(x: Any, **settings: Any) -> Any:
    layer = layers.ReversibleEmbedding(TOKENS, VALUES, **settings)
    return layer(ops.tanh(layer(x)), reverse=True)


def lookup(x: Any, **settings: Any) -> Any:
    return layers.IntegerLookup(vocabulary=NUMBERS, **settings)(x)


def discretized(x: Any, **settings: Any) -> Any:
    return layers.Discretization([-0.5, 0.1, 0.7], **settings)(x)


LOOKED_UP: dict[str, Callable[[Any], Any]] = {
    "embedding": lambda x: [embedding()(x)],
    "flatten": lambda x: layers.Dense(2)(layers.Flatten()(embedding()(x))),
    "conv": lambda x: layers.Conv1D(4, 2, activation="relu")(embedding()(x)),
    "classifier": lambda x: layers.Dense(2)(layers.GlobalAveragePooling1D()(embedding()(x))),
    "distributed": lambda x: layers.TimeDistributed(embedding())(layers.Reshape((STEPS, 1))(x)),
    "nested": lambda x: [keras.Sequential([tokens(), embedding()], name="inner")(x)],
    "moved": lambda x: embedding()(ops.concatenate([x[:, 2:], ops.zeros_like(x)], axis=1)),
    "cast": lambda x: embedding()(ops.cast(ops.cast(x, "int64"), "int32")),
    "back": lambda x: embedding()(ops.cast(ops.cast(x, "float32"), "int32")),
    "columns": lambda x: [layers.Embedding(n + 1, 2)(x[:, n]) for n in range(STEPS)],
    "reversible": reversed_too,
    "untied": lambda x: reversed_too(x, tie_weights=False),
    "capped": lambda x: reversed_too(x, logit_soft_cap=1.5, reverse_dtype="float32"),
    "take": lambda x: ops.take(TABLE, x, axis=0),
    "take of all": lambda x: ops.take(TABLE, x),
    "take of a vector": lambda x: ops.take(TABLE[:, 0, 0], x, axis=0),
    "take of integers": lambda x: ops.cast(ops.take(np.arange(9) ** 2, x), "float32"),
    "take along": lambda x: ops.take_along_axis(TABLE[None, :, 0, 0], x, 1),
    "take along steps": lambda x: ops.take_along_axis(TABLE[None, :STEPS, 0], x[:, :, None], 2),
    "one_hot": lambda x: ops.one_hot(x, TOKENS),
    "one_hot before": lambda x: -ops.one_hot(x, TOKENS, axis=1),
    "one_hot of integers": lambda x: ops.one_hot(x, TOKENS, dtype="int32"),
    "multi_hot": lambda x: ops.multi_hot(x, TOKENS),
    "category": lambda x: layers.CategoryEncoding(TOKENS, "one_hot")(x[:, :1]),
    "categories": lambda x: [layers.CategoryEncoding(TOKENS, "multi_hot")(x)],
    "counts": lambda x: [layers.CategoryEncoding(TOKENS, "count")(x)],
    "numbers": lookup,
    "numbers masked": lambda x: lookup(x, mask_token=41),
    "numbers known": lambda x: lookup(x, num_oov_indices=0),
    "numbers back": lambda x: lookup(x, invert=True, oov_token=-9),
    "number": lambda x: lookup(x[:, :1], output_mode="one_hot"),
    "numbers there": lambda x: lookup(x, output_mode="multi_hot"),
    "numbers there, masked": lambda x: lookup(x, output_mode="multi_hot", mask_token=41),
    "numbers counted": lambda x: lookup(x, output_mode="count", num_oov_indices=0),
    "numbers weighed": lambda x: lookup(x, output_mode="tf_idf", idf_weights=[1, 2, 3, 0.5, 4]),
}


@pytest.mark.parametrize("formula", LOOKED_UP.values(), ids=list(LOOKED_UP))
def test_replays(formula: Callable[[Any], Any], tmp_path: Path) -> None:
    case = wired(model_of(formula, tokens()), tmp_path)
    assert failing(case, samples=6) == []


BINNED: dict[str, Callable[[Any], Any]] = {
    **{
        mode: partial(discretized, output_mode=mode)
        for mode in ("int", "one_hot", "multi_hot", "count")
    },
    "digitize": lambda x: ops.digitize(x, np.asarray([-0.5, 0.0, 0.25])),
    "left": lambda x: ops.searchsorted(np.asarray([-0.5, 0.0, 0.25], "float32"), x),
    "right": lambda x: ops.searchsorted(np.asarray([-0.5, 0.0, 0.25], "float32"), x, side="right"),
    "an embedding of bins": lambda x: embedding()(layers.Discretization([-0.5, 0.1])(x)),
}


@pytest.mark.parametrize("formula", BINNED.values(), ids=list(BINNED))
def test_bins(formula: Callable[[Any], Any], tmp_path: Path) -> None:
    case = wired(model_of(formula, tokens(dtype="float32")), tmp_path)
    assert failing(case, samples=6) == []


def test_what_stands_on_a_boundary(tmp_path: Path) -> None:
    bins = np.asarray([-0.5, 0.0, 0.3], "float32")
    x = np.asarray([[-0.5, 0.0, 0.3, np.nextafter(np.float32(0.3), np.float32(0)), 9]], "float32")
    for number, formula in enumerate(
        [
            lambda x: ops.digitize(x, bins),
            lambda x: ops.searchsorted(bins, x),
            lambda x: ops.searchsorted(bins, x, side="right"),
        ]
    ):
        (tmp_path / str(number)).mkdir()
        case = wired(model_of(formula, tokens(dtype="float32")), tmp_path / str(number))
        assert_same(case, x)


def assert_same(case: Wired, x: Any) -> None:
    """Compare the replay of some inputs with what the model predicts."""
    values = replay(StreamSource(case.plan), {"tokens": np.asarray(x, dtype=np.float64)})
    expected = np.asarray(case.model.keras.predict_on_batch(np.asarray(x)))
    last = values[case.plan.layers[-1].name]
    np.testing.assert_allclose(last, expected.reshape(len(last), -1), atol=1e-6)


def test_negative_numbers_count_from_the_end(tmp_path: Path) -> None:
    case = wired(model_of(embedding(), tokens()), tmp_path)
    assert_same(case, np.asarray([[-1, -TOKENS, 0, TOKENS - 1, -2]], "int32"))


def test_a_class_that_is_none_has_no_neuron_of_its_own(tmp_path: Path) -> None:
    case = wired(model_of(lambda x: ops.one_hot(x, TOKENS), tokens()), tmp_path)
    assert_same(case, np.asarray([[-1, TOKENS, 0, 3, 99]], "int32"))


def test_decimals_of_tokens_are_left_out(tmp_path: Path) -> None:
    case = wired(model_of(embedding(), tokens(dtype="float32")), tmp_path)
    names = [layer.name for layer in case.plan.layers]
    assert names == ["tokens", "embedding/whole", "embedding/token", "embedding"]
    assert failing(case, samples=6) == []
    assert_same(case, np.asarray([[0.5, 1.99, 2.0, 6.5, -0.9]], "float32"))
    (drawn,) = drawn_inputs(case.model, case.plan, samples=50)
    assert set((drawn * 2).astype(int).ravel()) == set(range(2 * TOKENS))


def test_counts(tmp_path: Path) -> None:
    case = wired(model_of(embedding(), tokens()), tmp_path)
    read, token, out = case.plan.layers
    assert [read.neurons, token.neurons, out.neurons] == [
        STEPS,
        STEPS * TOKENS,
        STEPS * VALUES,
    ]
    assert [read.edges, token.edges, out.edges] == [0, STEPS * TOKENS, STEPS * TOKENS * VALUES]
    assert [token.parameters, out.parameters] == [0, TOKENS * VALUES]
    place = token.neurons_at("", np.asarray([TOKENS + 2]), ["name", "channel", "x", "bias"])
    assert place.to_pylist() == [
        {"name": "embedding/token[2]@1", "channel": 2, "x": 1, "bias": -2.0}
    ]


def test_a_channel_graph_adds_up_the_steps(tmp_path: Path) -> None:
    model = model_of(embedding(), tokens())
    (table,) = model.get_layer("embedding").get_weights()
    case = wired(model, tmp_path)
    coarse = Wired(case.model, grouped(case.plan, "channel"))
    assert [layer.neurons for layer in coarse.plan.layers] == [STEPS, TOKENS, VALUES]
    rows = edges_into(coarse, 2)
    matrix = np.zeros((TOKENS, VALUES))
    first = [layer.first for layer in coarse.plan.layers]
    source, target = rows[:, 0].astype(int) - first[1], rows[:, 1].astype(int) - first[2]
    matrix[source, target] = rows[:, 2]
    np.testing.assert_allclose(matrix, STEPS * table, rtol=1e-6)


def test_inputs_are_drawn_from_what_all_readers_know(tmp_path: Path) -> None:
    def tables(x: Any) -> list[Any]:
        return [layers.Embedding(4, 2)(x[:, 1:]), layers.Embedding(9, 2)(x), x]

    case = wired(model_of(tables, tokens(dtype="uint8")), tmp_path)
    (drawn,) = drawn_inputs(case.model, case.plan, samples=90)
    assert drawn.dtype == np.uint8
    assert set(drawn[:, 0]) == set(range(9))
    assert set(drawn[:, 1:].ravel()) == set(range(4))


def test_a_large_table_is_counted_without_building_it(tmp_path: Path) -> None:
    steps, table, values = 200, 20_000, 64
    path = saved(
        keras.Sequential([keras.Input((steps,), dtype="int32"), layers.Embedding(table, values)]),
        tmp_path / "large.keras",
    )
    report = inspect(path)
    assert report.neurons == steps + steps * table + steps * values
    assert report.edges == steps * table + steps * table * values


def test_more_tokens_than_fit_into_memory_are_counted_where_only_a_table_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = open_model(saved(model_of(embedding(), tokens()), tmp_path / "table.keras"))
    own_rows = model_of(lambda x: ops.take_along_axis(TABLE[None, :, 0, 0], x, 1), tokens())
    along = open_model(saved(own_rows, tmp_path / "along.keras"))
    monkeypatch.setattr(push, "fits_in_memory", lambda values: values < STEPS * TOKENS)
    assert plan(looked_up).neurons == STEPS * (1 + TOKENS + VALUES)
    with pytest.raises(UnsupportedLayerError, match=r"it reads 35 neurons.*shorter input"):
        plan(along)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (lambda x: ops.take(embedding()(x), x, axis=1), "at places that depend on its input"),
        (lambda x: ops.take(TABLE, x, axis=1), "along an axis behind the first"),
        (lambda x: ops.take_along_axis(TABLE[:2, 0], x, 1), "differs between the samples"),
        (lambda x: ops.one_hot(x, TOKENS, axis=0), "before the samples"),
        (lambda x: lookup(x, num_oov_indices=2, oov_method="farmhash"), "by a hash"),
        (lambda x: [layers.IntegerLookup(vocabulary=[1 << 40])(x)], "does not hold"),
        (lambda x: embedding()(x + 1), "wraps around"),
        (lambda x: ops.cast(x, "int8"), "it rounds to int8"),
    ],
    ids=["tensor", "axis", "samples", "class axis", "unknown", "large", "sum", "cast"],
)
def test_refusals(formula: Callable[[Any], Any], said: str, tmp_path: Path) -> None:
    path = saved(model_of(formula, tokens()), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(open_model(path))


@pytest.mark.parametrize("boundaries", [[2.0, 1.0], [np.nan], []])
def test_boundaries_that_do_not_ascend_are_refused(boundaries: list[float], tmp_path: Path) -> None:
    model = model_of(discretized, tokens(dtype="float32"))
    path = saved(model, tmp_path / "model.keras")
    edited(path, lambda config: set_boundaries(config, boundaries))
    with pytest.raises(UnsupportedLayerError, match="boundaries"):
        plan(open_model(path))


def set_boundaries(config: Any, boundaries: list[float]) -> None:
    config["config"]["layers"][1]["config"]["bin_boundaries"] = boundaries


def test_a_vocabulary_elsewhere_on_the_machine_is_not_read(tmp_path: Path) -> None:
    path = saved(model_of(lookup, tokens()), tmp_path / "model.keras")
    words = tmp_path / "words.txt"
    words.write_text("1\n2\n")

    def from_file(config: Any) -> None:
        config["config"]["layers"][1]["config"]["vocabulary"] = str(words)

    with pytest.raises(ModelFileError, match="outside of the model archive"):
        open_model(edited(path, from_file))


SEEN = np.asarray([[5, 7, 7, 9, 9, 9, 0]])
LEARNT: dict[str, dict[str, Any]] = {
    "int": {},
    "int of several unknown": {"num_oov_indices": 3, "mask_token": 0},
    "one_hot": {},
    "one_hot of several unknown": {"num_oov_indices": 3},
    "multi_hot": {"max_tokens": 9, "pad_to_max_tokens": True},
    "multi_hot of several unknown": {"num_oov_indices": 2, "mask_token": 7},
    "count": {"num_oov_indices": 2, "max_tokens": 9, "pad_to_max_tokens": True},
    "tf_idf": {},
    "tf_idf of several unknown": {"num_oov_indices": 2},
}


def learnt(name: str) -> Any:
    layer = layers.IntegerLookup(output_mode=name.partition(" ")[0], **LEARNT[name])
    layer.adapt(SEEN)
    return layer


def of_learnt(*names: str) -> Any:
    """Return a model of lookups that learnt their vocabularies, one of them in a nested model."""
    read, floats, within = (
        keras.Input((STEPS,), dtype=kind) for kind in ("int64", "float32", "int64")
    )
    nested = keras.Model(within, learnt("tf_idf")(within))
    made = [learnt(name)(floats if name.endswith("unknown") else read) for name in names]
    categories = layers.CategoryEncoding(4)(learnt("int")(read))
    outputs = [ops.cast(each, "float32") * 1.0 for each in (*made, nested(read), categories)]
    return keras.Model([read, floats], [*outputs, floats * 1.0])


def test_a_vocabulary_that_was_learnt_is_read_beside_the_settings(tmp_path: Path) -> None:
    assert failing(wired(of_learnt(*LEARNT), tmp_path)) == []


def test_a_vocabulary_that_was_learnt_is_read_of_a_model_in_memory(tmp_path: Path) -> None:
    model = of_learnt()
    load(model, tmp_path / "learnt.lbug", name="learnt", progress=False)
    assert verify(model, tmp_path / "learnt.lbug", name="learnt", progress=False).passed


def test_a_vocabulary_that_no_file_has_is_refused(tmp_path: Path) -> None:
    path = saved(model_of(learnt("int"), tokens()), tmp_path / "model.h5")
    with pytest.raises(UnsupportedLayerError, match=r"learnt by adapt.* save the model as \.keras"):
        plan(open_model(path))


def test_a_vocabulary_of_no_numbers_is_damaged(tmp_path: Path) -> None:
    path = saved(model_of(learnt("int"), tokens()), tmp_path / "model.keras")
    member = "assets/layers/integer_lookup/vocabulary.txt"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, b"-1\nfive" if name == member else data)
    with pytest.raises(ModelFileError, match="vocabulary of 'integer_lookup' has 'five'"):
        open_model(path)


def test_stores_and_model_files_hold_tokens(tmp_path: Path) -> None:
    made = [embedding(), layers.GlobalAveragePooling1D(), layers.Dense(4, "softmax", name="out")]
    model = randomized(keras.Sequential([tokens(), *made]))
    path = saved(model, tmp_path / "text.keras")
    x = np.random.default_rng(2).integers(0, TOKENS, (30, STEPS))
    y = np.asarray(model.predict_on_batch(x)).argmax(axis=1)
    answers = []
    for graph in (tmp_path / "text.lbug", f"{tmp_path}/dataset/", path):
        if graph != path:
            load(path, graph, progress=False)
            assert verify(path, graph, progress=False).passed
        with NeuronGraph(graph) as asked:
            costs = asked.prune_cost(x, y)
            assert set(costs["accuracy_before"]) == {1.0}
            answers.append((costs, asked.strongest_paths("tokens", "out", k=3)))
    for costs, paths in answers[1:]:
        pd.testing.assert_frame_equal(costs, answers[0][0])
        pd.testing.assert_frame_equal(paths, answers[0][1])

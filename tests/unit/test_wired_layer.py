"""Layers as operators, against the same done over each of their edges."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from exporter.model_graph import scaled_layer, wired_layer
from exporter.model_graph.wired_layer import WiredLayer
from exporter.planning.layer import PlannedLayer
from exporter.wiring import Computed
from queries.analysis.operators import (
    A_HOP_MORE,
    ABSOLUTE_TOTAL,
    LESS_WEIGHT,
    LOG_PRODUCT,
    TOTAL,
    WEAKEST,
    Ids,
    Operator,
    Scores,
    StrongerThan,
    WeightFunction,
    absolute,
    count,
    signed,
)
from tests.unit.builders import Spec, chain, layer, named, wired

Edges = tuple[Ids, Ids, Scores]
"""Source, target and weight of all relationships into a layer."""

FIRST = 5
"""A part of a model need not begin at neuron 0."""

CASES: list[tuple[tuple[int, ...], Spec]] = [
    ((9, 3), layer("Conv1D", filters=4, kernel_size=3, padding="causal", dilation_rate=2)),
    ((6, 5, 3), layer("Conv2D", filters=4, kernel_size=3, padding="same")),
    ((7, 5, 2), layer("Conv2D", filters=3, kernel_size=(3, 2), strides=(2, 3))),
    ((7, 6, 2), layer("Conv2D", filters=3, kernel_size=2, dilation_rate=(2, 3))),
    ((7, 6, 2), layer("Conv2D", filters=3, kernel_size=1, strides=2)),
    ((5, 4, 6), layer("Conv2D", filters=4, kernel_size=2, groups=2, padding="same")),
    ((3, 6, 5), layer("Conv2D", filters=4, kernel_size=2, data_format="channels_first")),
    ((4, 3, 3, 2), layer("Conv3D", filters=2, kernel_size=2, padding="same")),
    ((6, 5, 3), layer("DepthwiseConv2D", kernel_size=3, padding="same", strides=2)),
    ((6, 5, 3), layer("DepthwiseConv2D", kernel_size=2, depth_multiplier=2)),
    ((6, 3), layer("DepthwiseConv1D", kernel_size=2)),
    ((6, 5, 3), layer("SeparableConv2D", filters=4, kernel_size=3, padding="same")),
    ((5, 2), layer("Conv1DTranspose", filters=3, kernel_size=3, strides=2)),
    ((4, 3, 2), layer("Conv2DTranspose", filters=3, kernel_size=3, strides=2, padding="same")),
    ((2, 3, 2, 2), layer("Conv3DTranspose", filters=2, kernel_size=2, strides=2)),
    ((5,), layer("Dense", units=4)),
    ((3, 2, 5), layer("Dense", units=4)),
    ((3, 4), layer("EinsumDense", equation="abc,cde->abde", output_shape=(None, 2, 5))),
    ((3, 4), layer("EinsumDense", equation="abc,bcd->abd", output_shape=(3, 5))),
    ((6, 5, 2), layer("MaxPooling2D", pool_size=3, strides=2, padding="same")),
    ((6, 5, 2), layer("AveragePooling2D", pool_size=3, strides=2, padding="same")),
    ((6, 5, 2), layer("AveragePooling2D", pool_size=2)),
    ((6, 5, 2), layer("GlobalAveragePooling2D")),
    ((6, 5, 2), layer("GlobalMaxPooling2D", keepdims=True)),
    ((7, 6, 2), layer("AdaptiveAveragePooling2D", output_size=(3, 4))),
    ((4, 3, 5), layer("BatchNormalization")),
    ((4, 3, 5), layer("BatchNormalization", axis=1)),
    ((4, 3, 2), layer("UpSampling2D", interpolation="bilinear")),
    ((4, 3, 2), layer("PReLU")),
]  # fmt: skip
MEASURES: list[WeightFunction] = [signed, absolute, count, StrongerThan(0.3)]
COMBINES = [LOG_PRODUCT, TOTAL, ABSOLUTE_TOTAL, LESS_WEIGHT, A_HOP_MORE, WEAKEST]


SIZES = {"whole": 1 << 20, "ones": 1, "blocks": 40}
"""Entries that blocks have; in ones everything is a block of its own."""


@contextmanager
def blocks_of(size: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_READ_AT_ONCE", "_WEIGHTS_AT_ONCE"):
            patch.setattr(wired_layer, name, size)
        patch.setattr(scaled_layer, "_WEIGHTS_AT_ONCE", size)
        yield


@pytest.fixture(params=SIZES.values(), ids=list(SIZES))
def blocks(request: pytest.FixtureRequest) -> Iterator[None]:
    with blocks_of(request.param):
        yield


@pytest.mark.one_in(2)
@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize(("shape", "spec"), CASES, ids=named([spec for _, spec in CASES]))
def test_layers_of_keras(shape: tuple[int, ...], spec: Spec, tmp_path: Path) -> None:
    for planned in wired(chain(shape, spec), tmp_path).plan.layers[1:]:
        agree(planned)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("merge", ["Add", "Subtract", "Multiply", "Average", "Maximum"])
def test_merges(merge: str, tmp_path: Path) -> None:
    """Of parts of one input, one of which is broadcast."""
    import keras

    pixels = keras.Input((4, 3, 6))
    whole = keras.layers.Cropping2D(((1, 0), (0, 0)))(pixels)
    one = keras.layers.Cropping2D(((2, 1), (0, 0)))(pixels)
    output = getattr(keras.layers, merge)()([whole, one])
    agree(wired(keras.Model(pixels, output), tmp_path).plan.layers[1])


@st.composite
def views(draw: st.DrawFn) -> Computed:
    """Return a layer of any views: windows, strides, turned, repeated and exchanged axes."""
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    ids = random.permutation(int(np.prod(shape))).reshape(shape).astype(np.int64) + FIRST + 1
    ids = np.pad(ids, draw(st.integers(0, 1)), constant_values=draw(st.sampled_from([-1, -2])))
    for axis, length in enumerate(ids.shape):
        ids = np.lib.stride_tricks.sliding_window_view(ids, draw(st.integers(1, length)), axis)
    step = st.sampled_from([1, 2, -1, -2])
    ids = ids[tuple(slice(None, None, draw(step)) for _ in ids.shape)]
    ids = ids[..., *draw(st.lists(st.just(np.newaxis), max_size=2))]
    ids = np.broadcast_to(ids, [draw(st.integers(1, 3)) if n == 1 else n for n in ids.shape])
    ids = ids.transpose(draw(st.permutations(range(ids.ndim))))
    held = [draw(st.sampled_from([1, length])) for length in ids.shape]
    weights = random.normal(size=held).astype(np.float32) * (random.random(held) < 0.8)
    rank = draw(st.integers(1, ids.ndim))
    return Computed(ids, np.broadcast_to(weights, ids.shape), rank)


@settings(max_examples=60, deadline=None)
@given(views(), st.sampled_from(sorted(SIZES.values())), st.integers(0, 1000))
def test_any_views(computed: Computed, size: int, seed: int) -> None:
    planned = PlannedLayer("l", "Dense", 1, 1000, (0,), 0, computed)
    assume(planned.edges)
    with blocks_of(size):
        agree(planned, first=FIRST, seed=seed)


def agree(planned: PlannedLayer, first: int = 0, seed: int = 0) -> None:
    """Compare all that an operator answers with the same over the edges of a layer."""
    random = np.random.default_rng(seed)
    blocks = [planned.block(*part) for part in planned.ranges()]
    source, target, weight = (
        np.concatenate([block.columns[name] for block in blocks])
        for name in ("source", "target", "weight")
    )
    edges = source - first, target - first, weight.astype(np.float64)
    sources = slice(int(edges[0].min()), int(edges[0].max()) + 1)
    operator = WiredLayer.of(planned, sources, first)
    assert operator.targets == slice(planned.first - first, planned.last + 1 - first)
    agree_on_scores(operator, edges, random)
    agree_on_scores(*scaled(operator, edges, random), random)
    agree_on_neighbours(operator, edges, random)


def scaled(
    operator: WiredLayer, edges: Edges, random: np.random.Generator
) -> tuple[Operator, Edges]:
    """Return an operator and edges, both scaled twice, with a function of weights between."""
    fed, feeding = (side.stop - side.start for side in (operator.targets, operator.sources))
    own, other, last = (random.normal(size=size) for size in (feeding, fed, feeding))
    source, target = edges[0] - operator.sources.start, edges[1] - operator.targets.start
    weight = own[source] * edges[2] * other[target]
    weight = last[source] * np.where(np.abs(weight) > 0.1, 1.0, 0.0)
    twice = operator.scaled(own, other).weighed(StrongerThan(0.1)).scaled(last, None)
    return twice, (edges[0], edges[1], weight)


def agree_on_scores(operator: Operator, edges: Edges, random: np.random.Generator) -> None:
    """Compare sums and maxima; minus infinity is among the scores of maxima."""
    source, target = edges[0] - operator.sources.start, edges[1] - operator.targets.start
    fed, feeding = (part.stop - part.start for part in (operator.targets, operator.sources))
    forward, backward = random.normal(size=(feeding, 2)), random.normal(size=(fed, 2))
    for measure in MEASURES:
        into, out_of = np.zeros((fed, 2)), np.zeros((feeding, 2))
        weight = measure(edges[2])[:, np.newaxis]
        np.add.at(into, target, weight * forward[source])
        np.add.at(out_of, source, weight * backward[target])
        weighed = operator.weighed(measure)
        for found, expected in (
            (weighed.sum_in(forward), into),
            (weighed.sum_out(backward), out_of),
            (weighed.sum_in(forward[:, 0]), into[:, 0]),
            (weighed.sum_out(backward[:, 0]), out_of[:, 0]),
        ):
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * len(source))
    begin, end = (
        np.where(random.random(len(scores)) < 0.3, -np.inf, scores[:, 0])
        for scores in (forward, backward)
    )
    for combine in COMBINES:
        largest_in, largest_out = np.full(fed, -np.inf), np.full(feeding, -np.inf)
        np.maximum.at(largest_in, target, combine(begin[source], edges[2]))
        np.maximum.at(largest_out, source, combine(end[target], edges[2]))
        np.testing.assert_array_equal(operator.largest_in(begin, combine), largest_in)
        np.testing.assert_array_equal(operator.largest_out(end, combine), largest_out)


def agree_on_neighbours(operator: WiredLayer, edges: Edges, random: np.random.Generator) -> None:
    """Compare the relationships into a neuron, and out of some."""
    source, target, weight = edges
    neuron = int(random.choice(target))
    own = np.column_stack([source, weight])[target == neuron]
    assert sorted(zip(*operator.incoming(neuron), strict=True)) == sorted(map(tuple, own))
    some = np.unique(random.choice(source, size=3))
    out_of = np.column_stack(edges)[np.isin(source, some)]
    assert sorted(zip(*operator.outgoing(some), strict=True)) == sorted(map(tuple, out_of))

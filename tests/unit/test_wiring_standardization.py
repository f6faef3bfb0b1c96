"""Layers that normalize by statistics of their own input, each alone and in small stacks."""

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import exporter
from exporter.planning.push import plan
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from exporter.wiring.means import shares
from queries.errors import UnsupportedLayerError
from tests.docs.own_statistics import STEPS
from tests.opening import open_model
from tests.unit.builders import Spec, Wired, failing, layer, randomized, saved, wired

Shape = tuple[int, ...]
SETTINGS: dict[Shape, list[Spec]] = {
    (6,): [
        layer("LayerNormalization"),
        layer("LayerNormalization", axis=1, scale=False),
        layer("LayerNormalization", center=False, epsilon=1e-6),
        layer("LayerNormalization", center=False, scale=False),
        layer("RMSNormalization"),
        layer("RMSNormalization", axis=[1], epsilon=0.5),
        layer("GroupNormalization", groups=1),
        layer("GroupNormalization", groups=3, scale=False),
        layer("GroupNormalization", groups=-1),
        layer("UnitNormalization"),
    ],
    (4, 6): [
        layer("LayerNormalization"),
        layer("LayerNormalization", axis=1),
        layer("LayerNormalization", axis=-2, center=False),
        layer("LayerNormalization", axis=[1, 2]),
        layer("LayerNormalization", axis=[-1, 1], epsilon=1e-5),
        layer("RMSNormalization", axis=(1, 2)),
        layer("RMSNormalization", axis=-1, epsilon=0.1),
        layer("GroupNormalization", groups=2),
        layer("GroupNormalization", groups=2, axis=1, center=False),
        layer("GroupNormalization", groups=4, axis=-2),
        layer("UnitNormalization", axis=1),
        layer("UnitNormalization", axis=[1, 2]),
    ],
    (3, 5, 4): [
        layer("LayerNormalization"),
        layer("LayerNormalization", axis=[2, 3]),
        layer("LayerNormalization", axis=[1, 3], epsilon=1e-4),
        layer("LayerNormalization", axis=[1, 2, 3]),
        layer("RMSNormalization", axis=[2, 3]),
        layer("GroupNormalization", groups=2, epsilon=1e-5),
        layer("GroupNormalization", groups=-1, center=False, scale=False),
        layer("GroupNormalization", groups=3, axis=1),
        layer("GroupNormalization", groups=5, axis=2),
        layer("UnitNormalization", axis=(1, 3)),
        layer("LayerNormalization", dtype="mixed_float16"),
        layer("GroupNormalization", groups=2, dtype="mixed_bfloat16"),
        layer("RMSNormalization", dtype="float16"),
    ],
    (2, 3, 2, 4): [
        layer("LayerNormalization"),
        layer("LayerNormalization", axis=[2, -1]),
        layer("RMSNormalization"),
        layer("GroupNormalization", groups=2),
        layer("GroupNormalization", groups=2, axis=1),
        layer("GroupNormalization", groups=3, axis=-3),
        layer("UnitNormalization", axis=[1, 2, 3, 4]),
    ],
}


def branches(shape: Shape, specs: Sequence[Spec]) -> Any:
    """Build a model in which each of some layers reads the input, and is an output."""
    read = keras.Input(shape, name="read")
    made = [
        getattr(keras.layers, name)(**given, name=f"{name}_{place}")
        for place, (name, given) in enumerate(specs)
    ]
    return randomized(keras.Model(read, [each(read) for each in made]))


@pytest.fixture(scope="module", params=SETTINGS, ids=str)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Wired:
    shape = request.param
    return wired(branches(shape, SETTINGS[shape]), tmp_path_factory.mktemp("own"))


def test_replays(case: Wired) -> None:
    assert failing(case) == []


def means(shape: Shape, spec: Spec) -> int:
    """Return how many statistics of a kind there are."""
    name, given = spec
    axis = given.get("axis", -1)
    if name == "GroupNormalization":
        groups = given["groups"]
        return int(groups if groups > 0 else (0, *shape)[axis])
    axes = [axis] if isinstance(axis, int) else axis
    return math.prod(shape) // math.prod((1, *shape)[each] for each in axes)


def counts(shape: Shape, spec: Spec) -> tuple[int, int]:
    """Return how many neurons and relationships a layer has, by the formula of the docs."""
    sizes, steps = (math.prod(shape), means(shape, spec)), STEPS[spec[0]]
    neurons, relationships = (
        sum(times * size for times, size in zip(formula, sizes, strict=True))
        for formula in (steps.neurons, steps.relationships)
    )
    return neurons, relationships


@pytest.mark.parametrize("shape", SETTINGS, ids=str)
def test_has_as_many_neurons_and_relationships_as_the_formula_says(
    shape: Shape, tmp_path: Path
) -> None:
    model = branches(shape, SETTINGS[shape])
    frame = exporter.inspect(saved(model, tmp_path / "model.keras")).frame
    frame["of"] = frame["layer"].str.partition("/")[0]
    counted = frame.groupby("of")[["neurons", "edges", "parameters"]].sum()
    last = frame.set_index("layer")["parameters"]
    for each, spec in zip(model.layers[1:], SETTINGS[shape], strict=True):
        neurons, edges, parameters = counted.loc[each.name]
        assert (neurons, edges) == counts(shape, spec), each.name
        steps = frame.loc[frame["of"] == each.name, "layer"].tolist()
        assert steps == [*(f"{each.name}/{step}" for step in STEPS[spec[0]].names), each.name]
        assert parameters == last[each.name] == each.count_params()


def outputs(case: Wired, inputs: Any) -> tuple[Any, Any]:
    """Return what a model of one branch puts out: by its graph, and by Keras."""
    values = replay(StreamSource(case.plan), {case.plan.layers[0].name: inputs})
    predicted = np.asarray(case.model.keras.predict(inputs, verbose=0))
    return values[case.plan.layers[-1].name].reshape(predicted.shape), predicted


@pytest.mark.parametrize("epsilon", [1e-3, 1e-12])
@pytest.mark.parametrize(
    "spec",
    [
        layer("LayerNormalization"),
        layer("GroupNormalization", groups=2),
        layer("RMSNormalization"),
    ],
    ids=lambda spec: spec[0],
)
def test_of_inputs_that_are_all_alike(spec: Spec, epsilon: float, tmp_path: Path) -> None:
    name, given = spec
    case = wired(branches((3, 6), [(name, {**given, "epsilon": epsilon})]), tmp_path)
    variables = {each.name: np.asarray(each) for each in case.model.keras.variables}
    values = np.array([0.0, 2.0, -255.0, 0.1], dtype=np.float32)[:, np.newaxis, np.newaxis]
    own, of_keras = outputs(case, np.broadcast_to(values, (4, 3, 6)))
    # A deviation of 0 leaves the offset; the root of the mean of the squares is the value.
    wanted = variables.get("beta")
    if wanted is None:
        wanted = variables["scale"] * values / np.sqrt(values.astype(np.float64) ** 2 + epsilon)
    np.testing.assert_allclose(own, np.broadcast_to(wanted, own.shape), rtol=1e-5, atol=1e-6)
    # Keras subtracts two large numbers where epsilon is tiny.
    if epsilon == 1e-3 or name == "RMSNormalization":
        np.testing.assert_allclose(own, of_keras, rtol=1e-5, atol=5e-4)


@pytest.mark.parametrize("size", [0.0, 1e-15, 1e-7, 1e3])
def test_of_inputs_that_are_small(size: float, tmp_path: Path) -> None:
    case = wired(branches((3, 4), [layer("UnitNormalization")]), tmp_path)
    inputs = size * np.random.default_rng(1).normal(size=(2, 3, 4)).astype(np.float32)
    own, of_keras = outputs(case, inputs)
    np.testing.assert_allclose(own, of_keras, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 48, 49, 1000, 4097, 150528])
def test_the_weights_of_a_mean_add_up_to_1(count: int) -> None:
    weights = shares([count])
    assert weights.sum(dtype=np.float64) == 1
    np.testing.assert_allclose(weights, 1 / count, rtol=2e-7)


@pytest.mark.filterwarnings("ignore:You passed `rms_scaling=True`:UserWarning")
def test_scaling_by_the_variance(tmp_path: Path) -> None:
    specs = [
        layer("LayerNormalization", rms_scaling=True),
        layer("LayerNormalization", rms_scaling=True, scale=False, axis=[1, 2]),
    ]
    case = wired(branches((4, 6), specs), tmp_path)
    assert failing(case) == []
    assert sum(each.edges for each in case.plan.layers) == 2 * 6 * 24


def test_which_neurons_feed_which_does_not_depend_on_weights(tmp_path: Path) -> None:
    model = branches((3, 4), [layer("LayerNormalization"), layer("RMSNormalization")])
    for variable in model.variables:
        variable.assign(np.zeros(variable.shape))
    case = wired(model, tmp_path)
    assert failing(case) == []
    assert sum(each.edges for each in case.plan.layers) == (7 + 4) * 12


def test_a_mean_that_is_0_but_for_rounding_is_proved(tmp_path: Path) -> None:
    read = keras.Input((5, 5, 6))
    once = keras.layers.LayerNormalization(center=False, scale=False)(read)
    again = [
        keras.layers.LayerNormalization()(once),
        keras.layers.GroupNormalization(1)(once),
        keras.ops.var(once, axis=-1),
    ]
    assert failing(wired(randomized(keras.Model(read, again)), tmp_path)) == []


def test_behind_padding(tmp_path: Path) -> None:
    read = keras.Input((3, 3, 2))
    padded = keras.layers.ZeroPadding2D(1)(read)
    made = [
        keras.layers.LayerNormalization(),
        keras.layers.GroupNormalization(1),
        keras.layers.RMSNormalization(),
        keras.layers.UnitNormalization(),
    ]
    model = randomized(keras.Model(read, [each(padded) for each in made]))
    assert failing(wired(model, tmp_path)) == []


def test_at_each_step_of_time(tmp_path: Path) -> None:
    read = keras.Input((2, 3, 4))
    each = [keras.layers.LayerNormalization(axis=[1, 2]), keras.layers.GroupNormalization(2)]
    made = [keras.layers.TimeDistributed(normalization)(read) for normalization in each]
    assert failing(wired(randomized(keras.Model(read, made)), tmp_path)) == []


def test_one_layer_of_two_calls_has_its_parameters_once(tmp_path: Path) -> None:
    read = keras.Input((3, 4))
    shared = keras.layers.LayerNormalization(name="norm")
    case = wired(randomized(keras.Model(read, shared(keras.ops.tanh(shared(read))))), tmp_path)
    assert failing(case) == []
    assert sum(each.parameters for each in case.plan.layers) == 8


@keras.saving.register_keras_serializable("tests")
class Adaptive(keras.layers.Layer):  # type: ignore[misc]
    """Normalizes by weights of its own, and by a scale and an offset that its input makes."""

    def build(self, shape: Any) -> None:
        self.gamma, self.beta, self.scale = (
            self.add_weight(name=name, shape=shape[-1:]) for name in ("gamma", "beta", "scale")
        )
        self.modulation = keras.layers.Dense(2 * shape[-1])
        self.modulation.build((None, shape[-1]))

    def call(self, inputs: Any) -> Any:
        ops = keras.ops
        plain = ops.layer_normalization(inputs, self.gamma, self.beta)
        mean, variance = ops.moments(inputs, [-1], keepdims=True)
        scale, offset = ops.split(self.modulation(ops.mean(inputs, axis=1)), 2, axis=-1)
        offsets = ops.tanh(offset)[:, None, :] + ops.zeros_like(inputs)
        modulated = ops.layer_normalization(inputs, 1 + scale[:, None, :], offsets)
        by_hand = (inputs - mean) * ops.rsqrt(variance + 1e-5)
        return plain + modulated + by_hand + ops.rms_normalization(inputs, self.scale)


def test_within_a_layer_of_ones_own(tmp_path: Path) -> None:
    model = randomized(keras.Sequential([keras.Input((5, 6)), Adaptive(name="adaptive")]))
    case = wired(model, tmp_path)
    assert failing(case) == []
    assert sum(each.parameters for each in case.plan.layers) == model.count_params()


def test_whole_numbers_are_refused(tmp_path: Path) -> None:
    read = keras.Input((3, 4), dtype="int32")
    path = saved(
        keras.Model(read, keras.layers.LayerNormalization(name="norm")(read)), tmp_path / "m.keras"
    )
    with pytest.raises(UnsupportedLayerError, match=r"norm .*rounds what it makes of int32"):
        plan(open_model(path))


def test_a_scale_that_fits_another_axis_is_refused(tmp_path: Path) -> None:
    # Keras builds it, and cannot compute it.
    model = branches((4, 6), [layer("RMSNormalization", axis=1)])
    with pytest.raises(UnsupportedLayerError, match=r"shape \(4,\) does not fit \(4, 6\)"):
        plan(open_model(saved(model, tmp_path / "m.keras")))


@st.composite
def stacks(draw: Any) -> tuple[Shape, list[Spec]]:
    """Draw a shape, and up to three normalizing layers for it."""
    rank = draw(st.integers(1, 4))
    shape = tuple(draw(st.integers(1, 4)) for _ in range(rank))
    some_axes = st.lists(st.integers(1, rank), min_size=1, max_size=rank, unique=True)

    def drawn() -> Spec:
        name = draw(
            st.sampled_from(
                ["LayerNormalization", "GroupNormalization", "RMSNormalization"] * 2
                + ["UnitNormalization"]
            )
        )
        axis = draw(some_axes)
        if name == "UnitNormalization":
            return layer(name, axis=axis)
        epsilon = draw(st.sampled_from([1e-2, 1e-3]))
        if name == "RMSNormalization":
            return layer(name, axis=[-1], epsilon=epsilon)
        switches = {key: draw(st.booleans()) for key in ("center", "scale")}
        if name == "LayerNormalization":
            return layer(name, axis=axis, epsilon=epsilon, **switches)
        size = shape[axis[0] - 1]
        groups = draw(st.sampled_from([each for each in range(1, size + 1) if size % each == 0]))
        return layer(name, axis=axis[0], groups=groups, epsilon=epsilon, **switches)

    return shape, [drawn() for _ in range(draw(st.integers(1, 3)))]


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(drawn=stacks())
def test_small_stacks_replay(drawn: tuple[Shape, list[Spec]]) -> None:
    shape, specs = drawn
    tensor = read = keras.Input(shape)
    for name, given_settings in specs:
        mixed = keras.layers.Dense(shape[-1], activation="tanh")(tensor)
        tensor = getattr(keras.layers, name)(**given_settings)(mixed)
    with tempfile.TemporaryDirectory() as folder:
        case = wired(randomized(keras.Model(read, tensor)), Path(folder))
        assert failing(case, samples=2) == [], drawn

"""Configurations of Keras 1 and 2, in every form that they took, compute what Keras 3 computes."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from exporter.planning.push import plan
from exporter.reading.keras.legacy import modern_model
from queries.errors import ModelFileError, NeurongraphError
from tests.opening import open_model
from tests.unit.builders import chain, layer, randomized, saved

Config = dict[str, Any]


def of(class_name: str, name: str, **settings: Any) -> Config:
    return {"class_name": class_name, "config": {"name": name, **settings}}


def dense(name: str, units: int, **settings: Any) -> Config:
    return of("Dense", name, units=units, **settings)


def given(name: str, *shape: int | None) -> Config:
    return of("InputLayer", name, batch_input_shape=[None, *shape], dtype="float32", sparse=False)


def called(config: Config, *nodes: Any) -> Config:
    return {**config, "name": config["config"]["name"], "inbound_nodes": list(nodes)}


def sequential(*layers: Config, **settings: Any) -> Config:
    return of("Sequential", "sequential", layers=list(layers), **settings)


def functional(name: str, layers: list[Config], inputs: Any, outputs: Any) -> Config:
    return of("Functional", name, layers=layers, input_layers=inputs, output_layers=outputs)


def build(config: Config, version: str = "2.4.0") -> Any:
    import keras

    return keras.saving.deserialize_keras_object(
        modern_model(config, version, "tensorflow"), safe_mode=True
    )


def old_file(model: Any, config: Config, path: Path, version: str = "2.9.0") -> Path:
    """Save the weights of a model under the configuration of an older Keras."""
    saved(model, path)
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = version
    return path


class TestInputShapes:
    @pytest.mark.parametrize(
        "layers",
        [
            [dense("a", 5, batch_input_shape=[None, 4]), dense("b", 3)],
            [dense("a", 5, input_shape=[4]), dense("b", 3)],
            [dense("a", 5, input_dim=4), dense("b", 3)],
            [given("in", 4), dense("a", 5, batch_input_shape=[None, 4]), dense("b", 3)],
            [given("in", 4), dense("a", 5, batch_input_shape=[None, None]), dense("b", 3)],
            [given("in", None), dense("a", 5, batch_input_shape=[None, 4]), dense("b", 3)],
            [given("in", 4), dense("a", 5), dense("b", 3, batch_input_shape=[None, 5])],
            [sequential(given("in", 4), dense("a", 5)), dense("b", 3)],
            [dense("a", 5, batch_input_shape={"class_name": "__tuple__", "items": [None, 4]})],
            [dense("a", 5, batch_input_shape={"class_name": "TensorShape", "items": [None, 4]})],
        ],
    )
    def test_are_found_wherever_a_sequential_has_them(self, layers: list[Config]) -> None:
        assert build(sequential(*layers)).input_shape == (None, 4)

    def test_are_what_the_model_was_built_with_where_no_layer_says_one(self) -> None:
        built = build(sequential(dense("a", 5), build_input_shape=[32, 4]))
        assert built.input_shape == (None, 4)

    def test_on_layers_of_a_graph_are_those_of_its_inputs(self) -> None:
        layers = [
            called(given("in", 4)),
            called(dense("a", 5, batch_input_shape=[None, 4]), [["in", 0, 0]]),
        ]
        assert build(functional("m", layers, [["in", 0, 0]], [["a", 0, 0]])).input_shape == (
            None,
            4,
        )

    def test_a_new_input_layer_takes_a_name_that_is_free(self) -> None:
        layers = modern_model(sequential(dense("input", 5, input_dim=4)), "2.0", "")["config"]
        assert [inner["config"]["name"] for inner in layers["layers"]] == ["input_1", "input"]


class TestCalls:
    """Calls of a layer, in the forms that Keras 1 and 2 wrote."""

    @pytest.mark.parametrize(
        "node",
        [
            [["in", 0, 0]],
            [["in", 0, 0, {}]],
            ["in", 0, 0, {}],
            [["in", 0, 0, {"training": False, "mask": None}]],
        ],
    )
    @pytest.mark.parametrize("ends", [[["a", 0, 0]], ["a", 0, 0], [[["a", 0, 0]]]])
    def test_with_one_tensor(self, node: Any, ends: Any) -> None:
        layers = [called(given("in", 4)), called(of("ReLU", "a"), node)]
        built = build(functional("m", layers, [["in", 0, 0]], ends))
        np.testing.assert_array_equal(built(-np.ones((2, 4))), np.zeros((2, 4)))

    def test_with_none_are_none(self) -> None:
        layers = [
            {**called(given("in", 4)), "inbound_nodes": None},
            called(of("ReLU", "a"), ["in", 0, 0]),
        ]
        assert build(functional("m", layers, [["in", 0, 0]], [["a", 0, 0]])).output_shape == (
            None,
            4,
        )

    def test_with_tensors_among_the_other_arguments_and_constants_first(self) -> None:
        function = {"function": "math.subtract"}
        layers = [
            called(given("in", 4)),
            called(
                of("TFOpLambda", "from", **function),
                ["_CONSTANT_VALUE", -1, 3.0, {"y": ["in", 0, 0]}],
            ),
            called(
                of("TFOpLambda", "less", **function),
                ["from", 0, 0, {"y": ["in", 0, 0], "name": None}],
            ),
        ]
        built = build(functional("m", layers, [["in", 0, 0]], [["less", 0, 0]]))
        np.testing.assert_allclose(built(np.full((1, 4), 0.5)), np.full((1, 4), 2.0))

    @pytest.mark.parametrize("first", [0, 1])
    def test_of_nested_models_are_numbered_from_where_the_file_begins(self, first: int) -> None:
        inner = functional(
            "inner",
            [called(given("i", 4)), called(of("ReLU", "r"), [["i", 0, 0]])],
            [["i", 0, 0]],
            [["r", 0, 0]],
        )
        layers = [
            called(given("a", 4)),
            called(given("b", 4)),
            called(inner, [["a", 0, 0]], [["b", 0, 0]]),
            called(of("Subtract", "s"), [["inner", first, 0], ["inner", first + 1, 0]]),
        ]
        ends = [["s", 0, 0], ["inner", first + 1, 0]]
        built = build(functional("m", layers, [["a", 0, 0], ["b", 0, 0]], ends))
        difference, second = built([np.full((1, 4), 3.0), np.full((1, 4), 1.0)])
        np.testing.assert_array_equal(difference, np.full((1, 4), 2.0))
        np.testing.assert_array_equal(second, np.full((1, 4), 1.0))

    def test_of_a_shared_layer_stay_in_their_order(self) -> None:
        layers = [
            called(given("in", 4)),
            called(of("Rescaling", "x", scale=2.0, offset=1.0), [["in", 0, 0]], [["x", 0, 0]]),
            called(of("Subtract", "s"), [["x", 1, 0], ["x", 0, 0]]),
        ]
        built = build(functional("m", layers, [["in", 0, 0]], [["s", 0, 0]]))
        np.testing.assert_array_equal(built(np.ones((1, 4))), np.full((1, 4), 4.0))


class TestPolicies:
    @pytest.mark.parametrize(
        "policy",
        [
            {"class_name": "Policy", "config": {"name": "float32"}},
            {"class_name": "PolicyV1", "config": {"name": "mixed_float16", "loss_scale": None}},
            {
                "module": "keras.mixed_precision",
                "class_name": "Policy",
                "config": {"name": "mixed_bfloat16"},
                "registered_name": None,
            },
        ],
    )
    def test_are_read_as_single_precision_at_every_depth(
        self, policy: Config, tmp_path: Path
    ) -> None:
        original = chain((3, 4), layer("TimeDistributed", layer=_dense_of_keras_3(), name="t"))
        inner = {**dense("a", 2), "config": {"name": "a", "units": 2, "dtype": policy}}
        steps = of("TimeDistributed", "t", layer=inner, dtype=policy)
        path = old_file(original, sequential(given("in", 3, 4), steps), tmp_path / "model.h5")
        opened = open_model(path)
        assert opened.keras.layers[0].layer.dtype_policy.name == "float32"
        inputs = np.ones((2, 3, 4), "float32")
        np.testing.assert_allclose(opened.keras(inputs), original(inputs), rtol=1e-6)


def _dense_of_keras_3() -> Any:
    import keras

    return keras.layers.Dense(2, name="a")


class TestKeras1:
    def test_convolutions_and_poolings_of_a_sequential(self) -> None:
        layers = [
            of(
                "Convolution2D",
                "c",
                nb_filter=3,
                nb_row=3,
                nb_col=2,
                border_mode="same",
                subsample=[2, 1],
                dim_ordering="tf",
                bias=False,
                init="glorot_uniform",
                W_regularizer=None,
                activation="relu",
                batch_input_shape=[None, 6, 6, 2],
                input_dtype="float32",
            ),
            of(
                "MaxPooling2D",
                "p",
                pool_size=[2, 2],
                strides=[1, 1],
                border_mode="valid",
                dim_ordering="tf",
            ),
            of("Flatten", "f"),
            of("Dropout", "d", p=0.25),
            of(
                "Dense",
                "o",
                output_dim=4,
                input_dim=None,
                init="normal",
                bias=True,
                W_constraint=None,
            ),
        ]
        built = build({"class_name": "Sequential", "config": layers}, "1.2.2")
        conv, pool, _, drop, out = built.layers
        assert (conv.filters, conv.kernel_size, conv.strides, conv.padding) == (
            3,
            (3, 2),
            (2, 1),
            "same",
        )
        assert (conv.data_format, conv.use_bias) == ("channels_last", False)
        assert (pool.strides, drop.rate, out.units) == ((1, 1), 0.25, 4)

    def test_layers_of_sequences(self) -> None:
        layers = [
            of(
                "Convolution1D",
                "c",
                nb_filter=3,
                filter_length=2,
                subsample_length=2,
                border_mode="valid",
                input_dim=2,
                input_length=8,
            ),
            of("MaxPooling1D", "p", pool_length=2, stride=1, border_mode="valid"),
            of("UpSampling1D", "u", length=3),
            of("GaussianNoise", "g", sigma=0.1),
        ]
        built = build({"class_name": "Sequential", "config": layers}, "1.0.0")
        assert built.input_shape == (None, 8, 2)
        assert built.output_shape == (None, 9, 3)

    @pytest.mark.parametrize(
        ("mode", "expected"), [("sum", 3.0), ("mul", 2.0), ("ave", 1.5), ("max", 2.0)]
    )
    def test_merges(self, mode: str, expected: float) -> None:
        merge = of("Merge", "m", mode=mode, mode_type="raw", concat_axis=-1, dot_axes=-1)
        layers = [
            called(given("a", 4)),
            called(given("b", 4)),
            called(merge, [["a", 0, 0], ["b", 0, 0]]),
        ]
        built = build(functional("f", layers, [["a", 0, 0], ["b", 0, 0]], [["m", 0, 0]]), "1.2.2")
        given_values = [np.ones((1, 4)), np.full((1, 4), 2.0)]
        np.testing.assert_array_equal(built(given_values), np.full((1, 4), expected))


class TestSlashesInNames:
    def test_stay_in_the_names_of_the_graph_and_find_their_weights(self, tmp_path: Path) -> None:
        original = chain((3,), layer("Dense", units=3, name="a"), layer("Dense", units=3, name="b"))
        path = saved(original, tmp_path / "model.h5")
        renamed = {"a": "block/2", "b": "block/1"}
        with h5py.File(path, "r+") as file:
            weights = file["model_weights"]
            for old, new in renamed.items():
                weights.move(old, new)
            weights.attrs["layer_names"] = sorted(renamed.values())
            layers = [dense(name, 3) for name in renamed.values()]
            file.attrs["model_config"] = json.dumps(sequential(given("in", 3), *layers))
            file.attrs["keras_version"] = "2.2.0"
        opened = open_model(path)
        assert [call.name for call in opened.calls] == ["in", "block/2", "block/1"]
        assert [row.name for row in plan(opened).rows] == ["in", "block/2", "block/1"]
        inputs = np.ones((2, 3), "float32")
        np.testing.assert_allclose(opened.keras(inputs), original(inputs), rtol=1e-6)


class TestRefusals:
    def refused(self, config: Config, folder: Path) -> str:
        original = chain((3,), layer("Dense", units=4, name="a"), layer("Dense", units=2, name="b"))
        with pytest.raises(NeurongraphError) as raised:
            open_model(old_file(original, config, folder / "model.h5"))
        return str(raised.value)

    def test_name_the_layer_in_its_models_and_what_helps(self, tmp_path: Path) -> None:
        inner = functional(
            "tower",
            [called(given("i", 3)), called(dense("t/1", 4, brand_new=1), [["i", 0, 0]])],
            [["i", 0, 0]],
            [["t/1", 0, 0]],
        )
        layers = [called(given("in", 3)), called(inner, [["in", 0, 0]])]
        said = self.refused(functional("m", layers, [["in", 0, 0]], [["tower", 1, 0]]), tmp_path)
        assert "layer 'tower/t/1': TypeError: Unrecognized keyword arguments" in said
        assert "{'brand_new': 1}" in said
        assert "save it anew" in said
        assert len(said.splitlines()) == 1

    def test_of_a_call_give_the_reason_and_no_more(self, tmp_path: Path) -> None:
        layers = [given("in", 3), dense("a", 4), of("Reshape", "r", target_shape=[5])]
        said = self.refused(sequential(*layers), tmp_path)
        assert "layer 'r': ValueError: The total size of the tensor must be unchanged" in said

    @pytest.mark.parametrize("units", [3, 5])
    def test_of_weights_that_do_not_fit_name_the_layer_and_both_shapes(
        self, units: int, tmp_path: Path
    ) -> None:
        config = sequential(given("in", 3), dense("a", units), dense("b", 2))
        said = self.refused(config, tmp_path)
        assert f"layer 'a': its kernel has the shape (3, 4) in the file, but (3, {units})" in said

    def test_of_a_graph_that_is_none(self, tmp_path: Path) -> None:
        layers = [called(given("in", 3)), called(dense("a", 4), [["in", 3, 0]])]
        said = self.refused(functional("m", layers, [["in", 0, 0]], [["a", 0, 0]]), tmp_path)
        assert "loops or disconnected nodes" in said
        assert "{" not in said


def test_a_file_of_keras_3_is_not_rewritten(tmp_path: Path) -> None:
    original = randomized(chain((3,), layer("Dense", units=4, activation="hard_sigmoid", name="a")))
    for name in ("model.keras", "model.h5"):
        opened = open_model(saved(original, tmp_path / name))
        inputs = np.linspace(-3, 3, 12, dtype="float32").reshape(4, 3)
        np.testing.assert_array_equal(opened.keras(inputs), original(inputs))


LAMBDA = {
    "class_name": "__lambda__",
    "config": {"value": "4wE=", "defaults": None, "closure": None},
}
CODE = {"class_name": "function", "config": "system", "module": "os", "registered_name": "system"}
HOSTILE: dict[str, Config] = {
    "layers that are none": functional("m", [3, None], [["in", 0, 0]], [["a", 0, 0]]),  # type: ignore[list-item]
    "no name": functional("m", [{**given("in", 4), "inbound_nodes": []}], [], []),
    "ends that are texts": functional("m", [called(given("in", 4))], "in", "in"),
    "calls that are numbers": functional(
        "m", [called(given("in", 4)), called(dense("a", 4), 7)], [["in", 0, 0]], [["a", 0, 0]]
    ),
    "arguments that are a list": functional(
        "m",
        [called(given("in", 4)), called(dense("a", 4), [["in", 0, 0, [1]]])],
        [["in", 0, 0]],
        [["a", 0, 0]],
    ),
    "a call of itself": functional(
        "m",
        [called(given("in", 4)), called(dense("a", 4), [["a", 0, 0]])],
        [["in", 0, 0]],
        [["a", 0, 0]],
    ),
    "a shape of objects": sequential(dense("a", 4, batch_input_shape=[None, {"x": 1}])),
    "a shape of 10^30": sequential(dense("a", 4, batch_input_shape=[None, 10**30])),
    "units of 10^30 by their old name": sequential(
        given("in", 3), of("Dense", "a", output_dim=10**30)
    ),
    "a name that is a list": sequential(
        given("in", 3), {"class_name": "Dense", "config": {"name": ["x"], "units": 4}}
    ),
    "code for an activation": sequential(given("in", 3), dense("a", 4, activation=LAMBDA)),
    "a function of the system": sequential(given("in", 3), dense("a", 4, activation=CODE)),
    "a lambda": sequential(given("in", 3), of("Lambda", "a", function=["4wE=", None, None])),
    "code in a wrapper": sequential(given("in", 3), of("TimeDistributed", "t", layer=LAMBDA)),
    "code for a class": sequential(given("in", 3), {**of("system", "a"), "module": "os"}),
    "code in a constant": functional(
        "m",
        [
            called(given("in", 3)),
            called(of("TFOpLambda", "a", function="math.add"), ["in", 0, 0, {"y": LAMBDA}]),
        ],
        [["in", 0, 0]],
        [["a", 0, 0]],
    ),
    "a function of no operation": functional(
        "m",
        [
            called(given("in", 3)),
            called(of("TFOpLambda", "a", function="py_function"), ["in", 0, 0, {}]),
        ],
        [["in", 0, 0]],
        [["a", 0, 0]],
    ),
}


@pytest.mark.parametrize("config", HOSTILE.values(), ids=HOSTILE)
def test_what_no_keras_wrote_is_refused_and_run_by_nobody(config: Config, tmp_path: Path) -> None:
    original = chain((3,), layer("Dense", units=4, name="a"))
    path = old_file(original, config, tmp_path / "model.h5")
    with pytest.raises(ModelFileError, match=path.name):
        open_model(path)

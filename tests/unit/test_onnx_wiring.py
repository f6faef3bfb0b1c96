"""Every family of ONNX operations, replayed from the stream; the witness is onnxruntime."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.planning.push import plan
from exporter.reading.formats import open_model
from exporter.reading.onnx import lookups
from exporter.wiring.onnx.evaluation import evaluated
from queries.errors import UnsupportedLayerError
from tests.unit.onnx_models import Node, agrees, made, random, saved

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

IMAGE = (1, 4, 5, 6)


def node(op: str, *weights: Any, **attributes: Any) -> tuple[list[Node], dict[str, Any]]:
    """Return one node that reads ``x`` and constants, and these."""
    names = [f"w{place}" if each is not None else '""' for place, each in enumerate(weights)]
    constants = {
        name: np.asarray(each)
        for name, each in zip(names, weights, strict=True)
        if each is not None
    }
    return [(op, " ".join(["x", *names]), "y", attributes)], constants


IMAGES: dict[str, tuple[list[Node], dict[str, Any]]] = {
    "conv": node("Conv", random(3, 4, 3, 2), random(3)),
    "conv pads": node("Conv", random(3, 4, 3, 2), pads=[2, 0, 1, 1], strides=[2, 1]),
    "conv dilated": node("Conv", random(3, 4, 2, 2), dilations=[2, 3]),
    "conv lower": node("Conv", random(3, 4, 4, 2), auto_pad="SAME_LOWER"),
    "conv upper": node("Conv", random(3, 4, 4, 2), auto_pad="SAME_UPPER", strides=[2, 2]),
    "conv valid": node("Conv", random(3, 4, 2, 2), auto_pad="VALID"),
    "conv groups": node("Conv", random(6, 2, 3, 3), random(6), group=2),
    "depthwise": node("Conv", random(8, 1, 3, 3), group=4),
    "transposed": node("ConvTranspose", random(4, 3, 3, 2), random(3), strides=[2, 3]),
    "transposed pads": node("ConvTranspose", random(4, 3, 3, 3), pads=[1, 0, 2, 1], strides=[2, 2]),
    "transposed longer": node(
        "ConvTranspose", random(4, 3, 3, 3), strides=[3, 2], output_padding=[2, 1]
    ),
    "transposed groups": node("ConvTranspose", random(4, 3, 2, 2), group=2, dilations=[2, 1]),
    "transposed shape": node(
        "ConvTranspose", random(4, 3, 3, 3), strides=[2, 2], output_shape=[10, 11]
    ),
    "transposed cut": node("ConvTranspose", random(4, 3, 2, 2), pads=[3, 2, 1, 0]),
    "max": node("MaxPool", kernel_shape=[2, 3], strides=[1, 2], pads=[1, 2, 0, 1]),
    "max ceil": node("MaxPool", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
    "max dilated": node("MaxPool", kernel_shape=[2, 2], dilations=[2, 3]),
    "average": node("AveragePool", kernel_shape=[3, 2], pads=[1, 1, 1, 1]),
    "average counted": node(
        "AveragePool", kernel_shape=[3, 2], pads=[1, 1, 1, 1], count_include_pad=1
    ),
    "average ceil": node(
        "AveragePool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, count_include_pad=1
    ),
    "average same": node("AveragePool", kernel_shape=[3, 3], auto_pad="SAME_LOWER"),
    "norm pool": node("LpPool", kernel_shape=[2, 2], p=2),
    "norm pool 1": node("LpPool", kernel_shape=[2, 2], p=1, pads=[1, 0, 0, 1]),
    "norm pool 3": node("LpPool", kernel_shape=[2, 2], p=3),
    "global max": node("GlobalMaxPool"),
    "global average": node("GlobalAveragePool"),
    "global norm": node("GlobalLpPool", p=2),
    "lrn": node("LRN", size=3, alpha=0.2, beta=0.6, bias=1.5),
    "batch": node(
        "BatchNormalization", random(4), random(4), random(4), np.square(random(4)), epsilon=0.1
    ),
    "instance": node("InstanceNormalization", random(4), random(4)),
    "group": node("GroupNormalization", random(4), random(4), num_groups=2),
    "layer": node("LayerNormalization", random(5, 6), random(5, 6), axis=2),
    "unit": node("LpNormalization", axis=1, p=2),
    "reshape": node("Reshape", np.array([1, -1, 6])),
    "transpose": node("Transpose", perm=[0, 3, 1, 2]),
    "slice": node("Slice", np.array([3, 1]), np.array([0, 9]), np.array([1, 3]), np.array([-1, 2])),
    "pad": node("Pad", np.array([0, 0, 1, 0, 0, 2, 0, 1])),
    "pad a constant": node("Pad", np.array([0, 0, 1, 0, 0, 2, 0, 1]), np.float32(1.5)),
    "pad reflected": node("Pad", np.array([0, 0, 1, 0, 0, 0, 0, 1]), mode="reflect"),
    "gather": node("Gather", np.array([2, 0, 2]), axis=1),
    "depth": node("DepthToSpace", blocksize=2),
    "expand": node("Expand", np.array([3, 1, 4, 5, 6])),
    "nearest": node("Resize", None, np.array([1, 1, 2, 1.5], np.float32), mode="nearest"),
    "linear": node(
        "Resize",
        None,
        np.array([1, 1, 2, 0.5], np.float32),
        mode="linear",
        coordinate_transformation_mode="align_corners",
    ),
    "cubic": node("Resize", None, np.array([1, 1, 1.7, 2], np.float32), mode="cubic"),
    "cropped": node(
        "Resize",
        np.array([0.3, -0.2, 1.2, 0.7], np.float32),
        np.zeros(0, np.float32),
        np.array([4, 3]),
        axes=[2, 3],
        mode="linear",
        coordinate_transformation_mode="tf_crop_and_resize",
        extrapolation_value=1.5,
    ),
    **{
        f"resize {policy}": node(
            "Resize",
            None,
            None,
            np.array([7, 9]),
            axes=[2, 3],
            mode="linear",
            keep_aspect_ratio_policy=policy,
        )
        for policy in ("not_larger", "not_smaller")
    },
    "antialiased": node(
        "Resize", None, np.array([1, 1, 0.6, 0.5], np.float32), mode="linear", antialias=1
    ),
    "mean": node("ReduceMean", np.array([2, 3]), keepdims=0),
    "mean of all": node("ReduceMean", keepdims=0),
    "sum of the batch": node("ReduceSum", np.array([0, 2]), keepdims=0),
    "norm": node("ReduceL2", np.array([1])),
    "norm 1": node("ReduceL1", np.array([1])),
    "log of powers": node("ReduceLogSumExp", np.array([3])),
    "product": node("ReduceProd", np.array([3])),
    "softmax": node("Softmax", axis=1),
    "prelu": node("PRelu", random(4, 1, 1)),
    "selu": node("Selu", alpha=1.5, gamma=0.7),
    "shrink": node("Shrink", lambd=0.5, bias=0.5),
    "hard sigmoid": node("HardSigmoid", alpha=0.3, beta=0.4),
    "sum": node("Sum", random(4, 1, 1), random(6)),
    "largest": node("Max", np.float32(0.2), np.float32(-1)),
    "smallest": node("Min", random(6), random(4, 1, 1)),
    "largest of more": (
        [("ReduceMean", "x axis", "m", {}), ("Max", "m w", "y", {})],
        {"axis": [1], "w": np.zeros((4, 1, 1), np.float32)},
    ),
    "added up": node("CumSum", np.array(2), exclusive=1),
    "added up backwards": node("CumSum", np.array(-1), reverse=1),
    "diagonal": (
        [("Reshape", "x shape", "f", {}), ("EyeLike", "f", "e", {"k": 1}), ("Add", "f e", "y", {})],
        {"shape": [12, 10]},
    ),
    "remainder": node("Mod", np.float32(0.7), fmod=1),
    "remainders": node("Mod", np.array([0.7, 2, 0.7, 3, 3, 2], np.float32), fmod=1),
    "powers": node("Pow", np.array([2, 3, 0.5, 2, -1, 3], np.float32)),
    "power of tensors": ([("Pow", "x x", "y", {})], {}),
    **{
        f"infinite {sign}": (
            [
                ("Mul", "x large", "m", {}),
                ("Exp", "m", "e", {}),
                ("Mul", "e x", "i", {}),
                ("IsInf", "i", "f", {f"detect_{sign}": 0}),
                ("Cast", "f", "y", {"to": 1}),
            ],
            {"large": np.array([1000, -1000, 1, 2, 3, 4], np.float32)},
        )
        for sign in ("positive", "negative")
    },
    "where": ([("Where", "c x w", "y", {})], {"c": random(5, 6) > 0, "w": random(1)}),
    "join a constant": ([("Concat", "x w", "y", {"axis": 1})], {"w": random(1, 2, 5, 6)}),
    "matmul": node("MatMul", random(4, 6, 3)),
    "constant first": ([("MatMul", "w x", "y", {})], {"w": random(3, 5)}),
    "einsum": node("Einsum", random(4, 6, 7), equation="bchw,cwd->bdh"),
    "write": node("ScatterElements", np.array([[[[1]], [[-1]]]]), random(1, 2, 1, 1), axis=1),
    "write into parts": node("ScatterND", np.array([[0, 1, 2], [0, 3, 0]]), random(2, 6)),
    **{
        f"write and join {joined}": node(
            "ScatterND",
            np.array([[0, 1, 2], [0, 3, 0], [0, 1, 2]]),
            random(3, 6),
            reduction=joined,
        )
        for joined in ("add", "mul", "max", "min")
    },
    "join neurons": (
        [
            ("Slice", "x from to by", "s", {}),
            ("ScatterElements", "x places s", "y", {"axis": 1, "reduction": "add"}),
        ],
        {"from": [0], "to": [2], "by": [1], "places": np.full((1, 2, 5, 6), 3)},
    ),
    **{
        f"sample {mode} {outside} {aligned}": node(
            "GridSample",
            1.3 * random(1, 3, 2, 2),
            mode=mode,
            padding_mode=outside,
            align_corners=aligned,
        )
        for mode in ("linear", "nearest", "cubic")
        for outside, aligned in (("zeros", 0), ("border", 1), ("reflection", 0), ("reflection", 1))
    },
    "frequencies": (
        [("Unsqueeze", "x last", "u", {}), ("DFT", "u length axis", "y", {"onesided": 1})],
        {"last": [4], "length": np.array(5), "axis": np.array(3)},
    ),
    "frames": (
        [("Reshape", "x flat", "f", {}), ("STFT", "f step window", "y", {})],
        {"flat": [1, 120, 1], "step": np.array(8), "window": random(16)},
    ),
    "columns": (
        [("Reshape", "x shape", "f", {}), ("Col2Im", "f image block", "y", {"pads": [0, 1, 0, 0]})],
        {"shape": [1, 12, 10], "image": [3, 5], "block": [2, 2]},
    ),
    "regions": node(
        "RoiAlign",
        np.array([[0.5, 0, 4, 3], [1, 1, 3, 4.5]], np.float32),
        np.array([0, 0]),
        output_height=2,
        output_width=3,
    ),
    "add a product": (
        [
            ("Reshape", "x shape", "f", {}),
            ("Gemm", "f f w", "g", {"alpha": 0.5, "transA": 1}),
            ("Gemm", "g w g", "y", {"beta": 2.0}),
        ],
        {"shape": [20, 6], "w": random(6, 6)},
    ),
    "vector": (
        [("Reshape", "x flat", "f", {}), ("MatMul", "f w", "v", {}), ("MatMul", "v m", "y", {})],
        {"flat": [-1], "w": random(120, 3), "m": random(2, 3, 2)},
    ),
    "einsum without output": node("Einsum", random(6, 2), equation="...w,wd"),
    "self product": (
        [("Transpose", "x", "t", {"perm": [0, 1, 3, 2]}), ("MatMul", "x t", "y", {})],
        {},
    ),
}


@pytest.mark.parametrize("case", IMAGES)
def test_agrees_with_onnxruntime(case: str, tmp_path: Path) -> None:
    nodes, weights = IMAGES[case]
    read = [(op, reads.replace('""', "-"), puts, each) for op, reads, puts, each in nodes]
    model = made(read, {"x": IMAGE}, weights=weights, opset=21)
    for each in model.graph.node:
        each.input[:] = ["" if name == "-" else name for name in each.input]
    agrees(model, tmp_path)


def test_of_parts_the_first_may_be_left_out(tmp_path: Path) -> None:
    nodes: list[Node] = [("Split", "x", "a b c", {"axis": 1, "num_outputs": 3})]
    model = made([*nodes, ("Sub", "c b", "y", {})], {"x": (1, 6, 2)})
    assert len(agrees(model, tmp_path).layers) == 2


def test_an_output_without_a_name_is_none_that_a_left_out_input_reads(tmp_path: Path) -> None:
    nodes: list[Node] = [("MaxPool", "x", "p q", {"kernel_shape": [2, 2]})]
    model = made(
        [*nodes, ("Clip", "p q high", "y", {})],
        {"x": (1, 1, 4, 4)},
        weights={"high": np.float32(1)},
    )
    model.graph.node[0].output[1] = model.graph.node[1].input[1] = ""
    agrees(model, tmp_path)


@pytest.mark.parametrize("opset", [15, 16])
def test_comparisons_broadcast_in_each_version(opset: int, tmp_path: Path) -> None:
    nodes: list[Node] = [("LessOrEqual", "x w", "less", {}), ("Where", "less x w", "y", {})]
    agrees(made(nodes, {"x": (1, 4, 3)}, weights={"w": random(4, 1)}, opset=opset), tmp_path)


@pytest.mark.parametrize(
    "case",
    [
        *(
            "conv",
            "conv groups",
            "transposed",
            "max",
            "average counted",
            "norm pool",
            "lrn",
            "batch",
        ),
        *("instance", "group", "layer", "linear", "mean", "global average", "softmax", "einsum"),
    ],
)
def test_a_batch_that_is_baked_in_agrees(case: str, tmp_path: Path) -> None:
    nodes, weights = IMAGES[case]
    # The shape allows no other batch.
    flat: list[Node] = [("Reshape", "y flat", "z", {})]
    model = made(
        [*nodes, *flat], {"x": (2, *IMAGE[1:])}, weights={**weights, "flat": [2, -1]}, opset=21
    )
    for each in model.graph.node:
        each.input[:] = ["" if name == '""' else name for name in each.input]
    model.graph.output[0].type.tensor_type.shape.dim.add().dim_value = 2
    model.graph.output[0].type.tensor_type.shape.dim.add().dim_value = 1 << 20
    assert agrees(model, tmp_path).layers[0].shape == (2, 4, 5, 6)


def test_what_onnx_defines_by_others_is_taken_apart(tmp_path: Path) -> None:
    model = made(
        [
            ("MeanVarianceNormalization", "x", "m", {}),
            ("MeanVarianceNormalization", "m", "y", {"axes": [1]}),
        ],
        {"x": IMAGE},
    )
    names = [layer.name for layer in agrees(model, tmp_path).layers]
    assert {"m/ReduceMean", "y/ReduceMean", "y/ReduceMean_2"} <= {*names}


def test_attention_is_taken_apart(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", minversion="1.23")
    weights = {name: random(6, 6) for name in "qkv"}
    model = made(
        [
            *(("MatMul", f"x {name}", f"{name}s", {}) for name in "qkv"),
            ("Attention", "qs ks vs", "y", {"q_num_heads": 2, "kv_num_heads": 2}),
        ],
        {"x": (1, 4, 6)},
        weights=weights,
        opset=23,
    )
    names = [layer.name for layer in agrees(model, tmp_path).layers]
    assert any(name.startswith("y/MatMul") for name in names)


@pytest.mark.parametrize(
    ("reads", "settings"),
    [
        # A mask is -inf in the steps, and the lowest number in onnxruntime's own attention.
        ("x k k m", {"is_causal": 1, "qk_matmul_output_mode": 2}),
        # The steps name double precision.
        ("x k k m", {"softmax_precision": 11, "qk_matmul_output_mode": 3}),
        # An input in between is left out.
        ("x k k - k k", {"is_causal": 1, "qk_matmul_output_mode": 3}),
    ],
)
def test_steps_of_attention_agree(reads: str, settings: dict[str, int], tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", minversion="1.23")
    model = made(
        [("Attention", reads, "y pk pv qk", settings)],
        {"x": (1, 2, 4, 6)},
        weights={"k": random(1, 2, 5, 6), "m": random(4, 5)},
        outputs=["y", "qk"],
        opset=23,
    )
    model.graph.node[0].input[:] = ["" if name == "-" else name for name in reads.split()]
    agrees(model, tmp_path)


def test_outputs_without_values_are_constants(tmp_path: Path) -> None:
    model = made(
        [("Split", "x sizes", "none rest", {"axis": 1}), ("Concat", "rest none", "y", {"axis": 1})],
        {"x": (1, 3)},
        weights={"sizes": np.array([0, 3])},
    )
    agrees(model, tmp_path)


@pytest.mark.parametrize(
    ("nodes", "weights", "said"),
    [
        (*node("ScatterND", np.array([[0, 4]]), random(1, 5, 6)), "outside of its tensor"),
        (
            *node("Upsample", np.array([1, 1, 1 << 22, 1], np.float32)),
            "an axis of its output has 20,971,520 places",
        ),
    ],
)
def test_what_no_handler_computes_says_why(
    nodes: list[Node], weights: dict[str, Any], said: str, tmp_path: Path
) -> None:
    model = made(nodes, {"x": IMAGE}, weights=weights, opset=9 if "Upsample" in nodes[0] else 18)
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(open_model(saved(model, tmp_path)))


def test_where_the_witness_differs_from_the_standard_resizing_is_refused(tmp_path: Path) -> None:
    nodes, weights = node(
        "Resize",
        np.zeros(0, np.float32),
        np.array([1, 1, 0.7, 1], np.float32),
        mode="linear",
        coordinate_transformation_mode="align_corners",
    )
    model = made(nodes, {"x": IMAGE}, weights=weights)
    with pytest.raises(UnsupportedLayerError, match="align its corners differently"):
        plan(open_model(saved(model, tmp_path)))


def test_tokens_are_looked_up_in_a_table(tmp_path: Path) -> None:
    from onnx import TensorProto

    model = made(
        [("Gather", "table x", "e", {}), ("MatMul", "e w", "y", {})],
        {"x": (1, 5)},
        weights={"table": random(7, 3), "w": random(3, 2)},
    )
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.INT64
    agrees(model, tmp_path)


def _wrapped(read: str, places: int, dtype: type) -> tuple[list[Node], dict[str, Any]]:
    """Return a lookup behind what counts negative places from the end of a table."""
    nodes: list[Node] = [
        ("Less", f"{read} zero", "less", {}),
        ("Add", f"{read} length", "added", {}),
        ("Where", f"less added {read}", "place", {}),
        ("Gather", "table place", "y", {}),
    ]
    weights = {"zero": dtype(0), "length": dtype(places), "table": random(5, 3)}
    return nodes, weights


@pytest.mark.parametrize("read", ["x", "t"])
def test_places_that_stay_the_same_in_a_table_are_not_computed(read: str, tmp_path: Path) -> None:
    nodes, weights = _wrapped(read, 5, np.int32)
    cast: list[Node] = [("Cast", "x", "t", {"to": 6})]
    model = made([*cast, *nodes], {"x": (1, 4)}, weights=weights)
    if read == "x":
        model.graph.input[0].type.tensor_type.elem_type = 6
    planned = agrees(model, tmp_path)
    assert [layer.class_name for layer in planned.layers][-2:] == ["Gather", "Gather"]
    assert len(planned.layers) == 3 + (read == "t")


def test_places_that_change_are_computed_and_refused(tmp_path: Path) -> None:
    nodes, weights = _wrapped("x", 4, np.int32)
    model = made(nodes, {"x": (1, 4)}, weights=weights)
    model.graph.input[0].type.tensor_type.elem_type = 6
    with pytest.raises(UnsupportedLayerError, match=r"added \(Add: it computes in int32"):
        plan(open_model(saved(model, tmp_path)))


def test_half_precision_is_read_as_single(tmp_path: Path) -> None:
    from onnx import TensorProto

    model = made(
        [("Conv", "x w", "y", {})],
        {"x": (1, 2, 4, 4)},
        weights={"w": random(3, 2, 2, 2).astype(np.float16)},
    )
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.elem_type = TensorProto.FLOAT16
    agrees(model, tmp_path)
    assert open_model(saved(model, tmp_path)).half_precisions == ("float16",)


@pytest.mark.parametrize(
    ("nodes", "layers"),
    [
        ([("MatMul", "x w", "m", {}), ("Add", "m b", "a", {}), ("Relu", "a", "y", {})], 2),
        ([("MatMul", "x w", "m", {}), ("Relu", "m", "a", {}), ("Add", "a b", "y", {})], 3),
        ([("MatMul", "x w", "m", {}), ("Add", "b m", "a", {}), ("Add", "a m", "y", {})], 4),
        ([("MatMul", "x w", "m", {}), ("Relu", "m", "a", {}), ("Relu", "m", "y", {})], 4),
    ],
)
def test_what_alone_reads_a_layer_becomes_part_of_it(
    nodes: list[Node], layers: int, tmp_path: Path
) -> None:
    outputs = ["a", "y"] if nodes[-1][1] == "m" else None
    model = made(nodes, {"x": (1, 3)}, weights={"w": random(3, 4), "b": random(4)}, outputs=outputs)
    assert len(agrees(model, tmp_path).layers) == layers


def test_a_long_table_is_looked_at_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []

    def noted(node: Any, feeds: Any, opset: int) -> Any:
        sizes.append(max(np.size(feed) for feed in feeds))
        return evaluated(node, feeds, opset)

    monkeypatch.setattr(lookups, "evaluated", noted)
    places = 70_000
    nodes, weights = _wrapped("x", places, np.int32)
    weights["table"] = np.zeros((places, 1), np.float32)
    model = made(nodes, {"x": (1, 4)}, weights=weights)
    model.graph.input[0].type.tensor_type.elem_type = 6
    assert [call.class_name for call in open_model(saved(model, tmp_path)).calls] == [
        "Input",
        "Gather",
    ]
    assert max(sizes) == 1 << 16
    assert len(sizes) == 9


def test_nodes_of_one_name_are_taken_apart_each(tmp_path: Path) -> None:
    """A node without a name is called as its output, and so may another be."""
    weights = {
        "w": random(3, 3),
        "wl": random(1, 12, 3),
    }
    model = made(
        [
            ("Gemm", "x w x", "a", {}),
            ("Gemm", "a w x", "b", {}),
            ("MeanVarianceNormalization", "b", "c", {"axes": [1]}),
            ("Sigmoid", "c", "s", {}),
            ("MeanVarianceNormalization", "s", "d", {"axes": [1]}),
            ("Unsqueeze", "d zero", "e", {}),
            ("LSTM", "e wl wl", "f0 f", {"hidden_size": 3}),
            ("LSTM", "f wl wl", "g0 g", {"hidden_size": 3}),
            ("Tanh", "g", "y", {}),
        ],
        {"x": (1, 3)},
        weights={**weights, "zero": np.array([0])},
    )
    for first, second in ((0, 1), (2, 4), (6, 7)):
        node, other = model.graph.node[first], model.graph.node[second]
        node.name, other.name = other.output[0], ""
    planned = agrees(model, tmp_path)
    assert {"b/MatMul", "b_1/MatMul"} < {layer.name for layer in planned.layers}


def test_functions_of_double_precision_are_read_as_single(tmp_path: Path) -> None:
    from onnx import TensorProto, helper, numpy_helper

    model = made([("Both", "x", "y", {"domain": "mine"})], {"x": (1, 3)})
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("mine", 1)]
    one = numpy_helper.from_array(np.ones(3), "one")
    nodes = [
        helper.make_node("Cast", ["a"], ["d"], to=TensorProto.DOUBLE),
        helper.make_node("Constant", [], ["one"], value=one),
        helper.make_node("Add", ["d", "one"], ["e"]),
        helper.make_node("Cast", ["e"], ["b"], to=TensorProto.FLOAT),
    ]
    del model.opset_import[:]
    model.opset_import.extend(opsets)
    model.functions.append(helper.make_function("mine", "Both", ["a"], ["b"], nodes, opsets))
    agrees(model, tmp_path)

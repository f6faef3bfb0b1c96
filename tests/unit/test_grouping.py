"""Channel and layer graphs, against sums over the relationships between the neurons."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from exporter.planning import aggregation
from exporter.planning.grouping import grouped
from exporter.planning.layer import PlannedLayer
from exporter.planning.plan import Plan
from queries.core.granularity import Granularity
from tests.unit.builders import Spec, chain, layer, named, randomized, wired

SPACE = (6, 5, 4)
SPECS = [
    layer("Conv2D", filters=6, kernel_size=3, strides=2, padding="same"),
    layer("Conv2D", filters=6, kernel_size=(2, 3), groups=2, dilation_rate=(1, 2)),
    layer("DepthwiseConv2D", kernel_size=3, depth_multiplier=2, padding="same"),
    layer("SeparableConv2D", filters=5, kernel_size=2),
    layer("Conv2DTranspose", filters=3, kernel_size=3, strides=2, padding="same"),
    layer("MaxPooling2D", pool_size=2),
    layer("AveragePooling2D", pool_size=3, strides=2, padding="same"),
    layer("GlobalAveragePooling2D"),
    layer("Dense", units=7),
    layer("BatchNormalization"),
    layer("BatchNormalization", axis=1),
    layer("PReLU"),
    layer("UpSampling2D", size=2, interpolation="bilinear"),
    layer("EinsumDense", equation="abcd,bde->abce", output_shape=(6, 5, 3), bias_axes="be"),
    layer("EinsumDense", equation="abcd,cbde->aecb", output_shape=(3, 5, 6)),
    layer("Softmax", axis=1),
]
BEFORE = [
    [],
    [layer("Flatten")],
    [layer("Permute", dims=(3, 1, 2))],
    [layer("Reshape", target_shape=(4, 15, 2))],
    [layer("ZeroPadding2D", padding=1)],
]


def every_edge(planned: PlannedLayer) -> pd.DataFrame:
    blocks = [planned.block(*bounds) for bounds in planned.ranges()]
    frames = [pd.DataFrame(dict(block.columns)) for block in blocks]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def groups(plan: Plan, granularity: Granularity) -> dict[int, int]:
    """Number the layers, or their channels, in the order of the plan; by neuron."""
    tables = [planned.neuron_table("m", 0, planned.neurons) for planned in plan.layers]
    neurons = pd.concat([table.to_pandas() for table in tables])
    keys = ["layer_index"] if granularity == "layer" else ["layer_index", "channel"]
    return dict(zip(neurons["id"], neurons.groupby(keys).ngroup(), strict=True))


def expected(planned: PlannedLayer, group: dict[int, int]) -> pd.DataFrame:
    edges = every_edge(planned)
    if edges.empty:
        return edges
    weight = edges["weight"].astype(float)
    edges = pd.DataFrame(
        {
            "source": edges["source"].map(group),
            "target": edges["target"].map(group),
            "weight": weight,
            "l1": weight.abs(),
            "l2": weight**2,
            "largest": weight.abs(),
            "edges": 1,
        }
    )
    adding = dict.fromkeys(["weight", "l1", "l2", "edges"], "sum") | {"largest": "max"}
    summed = edges.groupby(["target", "source"], as_index=False).agg(adding)
    return summed.assign(l2=np.sqrt(summed["l2"]))


def assert_sums(plan: Plan, granularity: Granularity) -> None:
    coarse, group = grouped(plan, granularity), groups(plan, granularity)
    assert coarse.neurons == max(group.values()) + 1
    assert not coarse.replayable
    for fine, made in zip(plan.layers, coarse.layers, strict=True):
        wanted, found = expected(fine, group), every_edge(made)
        assert made.edges == len(wanted)
        table = made.neuron_table("m", 0, made.neurons).to_pandas()
        assert table["neurons"].sum() == fine.neurons
        if len(wanted):
            found = found[wanted.columns].sort_values(["target", "source"], ignore_index=True)
            pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("granularity", ["channel", "layer"])
@pytest.mark.parametrize("spec", SPECS, ids=named(SPECS))
def test_relationships_are_sums(spec: Spec, granularity: Granularity, tmp_path: Path) -> None:
    case = wired(chain(SPACE, layer("Conv2D", filters=4, kernel_size=1), spec), tmp_path)
    assert_sums(case.plan, granularity)


@pytest.mark.parametrize("granularity", ["channel", "layer"])
@pytest.mark.parametrize("moves", BEFORE, ids=str)
def test_moves_before_a_layer(moves: list[Spec], granularity: Granularity, tmp_path: Path) -> None:
    flat = moves == [layer("Flatten")]
    seen = [layer("Reshape", target_shape=(30, 4))] if flat else []
    seen.append(layer("Conv1D" if flat else "Conv2D", filters=3, kernel_size=2))
    behind = [layer("Flatten"), layer("Dense", units=3)]
    case = wired(chain(SPACE, layer("ReLU"), *moves, *seen, *behind), tmp_path)
    assert_sums(case.plan, granularity)


@pytest.mark.parametrize("granularity", ["channel", "layer"])
@pytest.mark.parametrize("piece", [1, 7, 50, 1 << 20])
def test_pieces_change_nothing(
    piece: int, granularity: Granularity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aggregation, "PIECE", piece)
    layers = [layer("MaxPooling2D", pool_size=2), layer("Flatten"), layer("Dense", units=4)]
    seen = layer("Conv2D", filters=4, kernel_size=3, groups=2, padding="same")
    assert_sums(wired(chain(SPACE, seen, *layers), tmp_path).plan, granularity)


def test_channels_before_space(tmp_path: Path) -> None:
    first: dict[str, Any] = {"data_format": "channels_first"}
    layers = [
        layer("Conv2D", filters=6, kernel_size=2, groups=2, **first),
        layer("MaxPooling2D", pool_size=2, **first),
        layer("Flatten", **first),
        layer("Dense", units=2),
    ]
    case = wired(chain((4, 5, 6), *layers), tmp_path)
    assert_sums(case.plan, "channel")
    assert grouped(case.plan, "channel").layers[0].neurons == 4


def test_branches_that_merge(tmp_path: Path) -> None:
    import keras

    layers = keras.layers
    read = keras.Input(SPACE)
    a, b = layers.Conv2D(4, 3, padding="same")(read), layers.Conv2D(4, 1)(read)
    both = layers.Concatenate()([layers.Add()([a, b]), layers.Multiply()([a, b]), read])
    out = layers.Conv2D(3, 2)(both[:, 1:]) * 2.0
    case = wired(randomized(keras.Model(read, [out, keras.ops.sum(both, axis=-1)])), tmp_path)
    for granularity in ("channel", "layer"):
        assert_sums(case.plan, granularity)


def test_blocks_hold_as_many_edges_as_asked_for(tmp_path: Path) -> None:
    case = wired(chain(SPACE, layer("Conv2D", filters=6, kernel_size=3)), tmp_path)
    coarse = grouped(case.plan, "channel").layers[1]
    blocks = [coarse.block(*bounds) for bounds in coarse.ranges(8)]
    assert [len(block) for block in blocks] == [8, 8, 8]
    assert np.concatenate([block.target for block in blocks]).tolist() == sorted(
        [*range(coarse.first, coarse.last + 1)] * 4
    )


def test_bias_is_the_mean_of_the_channel(tmp_path: Path) -> None:
    spec = layer("EinsumDense", equation="abc,bcd->abd", output_shape=(3, 6), bias_axes="bd")
    case = wired(chain((3, 4), spec), tmp_path)
    bias = np.asarray(case.model.keras.layers[-1].bias)
    coarse = grouped(case.plan, "channel").layers[1].neuron_table("m", 0, 6)
    np.testing.assert_allclose(coarse["bias"].to_numpy(), bias.mean(axis=0), rtol=1e-6)
    whole = grouped(case.plan, "layer").layers[1].neuron_table("m", 0, 1)
    assert whole["bias"][0].as_py() == pytest.approx(bias.mean())
    assert whole["name"][0].as_py() == case.plan.layers[1].name

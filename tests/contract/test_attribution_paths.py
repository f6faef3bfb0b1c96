"""The strongest paths of an answer in each store, and their pictures."""

from typing import Any, Final

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.errors import ParameterError
from queries.library.declaration import CircuitLevel
from tests.contract.reference import Reference
from tests.contract.test_plots import data

pytestmark = pytest.mark.computed

TOWARDS: Final = "odds[2]"
LEVELS: Final[tuple[CircuitLevel, ...]] = ("channel", "layer")
ALL: Final = 1_000_000


def inputs(reference: Reference, samples: int = 1) -> NDArray[np.float32]:
    random = np.random.default_rng(11)
    return random.standard_normal((samples, *reference.layers[0].shape)).astype(np.float32)


def whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a row a path, with the product of what stands along it."""
    paths = frame.groupby(["input", "path"], sort=False)
    rows = paths.first()
    return rows.assign(product=rows["value"] * paths["weight"].prod(), hops=paths.size())


def test_each_is_what_begins_times_its_weights(graph: NeuronGraph, reference: Reference) -> None:
    x = inputs(reference, samples=2)
    for level in ("neuron", *LEVELS):
        frame = graph.attribution_paths(x, towards=TOWARDS, k=7, level=level)
        paths = whole(frame)
        assert paths["product"].to_numpy() == pytest.approx(paths["attribution"].to_numpy())
        for _, of_one in paths.groupby("input"):
            size = of_one["attribution"].abs()
            assert size.is_monotonic_decreasing
            assert of_one["mass_share"].to_numpy() == pytest.approx(size / of_one["mass"])
            assert len(of_one) <= 7
        assert (frame["weight"].isna() == (frame["hop"] == 0)).all()
        last = frame.groupby(["input", "path"])["name"].last().unique().tolist()
        assert last == [TOWARDS if level != "layer" else "odds"]


def test_all_of_them_are_the_target(pooled: NeuronGraph, references: dict[str, Reference]) -> None:
    x = inputs(references["pooled"])
    neurons = pooled.attribution(x, towards=TOWARDS)
    value = float(pooled.activations(x, TOWARDS)["pre_activation"].iloc[0])
    few = pooled.attribution_paths(x, towards=TOWARDS, k=1)
    for level in ("neuron", *LEVELS):
        paths = whole(pooled.attribution_paths(x, towards=TOWARDS, k=ALL, level=level))
        assert paths["attribution"].sum() == pytest.approx(value, rel=1e-4)
        assert paths["share"].sum() == pytest.approx(1)
        assert paths["mass_share"].sum() == pytest.approx(1)
        assert (paths["paths"] == len(paths)).all()
        of_inputs = paths[paths["begin"] == "input"]
        if level == "neuron":
            given = neurons[neurons["layer"] == "pixels"].set_index("name")["attribution"]
            found = of_inputs.groupby("name")["attribution"].sum()
            assert found.to_numpy() == pytest.approx(given[found.index].to_numpy())
            own = paths[paths["begin"] == "bias"].groupby("name")["attribution"].sum()
            begun = neurons.set_index("name")["bias_part"][own.index]
            assert own.to_numpy() == pytest.approx(begun.to_numpy())
            assert few["attribution"].iloc[0] == paths["attribution"].iloc[0]


def test_those_from_some_neurons(pooled: NeuronGraph, references: dict[str, Reference]) -> None:
    x = inputs(references["pooled"])
    every = whole(pooled.attribution_paths(x, towards=TOWARDS, k=ALL))
    for source in ("pixels", "hidden"):
        found = whole(pooled.attribution_paths(x, source, towards=TOWARDS, k=ALL))
        kept = every[every["layer"] == source]
        assert found["attribution"].tolist() == kept["attribution"].tolist()
        assert found["mass"].unique().tolist() == every["mass"].unique().tolist()
    channels = whole(pooled.attribution_paths(x, "hidden[1]", towards=TOWARDS, level="channel"))
    assert set(channels["name"]) == {"hidden[1]"}


def test_integrated_gradients_have_none_between_neurons(
    pooled: NeuronGraph, references: dict[str, Reference]
) -> None:
    x = inputs(references["pooled"])
    with pytest.raises(ParameterError, match="no path between neurons; take rescale"):
        pooled.attribution_paths(x, rule="ig")
    for level in LEVELS:
        how: Any = {"towards": TOWARDS, "rule": "ig", "steps": 4}
        paths = whole(pooled.attribution_paths(x, k=ALL, level=level, **how))
        given = pooled.attribution(x, "pixels", **how)["attribution"].sum()
        assert paths["attribution"].sum() == pytest.approx(given)
        assert set(paths["begin"]) <= {"input", "balance"}


def test_are_drawn(graph: NeuronGraph, reference: Reference) -> None:
    x = inputs(reference)[0]
    for level in ("neuron", "channel"):
        frame = graph.attribution_paths(x, towards=TOWARDS, k=6, level=level)
        drawn = graph.plot.attribution_paths(x, towards=TOWARDS, k=6, level=level).figure
        steps = pd.concat([data(drawn, "positive"), data(drawn, "negative")])
        hops = frame[frame["hop"] > 0]
        assert steps["attribution"].sum() == pytest.approx(hops["attribution"].sum())
        begins = pd.concat([data(drawn, "positive begins"), data(drawn, "negative begins")])
        first = frame[frame["hop"] == 0]
        assert begins["attribution"].sum() == pytest.approx(first["attribution"].sum())
        assert set(begins["name"]) == set(first["name"])
        places = data(drawn, "places").set_index("id")
        layers = graph.layers()["name"].tolist()
        order = [layers.index(name) for name in places["layer"]]
        assert (np.array(order) - places["x"].to_numpy() == order[0] - places["x"].iloc[0]).all()
    with pytest.raises(ParameterError, match="2 samples, and the paths of one are drawn"):
        graph.plot.attribution_paths(np.stack([x, x]))
    early = graph.neurons(reference.layers[1].name)["name"].iloc[0]
    with pytest.raises(ParameterError, match="no path leads there"):
        graph.plot.attribution_paths(x, reference.layers[-1].name, towards=early)

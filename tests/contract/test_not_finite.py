"""Weights that are NaN or infinite: each query against plain NumPy, and alike in all stores."""

import io
import json
import math
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from exporter import drop, inspect, load
from exporter.cli import app
from queries import NeuronFilter, NeuronGraph
from queries.answers.path import Distinct
from queries.core.file_format import FileFormat
from queries.errors import NotFiniteError
from queries.library.queries import queries
from tests.contract.diverged import by_hand, save_diverged
from tests.contract.stores import GraphStore
from tests.examples import RECORDED
from tests.servers import LTS, NEWEST, importing

Known = Any
"""The graph of NetworkX, whose stubs leave weights open."""

NAME, LATER, CHANNELS = "diverged", "diverged-later", "diverged-channels"
LAST = {"source": "pixels", "target": "last"}
ENDS: dict[str, Any] = {"source": "pixels", "target": NeuronFilter(layer=["join", "last"])}

AT: dict[str, Any] = {"input": np.linspace(0, 1, 9).reshape(3, 3, 1)}
QUESTIONS: dict[str, list[dict[str, Any]]] = {
    "activation_statistics": [
        {"input": np.linspace(0, 1, 18).reshape(2, 3, 3, 1), "level": level}
        for level in ("neuron", "channel", "layer")
    ],
    "activations": [AT],
    "adjacency": [{}],
    "attention": [AT],
    "bifans": [{"source": "pixels", "target": "left", "threshold": 0.4}],
    "channel_importance": [{"k": 2}, {"target": "last", "k": 1}],
    "combine": [{"first": "head", "second": "last"}, {"first": "left", "second": "join"}],
    "compare_edges": [{"other": LATER, "k": 100}, {"other": LATER, "measure": "relative"}],
    "compare_layers": [{"other": LATER}],
    "compare_neurons": [
        {"other": LATER, "measure": each, "k": 100} for each in ("weights", "strength", "bias")
    ],
    "dead_neurons": [{}, {"threshold": 0.5}],
    "degree": [{}],
    "duplicate_channels": [{"least": -1.0}],
    "edges": [{}, {"min_weight": 0.5}, {"source": "right", "target": "join"}],
    "effective_weights": [ENDS],
    "eigenvector_centrality": [{"neurons": "join", "tol": 0.01}],
    "field_neurons": [{"neurons": "join[1]"}],
    "katz": [{}, {"weights": "signed"}],
    "laplacian": [{"neurons": "head"}],
    "layer_statistics": [{}],
    "layers": [{}],
    "longest_path": [{}, {"weights": "absolute"}],
    "neighbours": [
        {"neurons": "join", "k": 9},
        {"neurons": "left[0]", "min_weight": 0.4},
        {"neurons": "right", "direction": "out"},
    ],
    "neurons": [{}, {"neurons": NeuronFilter(bias=(None, 1.0))}],
    "path_counts": [ENDS],
    "path_norm": [LAST, ENDS],
    "projective_field": [{"neurons": "pixels[0]@2,2"}],
    "receptive_field": [{"neurons": "head"}, {"neurons": "join"}],
    "shortest_paths": [ENDS],
    "strength": [
        {"direction": direction, "measure": measure}
        for direction in ("in", "out")
        for measure in ("absolute", "signed", "count")
    ],
    "strongest_edges": [{"k": 3}, {"k": 1000}, {"target": "last"}, {"source": "left", "k": 4}],
    "strongest_paths": [
        {**ENDS, "k": 30},
        {**LAST, "k": 5},
        {**ENDS, "distinct": "channel", "k": 9},
        {**ENDS, "distinct": "target"},
    ],
    "summary": [{}],
    "top_inputs": [{"input": np.linspace(0, 1, 18).reshape(2, 3, 3, 1), "k": 2}],
    "top_neurons": [{"k": 3}, {"measure": "in_strength", "k": 20}],
    "weight_distribution": [{"bins": 4}, {"neurons": "last", "bins": 3}],
    "widest_path": [LAST, ENDS],
    "zero_channels": [{"threshold": 5.0}],
}
UNDEFINED: dict[str, dict[str, Any]] = {
    "attribution": AT,
    "attribution_paths": AT,
    "circuit": AT,
    "circuit_nodes": AT,
    "circuit_overlap": {**AT, "other_input": AT["input"]},
    "circuit_scores": AT,
    "class_circuit": AT,
    "compare_circuits": {**AT, "other_input": AT["input"]},
    "conservation": AT,
    "contrast": AT,
    "contributions": {**AT, "neurons": "last"},
    "difference": AT,
    "deletion_curve": AT,
    "edge_attribution": AT,
    "head_loadings": AT,
    "influence": AT,
    "intervene": {**AT, "neurons": "last"},
    "pagerank": {},
    "path_centrality": {},
    "recovery_curve": AT,
    "laplacian": {"neurons": NeuronFilter(layer=["head", "last"])},
    "eigenvector_centrality": {"weights": "absolute"},
    "top_inputs": {**AT, "measure": "attribution"},
    "top_neurons": {"measure": "pagerank"},
}
IN_ANY_ORDER = ("edges", "adjacency")


@pytest.fixture(scope="session")
def diverged_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the model, and a later checkpoint of it."""
    folder = tmp_path_factory.mktemp("diverged")
    files = {NAME: folder / "diverged.keras", LATER: folder / "later.keras"}
    save_diverged(files[NAME])
    save_diverged(files[LATER], later=True)
    return files


def load_all(files: dict[str, Path], location: str, **options: Any) -> None:
    for name, file in files.items():
        load(file, location, name=name, **options)
    load(files[NAME], location, name=CHANNELS, granularity="channel", **options)


@pytest.fixture(scope="session")
def dataset(
    diverged_files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NeuronGraph]:
    """Give a dataset of both models, with which other stores are compared."""
    location = f"{tmp_path_factory.mktemp('diverged')}/dataset/"
    load_all(diverged_files, location)
    with NeuronGraph(location, model=NAME) as graph:
        yield graph


@pytest.fixture(scope="session")
def diverged(store: GraphStore, diverged_files: dict[str, Path]) -> Iterator[NeuronGraph]:
    """Give both models in each store, open for queries about the first."""
    load_all(diverged_files, store.location)
    with NeuronGraph(store.location, model=NAME) as graph:
        yield graph
    for name in (*diverged_files, CHANNELS):
        drop(name, store.location)


@pytest.fixture(params=["dataset", "model-file"])
def graph(
    request: pytest.FixtureRequest, dataset: NeuronGraph, diverged_files: dict[str, Path]
) -> Iterator[NeuronGraph]:
    """Give the model read from a store, and computed from its file."""
    if request.param == "dataset":
        yield dataset
        return
    with NeuronGraph(diverged_files[NAME]) as opened:
        yield opened


@pytest.fixture(scope="session")
def known() -> Known:
    return by_hand()


def weights_of(known: Known, *layers: str) -> list[tuple[int, int, float]]:
    """Return source, target and weight of the edges into some layers, by default all."""
    return [
        (source, target, weight)
        for source, target, weight in known.edges(data="weight")
        if not layers or known.nodes[target]["layer"] in layers
    ]


def members(known: Known, *layers: str) -> list[int]:
    return [node for node, layer in known.nodes(data="layer") if layer in layers]


def paths_between(known: Known, sources: Any, target: int) -> list[list[float]]:
    """Return the weights along each path."""
    return [
        [known.edges[pair]["weight"] for pair in pairwise(path)]
        for source in sources
        for path in nx.all_simple_paths(known, source, target)
    ]


def products(paths: list[list[float]], change: Callable[[float], float] = abs) -> float:
    """Return the sum over paths of the product of weights, as Python computes it."""
    return sum((math.prod(map(change, path)) for path in paths), 0.0)


def same(found: pd.DataFrame, expected: pd.DataFrame, query: str) -> None:
    if query in IN_ANY_ORDER:
        found, expected = (
            each.sort_values(["source", "target"]).reset_index(drop=True)
            for each in (found, expected)
        )
    if query == "layers" and found["checksum"].isna().all():
        # A model file has no checksums.
        names = ["checksum", "neuron_checksum"]
        found, expected = (each.drop(columns=names) for each in (found, expected))
    pd.testing.assert_frame_equal(found, expected, rtol=1e-6)


def test_every_query_is_asked() -> None:
    assert QUESTIONS.keys() | UNDEFINED.keys() | {"models"} | RECORDED == queries().keys()


def all_questions() -> Iterator[tuple[str, dict[str, Any]]]:
    for query, asked in QUESTIONS.items():
        for values in asked:
            yield query, values


class TestStores:
    def test_answer_alike(self, diverged: NeuronGraph, dataset: NeuronGraph) -> None:
        for query, values in all_questions():
            found, expected = (getattr(each, query)(**values) for each in (diverged, dataset))
            same(found, expected, query)
            assert found.attrs == expected.attrs

    def test_answer_alike_about_channels(self, diverged: NeuronGraph, dataset: NeuronGraph) -> None:
        for query, values in all_questions():
            if "other" in values or "@" in str(values):
                continue
            for by in ("weight", "largest"):
                if "by" not in {each.name for each in queries()[query].parameters}:
                    continue
                both = (diverged, dataset)
                found, expected = (
                    getattr(each, query)(**values, by=by, model=CHANNELS) for each in both
                )
                same(found, expected, query)

    def test_refuse_alike(self, diverged: NeuronGraph) -> None:
        for query, values in UNDEFINED.items():
            with pytest.raises(NotFiniteError, match=r"last 1|left 8|join 2"):
                getattr(diverged, query)(**values)


def test_a_model_file_answers_alike(dataset: NeuronGraph, diverged_files: dict[str, Path]) -> None:
    with NeuronGraph(diverged_files[NAME]) as opened:
        for query, values in all_questions():
            if "other" in values:
                continue
            found, expected = (getattr(each, query)(**values) for each in (opened, dataset))
            same(found, expected, query)
            assert found.attrs == expected.attrs
        for query, values in UNDEFINED.items():
            with pytest.raises(NotFiniteError, match=r"last 1|left 8|join 2"):
                getattr(opened, query)(**values)


def test_csv_holds_them(
    dataset: NeuronGraph, diverged_files: dict[str, Path], tmp_path: Path
) -> None:
    load(diverged_files[NAME], f"{tmp_path}/csv/", name=NAME, file_format="csv")
    with NeuronGraph(f"{tmp_path}/csv/") as opened:
        same(opened.edges(), dataset.edges(), "edges")
        same(opened.neurons(), dataset.neurons(), "neurons")
        same(opened.effective_weights(**ENDS), dataset.effective_weights(**ENDS), "")


@pytest.mark.neo4j
@pytest.mark.full
@pytest.mark.parametrize(
    ("version", "file_format"), [(LTS, "csv"), (LTS, "parquet"), (NEWEST, "parquet")]
)
def test_an_import_holds_them(
    dataset: NeuronGraph,
    diverged_files: dict[str, Path],
    tmp_path: Path,
    version: str,
    file_format: FileFormat,
) -> None:
    load(diverged_files[NAME], tmp_path, name=NAME, file_format=file_format)
    with importing(version, tmp_path) as server, NeuronGraph(server.uri) as opened:
        same(opened.edges(), dataset.edges(), "edges")
        same(opened.neurons(), dataset.neurons(), "neurons")
        same(opened.layers(), dataset.layers(), "layers")


class TestCounts:
    def test_of_a_load(self, diverged_files: dict[str, Path], tmp_path: Path) -> None:
        report = load(diverged_files[NAME], tmp_path / "graph.lbug")
        assert report.not_finite_weights == {"left": 12, "last": 1, "join": 2}
        assert report.not_finite_biases == {"left": 9, "last": 1, "join": 1}
        assert report.not_finite == (
            "Not finite (NaN or infinite): 15 relationships have a weight (left 12, last 1, "
            "join 2); 11 neurons have a bias (left 9, last 1, join 1)."
        )
        assert json.loads(report.json)["not_finite_weights"] == report.not_finite_weights

    @pytest.mark.parametrize("granularity", ["neuron", "channel", "layer"])
    def test_of_an_inspection(
        self, diverged_files: dict[str, Path], tmp_path: Path, granularity: Any
    ) -> None:
        seen = inspect(diverged_files[NAME], granularity=granularity)
        report = load(diverged_files[NAME], tmp_path / "graph.lbug", granularity=granularity)
        assert seen.not_finite == report.not_finite != ""
        with NeuronGraph(tmp_path / "graph.lbug") as opened:
            weights, neurons = opened.edges()["weight"], opened.neurons()
            layers = opened.layers()
            assert layers["not_finite_weights"].sum() == (~np.isfinite(weights)).sum()
            assert opened.summary()["not_finite"][0] == (~np.isfinite(weights)).sum()
            # A frame has NaN both for a bias of NaN and for none.
            biased = neurons[~neurons["layer"].isin(["pixels", "right"])]
            assert layers["not_finite_biases"].sum() == (~np.isfinite(biased["bias"])).sum()

    @pytest.mark.parametrize("top", [None, 2])
    def test_of_a_load_without_weak_ones(
        self, diverged_files: dict[str, Path], tmp_path: Path, top: int | None
    ) -> None:
        report = load(diverged_files[NAME], tmp_path / "graph.lbug", min_weight=0.5, top=top)
        assert report.not_finite_weights == {"left": 12, "last": 1, "join": 2}
        with NeuronGraph(tmp_path / "graph.lbug") as opened:
            weights = opened.edges(target="last[0]")["weight"]
            assert weights.isna().sum() == 1


class TestStored:
    def test_edges(self, graph: NeuronGraph, known: Known) -> None:
        every = pd.DataFrame(weights_of(known), columns=["source", "target", "weight"])
        same(graph.edges(), every, "edges")
        strong = every[every["weight"].abs() >= 0.5]
        same(graph.edges(min_weight=0.5), strong, "edges")

    def test_summary(self, graph: NeuronGraph, known: Known) -> None:
        weights = np.array([weight for *_, weight in weights_of(known)])
        found = graph.summary().iloc[0]
        assert found["min_weight"] == -np.inf
        assert found["max_weight"] == np.inf
        assert np.isnan(found["mean_weight"])
        assert found["not_finite"] == 15
        assert found["zero_weights"] == (weights == 0).sum()

    def test_strongest_edges(self, graph: NeuronGraph, known: Known) -> None:
        rows = [edge for edge in weights_of(known) if not np.isnan(edge[2])]
        rows.sort(key=lambda edge: (-abs(edge[2]), edge[0], edge[1]))
        for k in (3, 7, 12, 1000):
            found = graph.strongest_edges(k=k)
            ends = list(zip(found["source"], found["target"], found["weight"], strict=True))
            assert ends == rows[:k]
        assert "left 12, last 1, join 2" in found.attrs["note"]

    def test_neighbours(self, graph: NeuronGraph, known: Known) -> None:
        found = graph.neighbours("join[0]")
        into = [(s, w) for s, t, w in weights_of(known, "join") if t == 40 and not np.isnan(w)]
        into.sort(key=lambda edge: (-abs(edge[1]), edge[0]))
        assert list(zip(found["id"], found["weight"], strict=True)) == into

    @pytest.mark.parametrize("measure", ["absolute", "signed"])
    @pytest.mark.parametrize("direction", ["in", "out"])
    def test_strength(self, graph: NeuronGraph, known: Known, direction: Any, measure: Any) -> None:
        change = abs if measure == "absolute" else float
        found = graph.strength(direction=direction, measure=measure)
        end = 1 if direction == "in" else 0
        expected = [
            sum((change(edge[2]) for edge in weights_of(known) if edge[end] == node), 0.0)
            for node in known
        ]
        np.testing.assert_allclose(found["strength"], expected, rtol=1e-5)
        assert 0 < np.isnan(expected).sum() < len(expected) / 2

    def test_weight_distribution(self, graph: NeuronGraph, known: Known) -> None:
        found = graph.weight_distribution(bins=5)
        for layer in ("left", "right", "join", "head", "last"):
            weights = np.array([weight for *_, weight in weights_of(known, layer)])
            finite = weights[np.isfinite(weights)]
            counts, bounds = np.histogram(finite, 5)
            own = found[found["layer"] == layer]
            inside = own[own["bin"].notna()]
            assert inside["bin"].tolist() == np.flatnonzero(counts).tolist()
            assert inside["edges"].tolist() == counts[counts > 0].tolist()
            np.testing.assert_allclose(inside["low"], bounds[:-1][counts > 0], atol=1e-9)
            others = own[own["bin"].isna()]
            assert others["edges"].sum() == len(weights) - len(finite)
            assert others["low"].isna().all()
            np.testing.assert_allclose(own["share"], own["edges"] / len(weights))

    def test_a_bound_leaves_a_bias_of_nan_out(self, graph: NeuronGraph) -> None:
        below = graph.neurons(NeuronFilter(layer=["left", "join", "last"], bias=(None, 9.0)))
        assert below["bias"].tolist() == pytest.approx([0.1] * 9 + [0.5, -0.2])
        above = graph.neurons(NeuronFilter(layer=["left", "join", "last"], bias=(0.3, None)))
        assert above["bias"].tolist() == [0.5, np.inf]


class TestSums:
    @pytest.mark.parametrize("weights", ["absolute", "signed"])
    def test_katz(self, graph: NeuronGraph, known: Known, weights: Any) -> None:
        change = abs if weights == "absolute" else float
        expected: dict[int, float] = {}
        for node in nx.topological_sort(known):
            into = known.in_edges(node, data="weight")
            expected[node] = 1 + 0.1 * sum(change(w) * expected[s] for s, _, w in into)
        found = graph.katz(weights=weights).set_index("id")["katz"]
        np.testing.assert_allclose(found, [expected[node] for node in found.index], rtol=1e-5)
        assert found.isna().sum() == 9

    @pytest.mark.parametrize("target", ["head", "last", "join", "left"])
    def test_path_counts(self, graph: NeuronGraph, known: Known, target: str) -> None:
        source = NeuronFilter(layer="pixels", x=range(2))
        begin = graph.neurons(source)["id"]
        found = graph.path_counts(source, target)
        for row in found.to_dict("records"):
            paths = paths_between(known, begin, row["id"])
            assert row["paths"] == len(paths)
            expected = (products(paths), products(paths, float))
            np.testing.assert_allclose((row["absolute"], row["signed"]), expected, rtol=1e-5)
        whole = graph.path_norm(source, target)
        np.testing.assert_allclose(whole["absolute"][0], sum(found["absolute"].tolist()))

    def test_fields(self, graph: NeuronGraph, known: Known) -> None:
        for neuron in (9, 12, 20, 36, 37, 39, 40, 41):
            found = graph.field_neurons(neuron)
            expected = {
                node: products(paths_between(known, [node], neuron))
                for node in nx.ancestors(known, neuron)
            }
            own = found[found["id"] != neuron].set_index("id")["weight"]
            assert sorted(own.index) == sorted(expected)
            np.testing.assert_allclose(own, [expected[node] for node in own.index], rtol=1e-5)
            by_layer = graph.receptive_field(neuron).set_index("layer")["weight"]
            for layer, part in found.groupby("layer"):
                total = sum(part["weight"].tolist())
                np.testing.assert_allclose(by_layer[layer], total, rtol=1e-6)

    def test_projective_field(self, graph: NeuronGraph, known: Known) -> None:
        found = (
            graph.field_neurons(8, direction="out")
            .set_index("id")["weight"]
            .drop(8, errors="ignore")
        )
        expected = [products(paths_between(known, [8], node)) for node in found.index]
        np.testing.assert_allclose(found, expected, rtol=1e-5)

    @pytest.mark.parametrize(("source", "target"), [("pixels", "join"), ("right", "last")])
    def test_effective_weights(
        self, graph: NeuronGraph, known: Known, source: str, target: str
    ) -> None:
        found = graph.effective_weights(source, target)
        pairs = found.set_index(["source", "target"])["weight"]
        for begin in members(known, source):
            for end in members(known, target):
                expected = products(paths_between(known, [begin], end), float)
                got = pairs.get((begin, end), 0.0)
                np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)

    def test_effective_biases(self, graph: NeuronGraph) -> None:
        found = graph.effective_weights("right", "last")
        bias = found.groupby("target")["bias"].first()
        # 0.4 of head[0], and 0 of head[1], which the weight of NaN leads from.
        kernel = graph.edges("head[0]", "last")["weight"]
        np.testing.assert_allclose(bias[38], 0.5 + 0.4 * kernel[0], rtol=1e-6)
        assert np.isnan(bias[39])
        joined = graph.combine("left", "join")
        assert joined["bias"].isna().all()

    def test_adjacency(self, graph: NeuronGraph, known: Known) -> None:
        matrix = graph.to_scipy("left", "join").toarray()
        expected = nx.to_numpy_array(known, nonedge=0.0)[18:36, 40:42]
        np.testing.assert_array_equal(matrix, expected)


class TestPaths:
    def test_strongest(self, graph: NeuronGraph, known: Known) -> None:
        ranked = []
        for target in (38, 39, 40, 41):
            for weights in paths_between(known, range(9), target):
                product = abs(math.prod(weights))
                if product > 0 and not np.isnan(product):
                    ranked.append(_rank(weights))
        ranked.sort(reverse=True)
        found = graph.strongest_paths(**ENDS, k=1000)
        paths = [each.tolist() for _, each in found.dropna().groupby("path")["weight"]]
        assert len(paths) == len(ranked) > 30
        np.testing.assert_allclose([_rank(each) for each in paths], ranked, rtol=1e-5)
        strengths = found.groupby("path")["strength"].first()
        assert strengths.tolist() == [abs(math.prod(each)) for each in paths]
        assert np.isinf(strengths[1])
        channels = found["name"].str.partition("@")[0].groupby(found["path"]).agg(tuple)
        targets = found.groupby("path")["id"].last()
        kinds: dict[Distinct, pd.Series[Any]] = {"channel": channels, "target": targets}
        for distinct, kind in kinds.items():
            first = kind.drop_duplicates().index
            of_each = graph.strongest_paths(**ENDS, k=1000, distinct=distinct)
            best = [each.tolist() for _, each in of_each.dropna().groupby("path")["weight"]]
            np.testing.assert_allclose(
                [_rank(each) for each in best], [ranked[path - 1] for path in first], rtol=1e-5
            )
            assert len(first) < len(ranked)

    def test_widest(self, graph: NeuronGraph, known: Known) -> None:
        widths = [
            min(map(abs, weights))
            for target in (40, 41)
            for weights in paths_between(known, range(9), target)
            if not any(map(np.isnan, weights))
        ]
        found = graph.widest_path("pixels", "join")
        assert found["weakest"].iloc[0] == pytest.approx(max(widths))
        assert found["weight"].dropna().abs().min() == found["weakest"].iloc[0]
        # Where all that leads there is infinite, so is the width.
        assert graph.widest_path(5, "left[1]@1,0")["weakest"].iloc[0] != np.inf
        assert graph.widest_path(3, "left[1]@0,0")["weakest"].iloc[0] == np.inf

    def test_shortest(self, graph: NeuronGraph, known: Known) -> None:
        for target in ("left", "join", "last"):
            found = graph.shortest_paths(8, target)
            for row in found.to_dict("records"):
                paths = paths_between(known, [8], row["id"])
                lengths = [sum(map(abs, path)) for path in paths]
                known_ones = [length for length in lengths if not np.isnan(length)]
                expected = min(known_ones, default=np.nan)
                np.testing.assert_allclose(row["length"], expected, rtol=1e-5)
                assert pd.isna(row["hops"]) == (not paths)
        one = graph.shortest_paths(1, "left[0]@0,0")
        assert (one["hops"][0], one["length"].isna()[0]) == (1, True)

    @pytest.mark.parametrize("weights", ["absolute", "signed"])
    def test_longest(self, graph: NeuronGraph, weights: Any) -> None:
        found = graph.longest_path(weights=weights)
        assert found["length"].iloc[-1] == np.inf
        assert not np.isnan(found["weight"].iloc[1:]).any()
        assert not (found["weight"] == -np.inf).any() or weights == "absolute"


def _rank(weights: list[float]) -> tuple[int, float]:
    """Return how many weights are infinite, and the product of the others."""
    finite = [abs(weight) for weight in weights if np.isfinite(weight)]
    return len(weights) - len(finite), math.prod(finite)


class TestOrder:
    def test_top_neurons(self, graph: NeuronGraph) -> None:
        every = graph.katz().dropna()
        found = graph.top_neurons(k=4)
        for layer, part in found.groupby("layer"):
            own = every[every["layer"] == layer]["katz"].sort_values(ascending=False)
            np.testing.assert_allclose(part["value"], own[:4])
        assert found["value"].notna().all()

    def test_channel_importance(self, graph: NeuronGraph) -> None:
        found = graph.channel_importance("last[1]", k=9)
        assert found["importance"].notna().all()
        assert set(found["layer"]) == {"pixels", "right", "head", "last"}
        every = graph.channel_importance(k=9).set_index("name")
        # All of these lead to NaN, and but one channel of the other convolution to infinity.
        assert not {"pixels", "right"} & set(every["layer"])
        assert (every["rank"]["left[1]"], every["importance"]["left[1]"]) == (1, np.inf)

    def test_dead_neurons(self, graph: NeuronGraph, known: Known) -> None:
        strong: nx.DiGraph[int] = nx.DiGraph()
        strong.add_nodes_from(known)
        strong.add_edges_from((s, t) for s, t, w in weights_of(known) if not abs(w) <= 0.95)
        outputs, inputs = members(known, "join", "last"), members(known, "pixels")
        alive = {node for node in known if _joined(strong, node, outputs, nx.descendants)}
        fed = {node for node in known if _joined(strong, node, inputs, nx.ancestors)}
        found = graph.dead_neurons(threshold=0.95)
        assert set(found["id"]) == set(known) - (alive & fed)

    def test_layer_statistics(self, graph: NeuronGraph, known: Known) -> None:
        found = graph.layer_statistics().set_index("layer")
        for layer in ("left", "right", "join", "head", "last"):
            weights = np.array([weight for *_, weight in weights_of(known, layer)])
            row = found.loc[layer]
            assert row["not_finite"] == (~np.isfinite(weights)).sum()
            assert row["min"] == np.nanmin(weights)
            assert row["max"] == np.nanmax(weights)
            assert np.isnan(row["mean"]) == np.isnan(weights).any()
            assert np.isnan(row["spectral_norm"]) == (not np.isfinite(weights).all())
            assert row["zero_share"] == (weights == 0).mean()

    def test_duplicate_channels(self, graph: NeuronGraph) -> None:
        found = graph.duplicate_channels(least=-1)
        assert set(found["layer"]) == {"head"}

    def test_zero_channels(self, graph: NeuronGraph) -> None:
        assert "last[0]" not in graph.zero_channels(threshold=1e9)["name"].tolist()

    def test_bifans(self, graph: NeuronGraph, known: Known) -> None:
        found = graph.bifans("pixels", "left", threshold=0.4).iloc[0]
        assert found["pairs"] == sum(not abs(w) <= 0.4 for *_, w in weights_of(known, "left"))


def _joined(graph: "nx.DiGraph[int]", node: int, ends: list[int], along: Any) -> bool:
    return node in ends or bool(along(graph, node) & set(ends))


class TestComparison:
    def test_with_itself(self, dataset: NeuronGraph) -> None:
        layers = dataset.compare_layers(NAME)
        assert layers["changed"].sum() == 0
        assert (layers["largest_change"] == 0).all()
        neurons = dataset.compare_neurons(NAME, k=100)
        assert (neurons["weight_change"] == 0).all()
        assert (neurons["bias_change"].dropna() == 0).all()
        assert (dataset.compare_edges(NAME, k=1000)["change"] == 0).all()

    def test_edges(self, dataset: NeuronGraph) -> None:
        one, other = dataset.edges(), dataset.edges(model=LATER)
        both = one.merge(other, on=["source", "target"], suffixes=("", "_other"))
        same_place = both["weight"].isna() & both["weight_other"].isna()
        same_place |= both["weight"] == both["weight_other"]
        change = np.where(same_place, 0.0, both["weight_other"] - both["weight"])
        found = dataset.compare_edges(LATER, k=1000)
        assert len(found) == np.count_nonzero(~np.isnan(change))
        expected = np.sort(np.abs(change[~np.isnan(change)]))[::-1]
        np.testing.assert_allclose(found["change"].abs(), expected)
        layers: Any = dataset.compare_layers(LATER).set_index("layer")
        assert layers["changed"].sum() == np.count_nonzero(change)
        assert layers.loc["left", "largest_change"] == 0
        assert layers.loc["join", "largest_change"] == np.inf
        assert np.isnan(layers.loc["last", "bias_change"])
        assert layers.loc["left", "bias_change"] == 0


class TestShown:
    def test_plots(self, graph: NeuronGraph, tmp_path: Path) -> None:
        plot = graph.plot
        pictures = [
            plot.adjacency("left", "join"),
            plot.adjacency(measure="largest"),
            plot.centrality(measure="katz"),
            plot.centrality(measure="strength"),
            plot.receptive_field("join[0]"),
            plot.receptive_field("head"),
            plot.projective_field(8, "left"),
            plot.projective_field(8, "join"),
            plot.strongest_paths(**ENDS),
            plot.effective_weights("pixels", "join"),
            plot.weight_distribution(),
        ]
        for number, picture in enumerate(pictures):
            assert picture.save(tmp_path / f"{number}.html").stat().st_size > 1000
            assert "left 12, last 1, join 2" in picture.note

    def test_plot_of_a_comparison(self, dataset: NeuronGraph, tmp_path: Path) -> None:
        dataset.plot.comparison(LATER).save(tmp_path / "comparison.html")

    def test_exports(self, graph: NeuronGraph, known: Known, tmp_path: Path) -> None:
        whole = graph.to_networkx()
        for source, target, weight in weights_of(known):
            np.testing.assert_equal(whole.edges[source, target, 0]["weight"], weight)
        assert len(graph.to_networkx(k=5).edges) == 5
        thin: Any = graph.to_networkx(min_weight=0.5).edges(data="weight")
        assert all(abs(weight) >= 0.5 for *_, weight in thin)
        for suffix, read in ((".graphml", nx.read_graphml), (".gexf", nx.read_gexf)):
            graph.export(tmp_path / f"part{suffix}")
            again: Any = read(tmp_path / f"part{suffix}")
            weights = sorted((w for *_, w in again.edges(data="weight")), key=str)
            np.testing.assert_equal(weights, sorted((w for *_, w in weights_of(known)), key=str))
        graph.export(tmp_path / "part.dot")
        text = (tmp_path / "part.dot").read_text()
        assert "penwidth=nan" not in text
        assert text.count("style=dashed") == 8

    def test_json_and_csv(self, graph: NeuronGraph, tmp_path: Path) -> None:
        from queries.commands.output import destination, write

        frame = graph.edges(target="join")
        for suffix in (".json", ".csv", ".parquet"):
            write(frame, destination(None, tmp_path / f"edges{suffix}"))
        rows = json.loads((tmp_path / "edges.json").read_text(), parse_constant=pytest.fail)
        assert sum(row["weight"] is None for row in rows) == 2
        for again in (
            pd.read_csv(tmp_path / "edges.csv"),
            pd.read_parquet(tmp_path / "edges.parquet"),
        ):
            np.testing.assert_allclose(again["weight"], frame["weight"], rtol=1e-6)


class TestCommandLine:
    def invoke(self, *words: str | Path) -> Result:
        done = CliRunner().invoke(app, list(map(str, words)))
        assert done.exit_code == 0, done.output
        return done

    def test_says_how_many_and_where(self, diverged_files: dict[str, Path], tmp_path: Path) -> None:
        file, graph = diverged_files[NAME], tmp_path / "graph.lbug"
        said = "15 relationships have a weight (left 12, last 1, join 2)"
        assert said in self.invoke("inspect", file).stdout
        assert said in self.invoke("load", file, "--graph", graph).stdout
        rows = json.loads(self.invoke("inspect", file, "--format", "json").stdout)
        assert [row["not_finite_weights"] or 0 for row in rows] == [0, 0, 12, 0, 0, 0, 0, 1, 2]
        report = json.loads(self.invoke("load", file, "-g", graph, "--replace", "--json").stdout)
        assert report["not_finite_biases"] == {"left": 9, "last": 1, "join": 1}

    def test_notes_what_an_answer_leaves_out(self, diverged_files: dict[str, Path]) -> None:
        done = self.invoke(
            "query", "strongest_edges", "k=3", "-g", diverged_files[NAME], "--format", "json"
        )
        assert len(json.loads(done.stdout)) == 3
        assert "left 12, last 1, join 2. Weights of NaN are left out" in done.stderr

    def test_says_nothing_of_finite_weights(self, digits_file: Path) -> None:
        done = self.invoke("query", "strongest_edges", "k=3", "-g", digits_file)
        assert done.stderr == ""

    def test_an_inspection_without_readable_weights(
        self, diverged_files: dict[str, Path], tmp_path: Path
    ) -> None:
        content = diverged_files[NAME].read_bytes()
        broken = tmp_path / "broken.keras"
        with zipfile.ZipFile(broken, "w") as archive, zipfile.ZipFile(io.BytesIO(content)) as own:
            for name in own.namelist():
                weights = name.endswith(".h5")
                archive.writestr(name, b"no weights" if weights else own.read(name))
        seen = inspect(broken)
        assert seen.edges == inspect(diverged_files[NAME]).edges
        assert seen.frame["not_finite_weights"].isna().all()
        assert seen.not_finite == ""

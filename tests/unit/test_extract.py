"""Circuits of random models: what is left out, and that all adds up from the circuit alone."""

import numpy as np
import pytest

from queries.analysis.at_input.attribution import Attribution, attribution
from queries.analysis.at_input.rule import Rule
from queries.analysis.circuit import flow as flows
from queries.analysis.circuit.extract import Chosen, Pruning, extract
from queries.analysis.circuit.flow import Flow, flow, through_nodes
from queries.analysis.circuit.influence import node_influence, shares, with_leaves
from queries.analysis.circuit.passing import influence_of_neurons
from queries.analysis.network import Network
from queries.analysis.operators import Ids, Scores
from queries.errors import ParameterError
from tests.unit.at_input import Case, edges_of, random_case

SEEDS = range(5)


class Answer:
    """What one neuron of a random model says, and what flows to it between neurons or groups."""

    def __init__(self, seed: int, *, grouped: bool) -> None:
        self.case: Case = random_case(seed)
        network = self.network
        own = np.zeros(network.neurons)
        own[-1] = 1.0
        self.attributed: Attribution = attribution(self.case.frozen(Rule()), own)
        self.layer = np.concatenate([np.full(each.neurons, each.index) for each in network.layers])
        self.node = self.groups(seed) if grouped else np.arange(network.neurons)
        through = through_nodes(self.attributed, network, self.node)
        flowing = self.attributed.flowing
        self.flow: Flow = flow(flowing, through, network, self.node, apart=not grouped)
        nodes = len(self.flow.bias)
        self.own = np.bincount(self.node, own, nodes).astype(np.float64)
        self.inputs = np.bincount(self.node, self.attributed.frozen.inputs, nodes) > 0
        self.group = np.zeros(nodes, dtype=np.int64)
        self.group[self.node] = self.layer

    @property
    def network(self) -> Network:
        return self.case.network

    def groups(self, seed: int) -> Ids:
        """Return two groups a layer, by chance."""
        half = np.random.default_rng(seed).integers(0, 2, size=self.network.neurons)
        return np.unique(2 * self.layer + half, return_inverse=True)[1]

    def circuit(self, by: Pruning, nodes: float, edges: float) -> Chosen:
        return extract(
            self.flow,
            self.own,
            inputs=self.inputs,
            group=self.group,
            by=by,
            nodes=nodes,
            edges=edges,
        )


@pytest.fixture(params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def brute(answer: Answer, by_target: Scores) -> dict[tuple[int, int], float]:
    """Return what flows between nodes, relationship by relationship."""
    model = answer.attributed
    sums: dict[tuple[int, int], float] = {}
    for source, target, each in zip(*edges_of(model.frozen.network), strict=True):
        share = model.frozen.value[source] * each * by_target[target]
        pair = int(answer.node[source]), int(answer.node[target])
        sums[pair] = sums.get(pair, 0.0) + float(share)
    return sums


@pytest.mark.parametrize("grouped", [False, True])
def test_flows_are_sums_over_relationships(seed: int, grouped: bool) -> None:
    answer = Answer(seed, grouped=grouped)
    target, source = answer.flow.edges.nonzero()
    expected = brute(answer, answer.attributed.inner_gradient)
    dense = answer.flow.edges.toarray()
    for (begin, end), share in expected.items():
        assert dense[end, begin] == pytest.approx(share, abs=1e-12)
    assert set(zip(source.tolist(), target.tolist(), strict=True)) <= set(expected)
    contributions = answer.flow.edges.copy()
    contributions.data = answer.flow.contribution
    slope = answer.attributed.frozen.unit_slope * (answer.attributed.inner_gradient != 0)
    for (begin, end), share in brute(answer, slope).items():
        assert contributions.toarray()[end, begin] == pytest.approx(share, abs=1e-12)


def test_neurons_that_are_joined_twice_have_two_relationships() -> None:
    answers = [Answer(seed, grouped=False) for seed in SEEDS]
    pairs = [np.transpose(answer.flow.edges.nonzero()) for answer in answers]
    assert any(len(np.unique(each, axis=0)) < len(each) for each in pairs)


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("by", ["influence", "attribution"])
def test_what_is_kept_and_left_out_adds_up(seed: int, grouped: bool, by: Pruning) -> None:
    answer = Answer(seed, grouped=grouped)
    chosen = answer.circuit(by, 0.7, 0.8)
    nodes = len(answer.flow.bias)
    into = np.bincount(chosen.target, chosen.share, nodes)
    left_out = np.zeros(nodes)
    left_out[chosen.nodes] = chosen.left_out
    inner = chosen.nodes[~answer.inputs[chosen.nodes]]
    whole = (into + answer.flow.bias + left_out)[inner]
    scale = np.abs(answer.flow.attribution).max()
    np.testing.assert_allclose(whole, answer.flow.attribution[inner], atol=1e-12 * scale)


def test_nothing_is_left_out_where_all_is_wanted(seed: int) -> None:
    answer = Answer(seed, grouped=False)
    chosen = answer.circuit("attribution", 1.0, 1.0)
    assert not chosen.left_out.any()
    assert len(chosen.share) == answer.flow.edges.nnz


def test_inputs_and_biases_have_all_influence(seed: int) -> None:
    answer = Answer(seed, grouped=False)
    chosen = answer.circuit("influence", 1.0, 1.0)
    influence = np.zeros(len(answer.flow.bias))
    influence[chosen.nodes] = chosen.node_influence
    arriving = influence + answer.own
    into = np.bincount(chosen.target, chosen.edge_influence, len(influence))
    # What does not come over relationships into a node is the bias's.
    biases = (arriving - into)[~answer.inputs].sum()
    if not answer.flow.attribution.any():
        pytest.skip("nothing has to do with the answer")
    assert influence[answer.inputs].sum() + biases == pytest.approx(1, abs=1e-12)


def test_influence_by_passes_is_that_of_the_graph(seed: int) -> None:
    answer = Answer(seed, grouped=False)
    share = shares(with_leaves(answer.flow.edges, answer.flow.bias))
    nodes = answer.network.neurons
    expected = node_influence(share, np.concatenate([answer.own, np.zeros(nodes)]))[:nodes]
    by_passes = influence_of_neurons(answer.attributed, answer.own)
    np.testing.assert_allclose(by_passes, expected, atol=1e-12)


def test_a_larger_share_keeps_more(seed: int) -> None:
    answer = Answer(seed, grouped=False)
    sizes = [len(answer.circuit("attribution", 1.0, share).share) for share in (0.3, 0.6, 1.0)]
    assert sizes == sorted(sizes)


def test_too_many_relationships_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "MOST_EDGES", 2)
    with pytest.raises(ParameterError, match=r"more than 2 relationships .* level channel"):
        Answer(1, grouped=False)

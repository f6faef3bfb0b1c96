"""Read circuits that other tools wrote, as the graph JSON of circuit-tracer and Neuronpedia."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from queries.analysis.circuit.influence import edge_influence, graph_of, node_influence, shares
from queries.analysis.circuit.scores import Explanation, explanation_of
from queries.analysis.operators import Flags, Ids, Scores
from queries.core.address import path_text, repeatable
from queries.core.files import expanded
from queries.core.memory import too_little_memory_named
from queries.core.records import LONGEST_NAME
from queries.core.text import size_text
from queries.errors import ParameterError, listed
from queries.export.graph_json import EMBEDDING, ERROR, LOGIT

if TYPE_CHECKING:
    import networkx as nx

_LARGEST: Final = 1 << 28
"""Bytes of a file that is read; parsed it takes about ten times as many."""

_LONGEST_WAY: Final = 10_000
"""Links behind each other: influence takes a pass for each."""

_MOST_NAMED: Final = 3
_LARGEST_INT: Final = (1 << 63) - 1


@dataclass(frozen=True)
class TracedCircuit:
    """A circuit, as a file has it.

    Parameters
    ----------
    metadata
        What is said of it as a whole.
    nodes
        A row a node: node_id, layer, ctx_idx, feature_type, feature, clerp, activation and
        token_prob.
    links
        A row a link: the rows of the nodes that are its source and target, and its weight.
    """

    metadata: Mapping[str, Any]
    nodes: pd.DataFrame
    links: pd.DataFrame

    @cached_property
    def _contributions(self) -> tuple[csr_array, Ids]:
        source, target = (self.links[end].to_numpy() for end in ("source", "target"))
        return graph_of(source, target, self.links["weight"].to_numpy(), len(self.nodes))

    @cached_property
    def _share(self) -> csr_array:
        return shares(self._contributions[0])

    @property
    def answer(self) -> Scores:
        """How much of the answer each node is: its probability where it is a logit."""
        likely: Scores = self.nodes["token_prob"].where(self.is_of(LOGIT), 0.0).to_numpy()
        return likely if likely.any() else self.is_of(LOGIT) / self.is_of(LOGIT).sum()

    def is_of(self, kind: str) -> Flags:
        """Tell which nodes are of a type."""
        flags: Flags = (self.nodes["feature_type"] == kind).to_numpy()
        return flags

    @cached_property
    def node_influence(self) -> Scores:
        """How much of the answer flows through each node."""
        return node_influence(self._share, self.answer)

    @cached_property
    def edge_influence(self) -> Scores:
        """How much of the answer flows over each link."""
        influence = np.empty(len(self.links))
        influence[self._contributions[1]] = edge_influence(self._share, self.answer).data
        return influence

    @cached_property
    def explanation(self) -> Explanation:
        """What of the answer it explains."""
        return explanation_of(self._share, self.answer, self.is_of(EMBEDDING), self.is_of(ERROR))

    def require_finite_sums(self, what: str) -> None:
        """Raise ParameterError where weights are too large to be added up: none has a share."""
        weights = self.links["weight"].abs().to_numpy()
        sums = np.bincount(self.links["target"].to_numpy(), weights, len(self.nodes))
        if not np.isfinite(sums).all():
            name = repeatable(self.nodes["node_id"].iloc[int(np.isinf(sums).argmax())])
            raise ParameterError(
                f"{what}: the weights of the links to node {name} are too large to be added up"
            )

    def require_finite_ways(self, what: str) -> None:
        """Raise ParameterError where links lead in a circle, or over too many links."""
        source, target = (self.links[end].to_numpy() for end in ("source", "target"))
        # Each two nodes once: SciPy's algorithms of graphs want it so.
        pairs = np.unique(source * len(self.nodes) + target)
        ends, shape = np.divmod(pairs, len(self.nodes)), (len(self.nodes), len(self.nodes))
        onwards = csr_array((np.ones(len(pairs)), ends), shape)
        parts, part = connected_components(onwards, connection="strong")
        circle = np.bincount(part, minlength=parts)[part] > 1
        circle[source[source == target]] = True
        if circle.any():
            name = repeatable(self.nodes["node_id"].iloc[int(circle.argmax())])
            raise ParameterError(f"{what}: its links lead in a circle through node {name}")
        reached = self.is_of(LOGIT)
        for _ in range(_LONGEST_WAY):
            reached = (onwards @ reached.astype(np.float64)) > 0
            if not reached.any():
                return
        raise ParameterError(f"{what}: more than {_LONGEST_WAY:,} links lead on behind each other")

    def to_networkx(self) -> "nx.MultiDiGraph[str]":
        """Return it as a graph, influence computed anew."""
        import networkx as nx

        known = {name: self.metadata[name] for name in ("slug", "scan", "prompt")}
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(**known, **self.explanation._asdict())
        nodes = self.nodes.assign(answer=self.answer, influence=self.node_influence)
        for row in nodes.to_dict("records"):
            named = {str(name): value for name, value in row.items() if not pd.isna(value)}
            graph.add_node(named.pop("node_id"), **named)
        ids = self.nodes["node_id"].to_numpy()
        ends = (ids[self.links[end]].tolist() for end in ("source", "target"))
        own = (self.links["weight"].tolist(), self.edge_influence.tolist())
        for source, target, weight, influence in zip(*ends, *own, strict=True):
            graph.add_edge(source, target, weight=weight, influence=influence)
        return graph


def read_circuit(file: str | os.PathLike[str]) -> "nx.MultiDiGraph[str]":
    """Read a circuit from the graph JSON of circuit-tracer and Neuronpedia.

    Parameters
    ----------
    file
        The file, which circuit-tracer, Neuronpedia or ``export_circuit`` wrote.

    Returns
    -------
    networkx.MultiDiGraph
        Its nodes are the ids of the file, with ``layer``, ``ctx_idx``, ``feature_type``,
        ``feature``, ``clerp``, ``activation`` and ``token_prob`` as far as the file has them,
        ``answer``, how much of the answer each is, and ``influence``: not the file's, which is
        summed up, but the share of the answer that flows through the node, computed anew from the
        weights. Its relationships have ``weight`` and ``influence``. It says itself its ``slug``,
        ``scan`` (the model) and ``prompt``, and ``replacement`` and ``completeness`` of what is in
        the file.

    Raises
    ------
    ParameterError
        If the file cannot be read, or is no such circuit.

    Examples
    --------
    >>> read_circuit("circuit.json").graph["replacement"]
    """
    with too_little_memory_named():
        return traced(file).to_networkx()


def traced(file: str | os.PathLike[str]) -> TracedCircuit:
    """Read a circuit as ``read_circuit`` does, as columns.

    Raises
    ------
    ParameterError
        If the file cannot be read, or is no such circuit.
    """
    path = expanded(file, "file")
    what = path_text(path)
    content = _parsed(path, what)
    metadata = _metadata(content.get("metadata"), what)
    rows = _objects(content.get("nodes"), f"{what}: nodes")
    nodes = pd.DataFrame(
        {
            "node_id": _texts(rows, "node_id", what),
            "layer": _layers(rows, what),
            "ctx_idx": _whole(rows, "ctx_idx", what),
            "feature_type": _texts(rows, "feature_type", what),
            "feature": pd.array(_whole(rows, "feature", what, none=True), dtype="Int64"),
            "clerp": _texts(rows, "clerp", what, default=""),
            "activation": _numbers(rows, "activation", what, default=np.nan),
            "token_prob": _numbers(rows, "token_prob", what, default=0.0),
        }
    )
    circuit = TracedCircuit(metadata, nodes, _links(content.get("links"), nodes, what))
    if not circuit.is_of(LOGIT).any():
        raise ParameterError(f"{what}: no node is of the type {LOGIT!r}, which an answer is")
    if not nodes["token_prob"].between(0, 1).all():
        raise ParameterError(f"{what}: a token_prob is not from 0 to 1")
    circuit.require_finite_sums(what)
    circuit.require_finite_ways(what)
    return circuit


def _parsed(path: Any, what: str) -> dict[str, Any]:
    """Return the object that a file holds."""
    try:
        if not path.is_file():
            raise ParameterError(f"{what} is no file that is there")
        if (size := path.stat().st_size) > _LARGEST:
            raise ParameterError(
                f"{what} has {size_text(size)}, and {size_text(_LARGEST)} are read; prune it more"
            )
        content = json.loads(path.read_bytes(), parse_constant=_refused)
    except OSError as error:
        raise ParameterError(f"cannot read {what}: {error.strerror or error}") from None
    except RecursionError:
        raise ParameterError(f"{what} is no circuit: it is nested too deep") from None
    except ValueError as error:
        raise ParameterError(f"{what} is no JSON: {error}") from None
    if not isinstance(content, dict) or not {"metadata", "nodes", "links"} <= content.keys():
        raise ParameterError(
            f"{what} is no circuit: one has metadata, nodes and links, as the graph JSON of "
            "circuit-tracer and Neuronpedia has"
        )
    return content


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _metadata(metadata: Any, what: str) -> dict[str, Any]:
    """Return the metadata, of which the names are texts."""
    if not isinstance(metadata, dict):
        raise ParameterError(f"{what}: metadata is no object")
    for name in ("slug", "scan", "prompt"):
        _texts([metadata], name, f"{what}: metadata")
    tokens = metadata.get("prompt_tokens") or []
    if not isinstance(tokens, list) or not all(isinstance(each, str) for each in tokens):
        raise ParameterError(f"{what}: metadata: prompt_tokens are no list of texts")
    return metadata


def _links(links: Any, nodes: pd.DataFrame, what: str) -> pd.DataFrame:
    rows = _objects(links, f"{what}: links")
    ids = pd.Index(nodes["node_id"])
    if twice := ids[ids.duplicated()].unique().tolist():
        raise ParameterError(
            f"{what}: several nodes have the node_id {listed(twice[:_MOST_NAMED])}"
        )
    ends = {}
    for end in ("source", "target"):
        named = _texts(rows, end, f"{what}: links")
        ends[end] = ids.get_indexer(pd.Index(named, dtype=object))
        if strangers := list(_missing(named, ends[end])):
            raise ParameterError(
                f"{what}: the {end} of a link names nodes that there are not: "
                f"{listed(strangers[:_MOST_NAMED])}"
            )
    return pd.DataFrame({**ends, "weight": _numbers(rows, "weight", f"{what}: links")})


def _missing(named: Sequence[str], places: Ids) -> Iterator[str]:
    return (named[row] for row in np.flatnonzero(places < 0).tolist())


def _objects(rows: Any, what: str) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise ParameterError(f"{what} are no list of objects")
    return rows


def _values(
    rows: Sequence[Mapping[str, Any]],
    name: str,
    kinds: tuple[type, ...],
    what: str,
    default: Any = None,
) -> list[Any]:
    """Return what each row has of a name; without a default each has it."""
    values = [default if (value := row.get(name)) is None else value for row in rows]
    for row, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, kinds):
            found = "is missing" if value is None else f"is {repeatable(repr(value)[:80])}"
            raise ParameterError(f"{what}: {name} {found} in row {row}")
    return values


def _texts(
    rows: Sequence[Mapping[str, Any]], name: str, what: str, default: str | None = None
) -> list[str]:
    texts: list[str] = _values(rows, name, (str,), what, default)
    for row, text in enumerate(texts):
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            raise ParameterError(f"{what}: {name} in row {row} holds what is no UTF-8")
    return texts


def _layers(rows: Sequence[Mapping[str, Any]], what: str) -> list[str]:
    layers = [str(each) for each in _values(rows, "layer", (str, int), what)]
    for row, layer in enumerate(_texts([{"layer": each} for each in layers], "layer", what)):
        if len(layer) > LONGEST_NAME:
            raise ParameterError(
                f"{what}: layer has {len(layer):,} characters in row {row}, and {LONGEST_NAME} "
                "are taken"
            )
    return layers


def _numbers(
    rows: Sequence[Mapping[str, Any]], name: str, what: str, default: float | None = None
) -> Scores:
    values = _values(rows, name, (int, float), what, default)
    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError:
        numbers = np.array([np.inf])
    if np.isinf(numbers).any():
        raise ParameterError(f"{what}: {name} is beyond what a number can be")
    return numbers


def _whole(
    rows: Sequence[Mapping[str, Any]], name: str, what: str, *, none: bool = False
) -> list[int | None]:
    """Return whole numbers; None where one is missing that may be."""
    values = _values(rows, name, (int, type(None)) if none else (int,), what)
    if any(value is not None and abs(value) > _LARGEST_INT for value in values):
        raise ParameterError(f"{what}: {name} is beyond what a number can be")
    return values

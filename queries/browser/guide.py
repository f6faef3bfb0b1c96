"""The guide: a page for ``:play``, made from the models that stand in the graph."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from queries.browser import layers as choice
from queries.browser import questions
from queries.browser.models import Row, complete_models, select_model
from queries.browser.pages import page
from queries.browser.questions import Question
from queries.browser.server import GUIDE, STYLE
from queries.core.layer import Layer, layers_of
from queries.core.neuron_filter import NeuronFilter
from queries.neurongraph import NeuronGraph

MOST_READ: Final = 10_000_000
"""Of how many relationships at most the guide seeks the strongest paths, which reads them all."""

_PATHS: Final = 5


class Guide:
    """Makes the guide, and keeps what took time.

    Parameters
    ----------
    graph
        An open graph in Neo4j.
    address
        Where the guide and the style sheet are served, without a slash at the end.
    model
        The model that it is about where none is asked for; None for the one loaded last.
    """

    def __init__(self, graph: NeuronGraph, address: str, model: str | None = None) -> None:
        self._graph = graph
        self._address = address
        self._model = model
        self._cache: dict[tuple[str, str], list[Question]] = {}

    def html(self, model: str | None = None) -> str:
        """Return the guide to a model.

        Parameters
        ----------
        model
            Its name; None for the one that the guide begins with.

        Raises
        ------
        ModelNotFoundError
            If there is no complete model of that name.
        """
        rows = complete_models(self._graph)
        about = select_model(rows, model or self._model)
        return page(
            "guide.html",
            location=self._graph.location,
            style=self._address + STYLE,
            models=[{**row, "address": self._address_of(row["name"])} for row in rows],
            about=about["name"] if about else "",
            overview=questions.models().cypher,
            questions=self._questions(about) if about else [],
        )

    def _address_of(self, model: str) -> str:
        return f"{self._address}{GUIDE}?model={quote(model, safe='')}"

    def _questions(self, row: Row) -> list[Question]:
        load = row["key"], row["load_id"]
        if load not in self._cache:
            self._cache[load] = list(_questions_about(self._graph, row))
        return self._cache[load]


def _questions_about(graph: NeuronGraph, row: Row) -> Iterator[Question]:
    """Return what the guide asks about a model."""
    name, key = row["name"], row["key"]
    layers = layers_of(graph.layers(model=name).to_dict("records"))
    yield questions.layers(name)
    yield questions.sizes(name)
    yield from _about_output(graph, row, layers)
    if (layer := choice.with_small_field(layers)) is not None:
        neuron = _name(graph, choice.middle(layer), name)
        yield questions.field_picture(key, neuron)
        yield questions.receptive_field(key, neuron, len(layers))
    if (layer := choice.with_small_distribution(layers)) is not None:
        bins = graph.weight_distribution(layer.name, bins=1, model=name)
        least, most = float(bins["low"].iloc[0]), float(bins["high"].iloc[0])
        yield questions.distribution(key, layer.name, least, most)


def _about_output(graph: NeuronGraph, row: Row, layers: list[Layer]) -> Iterator[Question]:
    """Ask about the output neuron to which the strongest path leads."""
    ends, begins = choice.outputs(layers), choice.inputs(layers)
    if not ends:
        return
    name, key = row["name"], row["key"]
    if row["edges"] > MOST_READ:
        yield questions.strongest_inputs(key, _name(graph, ends[0].first, name))
        return
    paths = _strongest_paths(graph, name, begins, ends)
    if not paths:
        yield questions.strongest_inputs(key, _name(graph, ends[0].first, name))
        return
    output = _name(graph, paths[0][-1], name)
    yield questions.strongest_inputs(key, output)
    yield questions.paths(key, output, paths)


def _strongest_paths(
    graph: NeuronGraph, model: str, begins: list[Layer], ends: list[Layer]
) -> list[list[int]]:
    """Return the ids along the strongest paths to one output; none where all weights are 0."""
    source = NeuronFilter(layer=[layer.name for layer in begins])
    target = NeuronFilter(layer=[layer.name for layer in ends])
    best = graph.strongest_paths(source, target, k=1, model=model)
    if best.empty:
        return []
    hops = graph.strongest_paths(source, [best["id"].iloc[-1]], k=_PATHS, model=model)
    return [path["id"].tolist() for _, path in hops.groupby("path")]


def _name(graph: NeuronGraph, neuron: int, model: str) -> str:
    return str(graph.neurons([neuron], model=model)["name"].iloc[0])

"""The guide: a page for ``:play``, made from the models that stand in the graph."""

from collections.abc import Iterator
from urllib.parse import quote

from queries.browser import layers as choice
from queries.browser import questions
from queries.browser.models import (
    Row,
    all_models,
    complete_models,
    select_model,
    stored_records,
)
from queries.browser.pages import page
from queries.browser.questions import Question
from queries.browser.server import GUIDE, STYLE
from queries.core.layer import Layer, layers_of
from queries.core.neuron_filter import NeuronFilter
from queries.core.schema import COMPLETE
from queries.neurongraph import NeuronGraph
from queries.stores.unfinished import unfinished_texts


class Guide:
    """Makes the guide.

    Parameters
    ----------
    graph
        An open graph in Neo4j.
    address
        Where the guide and the style sheet are served, without a slash at the end.
    model
        The model that it is about where none is asked for; None for the one loaded last, and
        with neurons.
    """

    def __init__(self, graph: NeuronGraph, address: str, model: str | None = None) -> None:
        self._graph = graph
        self._address = address
        self._model = model

    def html(self, model: str | None = None) -> str:
        """Return the guide to a model.

        Parameters
        ----------
        model
            Its name; None for the one that the guide begins with.

        Raises
        ------
        ModelNotFoundError, ModelIncompleteError
            If there is no model of that name, or its load has not finished.
        """
        models = all_models(self._graph)
        about = select_model(self._graph.location, models, model or self._model)
        complete = complete_models(models)
        return page(
            "guide.html",
            location=self._graph.location,
            style=self._address + STYLE,
            models=[{**row, "address": self._address_of(row["name"])} for row in complete],
            about=about["name"] if about else "",
            unfinished=unfinished_texts(self._graph.location, models),
            overview=questions.models().cypher,
            questions=[*questions_about(self._graph, about)] if about else [],
        )

    def _address_of(self, model: str) -> str:
        return f"{self._address}{GUIDE}?model={quote(model, safe='')}"


def questions_about(graph: NeuronGraph, row: Row) -> Iterator[Question]:
    """Return what the guide asks about a model.

    Parameters
    ----------
    graph
        An open graph in Neo4j.
    row
        The model, as ``complete_models`` returns it.
    """
    if row["layers"]:
        yield from _about_neurons(graph, row)
    else:
        yield from _about_records(graph, row, [])


def _about_neurons(graph: NeuronGraph, row: Row) -> Iterator[Question]:
    """Ask about a model that has neurons."""
    name, key = row["name"], row["key"]
    layers = layers_of(graph.layers(model=name).to_dict("records"))
    yield questions.layers(name)
    yield Question(
        "How large the layers are",
        "A table: neurons, relationships into each layer, and what a neuron computes.",
        str(graph.statement("layers", model=name)),
    )
    yield questions.neurons(key, layers[-1].name)
    yield from _about_outputs(graph, row, layers)
    if (layer := choice.with_small_field(layers)) is not None:
        yield from _about_field(graph, row, choice.middle(layer))
    if (layer := choice.with_small_distribution(layers)) is not None:
        yield Question(
            "The distribution of a layer's weights",
            f"A table: how many weights into {layer.name} there are between low and high.",
            str(graph.statement("weight_distribution", neurons=_all_of(layer), model=name)),
        )
    yield from _about_records(graph, row, layers)
    yield questions.written(name)
    there = graph.properties(model=name)
    for written in there["name"][there["state"] == COMPLETE]:
        yield questions.largest(key, written)


def _about_outputs(graph: NeuronGraph, row: Row, layers: list[Layer]) -> Iterator[Question]:
    """Ask what leads to an output most strongly."""
    ends = choice.outputs(layers)
    if not ends:
        return
    key = row["key"]
    begin, end = ([layer.name for layer in found] for found in (choice.inputs(layers), ends))
    yield questions.strongest_inputs(key, _name(graph, ends[0].first, row["name"]))
    yield questions.best_products(key, end, row["edges"])
    yield questions.paths(key, begin, end)
    yield questions.remove_best(key)


def _about_records(graph: NeuronGraph, row: Row, layers: list[Layer]) -> Iterator[Question]:
    """Ask what is stored at inputs."""
    name, stored = row["name"], stored_records(graph, row["name"])
    yield questions.records(row["key"])
    if stored["Input"] and (ends := choice.outputs(layers)):
        end = _name(graph, ends[0].first, name)
        about = {"at": stored["Input"][0], "neurons": end}
        yield Question(
            "What made a neuron fire",
            f"A table: what sources pass on into {end} at the input {about['at']}, the largest "
            "first. A contribution is the weight times the value of the source times the slope of "
            "the neuron.",
            str(graph.statement("stored_contributions", model=name, **about)),
        )
    for circuit in [*stored["Circuit"], *stored["Traced"]][:1]:
        yield questions.circuit(row["key"], circuit)
    if stored["Circuit"]:
        yield Question(
            "Whether a stored circuit adds up",
            "A table: by how much a node of each layer misses its attribution at most, which is "
            "what relationships bring to it, what begins at it, and what was left out. It is 0 "
            "where nobody has changed what is stored.",
            str(graph.statement("stored_conservation", model=name, circuit=stored["Circuit"][0])),
        )


def _about_field(graph: NeuronGraph, row: Row, neuron: int) -> Iterator[Question]:
    """Ask what a neuron depends on."""
    name = _name(graph, neuron, row["name"])
    yield questions.field_picture(row["key"], name)
    yield Question(
        "A receptive field",
        f"A table: which part of each earlier layer {name} depends on.",
        str(graph.statement("receptive_field", neurons=[neuron], model=row["name"])),
    )


def _all_of(layer: Layer) -> NeuronFilter:
    return NeuronFilter(layer=layer.name)


def _name(graph: NeuronGraph, neuron: int, model: str) -> str:
    return str(graph.neurons([neuron], model=model)["name"].iloc[0])

"""Favourites for Neo4j Browser, made from the query library.

Browser takes a ``.cypher`` file for one favourite, and a ``.zip`` archive for one of each such
file in it; the first line, a comment, is its title.
"""

import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from queries.browser import questions
from queries.browser.layers import inputs, outputs
from queries.browser.models import (
    Row,
    all_models,
    complete_models,
    select_model,
    stored_records,
)
from queries.core.files import replaced
from queries.core.layer import Layer, layers_of
from queries.core.neuron_filter import NeuronFilter
from queries.core.text import printable
from queries.errors import ModelNotFoundError, ParameterError
from queries.library.declaration import Parameter
from queries.library.queries import Query, queries
from queries.neurongraph import NeuronGraph
from queries.stores.unfinished import unfinished_texts

_FOLDER: Final = "neurongraph"
_MOST_ROWS: Final = 1000
_BEFORE_IT: Final = {("bifans", "source"), ("combine", "first")}
"""Where the layer before the output layer is meant."""
_SIZES: Final = ("granularity", "layers", "neurons", "edges")
"""What two models of one architecture have alike."""
CIRCUIT_PICTURE: Final = "circuit_picture"
"""The favourite that draws a stored circuit, and is no query."""

_NONE_STORED: Final[Mapping[str, Sequence[str]]] = {"Input": (), "Circuit": ()}
_OPTIONAL: Final = {"source", "among"}
"""Neurons that are not named where they need not be."""


def favourites(graph: NeuronGraph, model: str | None = None) -> dict[str, str]:
    """Return the text of each favourite by the name of its query.

    They are about one model, and about its output layer where neurons are meant. What stands in
    them can be changed in Browser.

    Parameters
    ----------
    graph
        An open graph in Neo4j.
    model
        The model's name; None for the one that was loaded last, and has neurons.

    Raises
    ------
    ModelNotFoundError, ModelIncompleteError
        If there is no such model, or none at all, or its load has not finished.
    """
    models = all_models(graph)
    row = select_model(graph.location, models, model)
    if row is None:
        unfinished = unfinished_texts(graph.location, models)
        reasons = [f"{graph.location} holds no complete model to ask about", *unfinished]
        raise ModelNotFoundError("; ".join(reasons))
    stored = stored_records(graph, row["name"])
    texts = _about_neurons(graph, row, complete_models(models), stored) if row["layers"] else {}
    for name in [*stored["Circuit"], *stored["Traced"]][:1]:
        question = questions.circuit(row["key"], name)
        title = f"// {CIRCUIT_PICTURE} of {printable(row['name'])}: {question.title}."
        texts[CIRCUIT_PICTURE] = f"{title}\n{question.cypher};\n"
    return texts


def values_about(
    query: Query,
    layers: Sequence[Layer],
    other: str | None,
    stored: Mapping[str, Sequence[str]] = _NONE_STORED,
) -> dict[str, Any]:
    """Return what a favourite asks its query with.

    Parameters
    ----------
    query
        The query.
    layers
        The layers of the model that it is about, inputs first.
    other
        The name of a model to compare it with; None where there is none.
    stored
        The names of the inputs and circuits that are stored with it, as ``stored_records`` has
        them.
    """
    values = {each.name: _value(query, each, layers, other, stored) for each in query.parameters}
    return {name: value for name, value in values.items() if value is not None}


def save(texts: Mapping[str, str], file: Path) -> None:
    """Write favourites as an archive that Browser takes.

    Parameters
    ----------
    texts
        What ``favourites`` returned.
    file
        The archive, which is replaced if it is there.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with replaced(file) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in texts.items():
            packed.writestr(f"{_FOLDER}/{name}.cypher", text)


def _about_neurons(
    graph: NeuronGraph, row: Row, rows: Sequence[Row], stored: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return the queries of the library, about a model that has neurons."""
    layers = layers_of(graph.layers(model=row["name"]).to_dict("records"))
    other = _other(graph, rows, row)
    return {
        query.name: _favourite(graph, query, row, values_about(query, layers, other, stored))
        for query in queries().values()
        if query.body
        and not (query.of_channels and row["granularity"] == "layer")
        and not (other is None and "other" in {each.name for each in query.parameters})
        and all(stored[each.record] for each in query.parameters if each.record)
    }


def _other(graph: NeuronGraph, rows: Sequence[Row], row: Row) -> str | None:
    """Return another model of the same architecture; None where there is none."""
    for each in rows:
        if each["name"] != row["name"] and all(each[name] == row[name] for name in _SIZES):
            with suppress(ParameterError):
                graph.question("compare_layers", model=row["name"], other=each["name"])
                return str(each["name"])
    return None


def _favourite(graph: NeuronGraph, query: Query, row: Row, values: Mapping[str, Any]) -> str:
    about = {"model": row["name"]} if query.about_a_model else {}
    statement = graph.statement(query.name, **values, **about)
    # Some have no limit of their own, and a page cannot hold all rows.
    if "LIMIT" not in statement.cypher.rpartition("RETURN")[2]:
        statement = replace(statement, cypher=f"{statement.cypher}\nLIMIT {_MOST_ROWS}")
    of = f" of {printable(row['name'])}" if query.about_a_model else ""
    return f"// {query.name}{of}: {query.summary}\n{statement}\n"


def _value(
    query: Query,
    parameter: Parameter,
    layers: Sequence[Layer],
    other: str | None,
    stored: Mapping[str, Sequence[str]],
) -> Any:
    """Return the value of a parameter; None for its default."""
    if parameter.record:
        # Of two circuits the second is another one, where there is one.
        return stored[parameter.record][-1 if parameter.name == "second" else 0]
    if parameter.name == "other":
        return other
    if parameter.type != "neurons" or (parameter.name in _OPTIONAL and not parameter.required):
        return None
    end = (outputs(layers) or layers)[0]
    if (query.name, parameter.name) in _BEFORE_IT:
        before = [layer for layer in layers if layer.index in end.inputs] or [end]
        return NeuronFilter(layer=before[-1].name)
    if parameter.name == "source" or query.name == "projective_field":
        return NeuronFilter(layer=[layer.name for layer in inputs(layers)])
    return NeuronFilter(layer=end.name)

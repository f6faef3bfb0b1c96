"""Favourites for Neo4j Browser, made from the query library.

Browser takes a ``.cypher`` file for one favourite, and a ``.zip`` archive for one of each such
file in it; the first line, a comment, is its title.
"""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from queries.browser.layers import outputs
from queries.browser.models import Row, complete_models, select_model
from queries.core.files import replaced
from queries.core.layer import Layer, layers_of
from queries.core.literals import literal
from queries.core.neuron_filter import NeuronFilter
from queries.core.text import printable
from queries.errors import ModelNotFoundError
from queries.library.queries import Query, queries
from queries.neurongraph import NeuronGraph

_FOLDER: Final = "neurongraph"
_MOST_ROWS: Final = 1000


def favourites(graph: NeuronGraph, model: str | None = None) -> dict[str, str]:
    """Return the text of each favourite by the name of its query.

    They are about one model, and about its output layer where neurons are meant. What stands in
    them can be changed in Browser.

    Parameters
    ----------
    graph
        An open graph in Neo4j.
    model
        The model's name; None for the one that was loaded last.

    Raises
    ------
    ModelNotFoundError
        If there is no such model, or none at all.
    """
    row = select_model(complete_models(graph), model)
    if row is None:
        raise ModelNotFoundError(f"{graph.location} holds no complete model to ask about")
    layers = layers_of(graph.layers(model=row["name"]).to_dict("records"))
    about = (outputs(layers) or layers)[0]
    return {
        query.name: _favourite(query, row, about)
        for query in queries().values()
        # What is computed has no statement of its own; what is read in parts is too much to show.
        if not query.reads and "$first" not in query.body
    }


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


def _favourite(query: Query, row: Row, about: Layer) -> str:
    values: dict[str, Any] = {
        parameter.name: NeuronFilter(layer=about.name)
        for parameter in query.parameters
        if parameter.type == "neurons" and parameter.name != "source"
    }
    statement = query.statement(
        query.checked(values),
        "neo4j",
        row["granularity"],
        model=row["key"],
    )
    of = f" of {printable(row['name'])}" if query.about_a_model else ""
    # Some have no limit of their own, and a page cannot hold all rows.
    limit = "" if "LIMIT" in query.body else f"LIMIT {_MOST_ROWS}\n"
    text = _inlined(statement.cypher, statement.parameters)
    return f"// {query.name}{of}: {query.summary}\n{text}\n{limit}"


def _inlined(cypher: str, parameters: Mapping[str, Any]) -> str:
    return re.sub(r"\$(\w+)", lambda match: literal(parameters[match[1]]), cypher)

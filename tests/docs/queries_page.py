"""The pages about the query library, one a theme: headers, and an example of each query."""

import shlex
from typing import Final

from queries import NeuronGraph
from queries.commands.description import example_words
from queries.library.queries import Query, by_theme
from tests.docs.markdown import NOTE, block, parameters_of, table
from tests.docs.sample import DIGITS, ROOT, run, shown
from tests.examples import example_values

_ROWS: Final = 6
_ROUNDED: Final = (
    "neurongraph load samples/digits.keras --graph both.lbug --replace",
    "neurongraph load samples/digits.keras --graph both.lbug --name rounded --replace",
    (
        "neurongraph cypher --graph both.lbug --model rounded --write --yes "
        "'MATCH ()-[r:CONNECTS_TO]->() SET r.weight = round(r.weight, 1)'"
    ),
)
_REPEAT: Final = "neurongraph load samples/repeat.keras --graph repeat.lbug --replace"
_STORED: Final = (
    (
        "neurongraph query circuit --graph digits.lbug --input samples/digits.npz:7 --store five "
        "level=neuron"
    ),
    (
        "neurongraph query circuit --graph digits.lbug --input samples/digits.npz:6 --store eight "
        "level=neuron"
    ),
)
_QUERIES: Final = f"""\
Each query is a file in `queries/cypher/`, a command `neurongraph query NAME`, and a method of
`neurongraph.NeuronGraph`, which returns a pandas frame. [output.md](output.md) says in which
formats a command writes its answer.

`--in-store`, and `in_store=True` in Python, let the store compute the answer, by the query's own
Cypher statement; `--show-cypher` and `graph.statement` print it. [cypher.md](cypher.md) has the
statements, and says which queries have none.

A parameter of the type *neurons* takes a layer's or neuron's name in which any part may be a
range (`conv_0`, `conv_0[3]`, `conv_0[0..3]@2..5,7`), ids, a `NeuronFilter`, or a frame with a
column `id`: the answer to one query names the neurons of the next.

The rows of each answer have an order, which stands below its columns. `--sort` and `--limit`, and
`sort=` and `limit=` in Python, give them another: `--sort layer,-katz` sorts by `layer`, and within
a layer by `katz`, the largest first. NaN and null come last either way, and rows that are equal in
these columns stay in their own order. The whole answer is computed, then sorted, then cut, also
where the store computes it. How many are looked for at all says `k`, where a query has it.
`--write-property` writes all of the answer, whatever `--limit` is. `models`, `history`,
`prune-cost` and `properties` take both as well, on the command line and in Python. A statement of
your own takes neither: its ORDER BY and LIMIT say the same, before a store sends all rows. Pictures
and exports have no rows.

On the command line the values of neurons, and of what is required, may stand without their keys, in
the order of the parameters: `neurongraph query strongest_paths input_layer dense_1 k=3`.

Behind each name stands what the sample model answers, the first {_ROWS} rows of it. The sample is
loaded by

{block("sh", DIGITS)}
What compares two models is shown on a graph that holds the sample twice, the second time with its
weights rounded to one decimal:

{block("sh", chr(10).join(_ROUNDED))}
What is about attention is shown on a small transformer, which goes on with a sequence that repeats
itself:

{block("sh", _REPEAT)}

What is stored at inputs is shown on the circuits of two of them:

{block("sh", chr(10).join(_STORED))}"""

_ABOVE: Final = """\
[Queries](../queries.md) says how neurons are named, and how the graphs of the examples are loaded.
"""


def queries_pages() -> dict[str, str]:
    """Return the pages by their places in ``docs``; their graphs are in the current folder."""
    with (
        NeuronGraph("digits.lbug") as digits,
        NeuronGraph("both.lbug", model="rounded") as rounded,
        NeuronGraph("repeat.lbug") as repeat,
    ):
        pages = {"queries.md": _overview()}
        for heading, found in by_theme().items():
            graphs = {each.name: graph_of(each, digits, rounded, repeat) for each in found}
            sections = [_section(each, graphs[each.name]) for each in found]
            head = [NOTE, f"# {heading}\n", _ABOVE, _summaries(found)]
            pages[place(found[0], "queries")] = "\n".join([*head, *sections])
    return pages


def _overview() -> str:
    parts = [NOTE, "# Queries\n", _QUERIES]
    for heading, found in by_theme().items():
        page = place(found[0], "queries")
        parts.append(f"## {heading}\n\n{_summaries(found, page)}")
    return "\n".join(parts)


def place(query: Query, folder: str) -> str:
    """Return the page of a query in a folder of ``docs`` that has one page a theme."""
    return f"{folder}/{query.theme}.md"


def graph_of(
    query: Query, digits: NeuronGraph, rounded: NeuronGraph, repeat: NeuronGraph
) -> NeuronGraph:
    """Return the graph that a query is shown on: with two models or attention where it needs it."""
    if query.theme == "attention":
        return repeat
    return rounded if "other" in query.example or query.name == "models" else digits


def load_both() -> None:
    """Make ``both.lbug`` in the current folder."""
    for command in _ROUNDED:
        run(f"{command} --quiet" if " load " in command else command)


def load_repeat() -> None:
    """Make ``repeat.lbug`` in the current folder."""
    run(f"{_REPEAT} --quiet")


def store_circuits() -> None:
    """Store the circuits that the examples name in ``digits.lbug``, in the current folder."""
    for command in _STORED:
        run(command)


def load_series() -> None:
    """Make ``series.lbug`` in the current folder, as the page about training says it."""
    page = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    for command in page.splitlines():
        if (
            command.startswith(("neurongraph load", "neurongraph cypher"))
            and "series.lbug" in command
        ):
            run(command)


def _summaries(found: list[Query], page: str = "") -> str:
    rows = [(f"[{each.name}]({page}#{each.name})", each.summary) for each in found]
    return table(["query", "answers"], rows)


def _section(query: Query, graph: NeuronGraph) -> str:
    parts = [f"## {query.name}\n", f"{query.summary}\n"]
    if query.definition:
        parts.append(f"Definition: {query.definition}.\n")
    if query.not_finite:
        parts.append(f"Weights that are NaN or infinite: {query.not_finite}\n")
    if query.parameters:
        parts.append(parameters_of(query))
    rows = [(f"`{c.name}`", c.kind, c.meaning) for c in query.columns]
    parts.append(table(["column", "type", "meaning"], rows))
    parts.append(f"Order of the rows: {query.order}.\n")
    parts += _example(query, graph)
    return "\n".join(parts)


def _example(query: Query, graph: NeuronGraph) -> list[str]:
    words = example_words(query)
    model = ["--model", "rounded"] if "other=digits" in words else []
    asked = ["query", query.name, "--graph", graph.location, *model, *words]
    command = shlex.join(["neurongraph", *asked])
    frame = getattr(graph, query.name)(**example_values(query))
    return [block("sh", command), block("text", shown(frame, _ROWS, query.main))]

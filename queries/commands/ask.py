"""The commands that ask: ``models``, ``query`` and ``cypher``."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from queries.commands.completion import query_names, query_words
from queries.commands.input_shapes import InputShapeOption
from queries.commands.model_input import (
    InputOption,
    LabelOption,
    PixelsOption,
    ResizeOption,
    model_input,
    with_files,
)
from queries.commands.named_help import NamedHelp
from queries.commands.nothing_found import without_rows
from queries.commands.options import (
    DaskOption,
    FormatOption,
    GraphOption,
    LimitOption,
    ModelOption,
    OutputOption,
    RawOption,
    SortOption,
    row_order,
)
from queries.commands.output import Destination, destination, write
from queries.commands.session import open_graph
from queries.commands.shown_statement import shown_statement
from queries.commands.statement import read_statement, reads_stdin
from queries.commands.terminal import Commands, confirmed, examples, fail, say

PANEL: Final = "Ask"

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples("neurongraph models", "neurongraph models --format json"),
)
def models(
    graph: GraphOption = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
) -> None:
    """List the models in a graph, complete or not."""
    to = destination(format_name, output, raw=raw)
    from queries.library.queries import query
    from queries.neurongraph import NeuronGraph
    from queries.stores.unfinished import unfinished_texts

    with NeuronGraph(graph) as session:
        frame = session.models(**row_order(sort, limit))
        # An unfinished load is told of even where the limit leaves it out.
        every = frame if limit is None else session.models()
    write(frame, to, main=query("models").main)
    for text in unfinished_texts(session.location, every.to_dict("records")):
        say(text)


@app.command(
    cls=NamedHelp,
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph query",
        "neurongraph query strongest_paths --describe",
        "neurongraph query strongest_paths input_layer dense_1 k=3",
        "neurongraph query katz dense_0 --sort -katz --limit 5",
        "neurongraph query neurons layer=conv_0 channel=3 x=0..5 bias=0.01..",
        "neurongraph query edges 'conv_1[3]' target.id=768..777 -o edges.csv",
        "neurongraph query strength dense_1 --show-cypher",
        "neurongraph query strength dense_1 --in-store",
        "neurongraph query katz --write-property katz",
        "neurongraph query neurons layer=dense_0 katz=0.5..",
        "neurongraph query activations dense_1 --input samples/digits.npz:0..9",
        "neurongraph query activations conv_0 --input samples/digit_7.png --pixels 0..1",
        "neurongraph query circuit --input samples/digits.npz:7 --store seven",
    ),
)
def query(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            autocompletion=query_names,
            help="The query; without it all are listed.",
        ),
    ] = None,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            autocompletion=query_words,
            help="Parameters of the query; --describe tells which there are. The values of "
            "neurons, and of what is required, may stand without KEY=.",
        ),
    ] = None,
    graph: GraphOption = None,
    model: ModelOption = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
    dask: DaskOption = None,
    input_shape: InputShapeOption = None,
    samples: InputOption = None,
    pixels: PixelsOption = None,
    resize: ResizeOption = False,
    label: LabelOption = None,
    describe: Annotated[
        bool, typer.Option("--describe", help="Say what the query is, and run nothing.")
    ] = False,
    in_store: Annotated[
        bool,
        typer.Option(
            "--in-store", help="Let the store compute the answer, by the query's own Cypher."
        ),
    ] = False,
    show_cypher: Annotated[
        bool,
        typer.Option(
            "--show-cypher",
            help="Print the query's Cypher as well, to stderr; it can be pasted into Neo4j "
            "Browser.",
        ),
    ] = False,
    write_property: Annotated[
        str | None,
        typer.Option(
            "--write-property",
            metavar="NAME",
            help="Write the answer's score to the neurons as well, as a property of this name, "
            "which filters and Cypher know.",
        ),
    ] = None,
    index: Annotated[
        bool,
        typer.Option("--index", help="With --write-property: make an index on it (Neo4j only)."),
    ] = False,
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="NAME",
            help="Of the query circuit: store the circuit under this name beside the model, and "
            "its input, so that Cypher knows them.",
        ),
    ] = None,
) -> None:
    """Run a query of the library, or list the queries by what they are about.

    Where neurons are meant, give a layer, a neuron, ids as in id:12,14, or fields. Any number
    may be a range whose ends are included: 3, or 1,4, or 0..5, or 2.. and so on.
    """
    to = destination(format_name, output, raw=raw)
    if name is None:
        _list_queries(to)
        return
    from queries.library import queries as library

    declaration = library.query(name)
    if describe:
        from queries.commands.description import print_description

        print_description(declaration)
        return
    from queries.commands.arguments import query_values

    samples, words = with_files(samples, words)
    given = model_input(samples, pixels, label, resize=resize)
    values = query_values(declaration, words, given)
    if in_store and not declaration.about_a_model:
        raise typer.BadParameter(
            f"{name} is about no model, and is always asked of the store", param_hint="--in-store"
        )
    how = {
        **row_order(sort, limit),
        **({"in_store": True} if in_store else {}),
        **_writing(name, write_property, index),
        **_storing(name, store),
    }
    with open_graph(graph, model, dask, input_shape) as session:
        if show_cypher:
            say(shown_statement(session, declaration, values))
        # Every query of the library has a method of its name.
        answer = getattr(session, name)(**values, **how)
        empty = "" if len(answer) else without_rows(session, declaration, values)
    write(answer, to, main=declaration.main_of(answer.columns))
    if empty:
        say(empty)
    if note := answer.attrs.get("note"):
        say(note)
    if written := answer.attrs.get("written"):
        say(written)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph cypher 'MATCH (l:Layer) RETURN l.name, l.neurons ORDER BY l.first'",
        "neurongraph cypher 'MATCH (n:Neuron {layer: $layer}) RETURN count(*)' layer=conv_0",
        "neurongraph cypher 'MATCH (n:Neuron) WHERE n.id IN $ids RETURN n.name' ids=[1,2]",
        "neurongraph cypher --file layer.cypher layer=conv_0",
        "neurongraph cypher 'MATCH (n:Neuron {id: 7}) SET n.bias = $bias' bias=0.5 --write --yes",
    ),
)
def cypher(
    statement: Annotated[
        str | None,
        typer.Argument(
            metavar="CYPHER",
            help="A statement. A dash reads it from stdin, and so does none where stdin is no "
            "terminal.",
        ),
    ] = None,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY=VALUE",
            help="Parameters of the statement; values are JSON where they can be, else text.",
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="FILE", help="Read the statement from this file, in place of CYPHER."
        ),
    ] = None,
    graph: GraphOption = None,
    model: ModelOption = None,
    format_name: FormatOption = None,
    output: OutputOption = None,
    raw: RawOption = False,
    write_too: Annotated[
        bool, typer.Option("--write", help="Let the statement write, and say what it changed.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --write: do not ask.")] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="NAME",
            help="A procedure or function that may run although it is not known to read alone; "
            "LOAD lets files and addresses be read.",
        ),
    ] = None,
) -> None:
    """Run a Cypher statement of your own, which only reads the graph unless more is said.

    Its parameters are named with a dollar sign; put the statement in single quotes, or the
    shell takes them for its own. Its own ORDER BY and LIMIT say which rows there are.
    """
    to = destination(format_name, output, raw=raw)
    from queries.commands.arguments import cypher_values
    from queries.neurongraph import NeuronGraph

    if write_too and not yes and reads_stdin(statement, file):
        raise typer.BadParameter(
            "stdin holds the statement, and cannot answer a question; say --yes as well",
            param_hint="--write",
        )
    text, parameters = read_statement(statement, file, words or [])
    values = cypher_values(parameters)
    with NeuronGraph(graph, model=model) as session:
        if not write_too:
            frame = session.cypher(text, values, allow=allow or ())
        elif yes or confirmed(f"Run a statement that may change {session.location}?"):
            frame = session.write(text, values)
        else:
            fail("the statement was not run")
    write(frame, to)


def _storing(name: str, store: str | None) -> dict[str, Any]:
    """Return what a method takes that stores its answer."""
    if store is None:
        return {}
    if name != "circuit":
        raise typer.BadParameter(
            f"{name} answers with no circuit; ask circuit for one", param_hint="--store"
        )
    return {"store": store}


def _writing(name: str, write_property: str | None, index: bool) -> dict[str, Any]:
    """Return what a method is given so that it writes a property."""
    if write_property is None:
        if index:
            raise typer.BadParameter("say --write-property as well", param_hint="--index")
        return {}
    from queries.library.queries import queries

    if not queries()[name].score:
        having = [each.name for each in queries().values() if each.score]
        raise typer.BadParameter(
            f"{name} gives no score to each neuron; those that do are {', '.join(having)}",
            param_hint="--write-property",
        )
    return {"write_property": write_property, "index": index}


def _list_queries(to: Destination) -> None:
    from queries.library.queries import by_theme

    if to == Destination("table"):
        from queries.commands.description import print_themes

        print_themes()
        return
    import pandas as pd

    rows = [
        (each.name, heading, each.summary)
        for heading, found in by_theme().items()
        for each in found
    ]
    write(pd.DataFrame(rows, columns=["name", "theme", "summary"]), to)

"""The command ``import-circuit``."""

from pathlib import Path
from typing import Annotated

import typer

from queries.commands.ask import PANEL
from queries.commands.options import GraphOption, ModelOption
from queries.commands.terminal import Commands, echo, examples, reporting

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph import-circuit dallas.json --graph circuits.lbug",
        "neurongraph import-circuit dallas.json --name dallas --model gemma --graph gemma.lbug",
    ),
)
def import_circuit(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="A graph JSON that circuit-tracer, Neuronpedia or export circuit wrote.",
        ),
    ],
    graph: GraphOption = None,
    model: ModelOption = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name", metavar="NAME", help="The circuit's name.", show_default="the file's slug"
        ),
    ] = None,
) -> None:
    """Store a circuit that another tool traced, such as one of a language model.

    Cypher then answers from (:Circuit), (:Active) and CONTRIBUTES. Without --model it is stored
    with the model that the file names, which is made where the graph has none of that name: a
    model without neurons.
    """
    from exporter.circuit_import import import_circuit as store

    stored, edges = store(file, graph, name=name, model=model)
    with reporting("the circuit is stored"):
        echo(f"Stored {stored} with {edges:,} relationship{'s' * (edges != 1)}.")

"""The command ``drop``."""

from typing import Annotated

import typer

from exporter.commands.options import PANEL
from exporter.commands.remainder import left_of_removal
from queries.commands.completion import model_names
from queries.commands.options import GraphOption
from queries.commands.terminal import (
    Commands,
    confirmed,
    echo,
    examples,
    fail,
    interrupted,
    reporting,
    say,
)

app = typer.Typer(cls=Commands, no_args_is_help=True)


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "neurongraph drop digits --graph digits.lbug",
        "neurongraph drop digits-head --yes",
    ),
)
def drop(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", autocompletion=model_names, help="The model's name in the graph."
        ),
    ],
    graph: GraphOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a model from a graph, complete or not."""
    edges = _edges(graph, name)
    if not yes and not confirmed(f"Remove {name!r} and its {edges:,} relationships?"):
        fail(f"{name!r} was not removed")
    from exporter.removal import drop as drop_model
    from queries.commands.progress_bar import ProgressBar

    try:
        with ProgressBar(f"Removing {name}") as progress:
            edges_removed = drop_model(name, graph, progress=progress)
    except KeyboardInterrupt as interrupt:
        interrupted(interrupt, left_of_removal(graph, name))
    with reporting(f"{name!r} is removed"):
        echo(f"Removed {name!r} with {edges_removed:,} relationships.")


def _edges(graph: str | None, name: str) -> int:
    """Return how many relationships a model has, or was to have; tell of unfinished loads of it."""
    from exporter.sinks.entries import STAGED
    from exporter.sinks.kinds import sink_kind
    from queries.neurongraph import NeuronGraph
    from queries.stores.location import locate
    from queries.stores.models import no_model_error
    from queries.stores.unfinished import unfinished_texts

    sink_kind(locate(graph))
    with NeuronGraph(graph) as session:
        location, models = session.location, session.models()
    rows = [row for row in models.to_dict("records") if row["name"] in {name, name + STAGED}]
    edges = [int(row["edges"]) for row in rows if row["name"] == name]
    if not edges:
        raise no_model_error(location, name, models["name"].tolist())
    for text in unfinished_texts(location, rows):
        say(text)
    return edges[0]

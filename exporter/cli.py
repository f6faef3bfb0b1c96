"""The command line: the commands of exporter, and those of queries."""

from typing import Annotated, Final

import typer

from exporter.commands import check, drop, import_circuit, inspect, load, verify
from exporter.commands.importing import ImportOption
from queries.commands import (
    ask,
    browser,
    export,
    history,
    plot,
    properties,
    prune,
    records,
    versions,
    view,
)
from queries.commands.terminal import HELP, Commands, LogLevelOption, examples, whole_run
from queries.core.version import __version__

_COMMANDS: Final = (
    inspect,
    load,
    verify,
    check,
    drop,
    ask,
    history,
    prune,
    properties,
    records,
    import_circuit,
    plot,
    export,
    view,
    browser,
    versions,
)
"""In the order of the help."""

app = typer.Typer(
    name="neurongraph",
    cls=Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": HELP},
    # Local variables can hold a password.
    pretty_exceptions_show_locals=False,
    epilog=examples(
        "neurongraph inspect samples/digits.keras",
        "neurongraph load samples/digits.keras --graph digits.lbug",
        "neurongraph query strongest_edges -g digits.lbug target=dense_1 k=5",
    ),
)


def _version(show: bool) -> None:
    if show:
        typer.echo(f"neurongraph {__version__}")
        raise typer.Exit


@app.callback()
def _about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version.")
    ] = False,
    log_level: LogLevelOption = None,
    modules: ImportOption = None,
) -> None:
    """Load the neurons and weights of a trained model as a graph, and query it.

    The graph is in a file of its own, or in Neo4j. NEURONGRAPH_GRAPH says where, if --graph
    does not; the credentials of a server are taken from NEO4J_USERNAME, NEO4J_PASSWORD and
    NEO4J_DATABASE.
    """


for each in _COMMANDS:
    app.add_typer(each.app)


def main() -> None:
    """Run the command line: the entry point of ``neurongraph``."""
    with whole_run():
        app(prog_name="neurongraph")


if __name__ == "__main__":
    main()

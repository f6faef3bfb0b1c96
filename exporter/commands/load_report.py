"""What is said after a load: what it did, and what to do next."""

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from queries.commands.terminal import echo, say
from queries.core.granularity import nodes_text
from queries.core.text import GRAPH_VARIABLE
from queries.core.wording import command_line
from queries.errors import NeurongraphError, listed

if TYPE_CHECKING:
    from exporter.loading import LoadReport


def print_report(graph: str | None, report: "LoadReport") -> None:
    """Print what a load did, and what can be done next.

    Parameters
    ----------
    graph
        Where the graph is, as the user said it.
    report
        What ``load`` returned.
    """
    there = f"; {report.resumed:,} of them were there already" if report.resumed else ""
    rate = f" ({report.edges_per_second:,.0f} relationships/s)" * (report.resumed < report.edges)
    echo(
        f"Loaded {report.model!r} into {report.graph}: {len(report.layers)} layers, "
        f"{nodes_text(report.neurons, report.granularity)}, {report.edges:,} relationships "
        f"in {report.seconds:.1f} s{rate}{there}."
    )
    for damage in report.repaired:
        echo(f"Repaired: {damage}.")
    if report.not_finite:
        echo(report.not_finite)
    if report.left_out:
        echo(f"Left out {report.left_out:,} weaker relationships: it cannot be verified.")
    if report.refused:
        echo(
            "Left out what cannot be wired, and what stands behind it: "
            f"{listed(report.refused)}. It cannot be verified."
        )
    say_precision(report.half_precisions)
    _print_next_steps(graph, report)


def _print_next_steps(graph: str | None, report: "LoadReport") -> None:
    from exporter.sinks.kinds import sink_kind
    from queries.stores.location import locate

    loaded = Loaded(graph, report)
    for step in sink_kind(locate(report.graph)).next_steps:
        say(step.format(loaded=loaded), "dim")


class Loaded:
    """What the next steps after a load name: commands, and the folder of a dataset.

    Parameters
    ----------
    graph, report
        As for ``print_report``.
    """

    def __init__(self, graph: str | None, report: "LoadReport") -> None:
        self._graph, self._report = graph, report

    @property
    def folder(self) -> Path:
        """The folder of a dataset."""
        return Path(self._report.graph)

    @property
    def view(self) -> str:
        """The command that opens the page of the model."""
        return command_line("view", *self._model, graph=self._unless_default)

    @property
    def browser(self) -> str:
        """The command that opens Neo4j Browser."""
        return command_line("browser", graph=self._unless_default)

    @property
    def query(self) -> str:
        """A query that shows something of the model."""
        model = self._model[0] if self._model else None
        words = _first_question(self._report)
        return command_line("query", *words, model=model, graph=self._unless_default)

    @property
    def _unless_default(self) -> str | None:
        """The graph; None for the one that is taken where none is said."""
        return None if self._graph == os.environ.get(GRAPH_VARIABLE) else self._graph

    @cached_property
    def _model(self) -> list[str]:
        return _unless_alone(self._graph, self._report.model)


def say_precision(names: tuple[str, ...]) -> None:
    """Say of a model of half precision how it is read."""
    if names:
        from exporter.reading.half_precision import precision_note

        say(precision_note(names))


def _unless_alone(graph: str | None, model: str) -> list[str]:
    """Return the name of a model, and nothing where the graph holds no other."""
    from queries.neurongraph import NeuronGraph

    try:
        with NeuronGraph(graph) as session:
            return [model] if len(session.models()) > 1 else []
    except NeurongraphError:
        # The load went well, whatever happened since: a cluster may need a moment to show it.
        return []


def _first_question(report: "LoadReport") -> list[str]:
    """Return the words of a query that shows something of what was just loaded."""
    ends = [report.layers[0], report.layers[-1]]
    # Of a name with other signs only a part may be read as the layer.
    if len(report.layers) > 1 and all(end.replace("-", "_").isidentifier() for end in ends):
        return ["strongest_paths", f"source={ends[0]}", f"target={ends[1]}", "k=3"]
    return ["summary"]

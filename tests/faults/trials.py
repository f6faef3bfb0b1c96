"""One fault: a load that it falls into, what is left of it, and what a resumed load makes of it."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from exporter import drop
from queries import NeuronGraph
from queries.core.schema import COMPLETE, LOADING
from queries.errors import GraphNotFoundError, ModelIncompleteError
from tests.faults.clients import FINISHED, Client, Ending, Tell, dropping, loading, taking_signals
from tests.faults.comparing import Picture, check_same, difference, picture, states
from tests.faults.places import Place
from tests.faults.tally import LoadTally
from tests.faults.timeline import Timeline

NAME = "m"
TRIES = 8


class Commits(NamedTuple):
    """How many commits it takes to load, and to replace."""

    load: int
    replacement: int


@dataclass(frozen=True)
class Undisturbed:
    """What clients do and leave where nothing disturbs them."""

    new: Picture
    old: Picture
    contents: Counter[Any]
    load: Timeline
    replacement: Timeline
    drop: Timeline
    commits: Commits


class Trial:
    """
    A fault and its repair.

    Parameters
    ----------
    place
        Where to load.
    models
        Files of two models of the same shape; the second one is there to be replaced.
    undisturbed
        What to compare with.
    tally
        Where to count.
    """

    def __init__(
        self, place: Place, models: tuple[Path, Path], undisturbed: Undisturbed, tally: LoadTally
    ) -> None:
        self.place = place
        self.undisturbed = undisturbed
        self.tally = tally
        self.models = self._new, self._old = models

    def load(
        self,
        *,
        environment: dict[str, str] | None = None,
        takes_signals: bool = False,
        **settings: Any,
    ) -> Client:
        """Start a client that loads the model; the settings are those of ``exporter.load``."""
        defaults = {"name": NAME, "batch_size": self.place.batch_size}
        task = loading(self._new, self.place.clients_graph, **{**defaults, **settings})
        return self._client(taking_signals(task) if takes_signals else task, environment)

    def states(self) -> dict[str, str]:
        """Return the state of each model; none where there is no graph yet."""
        try:
            return states(self.place.graph)
        except GraphNotFoundError:
            return {}

    def load_old(self) -> None:
        """Load the other model under the name, to be replaced."""
        assert self._client(loading(self._old, self.place.graph, name=NAME)).ended() == FINISHED

    def drop(self) -> Client:
        """Start a client that drops the model."""
        return self._client(dropping(NAME, self.place.clients_graph))

    def _client(
        self, task: Callable[[Tell], None], environment: dict[str, str] | None = None
    ) -> Client:
        return Client(task, password=self.place.password, environment=environment)

    def reach(self, draws: random.Random, **settings: Any) -> Client:
        """Start a load, and wait until it comes to a random point, or ends."""
        client = self.load(**settings)
        self.undisturbed.load.draw(draws).reached_by(client)
        return client

    def fell_into_load(self) -> bool:
        """Count a fault; tell whether it left an unfinished load, and check what is seen of it."""
        self.tally.tried += 1
        if states(self.place.graph).get(NAME) != LOADING:
            return False
        self.tally.hit += 1
        self.check_refused()
        return True

    def check_refused(self) -> None:
        """Check that no query answers for the unfinished model."""
        with NeuronGraph(self.place.graph, model=NAME) as graph:
            for ask in (graph.summary, graph.edges, graph.neurons):
                with pytest.raises(ModelIncompleteError, match="resume=True"):
                    ask()
        with NeuronGraph(self.place.graph) as graph, pytest.raises(ModelIncompleteError):
            graph.summary()

    def mend(self, ending: Ending, **settings: Any) -> None:
        """Go on with a load that came to an end by a fault, and compare what there is then."""
        if ending == FINISHED:
            self.tally.survived += 1
        else:
            self.resume(**settings)
        self.check_whole()

    def resume(self, **settings: Any) -> None:
        """Go on with a load, which must end well."""
        assert self.load(resume=True, **settings).ended() == FINISHED
        self.tally.resumed += 1

    def check_whole(self) -> None:
        """Check that the graph is as an undisturbed load leaves it, and nothing else is there."""
        self.compare(NAME)
        assert states(self.place.graph) == {NAME: COMPLETE}
        assert self.place.contents() == self.undisturbed.contents
        drop(NAME, self.place.graph)
        assert not self.place.contents()

    def compare(self, name: str) -> None:
        """Count what is lost and doubled, and check that a model is the same in all it has."""
        found = picture(self.place.graph, name)
        differing = difference(found, self.undisturbed.new)
        self.tally.lost += differing.lost
        self.tally.doubled += differing.doubled
        check_same(found, self.undisturbed.new)

    def check_old(self) -> None:
        """Check that the model that is to be replaced answers as before."""
        check_same(picture(self.place.graph, NAME), self.undisturbed.old)

    def start_again(self) -> None:
        """Delete what a fault left that missed the load."""
        self.place.clear()


def measured(place: Place, models: tuple[Path, Path]) -> Undisturbed:
    """Load, replace and drop undisturbed, and note what comes of it."""
    nothing: Any = None
    trial = Trial(place, models, nothing, nothing)

    def finished(client: Client) -> tuple[Timeline, int]:
        before = place.commits
        assert client.ended() == FINISHED
        return Timeline(client.events), place.commits - before

    # A server that has just started is slow at first.
    trial.load_old()
    old = picture(place.graph, NAME)
    replacement, commits_of_replacement = finished(trial.load(replace=True))
    removal, _ = finished(trial.drop())
    load, commits_of_load = finished(trial.load())
    new, contents = picture(place.graph, NAME), place.contents()
    place.clear()
    commits = Commits(commits_of_load, commits_of_replacement)
    return Undisturbed(new, old, contents, load, replacement, removal, commits)

"""A database of Neo4j that another application uses at the same time, under the names of ours."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest

from exporter import check, drop
from queries import NeuronGraph
from queries.core.schema import COMPLETE
from tests.faults.clients import FINISHED, Client
from tests.faults.comparing import check_same, picture, states
from tests.faults.conftest import VERSIONS, Ground, kind_of
from tests.faults.questions import OTHER, QUESTIONS, ask, check_alike
from tests.faults.seeds import seeds
from tests.faults.strangers import Strangers
from tests.faults.tally import LoadTally, SharedTally, told
from tests.faults.timeline import Timeline
from tests.faults.trials import NAME, Trial

# The first test of a version waits for its server and a few loads.
pytestmark = [pytest.mark.timeout(900), pytest.mark.neo4j]

_STRANGERS: Final = 40
"""Most nodes that come at once, and most relationships."""
_QUESTIONS: Final = 6
"""How many are asked each time."""


class Shared:
    """
    A trial, and another application beside it.

    Parameters
    ----------
    trial
        Ours.
    strangers
        The other application.
    draws
        Where chance comes from.
    tally
        Where to count.
    """

    def __init__(
        self, trial: Trial, strangers: Strangers, draws: random.Random, tally: SharedTally
    ) -> None:
        self.trial = trial
        self.strangers = strangers
        self.draws = draws
        self.tally = tally
        self._before = strangers.snapshot()

    def meet(self) -> None:
        """Perhaps let the other application come or grow."""
        if self.draws.random() < 0.7:
            self.grow()

    def grow(self) -> None:
        """Let the other application create nodes, and join them to ours."""
        self.strangers.settle(self.draws.randrange(4, _STRANGERS))
        self.strangers.join(self.draws.randrange(_STRANGERS))
        self._before = self.strangers.snapshot()

    def finish(self, client: Client, line: Timeline) -> None:
        """Wait until a client has finished; perhaps the other application grows meanwhile."""
        if self.draws.random() < 0.7 and line.draw(self.draws).reached_by(client):
            self.grow()
        assert client.ended() == FINISHED

    def kill(self, client: Client, line: Timeline) -> None:
        """Kill a client at some point."""
        line.draw(self.draws).reached_by(client)
        self.meet()
        client.kill()

    def check_loaded(self) -> None:
        """Check that the model is there, and answers as its file does; and so does the other's."""
        self._begin()
        trial, graph = self.trial, self.trial.place.graph
        assert states(graph) == {NAME: COMPLETE, OTHER: COMPLETE}
        check_same(picture(graph, NAME), trial.undisturbed.new)
        report = check(graph)
        assert report.passed, report.damage
        questions = self.draws.sample(
            [each for each in QUESTIONS if "other" not in each[1]], _QUESTIONS
        )
        with NeuronGraph(graph, model=NAME) as opened, NeuronGraph(trial.models[0]) as file:
            for question in questions:
                found, computed = (in_order(ask(each, question)) for each in (opened, file))
                check_alike(question, found, computed)
        self._end()

    def check_dropped(self) -> None:
        """Check that nothing of the model is left, and all of the others'."""
        self._begin()
        assert states(self.trial.place.graph) == {OTHER: COMPLETE}
        self._end()

    def _begin(self) -> None:
        self.tally.tried += 1
        self.tally.foreign += self._before.size

    def _end(self) -> None:
        self.strangers.check_held(self._before)
        self.tally.held += 1
        self._before = self.strangers.snapshot()


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Return relationships by their ends, since stores answer in any order."""
    ends = [name for name in ("source", "target") if name in frame]
    return frame.sort_values(ends, ignore_index=True) if ends else frame


@pytest.fixture
def shared(
    request: pytest.FixtureRequest,
    seed: int,
    ground: Callable[[str], Ground],
    models: tuple[Path, Path],
    record_property: Callable[[str, Any], None],
) -> Iterator[Shared]:
    """Give a server that others use, the versions by turns, with another model of ours in it."""
    server, undisturbed = ground(VERSIONS[seed % 2])
    server.clear()
    tally = SharedTally(kind_of(request), server.kind)
    trial = Trial(server, models, undisturbed, LoadTally("", ""))
    assert trial.load(name=OTHER).ended() == FINISHED
    draws = random.Random(seed)
    with server.driver() as driver:
        strangers = Strangers(driver, draws)
        strangers.constrain()
        shared = Shared(trial, strangers, draws, tally)
        shared.meet()
        try:
            yield shared
        finally:
            strangers.remove()
            record_property("faults", told(tally))
    for name in states(server.graph):
        drop(name, server.graph)
    assert not server.contents()


class TestSharedDatabaseLoaded:
    @seeds(4, quick=0)
    def test_neo4j(self, shared: Shared, seed: int) -> None:
        shared.finish(shared.trial.load(), shared.trial.undisturbed.load)
        shared.check_loaded()
        shared.grow()
        shared.check_loaded()


class TestSharedDatabaseLoadKilled:
    @seeds(4)
    def test_neo4j(self, shared: Shared, seed: int) -> None:
        trial = shared.trial
        shared.kill(trial.load(), trial.undisturbed.load)
        if states(trial.place.graph).get(NAME) == COMPLETE:
            shared.check_loaded()
        else:
            shared.finish(trial.load(resume=True), trial.undisturbed.load)
        shared.check_loaded()


class TestSharedDatabaseReplaced:
    @seeds(4, quick=0)
    def test_neo4j(self, shared: Shared, seed: int) -> None:
        trial = shared.trial
        trial.load_old()
        shared.grow()
        shared.finish(trial.load(replace=True), trial.undisturbed.replacement)
        shared.check_loaded()


class TestSharedDatabaseReplacementKilled:
    @seeds(4, quick=0)
    def test_neo4j(self, shared: Shared, seed: int) -> None:
        trial = shared.trial
        trial.load_old()
        shared.grow()
        shared.kill(trial.load(replace=True), trial.undisturbed.replacement)
        shared.finish(trial.load(resume=True), trial.undisturbed.load)
        shared.check_loaded()


class TestSharedDatabaseDropped:
    @seeds(4, quick=0)
    def test_neo4j(self, shared: Shared, seed: int) -> None:
        trial = shared.trial
        trial.load_old()
        shared.grow()
        shared.finish(trial.drop(), trial.undisturbed.drop)
        shared.check_dropped()
        shared.finish(trial.load(), trial.undisturbed.load)
        shared.check_loaded()


class TestSharedDatabaseDropKilled:
    @seeds(4, quick=0)
    def test_neo4j(self, shared: Shared, seed: int) -> None:
        trial = shared.trial
        trial.load_old()
        shared.grow()
        shared.kill(trial.drop(), trial.undisturbed.drop)
        if NAME in states(trial.place.graph):
            shared.finish(trial.drop(), trial.undisturbed.drop)
        shared.check_dropped()

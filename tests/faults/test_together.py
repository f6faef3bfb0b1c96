"""Several loads at once, of one name and of several."""

import random
from typing import Any

import pytest

from exporter import drop
from tests.faults.clients import FINISHED
from tests.faults.seeds import seeds
from tests.faults.trials import NAME, Trial

# The first test of a version waits for its server and a few loads.
pytestmark = pytest.mark.timeout(900)

_TOLD = {"ModelExistsError", "GraphLockedError"}
# How the second load is begun: as a new one, as one that goes on, or as one that replaces.
_WAYS: tuple[dict[str, Any], ...] = ({}, {"resume": True}, {"replace": True})


def check_one_name(trial: Trial, seed: int) -> None:
    first = trial.reach(random.Random(seed))
    second = trial.load(**_WAYS[seed % len(_WAYS)])
    endings = [first.ended(), second.ended()]
    trial.tally.tried += 1
    losers = [ending for ending in endings if ending != FINISHED]
    trial.tally.hit += len(losers)
    if not losers:
        # The first one has given up the name a little before it says that it is finished.
        (finish,) = (event.at for event in first.events if event.what == "finish")
        assert second.events[0].at > finish
    assert [ending.error in _TOLD for ending in losers] in ([], [True]), endings
    trial.check_whole()


class TestOneNameTwice:
    @pytest.mark.neo4j
    @seeds(9, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        check_one_name(on_server, seed)

    @seeds(9, quick=0)
    def test_embedded(self, in_folder: Trial, seed: int) -> None:
        check_one_name(in_folder, seed)


class TestNamesAtOnce:
    @pytest.mark.neo4j
    @seeds(2, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        names = ["a", "b", NAME]
        clients = [on_server.load(name=name) for name in names]
        on_server.tally.tried += 1
        on_server.tally.hit += 1
        assert [client.ended() for client in clients] == [FINISHED] * len(names)
        for name in names[:-1]:
            on_server.compare(name)
            drop(name, on_server.place.graph)
        on_server.check_whole()

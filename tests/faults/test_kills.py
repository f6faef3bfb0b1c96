"""Clients and servers that are killed at random points of a load, a replacement, a drop."""

import random

import pytest

from queries.core.schema import DROPPING, LOADING
from tests.faults.clients import FINISHED, KILLED
from tests.faults.comparing import states
from tests.faults.places import Server
from tests.faults.seeds import seeds
from tests.faults.trials import NAME, TRIES, Trial

# The first test of a version waits for its server and a few loads.
pytestmark = pytest.mark.timeout(900)


def check_load(trial: Trial, seed: int) -> None:
    """Kill a client, and perhaps some that go on; a kill that misses the load is tried again."""
    draws = random.Random(seed)
    for _ in range(TRIES):
        trial.reach(draws).kill()
        if trial.fell_into_load():
            break
        trial.start_again()
    else:
        pytest.fail(f"none of {TRIES} kills fell into the load")
    for _ in range(seed % 3):
        trial.reach(draws, resume=True).kill()
        trial.fell_into_load()
    trial.mend(KILLED)


class TestClientKilled:
    @pytest.mark.neo4j
    @seeds(20)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        check_load(on_server, seed)

    @seeds(20)
    def test_embedded(self, in_folder: Trial, seed: int) -> None:
        check_load(in_folder, seed)


def check_replacement(trial: Trial, seed: int) -> None:
    draws = random.Random(seed)
    for _ in range(TRIES):
        trial.load_old()
        client = trial.load(replace=True)
        trial.undisturbed.replacement.draw(draws).reached_by(client)
        client.kill()
        trial.tally.tried += 1
        found = states(trial.place.graph)
        if LOADING in found.values():
            trial.check_old()
        if len(found) > 1:
            trial.tally.hit += 1
            break
        trial.start_again()
    else:
        pytest.fail(f"none of {TRIES} kills fell into the replacement")
    trial.mend(KILLED)


class TestClientKilledInReplacement:
    @pytest.mark.neo4j
    @seeds(10, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        check_replacement(on_server, seed)

    @seeds(10, quick=0)
    def test_embedded(self, in_folder: Trial, seed: int) -> None:
        check_replacement(in_folder, seed)


def check_drop(trial: Trial, seed: int) -> None:
    """Kill a client that drops a model, or the unfinished load of one; then drop again."""
    draws = random.Random(seed)
    for _ in range(TRIES):
        if seed % 2:
            trial.reach(draws).kill()
        else:
            assert trial.load().ended() == FINISHED
        client = trial.drop()
        trial.undisturbed.drop.draw(draws).reached_by(client)
        client.kill()
        trial.tally.tried += 1
        state = states(trial.place.graph).get(NAME)
        if state == DROPPING:
            trial.tally.hit += 1
            break
        trial.start_again()
    else:
        pytest.fail(f"none of {TRIES} kills fell into the drop")
    assert trial.drop().ended() == FINISHED
    trial.tally.resumed += 1
    assert not trial.place.contents()


class TestDropKilled:
    @pytest.mark.neo4j
    @seeds(10, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        check_drop(on_server, seed)


class TestServerKilled:
    @pytest.mark.neo4j
    @seeds(10)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        server, draws = on_server.place, random.Random(seed)
        assert isinstance(server, Server)
        for _ in range(TRIES):
            client = on_server.reach(draws)
            on_server.tally.tried += 1
            if not client.over():
                break
            on_server.start_again()
        else:
            pytest.fail(f"all of {TRIES} loads ended too soon")
        on_server.tally.hit += 1
        server.local.kill()
        server.local.start()
        on_server.mend(client.ended())

"""A network between client and server that cuts, delays, and loses commits and their answers."""

import random

import pytest

from tests.faults.clients import FINISHED, KILLED, PATIENCE
from tests.faults.places import Server
from tests.faults.proxy import Loss, Proxy
from tests.faults.seeds import seeds
from tests.faults.trials import TRIES, Trial

# The first test of a version waits for its server and a few loads.
pytestmark = pytest.mark.timeout(900)

# The end of a replacement: the exchange of the two models, and the removal of the old one.
_LAST_COMMITS = 16


def proxy_of(trial: Trial) -> Proxy:
    assert isinstance(trial.place, Server)
    return trial.place.proxy


class TestConnectionsCut:
    @pytest.mark.neo4j
    @seeds(10, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        client = on_server.reach(random.Random(seed))
        on_server.tally.tried += 1
        on_server.tally.hit += proxy_of(on_server).cut() > 0
        on_server.mend(client.ended())


class TestServerOutOfReach:
    """Longer than the driver tries again."""

    @pytest.mark.neo4j
    @seeds(2, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        proxy = proxy_of(on_server)
        client = on_server.reach(random.Random(seed))
        proxy.refusing = True
        proxy.cut()
        ending = client.ended()
        proxy.refusing = False
        on_server.fell_into_load()
        if ending != FINISHED:
            assert (ending.what, ending.error) == ("failed", "GraphUnavailableError")
        on_server.mend(ending)


class TestNetworkSlow:
    @pytest.mark.neo4j
    @seeds(4, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        draws, waits = random.Random(seed), []

        def delay() -> float:
            waits.append(draws.expovariate(50) if draws.random() < 0.5 else 0.0)
            return waits[-1]

        proxy_of(on_server).delay = delay
        ending = on_server.load().ended()
        on_server.tally.tried += 1
        on_server.tally.hit += sum(waits) > 0
        on_server.mend(ending)


class TestCommitLost:
    @pytest.mark.neo4j
    @seeds(10, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        lose_a_commit(on_server, seed, Loss.REQUEST)


class TestAnswerOfCommitLost:
    """The server has committed, and the client, which does not know, tries again."""

    @pytest.mark.neo4j
    @seeds(20)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        lose_a_commit(on_server, seed, Loss.ANSWER)


def lose_a_commit(trial: Trial, seed: int, loss: Loss) -> None:
    proxy = proxy_of(trial)
    proxy.lose(random.Random(seed).randint(1, trial.undisturbed.commits.load), loss)
    ending = trial.load().ended()
    trial.tally.tried += 1
    trial.tally.hit += proxy.struck.is_set()
    trial.mend(ending)


class TestAnswerLostInReplacement:
    @pytest.mark.neo4j
    @seeds(20, quick=0)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        proxy, last = proxy_of(on_server), on_server.undisturbed.commits.replacement
        on_server.load_old()
        proxy.lose(random.Random(seed).randint(last - _LAST_COMMITS, last), Loss.ANSWER)
        ending = on_server.load(replace=True).ended()
        on_server.tally.tried += 1
        on_server.tally.hit += proxy.struck.is_set()
        on_server.mend(ending)


class TestAnswerLostAndClientKilled:
    @pytest.mark.neo4j
    @seeds(20)
    def test_neo4j(self, on_server: Trial, seed: int) -> None:
        proxy, draws = proxy_of(on_server), random.Random(seed)
        for _ in range(TRIES):
            proxy.lose(draws.randint(1, on_server.undisturbed.commits.load), Loss.ANSWER_HELD)
            client = on_server.load()
            assert proxy.struck.wait(PATIENCE)
            client.kill()
            if on_server.fell_into_load():
                break
            on_server.start_again()
        else:
            pytest.fail(f"none of {TRIES} commits was of the load")
        on_server.mend(KILLED)

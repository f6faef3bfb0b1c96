"""The pace of a load follows servers that are simulated with known costs."""

import pytest

from exporter.sinks.neo4j.pace import Pace

BEGINNING = 0.02
"""Seconds that a transaction costs whatever its size."""


def loaded(pace: Pace, cores: int, rate: float, seconds: float) -> list[tuple[int, int]]:
    """Let a server of some cores work; return size and writers after each transaction."""
    now, seen = 0.0, []
    while now < seconds:
        busy = max(1.0, pace.writers / cores)
        took = (BEGINNING + pace.size / rate) * busy
        now += took / pace.writers
        pace.done(pace.size, took, now)
        seen.append((pace.size, pace.writers))
    return seen


@pytest.mark.parametrize("cores", [1, 2, 4, 8])
def test_there_are_about_as_many_writers_as_the_server_has_cores(cores: int) -> None:
    last = loaded(Pace(None, None), cores, rate=50_000, seconds=200)[-200:]
    writers = sorted(writers for _, writers in last)
    assert abs(writers[len(writers) // 2] - cores) <= 1


@pytest.mark.parametrize("rate", [2_000, 50_000, 500_000])
def test_a_transaction_takes_neither_long_nor_next_to_nothing(rate: float) -> None:
    pace = Pace(None, 2)
    size = loaded(pace, cores=2, rate=rate, seconds=60)[-1][0]
    assert 0.1 <= BEGINNING + size / rate <= 1.0


@pytest.mark.parametrize("cores", [1, 64])
def test_what_is_in_flight_is_bounded(cores: int) -> None:
    seen = loaded(Pace(None, None), cores, rate=1e9, seconds=60)
    assert max(size * writers for size, writers in seen) <= 160_000


def test_what_is_given_stays() -> None:
    seen = loaded(Pace(777, 3), cores=8, rate=50_000, seconds=60)
    assert set(seen) == {(777, 3)}


def test_neurons_that_share_many_sources_are_written_together() -> None:
    pace = Pace(None, None)
    assert pace.size_for(fan_in=27) == pace.size
    assert pace.size_for(fan_in=4_096) == 8 * 4_096
    assert pace.size_for(fan_in=1e6) * pace.writers <= 160_000
    assert Pace(777, 3).size_for(fan_in=4_096) == 777


def test_a_server_short_of_memory_gets_less_at_a_time() -> None:
    pace = Pace(None, None)
    loaded(pace, cores=8, rate=500_000, seconds=60)
    size, writers = pace.size, pace.writers
    pace.refused()
    assert pace.size <= size // 2
    assert pace.writers == writers // 2
    seen = loaded(pace, cores=8, rate=500_000, seconds=60)
    assert max(size for size, _ in seen) <= size // 2
    assert max(count for _, count in seen) <= writers // 2

"""Which tests run in one process of pytest-xdist, one after the other, and which begin first."""

import re
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# The start of a server and its first, slow answers are for all its tests together.
_SERVER = re.compile(r"neo4j-[\w.]+|(?<=::)TestPassword(?=::)")
# Each takes long and shares nothing, so the last of them fill both processes to the end.
_ALONE = ("tests/zoo/",)
# They share servers of their own, which they break.
_TOGETHER = "tests/faults/"
# They take longest.
_FIRST: Final = ("neo4j-newest", _TOGETHER, "neo4j-5.26")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> "ByServer":
    """Say which tests share a process, where there are more than one."""
    return ByServer(config, log)


@pytest.hookimpl(trylast=True)  # After pytest has brought together what shares a fixture.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest together."""
    items.sort(key=lambda item: _turn(item.nodeid))


class ByServer(LoadScopeScheduling):  # type: ignore[misc]
    """Keep in one process the tests that share a server, else those of a file."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        # Those that are many would begin first, though few take as long.
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return _scope(nodeid)


def _scope(nodeid: str) -> str:
    """Return what the tests of one process have in common."""
    if nodeid.startswith(_TOGETHER):
        return _TOGETHER
    if nodeid.startswith(_ALONE):
        return nodeid
    if server := _SERVER.search(nodeid):
        return server[0]
    return nodeid.partition("::")[0]


def _turn(nodeid: str) -> int:
    """Return a number by which tests are sorted, those first that take longest together."""
    common = _scope(nodeid)
    if common in _FIRST:
        return _FIRST.index(common)
    return len(_FIRST) + common.startswith(_ALONE)

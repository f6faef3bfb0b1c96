"""Which tests run in one process of pytest-xdist, one after the other."""

import re

from xdist.scheduler import LoadScopeScheduling

# The start of a server and its first, slow answers are for all its tests together.
_SERVER = re.compile(r"neo4j-[\w.]+|(?<=::)TestPassword(?=::)")
# Each takes long and shares nothing, so the last of them fill both processes to the end.
_ALONE = ("tests/zoo/",)
# They share servers of their own, which they break.
_TOGETHER = "tests/faults/"


class ByServer(LoadScopeScheduling):  # type: ignore[misc]
    """
    Keep in one process the tests that share a server, else those of a file.

    The largest groups are begun first.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_TOGETHER):
            return _TOGETHER
        if nodeid.startswith(_ALONE):
            return nodeid
        if server := _SERVER.search(nodeid):
            return server[0]
        return nodeid.partition("::")[0]

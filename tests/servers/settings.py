"""The settings that every server of the tests gets, whichever way it is started."""


def common(heap: str) -> dict[str, str]:
    """Give the settings of `neo4j.conf` for a server with this much heap."""
    return {
        "dbms.usage_report.enabled": "false",
        "server.memory.heap.initial_size": heap,
        "server.memory.heap.max_size": heap,
        "server.memory.pagecache.size": "256m",
        # Else an empty server fills 512 MB of disk.
        "db.tx_log.preallocate": "false",
        # Else tests that try a wrong password lock the user out for those that come after.
        "dbms.security.auth_max_failed_attempts": "0",
    }

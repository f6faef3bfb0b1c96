"""A Neo4j server in Docker, through testcontainers."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from docker.errors import DockerException  # type: ignore[import-untyped]
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from tests.servers.server import Neo4jServer
from tests.servers.settings import common
from tests.servers.unavailable import Unavailable

_BOLT = 7687
_START_SECONDS = 180


@contextmanager
def docker_server(
    version: str, *, password: str | None = None, heap: str = "1g"
) -> Iterator[Neo4jServer]:
    """
    Start a server from the official community image.

    Parameters
    ----------
    version
        Version of Neo4j, which is also the image's tag.
    password
        Initial password of the user neo4j; without one, nobody is asked for any.
    heap
        Heap of the server.

    Raises
    ------
    Unavailable
        No Docker engine answers, or it cannot start the image.
    """
    _require_engine()
    with ExitStack() as stack:
        try:
            container = stack.enter_context(_container(version, password, heap))
        except DockerException as error:
            raise Unavailable(f"Docker cannot start it: {error}") from error
        address = f"{container.get_container_host_ip()}:{container.get_exposed_port(_BOLT)}"
        yield Neo4jServer(f"bolt://{address}", version, password=password)


def _require_engine() -> None:
    with warnings.catch_warnings():
        # The client forgets to close its socket where no engine answers.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            DockerClient().client.close()
        except DockerException as error:
            reason = f"no Docker engine: {error}"
        else:
            return
        gc.collect()
    raise Unavailable(reason)


def _container(version: str, password: str | None, heap: str) -> DockerContainer:
    ready = LogMessageWaitStrategy(r"Started\.\s*$").with_startup_timeout(_START_SECONDS)
    return (
        DockerContainer(f"neo4j:{version}-community")
        .with_exposed_ports(_BOLT)
        .with_envs(**{_variable(name): value for name, value in common(heap).items()})
        .with_env("NEO4J_AUTH", "none" if password is None else f"neo4j/{password}")
        .waiting_for(ready)
    )


def _variable(setting: str) -> str:
    """Write a setting of `neo4j.conf` the way the image reads it from its environment."""
    return "NEO4J_" + setting.replace("_", "__").replace(".", "_")

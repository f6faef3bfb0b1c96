"""Who reaches the workers of ``--dask local``: the process that started them, and nobody else."""

import asyncio
import http.client
import logging
import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # distributed installs it
import pytest
from distributed import Client, Security, default_client, rpc
from distributed.protocol.pickle import dumps

from exporter.parallel.starting import started
from exporter.parallel.workers import Workers

pytestmark = pytest.mark.slow

PLANTED = "planted_by_another_account"
"""A module in the folder that Dask uses by default, made by another account beforehand."""

PAGES = [
    "/",
    "/status",
    "/health",
    "/metrics",
    "/info/main/workers.html",
    "/json/identity.json",
    "/proxy/80/127.0.0.1/",
    "/statics/css/base.css",
    "/api/v1",
]


@dataclass(frozen=True)
class Running:
    """A local cluster, and where its temporary files are."""

    workers: Workers
    client: Client
    scratch: Path
    said: list[str]
    others: frozenset[int]
    """Ports at which other tests of this process listen."""

    @property
    def key(self) -> str:
        """Return the private key, in one line as PEM has it."""
        return str(self.client.security.tls_client_key).splitlines()[5]

    def processes(self) -> list[Any]:
        """Return the process of the scheduler, which is this one, and those of the workers."""
        workers = self.client.run(os.getpid).values()
        return [psutil.Process(pid) for pid in (os.getpid(), *workers)]

    def listening(self) -> list[Any]:
        """Return the addresses at which the cluster listens."""
        return [
            address
            for process in self.processes()
            for address in addresses_of(process)
            if address.port not in self.others
        ]

    def addresses(self) -> dict[str, str]:
        """Return what a request to run code is named at each address."""
        info = self.client.scheduler_info()
        workers = dict.fromkeys(info["workers"], "run")
        nannies = {worker["nanny"]: "run" for worker in info["workers"].values()}
        return {info["address"]: "run_function", **workers, **nannies}


def addresses_of(process: Any) -> list[Any]:
    """Return the addresses at which a process listens."""
    return [
        connection.laddr
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


class Records(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.said = said

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(self.format(record))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    scratch = tmp_path_factory.mktemp("scratch")
    usual = scratch / "dask-scratch-space"
    usual.mkdir()
    usual.chmod(0o777)
    (usual / f"{PLANTED}.py").touch()
    others = frozenset(address.port for address in addresses_of(psutil.Process()))
    said: list[str] = []
    handler = Records(said)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(scratch))
        patch.setattr(tempfile, "tempdir", str(scratch))
        patch.setattr(logging.getLogger(), "level", logging.DEBUG)
        logging.getLogger().addHandler(handler)
        try:
            with started("local") as workers:
                yield Running(workers, default_client(), scratch, said, others)
        finally:
            logging.getLogger().removeHandler(handler)
    assert list(scratch.iterdir()) == [usual]
    assert [file.name for file in usual.iterdir()] == [f"{PLANTED}.py"]


def answers(addresses: dict[str, str], arguments: dict[str, Any]) -> list[Any]:
    """Have whatever listens there run code, as Dask's clients do; give what came of each."""

    async def one(address: str, request: str) -> Any:
        async with rpc(address, timeout=3, connection_args=arguments) as there:
            return await getattr(there, request)(function=dumps(os.getpid))

    async def every() -> list[Any]:
        asked = [one(*each) for each in addresses.items()]
        return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 60)

    return asyncio.run(every())


def without_certificate() -> dict[str, Any]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return {"ssl_context": context}


class TestStranger:
    def test_is_not_the_owner_who_runs_code(self, running: Running) -> None:
        arguments = running.client.security.get_connection_args("client")
        found = answers(running.addresses(), arguments)
        assert len(found) == 1 + 2 * running.workers.count
        assert [each["status"] for each in found] == ["OK"] * len(found)

    @pytest.mark.parametrize("case", ["plain", "no certificate", "another certificate"])
    def test_runs_nothing(self, running: Running, case: str) -> None:
        arguments: dict[str, Any] = {}
        if case == "no certificate":
            arguments = without_certificate()
        if case == "another certificate":
            arguments = Security.temporary().get_connection_args("client")
        scheme = "tcp" if case == "plain" else "tls"
        places = {
            f"{scheme}://{address.split('://')[1]}": request
            for address, request in running.addresses().items()
        }
        for found in answers(places, arguments):
            assert isinstance(found, OSError), found

    @pytest.mark.parametrize("scheme", ["tcp", "tls"])
    def test_is_no_client(self, running: Running, scheme: str) -> None:
        security = Security.temporary() if scheme == "tls" else None
        place = running.client.scheduler_info()["address"].split("://")[1]
        with pytest.raises(OSError, match=r"TLS certificate|TCP|[Tt]imed out"):
            Client(f"{scheme}://{place}", security=security, timeout=2, set_as_default=False)

    def test_sees_no_page(self, running: Running) -> None:
        listening = running.listening()
        assert {address.ip for address in listening} == {"127.0.0.1"}
        encrypted = {int(address.rpartition(":")[2]) for address in running.addresses()}
        ports = {address.port for address in listening}
        assert encrypted < ports
        for port in ports - encrypted:
            for page in PAGES:
                with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as asked:
                    asked.request("GET", page)
                    assert asked.getresponse().status == 404, page

    def test_has_nothing_imported(self, running: Running) -> None:
        assert find_spec(PLANTED) is None
        assert running.workers.executor.submit(find_spec, PLANTED).result() is None


class TestKey:
    def test_is_in_no_file(self, running: Running) -> None:
        files = [path for path in running.scratch.rglob("*") if path.is_file()]
        assert files
        for file in files:
            assert running.key not in file.read_text(errors="replace"), file

    def test_is_in_no_log(self, running: Running) -> None:
        workers = running.client.get_worker_logs().values()
        nannies = running.client.get_worker_logs(nanny=True).values()
        kept = [running.client.get_scheduler_logs(), *workers, *nannies]
        assert running.said
        assert running.key not in str(kept)
        assert running.key not in "".join(running.said)
        assert running.key not in str(running.client.scheduler_info())

    def test_is_in_no_command_line_or_environment(self, running: Running) -> None:
        for process in running.processes():
            assert running.key not in str(process.cmdline())
            assert running.key not in str(process.environ())

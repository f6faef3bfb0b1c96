"""A Neo4j server as a process of this machine, from the jars that Maven fetched."""

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.children import bound
from tests.servers.java import find_java
from tests.servers.maven import browser_jars, jars, parquet_jars
from tests.servers.releases import RELEASES
from tests.servers.server import Neo4jServer
from tests.servers.settings import common

_START_SECONDS = 120
# An idle server takes ten seconds for an orderly stop.
_STOP_SECONDS = 60
_ADMIN_SECONDS = 600
_TAIL_LINES = 40
_FOLDERS = ("data", "logs", "import", "plugins")
_ADMIN = "org.neo4j.cli.AdminTool"
_FLAGS = [
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
]
# Two servers on two cores have none to spare for collecting in parallel, and compiling well takes
# longer than small models take to load.
_HURRY = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


class LocalServer:
    """
    A server process that keeps its home and its port while it is stopped and started.

    Parameters
    ----------
    version
        One of the `RELEASES`.
    home
        Empty folder for its configuration, data and logs, closed to other users.
    password
        Initial password of the user neo4j; without one, nobody is asked for any.
    heap
        Heap of the server.
    http
        Whether it also answers HTTP.
    browser
        Whether it serves Neo4j Browser there, at ``/browser/``.

    Attributes
    ----------
    server
        How to reach it.
    heap
        Heap from the next start on.
    http_uri
        Its address for a browser, or None.

    Raises
    ------
    Unavailable
        No Java is new enough, or the jars cannot be had.
    """

    def __init__(
        self,
        version: str,
        home: Path,
        *,
        password: str | None = None,
        heap: str = "1g",
        http: bool = False,
        browser: bool = False,
    ) -> None:
        release = RELEASES[version]
        self._main = release.main
        self._java = find_java(release.java)
        self._lib = jars(version, self._java)
        self._browser = browser_jars(self._java) if browser else None
        self.heap = heap
        self._conf = home / "conf" / "neo4j.conf"
        self._log = home / "console.log"
        self._process: subprocess.Popen[bytes] | None = None
        bolt = f"127.0.0.1:{free_port()}"
        web = f"127.0.0.1:{free_port()}" if http or browser else None
        self.server = Neo4jServer(f"bolt://{bolt}", version, password=password, home=home)
        self.http_uri = f"http://{web}" if web else None
        _write_conf(home, heap, bolt, web, auth=password is not None)
        if password is not None:
            self._set_initial_password(home, password)

    def start(self) -> None:
        """Start the server and wait until it answers; it must not be running."""
        home = self.server.home
        command = self._java_command(
            self._main,
            f"--home-dir={home}",
            f"--config-dir={home}/conf",
            "--console-mode",
            extra=self._browser,
        )
        with self._log.open("wb") as log:
            # In a session of its own, so that Ctrl-C at pytest leaves its end to pytest.
            self._process = subprocess.Popen(
                bound(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait_until_started(self._process)

    def configure(self, setting: str, value: str | None) -> None:
        """Set a further setting of `neo4j.conf` from the next start on; None takes it out."""
        lines = self._conf.read_text().splitlines()
        kept = [line for line in lines if not line.startswith(f"{setting}=")]
        added = [] if value is None else [f"{setting}={value}"]
        self._conf.write_text("".join(f"{line}\n" for line in [*kept, *added]))

    def stop(self) -> None:
        """Ask the server to end in good order, and end it if it does not."""
        if self._process is not None:
            self._process.terminate()
            try:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(_STOP_SECONDS)
            finally:
                self.kill()

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def admin(self, *arguments: str, folder: Path | None = None) -> str:
        """
        Run `neo4j-admin` on the home of the server, which should not be running.

        Parameters
        ----------
        arguments
            The words after `neo4j-admin`.
        folder
            Where to run it; by default in its home.

        Returns
        -------
        str
            What it printed.
        """
        home = self.server.home
        done = subprocess.run(
            bound(self._java_command(_ADMIN, *arguments, extra=parquet_jars(self._java))),
            cwd=folder or home,
            env={**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": f"{home}/conf"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_ADMIN_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"neo4j-admin failed:\n{done.stdout}")
        return done.stdout

    def _java_command(self, *arguments: str, extra: Path | None = None) -> list[str]:
        java = str(self._java.executable)
        path = f"{self._lib}/*" if extra is None else f"{self._lib}/*{os.pathsep}{extra}/*"
        return [java, f"-Xmx{self.heap}", *self._hurry(), "-cp", path, *_FLAGS, *arguments]

    def _hurry(self) -> list[str]:
        # Benchmarks, which run without xdist, measure a server as users have it.
        if "PYTEST_XDIST_WORKER" not in os.environ:
            return []
        return _HURRY

    def _set_initial_password(self, home: Path, password: str) -> None:
        # neo4j-admin reads its arguments from a file too, and those do not show in `ps`.
        arguments = home / "arguments"
        quoted = json.dumps(password, ensure_ascii=False)
        arguments.write_text(f"dbms set-initial-password -- {quoted}", encoding="utf-8")
        try:
            self.admin(f"@{arguments}")
        except RuntimeError as error:
            raise RuntimeError(str(error).replace(password, "***")) from None
        finally:
            arguments.unlink()

    def _wait_until_started(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not re.search(rb"Started\.\s*$", self._log.read_bytes(), re.MULTILINE):
            if process.poll() is not None:
                raise RuntimeError(self._failure(f"ended with exit code {process.returncode}"))
            if time.monotonic() > deadline:
                raise RuntimeError(self._failure(f"was not ready after {_START_SECONDS} s"))
            time.sleep(0.1)

    def _failure(self, what: str) -> str:
        tail = self._log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        return "\n".join(
            [
                f"Neo4j {self.server.version} on Java {self._java.major} {what}.",
                f"If its jars are damaged, delete {self._lib.parent}. Its log ends:",
                *tail,
            ]
        )


@contextmanager
def local_home(
    version: str,
    *,
    password: str | None = None,
    heap: str = "1g",
    http: bool = False,
    browser: bool = False,
) -> Iterator[LocalServer]:
    """
    Give a server of this machine in a temporary home, not started yet.

    The parameters are those of `LocalServer`.

    Raises
    ------
    Unavailable
        No Java is new enough, or the jars cannot be had.
    """
    with TemporaryDirectory(prefix="neo4j-", ignore_cleanup_errors=True) as home:
        local = LocalServer(
            version,
            Path(home),
            password=password,
            heap=heap,
            http=http,
            browser=browser,
        )
        try:
            yield local
        finally:
            # Nothing of the home is kept, so there is no order to wait for.
            local.kill()


@contextmanager
def local_server(
    version: str,
    *,
    password: str | None = None,
    heap: str = "1g",
    http: bool = False,
    browser: bool = False,
) -> Iterator[LocalServer]:
    """
    Start a server of this machine in a temporary home.

    The parameters are those of `LocalServer`.

    Raises
    ------
    Unavailable
        No Java is new enough, or the jars cannot be had.
    """
    with local_home(version, password=password, heap=heap, http=http, browser=browser) as local:
        local.start()
        yield local


def _write_conf(home: Path, heap: str, bolt: str, web: str | None, *, auth: bool) -> None:
    settings = {
        **common(heap),
        **{f"server.directories.{name}": f"{home}/{name}" for name in _FOLDERS},
        "server.bolt.listen_address": bolt,
        "server.bolt.advertised_address": bolt,
        "server.http.enabled": str(web is not None).lower(),
        "dbms.security.auth_enabled": str(auth).lower(),
    }
    if web:
        settings["server.http.listen_address"] = web
    for name in ("conf", *_FOLDERS):
        (home / name).mkdir()
    lines = [f"{name}={value}\n" for name, value in settings.items()]
    (home / "conf" / "neo4j.conf").write_text("".join(lines))


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port

"""Serves the guide and the style sheet to Neo4j Browser, on this machine only."""

import os
import re
from collections.abc import Callable, Collection
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from queries.core.log import logger
from queries.core.secret import fits, new_secret
from queries.errors import ModelNotFoundError, NeurongraphError, ParameterError

STYLE: Final = "/neurongraph.grass"
GUIDE: Final = "/guide.html"
ADDRESS_VARIABLE: Final = "NEURONGRAPH_SECRET"
"""What an address may begin with each time, for a server that is set up to play the guide."""

_HERE: Final = ("localhost", "127.0.0.1")
_HOSTED_BROWSER: Final = "browser.neo4j.io"
_SECONDS: Final = 30
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{20,200}")


class Pages(NamedTuple):
    """What is served.

    Parameters
    ----------
    style
        Returns the style sheet.
    guide
        Returns the guide to the model of a name; None for the one that it chooses.
    """

    style: Callable[[], str]
    guide: Callable[[str | None], str]


class Server(ThreadingHTTPServer):
    """An HTTP server on the loopback interface.

    Parameters
    ----------
    port
        The port; 0 for any that is free.
    graph_host
        The host of the graph: a Browser that came from there may read what is served.

    Attributes
    ----------
    pages
        What is served; to be set before it runs.
    secret
        What each address begins with: that of NEURONGRAPH_SECRET, else another one each time.
        Browser fetches from here with no cookies.

    Raises
    ------
    ParameterError
        If the port cannot be had, or NEURONGRAPH_SECRET is no secret.
    """

    pages: Pages
    daemon_threads = True
    # A second server on the port would take half of the requests on some systems.
    allow_reuse_port = False

    def __init__(self, port: int, graph_host: str) -> None:
        self.secret = _secret()
        self.readers = {*_HERE, "::1", _HOSTED_BROWSER, graph_host.lower()} - {""}
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise ParameterError(
                f"port {port} cannot be served ({error.strerror}); give another one by --port"
            ) from None

    @property
    def address(self) -> str:
        """Where it is reached, by the name that Browser allows by default, with the secret."""
        return f"http://localhost:{self.server_port}/{self.secret}"

    @property
    def lines(self) -> list[str]:
        """The commands of Browser that fetch what is served."""
        return [f":style {self.address}{STYLE}", f":play {self.address}{GUIDE}"]


def _secret() -> str:
    """Return the secret that the environment gives, else a new one."""
    secret = os.environ.get(ADDRESS_VARIABLE)
    if not secret:
        return new_secret()
    if _SECRET.fullmatch(secret) is None:
        raise ParameterError(
            f"{ADDRESS_VARIABLE} does not do; a secret has 20 to 200 letters, digits, - and _; "
            "without one there is another each time"
        )
    return secret


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "neurongraph"
    sys_version = ""
    timeout = _SECONDS

    def do_GET(self) -> None:
        """Answer with a page."""
        self._answer()

    def do_HEAD(self) -> None:
        """Answer with the headers of a page."""
        self._answer()

    def do_OPTIONS(self) -> None:
        """Tell whether a page may read ours: Browser asks that before each guide."""
        if self._refused():
            return
        self.send_response(HTTPStatus.NO_CONTENT)
        self._send_shared_headers()
        self.send_header("Access-Control-Allow-Methods", "GET, HEAD")
        # Browser sends pragma and cache-control, and its reporting of errors adds others.
        self.send_header("Access-Control-Allow-Headers", "*")
        # Chromium asks for this where a page of the internet reads one of this machine.
        self.send_header("Access-Control-Allow-Private-Network", "true")
        self.end_headers()

    def _answer(self) -> None:
        if self._refused():
            return
        name, _, query = self.path.removeprefix(f"/{self.server.secret}").partition("?")
        try:
            if name == STYLE:
                self._send(HTTPStatus.OK, "text/css", self.server.pages.style())
            elif name == GUIDE:
                models = parse_qs(query, keep_blank_values=True).get("model", [None])
                self._send(HTTPStatus.OK, "text/html", self.server.pages.guide(models[0]))
            else:
                self._fail(HTTPStatus.NOT_FOUND, f"there are {GUIDE} and {STYLE} only")
        except ModelNotFoundError as error:
            self._fail(HTTPStatus.NOT_FOUND, str(error))
        except NeurongraphError as error:
            self._fail(HTTPStatus.BAD_GATEWAY, str(error))

    def _refused(self) -> bool:
        """Refuse requests that were sent to another name, or by a page of another site.

        By a name of its own that leads here, any site could read what is served.
        """
        port = self.server.server_port
        allowed = {f"{name}:{port}" for name in _HERE}
        if self.headers.get("Host", "").lower() not in allowed:
            self._fail(HTTPStatus.MISDIRECTED_REQUEST, "this server answers to localhost only")
            return True
        origin = self.headers.get("Origin")
        if origin is not None and not _is_from(origin, self.server.readers):
            self._fail(HTTPStatus.FORBIDDEN, "a page from elsewhere may not read this")
            return True
        if not self._knows_secret():
            self._fail(HTTPStatus.FORBIDDEN, "paste the lines that neurongraph browser printed")
            return True
        return False

    def _knows_secret(self) -> bool:
        secret, slash, _ = self.path.removeprefix("/").partition("/")
        return bool(slash) and fits(secret, self.server.secret)

    def _fail(self, status: HTTPStatus, reason: str) -> None:
        self._send(status, "text/plain", f"{reason}\n")

    def _send(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode(errors="replace")
        self.send_response(status)
        self._send_shared_headers()
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_shared_headers(self) -> None:
        origin = self.headers.get("Origin")
        self.send_header("Vary", "Origin")
        if origin is not None and _is_from(origin, self.server.readers):
            self.send_header("Access-Control-Allow-Origin", origin)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log a request without its address, which has the secret in it."""
        self.log_message("%s %s", self.command, getattr(code, "value", code))

    def log_error(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
        """Log that something went wrong, without the request."""
        self.log_message("a request that went wrong")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
        """Log where other things are logged."""
        logger.debug(f"{self.address_string()} {format}", *args)


def _is_from(origin: str, hosts: Collection[str]) -> bool:
    """Tell whether a page comes from one of some hosts."""
    try:
        parts = urlsplit(origin)
        return parts.scheme in {"http", "https"} and parts.hostname in hosts
    except ValueError:
        return False

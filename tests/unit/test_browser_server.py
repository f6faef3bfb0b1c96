"""The server for Neo4j Browser: who may read it."""

import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from queries.browser.server import GUIDE, STYLE, Pages, Server
from queries.errors import GraphUnavailableError, ModelNotFoundError, ParameterError


def guide(model: str | None) -> str:
    if model == "missing":
        raise ModelNotFoundError("there is no model 'missing'")
    if model == "gone":
        raise GraphUnavailableError("the server does not answer")
    return f"<p>{model}</p>"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(0, "graph.example") as running:
        running.pages = Pages(lambda: "node {\n}\n", guide)
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ask(
    server: Server, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    sent = {"Host": f"localhost:{server.server_port}", **headers}
    connection.request(method, path, headers=sent)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.getheaders()), text


def test_serves_the_style_sheet_and_the_guide(server: Server) -> None:
    assert ask(server, STYLE)[2] == "node {\n}\n"
    assert ask(server, GUIDE)[2] == "<p>None</p>"
    assert ask(server, f"{GUIDE}?model=a%20%26b")[2] == "<p>a &b</p>"
    assert ask(server, GUIDE, "HEAD")[0::2] == (200, "")


def test_says_what_to_paste(server: Server) -> None:
    here = f"http://localhost:{server.server_port}"
    assert server.lines == [f":style {here}{STYLE}", f":play {here}{GUIDE}"]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/", 404, "there are"),
        (f"{GUIDE}?model=missing", 404, "no model 'missing'"),
        (f"{GUIDE}?model=gone", 502, "does not answer"),
    ],
)
def test_says_what_is_wrong(server: Server, path: str, status: int, says: str) -> None:
    answered, headers, text = ask(server, path)
    assert (answered, headers["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert says in text


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost.evil.example:{}", ""])
def test_refuses_other_names(server: Server, host: str) -> None:
    assert ask(server, GUIDE, Host=host.format(server.server_port))[0] == 421


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost.evil.example",
        "null",
        "file://localhost",
        "http://[",
    ],
)
def test_refuses_pages_from_elsewhere(server: Server, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        status, headers, text = ask(server, GUIDE, method, Origin=origin)
        assert status == 403
        assert "Access-Control-Allow-Origin" not in headers
        assert "None" not in text


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:7474",
        "http://127.0.0.1:7474",
        "http://[::1]:7474",
        "https://graph.example:7473",
        "https://browser.neo4j.io",
    ],
)
def test_lets_browser_read(server: Server, origin: str) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "cache-control,pragma,sentry-trace",
        "Access-Control-Request-Private-Network": "true",
    }
    status, headers, _ = ask(server, GUIDE, "OPTIONS", **asked)
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == origin
    assert headers["Access-Control-Allow-Headers"] == "*"
    assert headers["Access-Control-Allow-Private-Network"] == "true"
    assert ask(server, GUIDE, Origin=origin)[1]["Access-Control-Allow-Origin"] == origin


def test_listens_on_this_machine_only(server: Server) -> None:
    assert server.server_address == ("127.0.0.1", server.server_port)
    with socket.socket() as other:
        other.settimeout(5)
        # Another address of the same loopback interface, which 0.0.0.0 would answer.
        assert other.connect_ex(("127.0.0.2", server.server_port)) != 0


def test_says_when_the_port_is_taken(server: Server) -> None:
    with pytest.raises(ParameterError, match=f"port {server.server_port} .*--port"):
        Server(server.server_port, "")

"""The server for Neo4j Browser: who may read it."""

import http.client
import logging
import socket
import threading
from collections.abc import Iterator

import pytest

from queries.browser import server as served
from queries.browser.server import Pages, Server
from queries.errors import GraphUnavailableError, ModelNotFoundError, ParameterError

STYLE = f"/SECRET{served.STYLE}"
GUIDE = f"/SECRET{served.GUIDE}"


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
    """Send a request, with the secret where the path says so; return status, headers and text."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    sent = {"Host": f"localhost:{server.server_port}", **headers}
    connection.request(method, path.replace("SECRET", server.secret), headers=sent)
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
    here = f"http://localhost:{server.server_port}/{server.secret}"
    assert server.lines == [f":style {here}/neurongraph.grass", f":play {here}/guide.html"]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/SECRET/", 404, "there are"),
        ("/SECRET//[", 404, "there are"),
        ("/SECRET/SECRET/guide.html", 404, "there are"),
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


@pytest.mark.parametrize(
    "path", ["/neurongraph.grass", "/guide.html", "/guide.html?model=m", "/", "/x"]
)
@pytest.mark.parametrize(
    "secret", ["", "/", "/wrong", "/{other}", "/{short}", "/{longer}", "/{case}", "/%C3%A9"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_refuses_who_does_not_know_the_secret(
    server: Server, path: str, secret: str, method: str
) -> None:
    with Server(0, "") as another:
        known = {
            "other": another.secret,
            "short": server.secret[:-1],
            "longer": f"{server.secret}x",
            "case": server.secret.swapcase(),
        }
    given = f"{secret.format(**known)}{path}"
    status, _, text = ask(server, given, method, Origin="http://localhost:7474")
    assert status == 403
    assert method == "HEAD" or "neurongraph browser printed" in text


def test_refuses_the_secret_at_another_place(server: Server) -> None:
    for path in (
        "/guide.html?token=SECRET",
        "/SECRET",
        "/x/SECRET/guide.html",
    ):
        assert ask(server, path)[0] == 403
    given = {"Cookie": f"token={server.secret}", "Authorization": f"token {server.secret}"}
    assert ask(server, "/guide.html", **given)[0] == 403


def test_a_secret_is_new_each_time() -> None:
    with Server(0, "") as one, Server(0, "") as other:
        assert one.secret != other.secret
        assert len(one.secret) == 32


def test_a_secret_can_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    given = "a-Secret_that-stays-0123"
    monkeypatch.setenv(served.ADDRESS_VARIABLE, given)
    with Server(0, "") as one:
        assert one.lines[1] == f":play http://localhost:{one.server_port}/{given}/guide.html"
    monkeypatch.setenv(served.ADDRESS_VARIABLE, "")
    with Server(0, "") as another:
        assert len(another.secret) == 32


@pytest.mark.parametrize("text", ["short", "x" * 19, "x" * 201, "a/../b" * 5, "a b" * 9, "é" * 30])
def test_refuses_what_is_no_secret(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(served.ADDRESS_VARIABLE, text)
    with pytest.raises(ParameterError, match=r"NEURONGRAPH_SECRET does not do") as caught:
        Server(0, "")
    assert text not in str(caught.value)


def test_keeps_the_secret_to_itself(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "neurongraph")
    paths = [
        GUIDE,
        STYLE,
        "/SECRET/x",
        "/SECRETx/guide.html",
        "/x?token=SECRET",
        f"{GUIDE}?model=gone",
    ]
    for path in paths:
        _, headers, text = ask(server, path)
        assert server.secret not in text + str(headers)
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
    for line in ("GET {} HTTP/x", "BREW {} HTTP/1.1", "GET {}\u00e9 HTTP/1.1", "{} {} {} {}"):
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as broken:
            request = line.replace("{}", f"/{server.secret}/guide.html")
            broken.sendall(f"{request}\r\nHost: localhost\r\n\r\n".encode())
            while broken.recv(1000):
                pass
    assert len(caplog.records) >= len(paths) + 4
    assert server.secret[:8] not in caplog.text

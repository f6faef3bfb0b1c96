"""Who may open the page of ``neurongraph view``: whoever has the address that was printed."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bokeh.util.token import generate_jwt_token, generate_session_id, get_token_payload

from exporter import load
from tests.servers.children import bound

HANDLERS = [
    "/",
    "/?pick=conv_0[0]@0,0",
    "/view.html",
    "/ws",
    "/metadata",
    "/autoload.js?bokeh-autoload-element=x",
    "/static/js/bokeh.min.js",
    "/static/extensions/x.js",
    "/favicon.ico",
    "/nothing",
    "//nothing",
]
# What another account of the machine can do that knows only the port.
STRANGER = """
import encodings.idna, glob, http.client, json, os, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
port, handlers = int(sys.argv[1]), json.loads(sys.argv[2])
seen = {"status": [], "lines": "", "files": []}
for path in handlers:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    seen["status"].append(connection.getresponse().status)
    connection.close()
for name in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
    try:
        seen["lines"] += open(name, errors="replace").read()
    except OSError:
        pass
for name in sys.argv[3:]:
    try:
        seen["files"].append(open(name).read())
    except OSError as error:
        seen["files"].append(type(error).__name__)
print(json.dumps(seen))
"""


class Running:
    """The command ``view`` with a browser that only notes what it is called with."""

    def __init__(self, graph: Path, folder: Path) -> None:
        self.said, self.called = folder / "said.txt", folder / "called.txt"
        browser = folder / "browser.sh"
        browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {self.called}\nsleep 60\n')
        browser.chmod(0o755)
        command = [sys.executable, "-m", "exporter.cli", "view", "--graph", str(graph)]
        with self.said.open("w") as said:
            self.child = subprocess.Popen(
                bound([*command, "--log-level", "debug"]),
                stderr=said,
                env={
                    **os.environ,
                    "BROWSER": f"{browser} %s &",
                    "BOKEH_PY_LOG_LEVEL": "trace",
                },
            )
        address = self._waited(lambda: re.search(r"The page is at (\S+)", self.said.read_text()))
        self.address = urlsplit(address)
        self.port = self.address.port or 0
        self.secret = self.address.query.removeprefix("token=")
        self.cookie = {"Cookie": f"neurongraph-{self.port}={self.secret}"}

    def opened(self) -> str:
        """Return what the browser was called with."""
        self.called.touch()
        return self._waited(lambda: re.search(r"(.+)\n", self.called.read_text()))

    def ask(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """Send a request; return status, headers and text of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with closing(connection):
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            return answer.status, dict(answer.getheaders()), text

    @staticmethod
    def _waited(look: Callable[[], re.Match[str] | None]) -> str:
        for _ in range(600):
            if found := look():
                return str(found[1])
            time.sleep(0.1)
        pytest.fail("the command said nothing")


@pytest.fixture(scope="module")
def running(digits_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("secret")
    load(digits_file, folder / "digits.lbug")
    view = Running(folder / "digits.lbug", folder)
    yield view
    view.child.send_signal(signal.SIGINT)
    view.child.wait(60)


def upgrade(running: Running) -> dict[str, str]:
    """Give the headers that open a websocket, with a session that Bokeh would take."""
    session = generate_jwt_token(generate_session_id())
    return {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol": f"bokeh, {session}",
        "Origin": f"http://127.0.0.1:{running.port}",
    }


class TestStrangers:
    @pytest.mark.parametrize("path", HANDLERS)
    def test_without_the_secret_nothing_answers(self, running: Running, path: str) -> None:
        secret = running.secret
        wrong = [secret[:-1], f"{secret}x", secret.swapcase(), "", "*", "é", secret[::-1]]
        own = f"neurongraph-{running.port}"
        asked = [
            (path, {}),
            *((f"{path}{'&' if '?' in path else '?'}token={text}", {}) for text in wrong[:-2]),
            *((path, {"Cookie": f"{own}={text}"}) for text in wrong[:-2]),
            (path, {"Cookie": f"neurongraph-{running.port + 1}={secret}"}),
            (path, {"Cookie": f"token={secret}"}),
            (path, {"Authorization": f"token {secret}"}),
            (path, {"Bokeh-Session-Id": secret}),
        ]
        for address, headers in asked:
            for method in ("GET", "HEAD", "POST", "OPTIONS"):
                status, _, text = running.ask(address, method, **headers)
                assert status == 403, (method, address, headers)
                assert "Bokeh" not in text
            assert running.ask(address, **headers, **upgrade(running))[0] == 403

    def test_a_wrong_secret_spoils_a_right_cookie(self, running: Running) -> None:
        assert running.ask("/?token=wrong", **running.cookie)[0] == 403

    def test_with_the_secret_from_another_page_nothing_answers(self, running: Running) -> None:
        near = f"http://127.0.0.1:{running.port + 1}"
        for path in HANDLERS:
            for headers in (
                {"Origin": near},
                {"Origin": "http://evil.example"},
                {"Origin": "null"},
                {"Origin": f"https://127.0.0.1:{running.port}"},
                {"Host": "evil.example"},
                {"Host": f"evil.example:{running.port}"},
                {"Sec-Fetch-Site": "same-site"},
                {"Sec-Fetch-Site": "cross-site"},
            ):
                assert running.ask(path, **running.cookie, **headers)[0] == 403, (path, headers)
        headers = {**upgrade(running), **running.cookie, "Origin": near}
        assert running.ask("/ws", **headers)[0] == 403

    def test_another_account_sees_nothing(self, running: Running) -> None:
        if os.getuid() != 0:
            pytest.skip("only root can run a program as another account")
        file = Path(urlsplit(running.opened()).path)
        words = [str(running.port), json.dumps(HANDLERS), str(file), str(file.parent / "x")]
        done = subprocess.run(
            [sys.executable, "-I", "-c", STRANGER, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        assert seen["status"] == [403] * len(HANDLERS)
        assert seen["files"] == ["PermissionError"] * 2
        # It does see the command lines themselves.
        assert "browser.sh" in seen["lines"]
        assert running.secret not in seen["lines"]


class TestOwner:
    def test_the_printed_address_gives_a_cookie_and_leads_on(self, running: Running) -> None:
        status, headers, text = running.ask(f"/?pick=a%26b&token={running.secret}&color=bias")
        assert status == 200
        cookie = headers["Set-Cookie"]
        assert cookie.startswith(f"neurongraph-{running.port}={running.secret};")
        assert {"HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; "))
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert 'content="0;url=/?pick=a%26b&amp;color=bias"' in text
        assert running.secret not in text

    def test_it_leads_to_no_other_host(self, running: Running) -> None:
        text = running.ask(f"//evil.example/x?token={running.secret}")[2]
        assert "url=/evil.example/x" in text

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_with_the_cookie_all_answers(self, running: Running, host: str) -> None:
        headers = {**running.cookie, "Host": f"{host}:{running.port}"}
        found = {path: running.ask(path, **headers)[0] for path in HANDLERS if path != "/ws"}
        assert found == {
            "/": 200,
            "/?pick=conv_0[0]@0,0": 200,
            "/view.html": 200,
            "/metadata": 200,
            "/autoload.js?bokeh-autoload-element=x": 404,
            "/static/js/bokeh.min.js": 200,
            "/static/extensions/x.js": 404,
            "/favicon.ico": found["/favicon.ico"],
            "/nothing": 404,
            "//nothing": 404,
        }

    def test_the_page_does_not_say_the_secret(self, running: Running) -> None:
        _, headers, text = running.ask("/", **running.cookie)
        assert running.secret not in text + str(headers)
        assert '<meta name="referrer" content="no-referrer">' in text
        session = re.search(r'"token":"([^"]+)"', text)
        assert session
        payload = get_token_payload(session[1])
        assert (payload["headers"], payload["cookies"]) == ({}, {})

    def test_the_browser_gets_a_file_of_ones_own(self, running: Running) -> None:
        called = running.opened()
        assert called.startswith("file:///")
        file = Path(urlsplit(called).path)
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        assert f"token={running.secret}" in file.read_text()

    # The last of this module, for it ends the command.
    def test_the_secret_is_in_no_log_and_its_file_is_removed(self, running: Running) -> None:
        file = Path(urlsplit(running.opened()).path)
        running.ask(f"/?token={running.secret}")
        running.ask(f"/nothing?token={running.secret}", "POST")
        running.ask(f"/?token={running.secret}x")
        with closing(http.client.HTTPConnection("127.0.0.1", running.port)) as broken:
            broken.request("GET", f"/?token={running.secret}&%", headers={"Host": "a,b"})
            assert broken.getresponse().status == 400
        running.child.send_signal(signal.SIGINT)
        assert running.child.wait(60) == 0
        said = running.said.read_text()
        assert "403 GET" in said
        assert said.count(running.secret[:8]) == 1
        assert not file.parent.exists()

"""Who may open the page: whoever has the address that was printed, on this machine."""

from collections.abc import Collection
from html import escape
from typing import Any, Final
from urllib.parse import urlencode

from bokeh.resources import Resources
from bokeh.server.tornado import BokehTornado
from bokeh.server.views.autoload_js_handler import AutoloadJsHandler
from bokeh.server.views.static_handler import StaticHandler
from tornado.httputil import HTTPServerRequest
from tornado.web import ErrorHandler, HTTPError, RequestHandler

from queries.core.secret import fits
from queries.core.wording import worded

TOKEN: Final = "token"  # noqa: S105 - the name of an argument
_SCRIPTS: Final = ("bokeh", "bokeh-widgets")
_OWN_PAGES: Final = {None, "none", "same-origin"}
_LEADS_ON: Final = """\
<!doctype html>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0;url={address}">
<title>neurongraph</title>
<p><a href="{address}">The page</a></p>
"""


class GuardedTornado(BokehTornado):
    """Bokeh's application, behind a secret that each request must know.

    The printed address has it as an argument. That request gets it as a cookie and is sent on to
    the same page without it, so that no address that is kept or sent has it. All others need the
    cookie: pages, scripts, the websocket, and what does not exist.

    Parameters
    ----------
    applications
        As in Bokeh.
    secret
        The secret.
    hosts
        Names of this machine, with the port, by which it answers. By a name that was made to
        point here (DNS rebinding), a page of another host could ask it.
    cookie
        The name of the cookie, which browsers send to all ports of a host.
    **settings
        As in Bokeh.
    """

    def __init__(
        self,
        applications: Any,
        secret: str,
        hosts: Collection[str],
        cookie: str,
        **settings: Any,
    ) -> None:
        self._secret, self._hosts, self._cookie = secret, frozenset(hosts), cookie
        # Bokeh writes both into the page, where scripts can read them.
        private: dict[str, Any] = {"include_headers": [], "include_cookies": []}
        super().__init__(applications, extra_websocket_origins=list(hosts), **private, **settings)

    def find_handler(self, request: HTTPServerRequest, **settings: Any) -> Any:
        """Return what answers a request."""
        token = _take_token(request)
        if not self._is_from_here(request):
            return super().get_handler_delegate(request, _Refuse)
        if token is not None and fits(token, self._secret):
            entry = {"name": self._cookie, "secret": self._secret}
            return super().get_handler_delegate(request, _Enter, entry)
        cookie = request.cookies.get(self._cookie)
        own_page = request.headers.get("Sec-Fetch-Site") in _OWN_PAGES
        if token is not None or cookie is None or not own_page:
            return super().get_handler_delegate(request, _Refuse)
        if not fits(cookie.value, self._secret):
            return super().get_handler_delegate(request, _Refuse)
        return super().find_handler(request, **settings)

    def get_handler_delegate(
        self,
        request: HTTPServerRequest,
        target_class: type[RequestHandler],
        *rest: Any,
        **more: Any,
    ) -> Any:
        """Return what runs a handler; there is none for a page to be put into another one."""
        if target_class is AutoloadJsHandler:
            return super().get_handler_delegate(request, ErrorHandler, {"status_code": 404})
        return super().get_handler_delegate(request, target_class, *rest, **more)

    def _is_from_here(self, request: HTTPServerRequest) -> bool:
        origin = request.headers.get("Origin")
        own_origin = origin is None or origin.lower().removeprefix("http://") in self._hosts
        return own_origin and request.host.lower() in self._hosts

    def resources(self, absolute_url: str | bool | None = None) -> Resources:
        """Return BokehJS as this server has it, whatever Bokeh's settings say."""
        return Resources(
            mode="server",
            root_url="/",
            components=list(_SCRIPTS),
            path_versioner=StaticHandler.append_version,
        )


def _take_token(request: HTTPServerRequest) -> bytes | None:
    """Take the secret out of a request, before anybody logs it or writes it into a page."""
    token = request.query_arguments.pop(TOKEN, None)
    if token is None:
        return None
    request.arguments.pop(TOKEN, None)
    request.query = urlencode(request.query_arguments, doseq=True)
    request.uri = request.path + (f"?{request.query}" if request.query else "")
    return token[-1]


class _Refuse(RequestHandler):
    def prepare(self) -> None:
        self.set_header("Referrer-Policy", "no-referrer")
        raise HTTPError(403)

    def write_error(self, status_code: int, **_: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        said = worded("neurongraph view printed", "graph.view() has")
        self.finish(f"Open the address that {said}, on the same machine.\n")


class _Enter(RequestHandler):
    def initialize(self, name: str, secret: str) -> None:
        self._name, self._value = name, secret

    def get(self) -> None:
        self.set_cookie(self._name, self._value, httponly=True, samesite="Strict")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", "default-src 'none'")
        # A browser sends a strict cookie along only where a page of ours leads, and a redirect
        # counts as if the page led there that led here.
        query = f"?{self.request.query}" if self.request.query else ""
        address = f"/{self.request.path.lstrip('/')}{query}"
        self.finish(_LEADS_ON.format(address=escape(address)))

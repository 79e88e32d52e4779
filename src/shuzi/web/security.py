"""Who may ask, from where, and what a browser may do with the answers."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi.web.access import Access
from shuzi.web.problems import Problem
from shuzi.web.settings import Settings

OPEN_PATHS = ("/api/v1/session",)
_READING = ("GET", "OPTIONS")
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class HeadAsGet:
    """Middleware: HEAD, which FastAPI refuses, is answered as GET; uvicorn leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") == "HEAD":
            # A copy: uvicorn looks into its own for what was asked.
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


class SecurityHeaders:
    """Middleware: every answer carries them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers.setdefault("Cache-Control", _caching(scope["path"]))
            await send(message)

        await self._app(scope, receive, marked)


class Gate:
    """Middleware: refuses other names (DNS rebinding), writes from other sites, wrong tokens."""

    def __init__(self, app: ASGIApp, settings: Settings, access: Access) -> None:
        self._app = app
        self._hosts = settings.hosts
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            self._check_host(headers)
            if scope["method"] not in _READING:
                check_origin(headers)
            if is_guarded(scope["path"]):
                self._access.check(scope)
        await self._app(scope, receive, send)

    def _check_host(self, headers: Headers) -> None:
        if self._hosts and _hostname(headers.get("host", "")) not in self._hosts:
            raise Problem(
                421,
                "The service does not answer to this host name.",
                f"Ask for {self._hosts[0]}, or start the service with --name.",
            )


def check_origin(headers: Headers) -> None:
    """Refuse a write that a browser sends for another site, or for a form without our header.

    Raises:
        Problem: 403.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None and site is None:
        return
    own = (f"http://{headers.get('host')}", f"https://{headers.get('host')}")
    foreign = origin is not None and origin not in own
    if foreign or site not in (None, "same-origin", "none") or headers.get("x-shuzi") != "1":
        raise Problem(
            403,
            "A browser may write only from the service's own page.",
            "Use the page of this service, or send the header X-Shuzi: 1 from it.",
        )


def is_guarded(path: str) -> bool:
    """Whether a path needs the token: all that reads, tells or changes anything."""
    return (path.startswith("/api/") and path not in OPEN_PATHS) or path == "/metrics"


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _caching(path: str) -> str:
    return "no-store" if path.startswith("/api/") else "no-cache"

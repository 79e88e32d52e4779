"""Who may come in: who shows the token, or the cookie of a session that the token opened."""

import hashlib
import hmac
import ipaddress
import math
import secrets
from collections import Counter, deque
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from shuzi.web.problems import Problem

COOKIE = "shuzi"
SESSION_SECONDS = 12 * 3600
MOST_SESSIONS = 1000
"""Beyond it the oldest ends."""
WINDOW = 60.0
"""Seconds in which wrong tokens are counted."""
WRONG_FROM_ONE = 10
WRONG_IN_ALL = 60
MOST_KNOWN = 1000
"""Addresses that showed the right token, of which the service remembers so many."""

Clock = Callable[[], float]
"""Gives seconds, and only goes forward."""


class Access:
    """Lets clients in, and slows down those that guess.

    Args:
        token: what clients must show; None lets everyone in.
    """

    def __init__(self, token: str | None, now: Clock) -> None:
        self._token = None if token is None else _bytes(token)
        self._wrong = WrongTokens(now)
        self._sessions = Sessions(now)

    def check(self, scope: Scope) -> None:
        """Refuse a request without the token and without a session.

        Raises:
            Problem: 401, or 429 after too many wrong tokens.
        """
        headers = Headers(scope=scope)
        if self._token is None or self._sessions.has(cookie_of(headers)):
            return
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._is_right(shown.strip().encode("latin-1"), scope):
            raise Problem(
                401,
                "The service needs its token.",
                "Send it as Authorization: Bearer TOKEN, or log in on the page.",
                {"WWW-Authenticate": "Bearer"},
            )

    def log_in(self, shown: str, scope: Scope) -> str | None:
        """A new session's cookie for the token; None where nobody needs one.

        Raises:
            Problem: 401 for another token, 429 after too many of them.
        """
        if self._token is None:
            return None
        if not self._is_right(_bytes(shown), scope):
            raise Problem(401, "That is not the token.", "Ask whoever started the service.")
        return self._sessions.open()

    def log_out(self, scope: Scope) -> None:
        """End the session whose cookie the request shows, if any."""
        self._sessions.end(cookie_of(Headers(scope=scope)))

    def _is_right(self, shown: bytes, scope: Scope) -> bool:
        assert self._token is not None
        address = address_of(scope)
        self._wrong.check(address)
        right = hmac.compare_digest(shown, self._token)
        self._wrong.note(address, right)
        return right


class Sessions:
    """Sessions that are open; a copy of their memory opens none, as only hashes are kept."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._ends: dict[bytes, float] = {}

    def open(self) -> str:
        """The cookie of a new session."""
        cookie = secrets.token_urlsafe(32)
        self._ends[_digest(cookie)] = self._now() + SESSION_SECONDS
        if len(self._ends) > MOST_SESSIONS:
            # The first one that was put in.
            del self._ends[next(iter(self._ends))]
        return cookie

    def has(self, cookie: str) -> bool:
        return self._ends.get(_digest(cookie), 0.0) > self._now()

    def end(self, cookie: str) -> None:
        self._ends.pop(_digest(cookie), None)


class WrongTokens:
    """Counts wrong tokens of the last minute, by address and in all.

    Addresses that have shown the right token are not kept out by what others guess.
    """

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._tries: deque[tuple[float, str]] = deque()
        self._counts: Counter[str] = Counter()
        self._known: dict[str, None] = {}

    def check(self, address: str) -> None:
        """Refuse to look at a token.

        Raises:
            Problem: 429, which says when to try again.
        """
        while self._tries and self._tries[0][0] <= self._now() - WINDOW:
            _, old = self._tries.popleft()
            self._counts[old] -= 1
            if not self._counts[old]:
                del self._counts[old]
        if self._counts[address] >= WRONG_FROM_ONE:
            first = next(at for at, who in self._tries if who == address)
        elif len(self._tries) >= WRONG_IN_ALL and address not in self._known:
            first = self._tries[0][0]
        else:
            return
        raise Problem(
            429,
            "There were too many wrong tokens.",
            "Try again in a minute, with the right one.",
            {"Retry-After": str(max(1, math.ceil(first + WINDOW - self._now())))},
        )

    def note(self, address: str, right: bool) -> None:
        if not right:
            self._tries.append((self._now(), address))
            self._counts[address] += 1
            return
        self._known.pop(address, None)
        self._known[address] = None
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]


def cookie_of(headers: Headers) -> str:
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")


def address_of(scope: Scope) -> str:
    """The client's IPv4 address, or the network of its IPv6 one, which one client has whole."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.IPv6Address(int(address) >> 64 << 64))


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(_bytes(cookie)).digest()


def _bytes(text: str) -> bytes:
    # JSON may hold half a character.
    return text.encode("utf-8", "surrogatepass")

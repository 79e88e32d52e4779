"""A port, and uvicorn on it."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

from shuzi.errors import UsageError
from shuzi.web.connection import MAX_CONNECTIONS, Connection
from shuzi.web.logs import spare
from shuzi.web.security import is_loopback
from shuzi.web.settings import LOOPBACK

IDLE_SECONDS = 30
"""Between two requests of a connection."""
SHORTEST_TOKEN = 8
GRACE_SECONDS = 5
"""For answers that are under way when the service ends."""
SORRY_SECONDS = 1
"""For saying to all others that it ended."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        UsageError: the address cannot be had.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2048)
        # Connections inherit it; asyncio sets it only where a socket names its protocol. Without
        # it an answer's body may wait 40 ms for the client to acknowledge the head.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise UsageError(
            f"{host} port {port} cannot be used: {reason}.",
            "Give another --port; 0 takes a free one.",
        ) from None
    except OverflowError:
        raise UsageError(
            f"--port must be a number from 0 to 65535, not {port}.", "Give another."
        ) from None


def known_hosts(
    host: str, names: Sequence[str], token: str | None, open_to_network: bool
) -> tuple[str, ...]:
    """The names that clients may ask for; all if none were given to an address of the network.

    Raises:
        UsageError: others could reach the service, and it has no token or one that can be guessed.
    """
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise UsageError(
            f"The token has fewer than {SHORTEST_TOKEN} characters.",
            "Give a longer one; `openssl rand -hex 16` makes one.",
        )
    names = [name.lower() for name in names]
    if is_loopback(host):
        return (*LOOPBACK, host, *names)
    if token is None and not open_to_network:
        raise UsageError(
            f"--host {host} lets others reach the service.",
            "Give a --token, or --open-to-network if everyone may use it.",
        )
    return (*LOOPBACK, *names) if names else ()


def address(listener: socket.socket) -> str:
    """The URL of its page."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def run(app: FastAPI, listener: socket.socket) -> None:
    """Serve until Ctrl-C."""
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    spare("uvicorn.error", "shuzi.web", "asyncio")
    # It tells of the bytes in forms.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    _allow_files(MAX_CONNECTIONS + 100)
    with contextlib.suppress(KeyboardInterrupt):
        _Server(config).run(sockets=[listener])
    # When a second Ctrl-C ends it, the app's own end is left out.
    app.state.readers.pool.close()
    app.state.jobs.close()


class _Server(uvicorn.Server):
    """uvicorn's server, which cancels what is under way and ends before that can be answered."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if tasks := self.server_state.tasks:
            await asyncio.wait(tasks, timeout=SORRY_SECONDS)


def _allow_files(count: int) -> None:
    """Let the process hold so many open, as far as it may."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        allowed = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))

"""A client's connection: it may not keep the service waiting."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import h11
from fastapi import Request
from starlette.requests import ClientDisconnect
from uvicorn.protocols.http.h11_impl import H11Protocol

from shuzi.web.problems import Problem

HEAD_SECONDS = 10.0
"""For the lines that begin a request."""
REST_SECONDS = 5.0
"""For the rest of a body that was refused: closed at once, the client might not see the answer."""
ANSWER_SECONDS = 120.0
"""For a client to take an answer, once the buffers are full."""
MAX_CONNECTIONS = 4000
"""Beyond it the connection that has sent nothing for longest makes room."""

T = TypeVar("T")


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What the work for a request, whose body has come, gives; it is cancelled if its client goes.

    Raises:
        ClientDisconnect: the client hung up.
    """
    working, leaving = asyncio.create_task(work), asyncio.create_task(_left(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class Connection(H11Protocol):
    """uvicorn's connection with the time limits that it lacks.

    uvicorn itself limits the size of a head (16 KB) and how long a connection may be idle between
    two requests; not how long a head, the rest of a refused body or taking an answer may take.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._limit: tuple[float, asyncio.TimerHandle] | None = None
        self._answer: asyncio.TimerHandle | None = None
        self.since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_limit(HEAD_SECONDS)
        if len(self.connections) > MAX_CONNECTIONS:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.wants_head:
            self._set_limit(HEAD_SECONDS)
        elif not self._refused:
            self._set_limit(None)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.since = self.loop.time()
        if self._refused:
            self._set_limit(REST_SECONDS)

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, unless it was answered already."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            answer = Problem(400, msg, "Send HTTP/1.1 as RFC 9112 says.").response()
            headers = [*answer.raw_headers, (b"connection", b"close")]
            for event in (
                h11.Response(status_code=400, headers=headers),
                h11.Data(data=bytes(answer.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None:
            # The request whose body went wrong has had its answer.
            self.cycle.disconnected = True
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._set_limit(None)
        self.resume_writing()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._answer = self.loop.call_later(ANSWER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._answer is not None:
            self._answer.cancel()

    @property
    def wants_head(self) -> bool:
        return self.conn.their_state is h11.IDLE

    @property
    def _refused(self) -> bool:
        """Whether it was answered before all of its body came."""
        return self.conn.their_state is h11.SEND_BODY and self.cycle.response_complete

    def _set_limit(self, seconds: float | None) -> None:
        """Close the connection after so long, unless that clock runs already; None stops it."""
        if self._limit is not None:
            if self._limit[0] == seconds:
                return
            self._limit[1].cancel()
        self._limit = None
        if seconds is not None:
            self._limit = seconds, self.loop.call_later(seconds, self.transport.close)

    def _make_room(self) -> None:
        idle = [c for c in self.connections if isinstance(c, Connection) and c.wants_head]
        min(idle, key=lambda connection: connection.since).transport.abort()

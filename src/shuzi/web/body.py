"""How much a client may send, and for how long."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuzi.web.problems import RETRY, Problem
from shuzi.web.settings import Settings

PICTURE_PATHS = ("/api/v1/read", "/api/v1/review/items")
JOB_PATH, JOB_SECONDS = "/api/v1/jobs", 600.0
"""Where much is sent, which goes to the disk as it arrives, and for how long."""
MAX_BYTES = 300_000
"""Of a request that brings no picture: a thousand decisions take 130,000."""

PIECE = 65_536
"""Bytes of an answer that are given to the connection at once."""


class BodyLimit:
    """Middleware: bodies that are too large, too slow or too many at once are refused.

    They are counted as they arrive, whatever length they claim, and so are answers until their
    clients have taken them.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._settings.max_bytes
        is_job = scope["path"] == JOB_PATH
        if is_job:
            most = self._settings.max_job_bytes
        elif scope["path"] not in PICTURE_PATHS:
            most = min(most, MAX_BYTES)
        self._check(int(Headers(scope=scope).get("content-length", "0")), most)
        loop = asyncio.get_running_loop()
        seconds = JOB_SECONDS if is_job else self._settings.upload_seconds
        deadline = loop.time() + seconds
        size, held, complete = 0, 0, False

        async def counted() -> Message:
            nonlocal size, held, complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise _too_slow(seconds) from None
            complete = not message.get("more_body", False)
            added = len(message.get("body", b""))
            size += added
            if not is_job:
                held += added
                self._held += added
            self._check(size, most)
            return message

        async def sent(message: Message) -> None:
            """A piece at a time, as a client takes them; what it has not taken is held, too."""
            nonlocal held
            body = message.get("body", b"")
            if len(body) <= PIECE:
                await send(message)
                return
            held += len(body)
            self._held += len(body)
            for start in range(0, len(body), PIECE):
                end = start + PIECE
                more = message.get("more_body", False) or end < len(body)
                await send({**message, "body": body[start:end], "more_body": more})

        try:
            await self._app(scope, counted, sent)
        finally:
            self._held -= held

    def _check(self, size: int, most: int) -> None:
        if size > most:
            raise Problem(
                413,
                f"The request is larger than {most:,} bytes.",
                "Send a smaller picture or fewer pages.",
            )
        if self._held > self._settings.max_bytes_held:
            raise Problem(
                503, "The service holds too many requests.", "Try again in a moment.", RETRY
            )


def _too_slow(seconds: float) -> Problem:
    return Problem(
        408,
        f"The request did not arrive within {seconds:g} seconds.",
        "Check the connection, or send a smaller picture.",
    )

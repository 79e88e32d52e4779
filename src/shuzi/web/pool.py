"""Work that takes time, done in a few threads; a short queue before them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from shuzi.web.problems import Problem

T = TypeVar("T")
RETRY = {"Retry-After": "1"}


class Pool:
    """Runs functions in threads, so that the event loop goes on.

    Args:
        threads: functions that work at the same time.
        queue: functions that may wait; more are refused.
        seconds: that one may take, waiting included.
    """

    def __init__(self, threads: int, queue: int, seconds: float) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="shuzi-read")
        self._threads, self._queue, self._seconds = threads, queue, seconds
        self._admitted = 0
        self._lock = Lock()

    @property
    def waiting(self) -> int:
        return max(0, self._admitted - self._threads)

    async def run(self, function: Callable[[], T]) -> T:
        """What the function returns or raises.

        Raises:
            Problem: 503 when the queue is full; 504 when it took too long, or says so by a
                TimeoutError. A function that has begun keeps its thread until it says so.
        """
        if self._admitted >= self._threads + self._queue:
            raise Problem(
                503, "The service is busy: its queue is full.", "Try again in a moment.", RETRY
            )
        with self._lock:
            self._admitted += 1
        work = self._executor.submit(function)
        work.add_done_callback(self._leave)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(work), self._seconds)
        except TimeoutError:
            raise Problem(
                504,
                f"The reading took more than {self._seconds:g} seconds.",
                "Send a smaller picture or fewer pages, or try again later.",
                RETRY,
            ) from None

    def _leave(self, _: Future[T]) -> None:
        with self._lock:
            self._admitted -= 1

    def close(self) -> None:
        """Drop what waits; what works is not waited for."""
        self._executor.shutdown(wait=False, cancel_futures=True)

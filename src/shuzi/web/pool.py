"""Readings: a few at a time, each in a worker, and a short queue before them."""

import asyncio
import logging
import time
import weakref
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Any

from shuzi.errors import ImageError
from shuzi.web.messages import Message
from shuzi.web.problems import RETRY, Problem
from shuzi.web.settings import Settings
from shuzi.web.workers import Worker, WorkerEndedError

_LOG = logging.getLogger("shuzi.web")


class Pool:
    """Gives tasks to workers, which start when they are first needed; `close` ends them.

    Args:
        settings: `threads` tasks are worked on at a time, `queue` may wait, and each is answered
            within `seconds`, waiting included.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # A thread each that waits for its worker.
        self._executor = ThreadPoolExecutor(settings.threads, thread_name_prefix="shuzi-read")
        self._workers: set[Worker] = set()
        self._idle: deque[Worker] = deque()
        self._admitted = 0
        self._lock = Lock()
        # Called at the latest when the pool is forgotten, or the program ends.
        self.close = weakref.finalize(self, _close, self._executor, self._workers, self._idle)

    @property
    def waiting(self) -> int:
        return max(0, self._admitted - self._settings.threads)

    def start(self) -> None:
        """Start a worker in advance."""
        worker = self._new()
        with self._lock:
            # Those that are warm come first.
            self._idle.appendleft(worker)

    async def run(self, task: dict[str, Any], content: bytes) -> Message:
        """A worker's answer to a task with the `name` of a file and its content.

        Raises:
            ImageError: the file ended the worker.
            Problem: 503 when the queue is full or no worker starts; 504 when it took too long.
        """
        limits = self._settings
        if self._admitted >= limits.threads + limits.queue:
            raise Problem(
                503, "The service is busy: its queue is full.", "Try again in a moment.", RETRY
            )
        with self._lock:
            self._admitted += 1
        deadline = time.monotonic() + limits.seconds
        held = [content]
        work = self._executor.submit(self._work, task, held, deadline)

        def leave(_: Future[Message]) -> None:
            # The executor keeps what is cancelled, as its client hung up, until its turn comes.
            held.clear()
            with self._lock:
                self._admitted -= 1

        work.add_done_callback(leave)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(work), limits.seconds)
        except TimeoutError:
            raise Problem(
                504,
                f"The reading took more than {limits.seconds:g} seconds.",
                "Send a smaller picture or fewer pages, or try again later.",
                RETRY,
            ) from None

    def _work(self, task: dict[str, Any], held: list[bytes], deadline: float) -> Message:
        worker = self._take()
        try:
            # It may have been started only now; then the next one has it.
            if time.monotonic() > deadline:
                raise TimeoutError
            return worker.ask(task, held[0], deadline)
        except WorkerEndedError:
            if time.monotonic() > deadline or not self.close.alive:
                raise TimeoutError from None
            _LOG.error("A file ended the process that read it")
            raise ImageError(
                f"{task['name']} cannot be read: it ended the process that read it.",
                "Save it in another format, or make it smaller, and send that.",
            ) from None
        finally:
            self._give_back(worker)

    def _take(self) -> Worker:
        """A worker that nobody else asks, ready."""
        worker = None
        try:
            worker = self._next_idle() or self._new()
            worker.wait_until_ready()
        except (WorkerEndedError, OSError):
            if worker is not None:
                self._forget(worker)
            _LOG.error("A process that reads could not start")
            raise Problem(
                503,
                "The service cannot start a process that reads.",
                "Try again in a moment; its machine may be short of memory.",
                RETRY,
            ) from None
        return worker

    def _next_idle(self) -> Worker | None:
        while True:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None or not worker.ended:
                return worker
            # The system may have ended it, for want of memory.
            self._forget(worker)

    def _new(self) -> Worker:
        worker = Worker(self._settings)
        with self._lock:
            self._workers.add(worker)
        return worker

    def _give_back(self, worker: Worker) -> None:
        if not worker.ended:
            with self._lock:
                self._idle.append(worker)
            return
        self._forget(worker)
        if self.close.alive:
            with suppress(OSError):
                self.start()

    def _forget(self, worker: Worker) -> None:
        with self._lock:
            self._workers.discard(worker)
        worker.close()


def _close(executor: ThreadPoolExecutor, workers: Iterable[Worker], idle: Iterable[Worker]) -> None:
    """Drop what waits, end what works."""
    executor.shutdown(wait=False, cancel_futures=True)
    for worker in list(workers):
        worker.end()
    for worker in list(idle):
        worker.close()

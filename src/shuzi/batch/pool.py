"""Processes that read tasks; one that dies costs no more than the picture that it died of."""

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any, Self

from shuzi.batch.task import Part, Task
from shuzi.batch.worker import Setup, work
from shuzi.errors import ShuziError
from shuzi.interrupt import unheard

SECONDS = 300.0
"""A page that takes longer will never be read."""
TICK = 1.0
"""Seconds between two looks at those that say nothing."""
STARTS = 3
"""Processes one after the other that end before they are ready; another one would, too."""
DIED = "ended the process that read it, perhaps for want of memory."
LATE = "was given up: it took more than {seconds:g} seconds."


class _Worker:
    """A process, and the task that it has."""

    def __init__(self, setup: Setup) -> None:
        # Not forked: the parent may have threads, and locks that they hold.
        context = multiprocessing.get_context("spawn")
        self.at: Any = context.RawArray("q", 2)
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs, setup, self.at), daemon=True)
        # Ctrl-C is this process's to answer, who ends that one.
        with unheard():
            self.process.start()
        theirs.close()
        self.task: Task | None = None
        self.ready = False
        self._seen, self._since = (0, 0), time.monotonic()

    def give(self, task: Task) -> None:
        self.task, self._since = task, time.monotonic()
        self.at[0] = 0
        # One that is dead is met when it is waited for.
        with suppress(OSError):
            self.connection.send(task)

    def is_late(self, seconds: float) -> bool:
        seen, now = (self.at[0], self.at[1]), time.monotonic()
        if seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since > seconds

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


class Pool:
    """So many processes, which start when there are tasks and are ended with the pool.

    Args:
        seconds: that a page may take.
    """

    def __init__(self, jobs: int, setup: Setup, *, seconds: float = SECONDS) -> None:
        self._jobs, self._setup, self._seconds = jobs, setup, seconds
        self._workers: list[_Worker] = []
        self._dead_starts = 0
        self.lost = 0

    @property
    def in_hand(self) -> int:
        """Files that were read of tasks which are not done."""
        return sum(worker.at[0] for worker in self._workers if worker.task is not None)

    def run(
        self,
        tasks: Iterator[Task],
        done: Callable[[Task, Part], Iterable[Task]],
        tick: Callable[[], object] = lambda: None,
    ) -> None:
        """Read all tasks.

        A task whose process dies is kept for the end, when it is read alone, again and again
        without the pictures that processes died of.

        Args:
            done: is given each task with what came of it, in any order; more tasks may follow.
            tick: called once a second at least.

        Raises:
            ShuziError: a process cannot work at all, or `done` raised it.
        """
        more: deque[Task] = deque()
        suspects: deque[Task] = deque()

        def following() -> Task | None:
            return more.popleft() if more else next(tasks, None)

        def finish(task: Task, part: Part) -> None:
            more.extend(done(task, part))

        while True:
            self._work(self._jobs, following, finish, lambda task, _: suspects.append(task), tick)
            if not suspects:
                return
            self._read_alone(suspects.popleft(), finish, tick)

    def _read_alone(
        self, task: Task, done: Callable[[Task, Part], None], tick: Callable[[], object]
    ) -> None:
        # All the memory there is may be its own.
        self._end_all()
        again = deque([task])

        def without(task: Task, worker: _Worker) -> None:
            late = worker.is_late(self._seconds)
            why = LATE.format(seconds=self._seconds) if late else DIED
            again.append(task.without(worker.at[0], why))

        self._work(1, lambda: again.popleft() if again else None, done, without, tick)

    def _work(
        self,
        jobs: int,
        following: Callable[[], Task | None],
        done: Callable[[Task, Part], None],
        died: Callable[[Task, _Worker], None],
        tick: Callable[[], object],
    ) -> None:
        while True:
            self._give_out(jobs, following)
            busy = [worker for worker in self._workers if worker.task is not None]
            if not busy:
                return
            heard = wait([worker.connection for worker in busy], TICK)
            finished = [self._hear(worker, died) for worker in busy if worker.connection in heard]
            for worker in busy:
                if worker.connection not in heard and worker.is_late(self._seconds):
                    self._lose(worker, died)
            # Nobody waits while parts are written.
            self._give_out(jobs, following)
            for task, part in filter(None, finished):
                done(task, part)
            tick()

    def _give_out(self, jobs: int, following: Callable[[], Task | None]) -> None:
        idle = [worker for worker in self._workers if worker.task is None]
        while idle or len(self._workers) < jobs:
            task = following()
            if task is None:
                return
            if not idle:
                idle.append(self._start())
            idle.pop().give(task)

    def _hear(
        self, worker: _Worker, died: Callable[[Task, _Worker], None]
    ) -> tuple[Task, Part] | None:
        """A task that is done, if that is what a process says."""
        try:
            said = worker.connection.recv()
        except (EOFError, OSError):
            self._lose(worker, died)
            return None
        if isinstance(said, Exception):
            raise said
        if said is None:
            worker.ready, self._dead_starts = True, 0
            return None
        task, worker.task = worker.task, None
        assert task is not None
        return task, said

    def _lose(self, worker: _Worker, died: Callable[[Task, _Worker], None]) -> None:
        self._workers.remove(worker)
        task = worker.task
        assert task is not None
        if worker.ready:
            self.lost += 1
            died(task, worker)
            worker.end()
            return
        worker.end()
        self._dead_starts += 1
        if self._dead_starts >= STARTS:
            raise ShuziError(
                f"The processes that read end before they are ready, with code "
                f"{worker.process.exitcode}.",
                "Free some memory, or read with fewer processes; a script that reads a batch needs "
                'its code under `if __name__ == "__main__":`.',
            )
        self._start().give(task)

    def _start(self) -> _Worker:
        try:
            worker = _Worker(self._setup)
        except OSError as error:
            raise ShuziError(
                f"A process that reads cannot be started: {error.strerror or error}.",
                "Free some memory, or read with fewer processes.",
            ) from error
        self._workers.append(worker)
        return worker

    def _end_all(self) -> None:
        while self._workers:
            self._workers.pop().end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_all()

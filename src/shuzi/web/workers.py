"""A worker as the service sees it: a process that reads one task at a time."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import TIMEOUT_MAX, Lock, Timer
from typing import Any

from shuzi.web.messages import Message, receive, send
from shuzi.web.settings import Settings

SECRETS = ("SHUZI_TOKEN", "SHUZI_REVIEW", "PGPASSWORD")
"""Variables that a process which reads what strangers sent has no use for."""
START_SECONDS = 120.0
"""A worker that is not ready by then never will be."""


def start(module: str, folder: Path | None = None) -> "subprocess.Popen[bytes]":
    """A module in a process of its own, which is written to and read from."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name not in SECRETS},
        # Ctrl-C is the service's, and the process's group is all that it starts.
        start_new_session=True,
    )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a process and what it started, whatever they are doing."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


class WorkerEndedError(Exception):
    """It crashed, or was ended because its time was over."""


class Worker:
    """A process that loads the models and then reads; one thread at a time may ask it."""

    def __init__(self, settings: Settings) -> None:
        self._process = start("shuzi.web.worker")
        self._lock = Lock()
        self._ready = self._killed = False
        self._say(
            {
                "model": None if settings.model is None else str(settings.model),
                "fast": settings.fast,
                "max_pixels": settings.max_pixels,
                "max_pages": settings.max_pages,
                "memory": settings.worker_memory,
            }
        )

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def wait_until_ready(self) -> None:
        """Wait for the models to be loaded.

        Raises:
            WorkerEndedError: they cannot be, or something else went wrong.
        """
        if not self._ready:
            self._ready = "ready" in self._answer(time.monotonic() + START_SECONDS)[0]

    def ask(self, task: dict[str, Any], content: bytes, deadline: float) -> Message:
        """The answer to a task, by a deadline of `time.monotonic` at which the process is ended.

        Raises:
            WorkerEndedError: it has ended without an answer.
        """
        return self._answer(deadline, task, content)

    def _answer(
        self, deadline: float, task: dict[str, Any] | None = None, content: bytes = b""
    ) -> Message:
        assert self._process.stdout
        left = deadline - time.monotonic()
        timer = Timer(min(max(0.0, left), TIMEOUT_MAX), self.end)
        timer.start()
        try:
            if task is not None:
                self._say(task, content)
            answer = receive(self._process.stdout)
        finally:
            timer.cancel()
            # It may be at work; then it is this task's process that it ends, not the next one's.
            timer.join()
        if answer is None or answer[0].get("last"):
            self.end()
        if answer is None:
            raise WorkerEndedError
        return answer

    def _say(self, said: dict[str, Any], content: bytes = b"") -> None:
        assert self._process.stdin
        # Whether it has ended shows in its answer.
        with suppress(BrokenPipeError):
            send(self._process.stdin, said, content)

    def end(self) -> None:
        """End the process and what it started, whatever they are doing; any thread may."""
        with self._lock:
            if self._killed:
                return
            self._killed = True
            kill(self._process)
            self._process.wait()

    def close(self) -> None:
        """End it and close the pipes; for its last user."""
        self.end()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

"""Jobs: batches that clients send, kept in folders, read one after the other."""

import json
import logging
import secrets
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import platformdirs

from shuzi.errors import OutputError
from shuzi.files import TEMPORARY, make_folder, read_json
from shuzi.web.job import JOB, OUTCOME
from shuzi.web.problems import Problem
from shuzi.web.readers import Options
from shuzi.web.settings import Settings
from shuzi.web.workers import kill, start

DAY = 24 * 3600
_LOG = logging.getLogger("shuzi.web")


class Jobs:
    """The jobs of a service: what is in their folder, and the one that is read.

    A job is a folder named by its id: `job.json` says how to read, the archives beside it what,
    and `outcome.json`, which comes last, how it ended. So jobs outlive the service.

    Args:
        settings: `jobs` is the folder, `max_jobs` are kept, for `keep_days` after they have ended.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._changed = Condition()
        self._running: tuple[str, subprocess.Popen[bytes]] | None = None
        self._progress: dict[str, Any] = {}
        self._closed = False
        self._thread: Thread | None = None

    @property
    def folder(self) -> Path:
        if self._settings.jobs is not None:
            return self._settings.jobs
        return Path(platformdirs.user_data_dir("shuzi", appauthor=False)) / "jobs"

    def start(self) -> None:
        """Go on with what a service before this one left."""
        for path in self._folders(f"{TEMPORARY}*"):
            shutil.rmtree(path, ignore_errors=True)
        if self._ids():
            self._wake()

    def close(self) -> None:
        """End what is read; the next service goes on with it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            running = self._running
        if running is not None:
            kill(running[1])

    def receive(self) -> Path:
        """A folder to put a job's archives into; it is none yet.

        Raises:
            OutputError: it cannot be made.
            Problem: 409 when the service keeps as many jobs as it may.
        """
        self._remove_old()
        folder = self.folder / f"{TEMPORARY}{secrets.token_hex(16)}"
        # Two that come at once count both.
        with self._changed:
            kept = len(self._ids()) + len(self._folders(f"{TEMPORARY}*"))
            if kept < self._settings.max_jobs:
                make_folder(folder)
                return folder
        raise Problem(
            409,
            f"The service keeps {self._settings.max_jobs} jobs, which is as many as it may.",
            "DELETE one that is not needed any more, as GET /api/v1/jobs lists them.",
        )

    def add(self, folder: Path, options: Options, to: str) -> dict[str, Any]:
        """Make a job of a folder that has received its archives.

        Raises:
            OutputError: it cannot be written.
        """
        job = folder.with_name(folder.name.removeprefix(TEMPORARY))
        said = {
            "created": datetime.now(UTC).isoformat(timespec="microseconds"),
            "to": to,
            "options": asdict(options),
        }
        try:
            (folder / JOB).write_text(json.dumps(said))
            folder.rename(job)
        except OSError as error:
            raise OutputError(f"The job cannot be kept: {error.strerror}.") from None
        self._wake()
        return self.show(job.name)

    def listed(self) -> list[dict[str, Any]]:
        """All jobs, the oldest first."""
        self._remove_old()
        return [self._said(name) for name in self._ids()]

    def show(self, name: str) -> dict[str, Any]:
        """A job: how far it is, or how it ended.

        Raises:
            Problem: 404.
        """
        if name not in self._ids():
            raise _missing()
        return self._said(name)

    def table(self, name: str) -> Path:
        """The table of a job that is done.

        Raises:
            Problem: 404, or 409 if it has none.
        """
        said = self.show(name)
        if said["state"] != "done":
            raise Problem(
                409,
                f"The job has no table: it is {said['state']}.",
                "Ask for the job until it is done.",
            )
        return self.folder / name / f"table.{said['to']}"

    def remove(self, name: str) -> None:
        """End a job, and forget all of it.

        Raises:
            Problem: 404.
        """
        if name not in self._ids():
            raise _missing()
        gone = self.folder / f"{TEMPORARY}{name}"
        with self._changed:
            with suppress(FileNotFoundError):
                (self.folder / name).rename(gone)
            running = self._running
        if running is not None and running[0] == name:
            kill(running[1])
            running[1].wait()
        shutil.rmtree(gone, ignore_errors=True)

    def _ids(self) -> list[str]:
        """Of the jobs, the oldest first."""
        found = {path.name: _about(path).get("created") for path in self._folders("[0-9a-f]*")}
        return sorted((name for name in found if found[name]), key=lambda name: str(found[name]))

    def _folders(self, pattern: str) -> list[Path]:
        return [path for path in self.folder.glob(pattern) if path.is_dir()]

    def _said(self, name: str) -> dict[str, Any]:
        about = _about(self.folder / name)
        said = {"id": name, "created": about.get("created"), "to": about.get("to")}
        outcome = _json(self.folder / name / OUTCOME)
        if outcome is not None:
            return said | outcome
        with self._changed:
            if self._running is not None and self._running[0] == name:
                return said | {"state": "running"} | self._progress
        return said | {"state": "waiting"}

    def _remove_old(self) -> None:
        oldest = time.time() - self._settings.keep_days * DAY
        for path in self._folders("[0-9a-f]*"):
            with suppress(OSError):
                if (path / OUTCOME).stat().st_mtime < oldest:
                    shutil.rmtree(path, ignore_errors=True)

    def _wake(self) -> None:
        with self._changed:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="shuzi-jobs", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _run(self) -> None:
        """Read what waits, the oldest first, until the service ends."""
        while True:
            with self._changed:
                while not self._closed and (name := self._next()) is None:
                    self._changed.wait()
                if self._closed:
                    return
                assert name is not None
                try:
                    process = self._start(name)
                except OSError:
                    _LOG.error("A process for a job could not start")
                    self._changed.wait(DAY)
                    continue
                self._running, self._progress = (name, process), {}
            self._follow(name, process)

    def _next(self) -> str | None:
        waiting = (name for name in self._ids() if not (self.folder / name / OUTCOME).exists())
        return next(waiting, None)

    def _start(self, name: str) -> "subprocess.Popen[bytes]":
        settings = self._settings
        process = start("shuzi.web.job", self.folder / name)
        said = {
            "model": None if settings.model is None else str(settings.model.absolute()),
            "fast": settings.fast,
            "max_pixels": settings.max_pixels,
            "memory": settings.worker_memory,
            "most": settings.max_job_files,
        }
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(said).encode() + b"\n")
            process.stdin.flush()
        return process

    def _follow(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        """Until the process of a job has ended; one that ends without an outcome has failed."""
        assert process.stdout is not None
        for line in process.stdout:
            with self._changed, suppress(ValueError):
                self._progress = json.loads(line)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        with self._changed:
            self._running = None
            place = self.folder / name
            if self._closed or not place.exists() or (place / OUTCOME).exists():
                return
            _LOG.error("The process of a job ended before the job did")
            said = {
                "state": "failed",
                "detail": "The process that read the job was ended.",
                "remedy": "Send fewer or smaller files at a time; the disk may be full.",
            }
            try:
                (place / OUTCOME).write_text(json.dumps(said))
            except OSError:
                # The next service tries again.
                self._changed.wait(DAY)


def _about(folder: Path) -> dict[str, Any]:
    return _json(folder / JOB) or {}


def _json(path: Path) -> dict[str, Any] | None:
    try:
        found = read_json(path)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _missing() -> Problem:
    return Problem(404, "There is no job of that id.", "GET /api/v1/jobs lists those there are.")

"""Reads a job of the service, in a process of its own that may be ended and goes on.

    python -P -m shuzi.web.job

in the folder of the job: takes the service's settings as a line from standard input, tells of its
progress in lines on standard output, and ends with its input, or when the service is killed.
"""

import json
import os
import signal
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

from shuzi.batch import Options, State, read_batch
from shuzi.errors import ShuziError, TooLargeError
from shuzi.files import read_json, write_atomically
from shuzi.web.messages import describe_defect

JOB, OUTCOME = Path("job.json"), Path("outcome.json")
NICE = 10
"""Whoever waits for an answer comes first."""


def main() -> int:
    settings = json.loads(sys.stdin.buffer.readline())
    Thread(target=_end_with_the_service, daemon=True).start()
    # What a library prints tells of nothing.
    lines = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    _limit_memory(settings.pop("memory"))

    def tell(state: State) -> None:
        lines.write(json.dumps(_progress(state)) + "\n")

    try:
        outcome = {"state": "done"} | _read(settings, tell)
    except ShuziError as error:
        message, remedy = error.told("http")
        outcome = {"state": "failed", "detail": message, "remedy": remedy}
    except MemoryError:
        why = "The job needs more memory than it may take."
        outcome = {"state": "failed", "detail": why, "remedy": "Send fewer files at a time."}
    except Exception as error:
        print("Unexpected", describe_defect(error), file=sys.stderr)
        why = "The service met an unexpected error."
        outcome = {"state": "failed", "detail": why, "remedy": "Its log says where; report it."}
    with write_atomically(OUTCOME) as temporary:
        temporary.write_text(json.dumps(outcome))
    return 0


def _read(settings: dict[str, Any], tell: Any) -> dict[str, Any]:
    job, most = read_json(JOB), settings.pop("most")
    archives = sorted(path.name for path in Path().glob("*.zip"))
    for name in archives:
        # What is no archive is a row of the table.
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(name) as archive:
            most -= len(archive.namelist())
    if most < 0:
        raise TooLargeError(
            "The job has too many files.", "Send fewer at a time; the document says how many."
        )
    last = State()

    def keep(state: State) -> None:
        nonlocal last
        last = state
        tell(state)

    # A table without an outcome is of a process that was ended between the two.
    read_batch(
        archives,
        f"table.{job['to']}",
        Options(**job["options"], **settings),
        jobs=1,
        overwrite=True,
        tell=keep,
    )
    return _progress(last)


def _progress(state: State) -> dict[str, int]:
    counts = state.counts
    return {
        "files": state.total,
        "done": min(state.total, state.done + state.in_hand),
        "accepted": counts.accepted,
        "review": counts.review,
        "rejected": counts.rejected,
        "without": counts.without,
        "failed": counts.failed,
    }


def _end_with_the_service() -> None:
    """With all that it started: they are a group of their own."""
    sys.stdin.buffer.read()
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _limit_memory(most: int) -> None:
    """Bytes of address space for it and for each process that it starts, and less of a turn."""
    try:
        import resource
    except ImportError:
        return
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    sys.exit(main())

"""Processes that a test looks for and meddles with, by Linux's /proc."""

import os
import signal
import time
from pathlib import Path


def workers_of(parent, module="shuzi.web.worker"):
    """The processes that read for a service: pictures, or with another module its jobs."""
    return [
        int(path.name)
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and _stat(path)[1:2] == [str(parent)] and _runs(path, module)
    ]


def wait_until(is_so, seconds=60):
    """Until it is so; the test fails if that never comes."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def is_alive(process):
    """Whether it runs or waits; one that ended may be a zombie that nobody has asked for."""
    return _stat(Path(f"/proc/{process}"))[:1] not in ([], ["Z"], ["X"])


def stop(process):
    """Let it do nothing, not even end when it is asked to: as code that never comes back."""
    os.kill(process, signal.SIGSTOP)
    wait_until(lambda: _stat(Path(f"/proc/{process}"))[0] == "T")


def _stat(folder):
    """From a process's state on; nothing if it is gone."""
    try:
        return (folder / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _runs(folder, module):
    try:
        return module.encode() in (folder / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False

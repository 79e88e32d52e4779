"""Programs of Python without the wait for torch: children of a process that has imported it.

Most commands take less time than torch and what exports from it take to load. So a process imports
what others wrote, and forks itself for each program. It imports nothing of shuzi: a program does
that itself, in an environment, a folder and with outputs of its own, and ends as any does.
"""

import atexit
import gc
import importlib
import json
import logging
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import types
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from exporting import TABLES, keep_operators

LARGEST = 1_000_000
"""Bytes of what is asked for; most of it is the environment."""

LONG = ("alembic", "cv2", "jinja2", "matplotlib.backends.backend_agg", "matplotlib.figure")
LONG += ("onnxruntime", "onnxscript", "PIL.Image", "rich.console", "safetensors.torch", "scipy")
LONG += ("fastapi", "prometheus_client", "psycopg", "python_multipart", "sqlalchemy", "torch")
LONG += ("typer", "uvicorn", TABLES)
"""What takes long to import, and starts nothing."""


class Warm:
    """The process that forks, for the one that asks it to; it is started when one first does."""

    def __init__(self):
        self.process = None

    def _begin(self):
        self.asks, answers = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Else the user's would be written to.
        self.matplotlib = tempfile.TemporaryDirectory()
        own = {"MPLCONFIGDIR": self.matplotlib.name, "ORT_DISABLE_TELEMETRY": "1"}
        with answers:
            self.process = subprocess.Popen(
                [sys.executable, __file__, str(answers.fileno())],
                pass_fds=[answers.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ | own,
            )

    def start(self, *words, out, err, cwd=None, env=None):
        """Start `python WORDS`: a script, or after -m or -c; its outputs are open files."""
        if self.process is None:
            self._begin()
        place = {"cwd": str(cwd or Path.cwd()), "env": dict(os.environ if env is None else env)}
        asked = json.dumps(place | {"words": list(map(str, words))}).encode()
        answer, answers = os.pipe()
        socket.send_fds(self.asks, [asked], [out.fileno(), err.fileno(), answers])
        os.close(answers)
        return Program(os.fdopen(answer))

    def run(self, *words, out=None, **options):
        """As subprocess.run does; what it prints is returned if it goes to no file."""
        pipes = [os.pipe() for _ in range(2)]
        with os.fdopen(pipes[0][1], "w") as kept, os.fdopen(pipes[1][1], "w") as err:
            program = self.start(*words, out=out or kept, err=err, **options)
        with ThreadPoolExecutor() as threads:
            said = list(threads.map(read, [ours for ours, _ in pipes]))
        return subprocess.CompletedProcess(words, program.wait(), *said)

    def close(self):
        """End the process, if there is one; its programs have ended."""
        if self.process is not None:
            self.asks.close()
            self.process.wait()
            self.matplotlib.cleanup()


def read(pipe):
    with os.fdopen(pipe) as file:
        return file.read()


class Program:
    """A program that runs, much as a Popen; its parent says which it is, and how it ended."""

    def __init__(self, answer):
        self.answer, self.returncode = answer, None
        self.pid = int(answer.readline())

    def wait(self, timeout=None):
        """Its exit code, as Popen gives it."""
        if self.returncode is None:
            if not select.select([self.answer], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("python", timeout)
            with self.answer:
                self.returncode = int(self.answer.readline())
        return self.returncode

    def send_signal(self, number):
        """Send it one, unless it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self):
        self.send_signal(signal.SIGKILL)

    def terminate(self):
        self.send_signal(signal.SIGTERM)


PROGRAMS = Warm()
"""The tests' own."""


def load():
    """Import what takes long, and export something, which imports the rest."""
    for name in LONG:
        importlib.import_module(name)
    import torch
    import tqdm

    # Its thread would be lost in every child.
    tqdm.tqdm.monitor_interval = 0
    log = logging.getLogger("torch.onnx")
    log.setLevel(logging.ERROR)
    keep_operators()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(torch.nn.Linear(2, 2), (torch.zeros(1, 2),), dynamo=True, verbose=False)
    log.setLevel(logging.NOTSET)
    # Else the first collection in each child would copy all of this.
    gc.freeze()


def serve(asked):
    """Fork for whatever is asked for; returns in a child only, what is asked of it."""
    while True:
        message, files, _, _ = socket.recv_fds(asked, LARGEST, 3)
        if not message:
            sys.exit()
        if not os.fork():
            break
        for file in files:
            os.close(file)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    asked.close()
    *outputs, answers = files
    child = os.fork()
    if child:
        # This one waits for the program, so that another can be asked for meanwhile.
        for file in outputs:
            os.close(file)
        os.write(answers, b"%d\n" % child)
        os.write(answers, b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        os._exit(0)
    os.close(answers)
    return json.loads(message), outputs


def become(asked, outputs):
    """Run the program as Python would have."""
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    for place, file in enumerate(outputs, 1):
        os.dup2(file, place)
        os.close(file)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.path[0] = asked["cwd"]
    sys.argv = asked["words"]
    code = None
    try:
        if sys.argv[0] == "-m":
            sys.argv = sys.argv[1:]
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        elif sys.argv[0] == "-c":
            # Without a file, so that what it starts does not look for one.
            sys.modules["__main__"] = types.ModuleType("__main__")
            exec(sys.argv.pop(1), vars(sys.modules["__main__"]))
        else:
            runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        code = end.code
        if not isinstance(code, int | None):
            raise
    # As Python ends, but for freeing all that was imported.
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    # A Ctrl-C that ends the tests ends this too.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    load()
    become(*serve(socket.socket(fileno=int(sys.argv[1]))))

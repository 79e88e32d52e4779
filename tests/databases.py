"""A PostgreSQL server of the tests' own, and items for a queue."""

import os
import random
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from shuzi.result import Box, Digit, Number
from shuzi.review.item import NewItem

PNG = b"\x89PNG\r\n\x1a\n"


def number(text="7", confidence=0.5, x=0, decision="review"):
    box = Box(x, 5, 10 * len(text), 20)
    digits = tuple(
        Digit(text=digit, confidence=0.8, box=box, alternatives=(("1", 0.15), ("4", 0.05)))
        for digit in text
    )
    return Number(text=text, confidence=confidence, decision=decision, box=box, digits=digits)


def item(place=0, text="7", confidence=0.5, sampled=False, source="form.png"):
    return NewItem(
        source=source,
        page=1,
        number=number(text, confidence, place),
        crop=PNG + b"crop",
        surroundings=PNG + b"around",
        inside=Box(3, 4, 10, 20),
        sampled=sampled,
    )


class Postgres:
    """A server in a folder, for nobody but this machine's user, by a socket and a port."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder = programs, folder
        self.port = find_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/"
        self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync", "-E", "UTF8")

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off -k {self.folder}"
        self._run("pg_ctl", "--wait", f"--log={self.folder}/log", f"--options={options}", "start")

    def stop(self):
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def database(self, name):
        """The URL of a new database."""
        import psycopg

        with psycopg.connect(self.url + "postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url + name

    def _run(self, program, *arguments):
        words = [self.programs / program, f"--pgdata={self.folder / 'data'}", *arguments]
        # The server refuses to run as root.
        user = {"user": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        subprocess.run(words, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **user)


def find_port():
    """A free port that the system gives to nobody else, not even while the server is stopped."""
    for port in random.SystemRandom().sample(range(15_000, 30_000), 100):
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise OSError("There is no free port.")


def find_postgres():
    """The folder of PostgreSQL's programs; None where it is not installed."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return folders[-1].parent if folders else None


@contextmanager
def running_postgres(programs):
    """A new server in a folder that only it can read, stopped and removed in the end."""
    with tempfile.TemporaryDirectory(prefix="shuzi-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server = Postgres(programs, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()

"""A service in a process of its own, for tests that talk to it over real sockets."""

import asyncio
import os
import re
import signal
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
from warm import PROGRAMS

HANGS = 300
"""Seconds after which a test fails instead of waiting for ever, however slow the machine is."""


@contextmanager
def serving(*options, **environment):
    """`shuzi serve` with these options; gives a client whose base is its address.

    Its own review queue is in a folder that goes away with it.
    """
    words = ["-m", "shuzi", "serve", "--port", "0", *options]
    ours, theirs = os.pipe()
    with tempfile.TemporaryDirectory() as home, os.fdopen(ours) as said:
        env = {"XDG_DATA_HOME": home} | {name: str(value) for name, value in environment.items()}
        with os.fdopen(theirs, "w") as printed:
            process = PROGRAMS.start(*words, out=printed, err=printed, env=os.environ | env)
        line = said.readline()
        url = re.search(r"http://\S+", line)
        assert url, line + said.read()
        try:
            with httpx.Client(base_url=url.group(), timeout=HANGS) as client:
                client.process, client.said = process, said
                yield client
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(HANGS)


def ask(app, method, path, client="127.0.0.1", **options):
    """The answer of an app in this process, without a socket, to a client of that address."""

    async def answer():
        transport = httpx.ASGITransport(app, client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as own:
            return await own.request(method, path, **options)

    return awaited(answer())


def awaited(coroutine):
    """What it gives; a browser of other tests has an event loop running in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def log(client):
    """End the service; what it printed after its first line."""
    client.process.send_signal(signal.SIGINT)
    return client.said.read()

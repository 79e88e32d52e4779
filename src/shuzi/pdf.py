"""A PDF -> upright uint8 arrays, a page at a time, drawn by a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from multiprocessing.spawn import get_executable
from pathlib import Path
from threading import Event, Timer
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import ImageError, TooLargeError, way
from shuzi.grey import MAX_SIDE
from shuzi.source import HELD

PAGE_SECONDS = 30.0
"""That drawing a page may take."""
MEMORY_A_PIXEL, LEAST_MEMORY = 12, 256_000_000
"""Bytes that drawing a page may take, for each pixel of the limit, and always; where the system
counts them, as Linux does."""
_CHILD = Path(__file__).with_name("pdf_child.py")

Drawn = NDArray[np.uint8]
"""Red, green and blue, (height, width, 3)."""


def pdf_pages(
    file: BinaryIO,
    name: str,
    max_pixels: int,
    *,
    first: int = 1,
    counted: Callable[[int], object] | None = None,
    seconds: float = PAGE_SECONDS,
) -> Iterator[Drawn]:
    """Every page from the `first`, drawn with its annotations and filled-in forms; one is in memory
    at a time.

    Args:
        file: at its start.
        max_pixels: larger pages are drawn coarser, larger pictures in them refused.
        counted: is told how many pages there are, before the first.
        seconds: that a page may take.

    Raises:
        ImageError: the PDF is encrypted or broken, takes more time or memory than it may, or
            crashes what draws it.
        TooLargeError: a picture in it is too large, or the PDF to be held in memory.
    """
    path = _path(file)
    content = b"" if path else file.read(HELD + 1)
    if len(content) > HELD:
        raise TooLargeError(f"{name} is larger than {HELD:,} bytes.", "Save it to a file.")
    request = {
        "path": path,
        "size": len(content),
        "first": first,
        "max_pixels": max_pixels,
        "max_side": MAX_SIDE,
        "seconds": seconds,
        "memory": max(LEAST_MEMORY, MEMORY_A_PIXEL * max_pixels),
    }
    child = _start(name)
    try:
        _send(child, json.dumps(request).encode() + b"\n", content)
        for number in count(first):
            page = _next_page(child, name, number, seconds, counted)
            if page is None:
                return
            yield page
    finally:
        _end(child)


def _path(file: BinaryIO) -> str | None:
    """Where the file can be opened once more."""
    name = getattr(file, "name", None)
    if not isinstance(name, str):
        return None
    try:
        same = os.path.samestat(os.fstat(file.fileno()), os.stat(name))  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return os.path.abspath(name) if same else None  # noqa: PTH100 - links stay what they are


def _start(name: str) -> subprocess.Popen[bytes]:
    """A process that waits for its request."""
    python = os.fsdecode(get_executable() or "")
    frozen = getattr(sys, "frozen", False) and python == sys.executable
    child = None
    with suppress(OSError):
        if python and not frozen:
            child = subprocess.Popen(
                [python, "-P", str(_CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            if _said(child, PAGE_SECONDS)[0].get("started"):
                return child
    if child:
        _end(child)
    raise ImageError(
        f"{name} is a PDF, which another Python draws, and {python or 'none'} did not start.",
        "Say where Python is, with pypdfium2 installed: multiprocessing.set_executable(path).",
    )


def _send(child: subprocess.Popen[bytes], *pieces: bytes) -> None:
    """Its standard input stays open, as it ends with it."""
    assert child.stdin
    with suppress(OSError):
        for piece in pieces:
            child.stdin.write(piece)
        child.stdin.flush()


def _next_page(
    child: subprocess.Popen[bytes],
    name: str,
    number: int,
    seconds: float,
    counted: Callable[[int], object] | None,
) -> Drawn | None:
    said, late = _said(child, seconds)
    if "pages" in said:
        if counted is not None:
            counted(said["pages"])
        said, late = _said(child, seconds)
    if "end" in said:
        return None
    if "refused" in said:
        values = said["refused"]
        if values["kind"] == "TooLargeError":
            raise TooLargeError(
                name + values["said"],
                f"Scan it at fewer dots an inch, or raise the limit with {way('max_pixels')}.",
            )
        raise ImageError(name + values["said"], values["remedy"])
    if "page" in said:
        page: Drawn = said["page"]
        return page
    how = f"takes more than {seconds:g} seconds to draw" if late else "cannot be drawn"
    more = "" if late else ": it is broken, or takes too much memory"
    raise ImageError(
        f"{name}, page {number}, {how}{more}.",
        "Print it to a new PDF, or save its pages as pictures.",
    )


def _said(child: subprocess.Popen[bytes], seconds: float) -> tuple[dict[str, Any], bool]:
    """What it says next, a `page` with its pixels; nothing if it ends first, and whether by us."""
    late = Event()

    def end() -> None:
        late.set()
        child.kill()

    timer = Timer(seconds, end)
    timer.start()
    assert child.stdout
    try:
        said: dict[str, Any] = json.loads(child.stdout.readline() or b"{}")
        if "width" in said:
            page = np.empty((said["height"], said["width"], 3), np.uint8)
            whole = child.stdout.readinto(page.data.cast("B")) == page.size  # type: ignore[attr-defined]
            said = {"page": page} if whole else {}
    except ValueError:
        said = {}
    finally:
        timer.cancel()
    return said, late.is_set()


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for pipe in (child.stdin, child.stdout):
        with suppress(OSError):
            if pipe:
                pipe.close()
    child.wait()

"""A path, a pipe, bytes or an open file -> a file that can be sought in, within limits."""

import io
import os
import select
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

from shuzi.errors import ImageError, TooLargeError, UsageError

HELD = 200_000_000
"""Bytes of a file that is taken into memory at most; a pipe or a device that gives more is
refused."""
SILENT, WHOLE = 60.0, 600.0
"""Seconds without a byte after which a pipe or a device is given up, and until it must be whole."""
STANDARD_INPUT = "-"
TAKEN = "Give a path, - for standard input, an open binary file, bytes, a PIL image or an array."
_PIECE = 1 << 20

Source = str | PathLike[str] | bytes | bytearray | memoryview | BinaryIO


def source_name(source: object) -> str:
    """What a page names as its source: the path as it was given, an open file's name, `bytes`."""
    if isinstance(source, str | PathLike):
        return str(Path(source))
    if isinstance(source, bytes | bytearray | memoryview):
        return "bytes"
    return str(getattr(source, "name", "file"))


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The source as a file at its start.

    Raises:
        ImageError: it cannot be opened or, while it is open, be read; or a pipe or a device does
            not come to its end.
        UsageError: it is nothing that can be read.
    """
    name = source_name(source)
    try:
        with _opened(source, name) as file:
            yield file
    except OSError as error:
        # Of a disk that is damaged, or a share that went away.
        raise ImageError(f"{name} cannot be read: {error.strerror or error}.") from None


@contextmanager
def _opened(source: Source, name: str) -> Iterator[BinaryIO]:
    if isinstance(source, bytes | bytearray | memoryview):
        yield io.BytesIO(source)
    elif str(source) == STANDARD_INPUT:
        if sys.stdin is None:
            raise ImageError("Standard input is closed.", "Send a picture to it.")
        yield drained(sys.stdin.buffer, name)
    elif isinstance(source, str | PathLike):
        if not os.fspath(source):
            raise UsageError("The path of the picture is empty.", TAKEN)
        with _opened_path(source, name) as file:
            is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            yield file if is_file else drained(file, name)
    else:
        _check_open(source, name)
        if source.seekable():
            source.seek(0)
            yield source
        else:
            yield drained(source, name)


def drained(
    file: BinaryIO, name: str, *, silent: float = SILENT, whole: float = WHOLE
) -> io.BytesIO:
    """All that a pipe or a device gives.

    Raises:
        ImageError: it gives nothing for `silent` seconds, or has not ended after `whole`.
        TooLargeError: it gives more than `HELD` bytes.
    """
    held, end, wait = io.BytesIO(), time.monotonic() + whole, _waiting(file)
    read = getattr(file, "read1", file.read)
    while True:
        left = min(silent, end - time.monotonic())
        if left <= 0 or not wait(left):
            how = "in all" if left < silent else "without a byte"
            raise ImageError(
                f"{name} did not come to its end: {held.tell():,} bytes, "
                f"then {whole if left < silent else silent:g} seconds {how}.",
                "Check what should write to it.",
            )
        piece = read(_PIECE)
        if piece:
            held.write(piece)
        elif piece is not None:  # which says that there is nothing yet
            held.seek(0)
            return held
        if held.tell() > HELD:
            raise TooLargeError(
                f"{name} gives more than {HELD:,} bytes.", "Save the picture to a file of its own."
            )


def _waiting(file: BinaryIO) -> Callable[[float], bool]:
    """A function that waits so many seconds for bytes, and says whether there are some."""
    raw = getattr(file, "raw", file)
    # Only what the system itself holds back: other streams have bytes that it knows nothing of.
    if not isinstance(raw, io.FileIO) or not hasattr(select, "poll"):
        return lambda seconds: True
    poll = select.poll()
    poll.register(raw, select.POLLIN)
    return lambda seconds: bool(poll.poll(1000 * seconds))


def _opened_path(path: str | PathLike[str], name: str) -> BinaryIO:
    try:
        return open(path, "rb", opener=_open_at_once)
    except IsADirectoryError:
        raise ImageError(
            f"{name} is a folder, not a picture.", f"Give its files: {name.rstrip('/')}/*"
        ) from None
    except FileNotFoundError:
        raise ImageError(f"{name}: there is no such file.") from None
    except PermissionError:
        raise ImageError(f"{name} may not be read.", "Check its permissions.") from None
    except (OSError, ValueError) as error:
        raise ImageError(f"{name} cannot be opened: {error}.") from None


def _open_at_once(path: str, flags: int) -> int:
    """A pipe that nobody writes to would never open."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _check_open(file: Any, name: str) -> None:
    if not all(callable(getattr(file, asked, None)) for asked in ("read", "readable", "seekable")):
        raise UsageError(f"A picture cannot be of type {type(file).__name__}.", TAKEN)
    if getattr(file, "closed", False):
        raise UsageError(f"{name} is closed.", TAKEN)
    if isinstance(file, io.TextIOBase):
        raise UsageError(f"{name} is open as text.", "Open it with mode 'rb'.")
    if not file.readable():
        raise UsageError(f"{name} is open to be written only.", "Open it with mode 'rb'.")

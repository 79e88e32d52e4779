"""Standard output and standard error, whose failures are the user's to see, never a traceback."""

import codecs
import errno
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Generic, TextIO, TypeVar, cast

from shuzi.errors import OutputError
from shuzi.interrupt import uninterrupted
from shuzi.text import plain_lines

T = TypeVar("T")


class Output:
    """A text stream; what cannot be written is an OutputError, or nothing if `quiet`.

    Without a stream, as after `>&-`, everything that is written fails.
    """

    def __init__(self, stream: TextIO | None, *, quiet: bool = False) -> None:
        if isinstance(stream, io.TextIOWrapper) and isinstance(stream.buffer, io.RawIOBase):
            # Of PYTHONUNBUFFERED; what a signal interrupts would be lost.
            stream = io.TextIOWrapper(
                io.BufferedWriter(stream.buffer), stream.encoding, line_buffering=True
            )
        self._stream = stream
        self._quiet = quiet
        self._failure: OSError | ValueError | None = None
        self.encoding = getattr(stream, "encoding", "utf-8")
        self.errors = "shuzi.escaped"
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=self.errors)

    def write(self, text: str) -> int:
        with self._failure_named():
            if self._stream is None:
                raise OSError(errno.EBADF, "it is closed")
            # Typer tries what kind of stream this is, and passes over what that says.
            if self._failure is not None:
                raise self._failure
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._failure_named():
            if self._stream is not None:
                self._stream.flush()

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    @contextmanager
    def _failure_named(self) -> Iterator[None]:
        try:
            yield
        # ValueError: the stream was closed from within.
        except (OSError, ValueError) as error:
            self._failure = error
            self._let_go()
            if not self._quiet:
                why = getattr(error, "strerror", None) or str(error)
                raise OutputError(
                    f"Standard output cannot be written: {why[:1].lower() + why[1:]}.",
                    "Send it to a file with free space, or to a program that reads it to its end.",
                ) from None

    def _let_go(self) -> None:
        """What is still held goes nowhere, so that the interpreter's end does not fail on it."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)


def take_over() -> None:
    """Make the standard streams of this process ones that fail as they should.

    What an encoding cannot hold is escaped as in JSON.
    """
    codecs.register_error("shuzi.escaped", _escaped)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if stream is None:
            # Else a file that is opened later would take its number and get what is written there.
            os.open(os.devnull, os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - until the end
    sys.stdout = cast(TextIO, Output(sys.stdout))
    sys.stderr = cast(TextIO, Output(sys.stderr, quiet=True))


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def say(text: object = "", *, end: str = "\n") -> None:
    """Print lines, their control characters written out, whole and at once.

    Raises:
        OutputError: standard output cannot be written.
    """
    with uninterrupted():
        sys.stdout.write(plain_lines(f"{text}{end}"))
        sys.stdout.flush()


def tell(text: str) -> None:
    """As `say`, to standard error, where nothing fails."""
    sys.stderr.write(plain_lines(f"{text}\n"))
    sys.stderr.flush()


class Progress(Generic[T]):
    """Files one by one, and how many are done.

    With several files, a bar on standard error shows it while that is a terminal and, if what was
    read goes there, standard output is not one.
    """

    def __init__(self, files: Sequence[T], *, to_output: bool = True) -> None:
        self.files = files
        self._shown_there = to_output and sys.stdout.isatty()
        self.done = 0

    def __iter__(self) -> Iterator[T]:
        with self._bar() as advance:
            for file in self.files:
                yield file
                # The next one is asked for when all of this one has been printed.
                self.done += 1
                advance()

    @contextmanager
    def _bar(self) -> Iterator[Callable[[], object]]:
        if len(self.files) < 2 or self._shown_there or not sys.stderr.isatty():
            yield lambda: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = MofNCompleteColumn(), BarColumn(), TimeRemainingColumn()
        console = Console(file=sys.stderr)
        # Messages appear above the bar; what was read does not go there.
        with Bar(*columns, console=console, transient=True, redirect_stdout=False) as bar:
            task = bar.add_task("", total=len(self.files))
            yield lambda: bar.advance(task)

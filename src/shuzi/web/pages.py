"""The pages of what was sent."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Timer
from typing import IO

import numpy as np
from numpy.typing import NDArray

from shuzi import errors
from shuzi.errors import ImageError
from shuzi.image import is_pdf, load_pages
from shuzi.web.timed import check_time
from shuzi.web.upload import Upload

Grey = NDArray[np.uint8]


def upload_pages(upload: Upload, max_pixels: int, deadline: float) -> Iterator[Grey]:
    """Each page, uint8 grey (height, width), upright.

    Args:
        deadline: by the clock of `time.monotonic`.

    Raises:
        ImageError: a page cannot be read; those before it are given.
        TimeoutError: the deadline has come. A PDF is ended within a page, a picture between two.
    """
    for page in _pages(upload, max_pixels, deadline):
        check_time(deadline)
        yield page


def _pages(upload: Upload, max_pixels: int, deadline: float) -> Iterator[Grey]:
    file = upload.open()
    if not is_pdf(file):
        yield from load_pages(file, max_pixels=max_pixels)
        return
    words = [sys.executable, "-P", "-m", "shuzi.web.pdf_child", str(max_pixels)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        timer = Timer(max(0.0, deadline - time.monotonic()), child.kill)
        timer.start()
        try:
            yield from _drawn(child, upload)
            if child.wait() != 0:
                raise _error(child, upload.name, deadline)
        finally:
            timer.cancel()
            child.kill()


def _drawn(child: subprocess.Popen[bytes], upload: Upload) -> Iterator[Grey]:
    assert child.stdin and child.stdout
    with suppress(BrokenPipeError):
        child.stdin.write(f"{upload.name}\n".encode() + upload.content)
    with suppress(BrokenPipeError):
        child.stdin.close()
    while (page := _next_page(child.stdout)) is not None:
        yield page


def _next_page(stream: IO[bytes]) -> Grey | None:
    """The next PGM picture; None if it is not all there."""
    header = stream.readline().split()
    if len(header) != 4:
        return None
    width, height = int(header[1]), int(header[2])
    pixels = stream.read(width * height)
    if len(pixels) < width * height:
        return None
    return np.frombuffer(pixels, np.uint8).reshape(height, width)


def _error(child: subprocess.Popen[bytes], name: str, deadline: float) -> Exception:
    if time.monotonic() > deadline:
        return TimeoutError()
    assert child.stderr
    try:
        values = json.loads(child.stderr.read())
    except ValueError:
        return ImageError(
            f"{name} is a PDF that cannot be drawn.",
            "Print it to a new PDF, or send its pages as pictures.",
        )
    kind: type[ImageError] = getattr(errors, values["kind"])
    return kind(values["message"], values["remedy"])

"""Draws a PDF in a process of its own: a hostile one may crash it, fill it or never end.

Started by `shuzi.pdf` as a script that imports nothing of shuzi's, as it starts for every file.
Standard input gives a line of JSON with the request, and the PDF if it has no path; it stays open
until nobody wants more. Standard output gives a line when Python has started and one with the
number of pages, then of each page a line of JSON with its size, and its pixels, a byte each of red,
green and blue; at last a line with what was wrong, or with `end`.
"""

import ctypes
import io
import json
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, BinaryIO

import pypdfium2
import pypdfium2.raw as pdfium

DOTS_AN_INCH = 200
"""A digit 3 mm high becomes 24 pixels high, which is enough to read it."""
_POINTS_AN_INCH = 72
_SMALLEST, _ENLARGED = 36.0, 1000.0
"""Points of a page's longer side from which it is drawn as large as it says, and pixels that one
below has: such a page counts in another unit (UserUnit, ISO 32000-1, 7.7.3.3), which PDFium leaves
out. Of 230 numbers accepted in `pages/` 200 are accepted in pages of 8 points of them, 10 others;
none at 200 dots an inch, and with 2,000 pixels 202 and 14. Logbook crops on pages of 20 points do
better with 1,000 pixels, 51 of 52 and 4 others, on 40 points at 200 dots an inch (63 of 64 and 1;
with 2,000 pixels 60 and 5)."""
_ROUNDING = 1e-6
"""Keeps a scan's own size, which PDFium rounds up."""
_ENCRYPTED = 4
"""FPDF_ERR_PASSWORD in PDFium's fpdfview.h."""


class Refused(Exception):  # noqa: N818 - a message, no failure of the program
    """What is wrong with the PDF, to be read after its name, and what to do."""

    def __init__(self, said: str, remedy: str | None = None, kind: str = "ImageError") -> None:
        super().__init__(said)
        self.values = {"said": said, "remedy": remedy, "kind": kind}


def main() -> None:
    # Ctrl-C is the parent's to answer, who ends this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _say(b'{"started": true}\n')
    request = json.loads(sys.stdin.buffer.readline())
    file = _file(request)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _limit_memory(request["memory"])
    try:
        for width, height, rows in _pages(file, request):
            _say(json.dumps({"width": width, "height": height}).encode() + b"\n", *rows)
    except Refused as refused:
        _say(json.dumps({"refused": refused.values}).encode() + b"\n")
    else:
        _say(b'{"end": true}\n')


def _say(*pieces: bytes | memoryview) -> None:
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


def _file(request: dict[str, Any]) -> BinaryIO:
    if request["path"] is not None:
        return open(request["path"], "rb")  # noqa: PTH123 - pathlib takes a while to import
    return io.BytesIO(sys.stdin.buffer.read(request["size"]))


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _limit_memory(size: int) -> None:
    """Bytes that may be taken from now on, where the system counts them."""
    try:
        import resource

        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123
            taken = int(file.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    _lower(resource.RLIMIT_AS, taken + size)
    _lower(resource.RLIMIT_CORE, 0)


def _limit_time(seconds: float) -> None:
    """Of the processor, from now on; should the parent be gone, who counts the clock's."""
    try:
        import resource
    except ImportError:
        return
    _lower(resource.RLIMIT_CPU, math.ceil(time.process_time() + seconds))


def _lower(limit: int, value: int) -> None:
    import resource

    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _pages(file: BinaryIO, request: dict[str, Any]) -> Iterator[tuple[int, int, list[memoryview]]]:
    _limit_time(request["seconds"])
    document = _open(file)
    pages = _prepare(document)
    _say(json.dumps({"pages": pages}).encode() + b"\n")
    for number in range(request["first"] - 1, pages):
        _limit_time(request["seconds"])
        yield _draw(document, number, request["max_pixels"], request["max_side"])


def _open(file: BinaryIO) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _ENCRYPTED or "assword" in str(error):
            remedy = "Save a copy of it without a password, and read that."
            raise Refused(" is encrypted.", remedy) from None
        raise Refused(
            f" is a broken PDF: {error}", "Open it in a viewer, or print it to a new PDF."
        ) from None


def _prepare(document: pypdfium2.PdfDocument) -> int:
    """How many pages it has."""
    if len(document) == 0:
        raise Refused(" has no pages.")
    document.init_forms()
    return len(document)


def _draw(
    document: pypdfium2.PdfDocument, number: int, max_pixels: int, max_side: int
) -> tuple[int, int, list[memoryview]]:
    """Width, height and rows of a page, with its annotations and filled-in forms."""
    name = f", page {number + 1},"
    try:
        page = document[number]
        try:
            _check_pictures(page, name, max_pixels)
            width, height = page.get_size()
            # A poster is drawn coarser, so that it stays within the limits.
            fits = min((max_pixels / (width * height)) ** 0.5, max_side / max(width, height))
            scale = min(_scale(page), fits)
            scale -= _ROUNDING * min(1.0, scale)
            bitmap = page.render(scale=scale, rev_byteorder=True)
        finally:
            page.close()
    except pypdfium2.PdfiumError as error:
        raise Refused(f"{name} cannot be drawn: {error}") from None
    pixels = memoryview(bitmap.buffer).cast("B")
    starts = range(0, bitmap.height * bitmap.stride, bitmap.stride)
    rows = [pixels[at : at + bitmap.width * bitmap.n_channels] for at in starts]
    return bitmap.width, bitmap.height, rows


def _scale(page: pypdfium2.PdfPage) -> float:
    """Pixels a point."""
    longest = max(page.get_size())
    scale = DOTS_AN_INCH / _POINTS_AN_INCH if longest >= _SMALLEST else _ENLARGED / longest
    objects = list(islice(page.get_objects(max_depth=1), 2))
    is_picture = [held.type for held in objects] == [pdfium.FPDF_PAGEOBJ_IMAGE]
    if is_picture and not pdfium.FPDFPage_GetAnnotCount(page):
        # More pixels than it has by itself show nothing more of it.
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFPageObj_GetMatrix(objects[0], matrix)
        width, height = _picture_size(objects[0])
        points = abs(matrix.a * matrix.d - matrix.b * matrix.c)
        if points and width * height:
            scale = min(scale, math.sqrt(width * height / points))
    return scale


def _check_pictures(page: pypdfium2.PdfPage, name: str, max_pixels: int) -> None:
    """Refuse a small page with a picture that would fill the memory when it is unpacked."""
    for held in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
        width, height = _picture_size(held)
        if width * height > max_pixels:
            raise Refused(
                f"{name} holds a picture of {width} x {height} pixels; "
                f"the limit is {max_pixels:,}.",
                kind="TooLargeError",
            )


def _picture_size(picture: pypdfium2.PdfObject) -> tuple[int, int]:
    """Width and height that a picture in a page has by itself; 0 if that is not known."""
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pdfium.FPDFImageObj_GetImagePixelSize(picture, width, height)
    return width.value, height.value


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main()

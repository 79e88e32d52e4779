"""A PDF -> upright grey uint8 arrays, a page at a time."""

import ctypes
from collections.abc import Iterator
from threading import Lock
from typing import BinaryIO

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from shuzi.errors import ImageError, TooLargeError, way

DOTS_AN_INCH = 200
"""A digit 3 mm high becomes 24 pixels high, which is enough to read it."""
_POINTS_AN_INCH = 72
_ROUNDING = 1e-6
"""Keeps a scan's own size, which PDFium rounds up."""
_ENCRYPTED = 4
"""FPDF_ERR_PASSWORD in PDFium's fpdfview.h."""
_ALONE = Lock()
"""PDFium must not be called from two threads at once, not even for two files."""


def pdf_pages(file: BinaryIO, name: str, max_pixels: int) -> Iterator[NDArray[np.uint8]]:
    """Every page, drawn with its annotations and filled-in forms; one is in memory at a time.

    Raises:
        ImageError: the PDF is encrypted or broken, or a picture in it is too large.
    """
    with _ALONE:
        document = _open(file, name)
    try:
        with _ALONE:
            count = _prepare(document, name)
        for number in range(count):
            with _ALONE:
                grey = _draw(document, number, f"{name}, page {number + 1},", max_pixels)
            yield grey
    finally:
        with _ALONE:
            document.close()


def _open(file: BinaryIO, name: str) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _ENCRYPTED or "assword" in str(error):
            raise ImageError(
                f"{name} is encrypted.", "Save a copy of it without a password, and read that."
            ) from None
        raise ImageError(
            f"{name} is a broken PDF: {error}", "Open it in a viewer, or print it to a new PDF."
        ) from None


def _prepare(document: pypdfium2.PdfDocument, name: str) -> int:
    """How many pages it has."""
    if len(document) == 0:
        raise ImageError(f"{name} has no pages.")
    document.init_forms()
    return len(document)


def _draw(
    document: pypdfium2.PdfDocument, number: int, name: str, max_pixels: int
) -> NDArray[np.uint8]:
    try:
        page = document[number]
        try:
            _check_pictures(page, name, max_pixels)
            width, height = (max(1.0, side) for side in page.get_size())
            # A poster is drawn coarser, so that it stays within the limit.
            fits = (max_pixels / (width * height)) ** 0.5
            scale = min(DOTS_AN_INCH / _POINTS_AN_INCH, fits) - _ROUNDING
            bitmap = page.render(scale=scale, grayscale=True)
            return np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)
        finally:
            page.close()
    except pypdfium2.PdfiumError as error:
        raise ImageError(f"{name} cannot be drawn: {error}") from None


def _check_pictures(page: pypdfium2.PdfPage, name: str, max_pixels: int) -> None:
    """Refuse a small page with a picture that would fill the memory when it is unpacked."""
    for held in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
        width, height = ctypes.c_uint(), ctypes.c_uint()
        known = pdfium.FPDFImageObj_GetImagePixelSize(held, width, height)
        if known and width.value * height.value > max_pixels:
            raise TooLargeError(
                f"{name} holds a picture of {width.value} x {height.value} pixels; "
                f"the limit is {max_pixels:,}.",
                f"Scan it at fewer dots an inch, or raise the limit with {way('max_pixels')}.",
            )

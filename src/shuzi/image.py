"""Any picture or PDF -> upright grey uint8 arrays, a page at a time."""

import io
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from shuzi.errors import ImageError, NotAPictureError, TooLargeError, way

MAX_PIXELS = 50_000_000
PILLOW_MAX_PIXELS = 178_000_000
"""Pillow itself refuses pictures a little larger than this."""
HELD = 200_000_000
"""Bytes of the largest picture that is taken into memory as a file."""
STANDARD_INPUT = "-"
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pdf")
"""The files of a folder that are read."""
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
"""Pillow knows many more, some of which start other programs."""
_PAGED = ("TIFF",)
"""Formats whose further frames are pages; those of the others are an animation or a thumbnail."""

Grey = NDArray[np.uint8]
Picture = str | PathLike[str] | BinaryIO | NDArray[Any]


def load_grey(picture: Picture, *, max_pixels: int = MAX_PIXELS) -> Grey:
    """The picture as grey uint8 (height, width), turned upright, 0 black to 255 white.

    Transparency becomes white paper under dark ink and black under light ink. Of an animation or
    a file of several pages, the first.

    Args:
        picture: a PNG, JPEG, WebP, BMP, GIF, TIFF or PDF file, its path, `-` for standard input,
            or the open file (`io.BytesIO` too); or an array, uint8 or uint16, (height, width)
            grey or (height, width, 3 or 4) RGB or RGBA.
        max_pixels: refuse larger pictures.

    Raises:
        ImageError: it is not a picture, is damaged, or is too large.
    """
    return next(load_pages(picture, max_pixels=max_pixels))


def load_pages(picture: Picture, *, max_pixels: int = MAX_PIXELS) -> Iterator[Grey]:
    """Every page of the picture, as `load_grey` gives the first; one is in memory at a time.

    Raises:
        ImageError: it is not a picture, is damaged (the pages before are given), or is too large.
    """
    if isinstance(picture, np.ndarray):
        yield _grey(_from_array(picture, max_pixels))
        return
    name = source_name(picture)
    with _opened(picture) as opened:
        file = _held(opened)
        if is_pdf(file):
            from shuzi.pdf import pdf_pages

            yield from pdf_pages(file, name, max_pixels)
        else:
            yield from map(_grey, _frames(file, name, max_pixels))


def source_name(picture: Picture) -> str:
    """What a page names as its source: the path as it was given, an open file's name, `array`."""
    if isinstance(picture, np.ndarray):
        return "array"
    if isinstance(picture, str | PathLike):
        return str(Path(picture))
    return str(getattr(picture, "name", "file"))


def find_pictures(folder: Path) -> tuple[list[Path], list[Path]]:
    """The pictures and PDFs in a folder, and its other files, by their names' ends, sorted.

    Raises:
        ImageError: the folder may not be listed.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except PermissionError:
        raise ImageError(f"{folder} may not be listed.", "Check its permissions.") from None
    chosen = [path for path in files if path.suffix.lower() in PICTURES]
    return chosen, [path for path in files if path.suffix.lower() not in PICTURES]


@contextmanager
def _opened(picture: str | PathLike[str] | BinaryIO) -> Iterator[BinaryIO]:
    if not isinstance(picture, str | PathLike):
        yield picture
        return
    if str(picture) == STANDARD_INPUT:
        yield io.BytesIO(sys.stdin.buffer.read())
        return
    path = Path(picture)
    try:
        file = path.open("rb")
    except IsADirectoryError:
        raise ImageError(
            f"{path} is a folder, not a picture.", f"Give its files: {path}/*"
        ) from None
    except FileNotFoundError:
        raise ImageError(f"{path}: there is no such file.") from None
    except PermissionError:
        raise ImageError(f"{path} may not be read.", "Check its permissions.") from None
    except (OSError, ValueError) as error:
        raise ImageError(f"{path} cannot be opened: {error}.") from None
    with file:
        # A pipe cannot be read twice.
        yield file if file.seekable() else io.BytesIO(file.read())


def _held(file: BinaryIO) -> BinaryIO:
    """The file in memory, so that it may change while it is read; a PDF or a huge one as it is."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return file if size > HELD or is_pdf(file) else io.BytesIO(file.read())


def is_pdf(file: BinaryIO) -> bool:
    """Whether an open file, at its start, is a PDF."""
    start = file.read(1024)
    file.seek(0)
    return b"%PDF-" in start


def _frames(file: BinaryIO, name: str, max_pixels: int) -> Iterator[Image.Image]:
    """The file's pages, upright."""
    with _damage_named(name, file, max_pixels):
        image = Image.open(file, formats=_FORMATS)
    with image:
        for number in count():
            try:
                with _damage_named(name, file, max_pixels):
                    image.seek(number)
                    _check_size(name, image.width, image.height, max_pixels)
                    # A JPEG's grey needs no colours.
                    image.draft("L", None)
                    page = _upright(image)
            except EOFError:
                if number:
                    return
                raise ImageError(f"{name} is damaged or cut short.") from None
            yield page
            if image.format not in _PAGED:
                return


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) != 1
    return ImageOps.exif_transpose(image) if turned else image


@contextmanager
def _damage_named(name: str, file: BinaryIO, max_pixels: int) -> Iterator[None]:
    with warnings.catch_warnings():
        # Pillow warns of large pictures, and of metadata that it can do without.
        warnings.simplefilter("ignore")
        try:
            yield
        except (ImageError, EOFError):
            raise
        except UnidentifiedImageError:
            file.seek(0)
            if file.read(1):
                raise NotAPictureError(f"{name} is not a picture.") from None
            raise ImageError(f"{name} is empty.") from None
        except Image.DecompressionBombError:
            raise _too_large(name, f"more than {PILLOW_MAX_PIXELS:,}", max_pixels) from None
        # Pillow's decoders raise whatever the damage led them to.
        except Exception as error:
            raise ImageError(
                f"{name} is damaged or cut short: {error}", "Copy or scan it again."
            ) from error


def _from_array(array: NDArray[Any], max_pixels: int) -> Image.Image:
    flat = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
    if flat.dtype == np.uint16:
        flat = (flat / 257).round().astype(np.uint8)
    fits = flat.ndim == 2 or (flat.ndim == 3 and flat.shape[2] in (3, 4))
    if flat.dtype != np.uint8 or not fits or 0 in flat.shape:
        raise ImageError(
            f"The array is {array.dtype} {array.shape}; it must be uint8 or uint16, "
            "(height, width) or (height, width, 3 or 4).",
            "Scale floats to 0 to 255 and convert them with astype('uint8').",
        )
    _check_size("The array", flat.shape[1], flat.shape[0], max_pixels)
    return Image.fromarray(np.ascontiguousarray(flat))


def _check_size(name: str, width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise _too_large(name, f"{width} x {height} = {width * height:,}", max_pixels)


def _too_large(name: str, pixels: str, max_pixels: int) -> TooLargeError:
    return TooLargeError(
        f"{name} has {pixels} pixels; the limit is {max_pixels:,}.",
        f"Make the picture smaller, or raise the limit with {way('max_pixels')} "
        f"(at most {PILLOW_MAX_PIXELS:,}).",
    )


def _grey(image: Image.Image) -> Grey:
    if image.mode.startswith(("I", "F")):
        return _from_deep(np.asarray(image, np.float64))
    if image.has_transparency_data:
        return _flatten(np.asarray(image.convert("RGBA").convert("LA")))
    return np.asarray(image if image.mode == "L" else image.convert("L"))


def _from_deep(values: NDArray[np.float64]) -> Grey:
    """Grey of more than 8 bits or of floats, whose full range is the smallest usual one."""
    values = np.nan_to_num(values)
    highest = values.max()
    full = next((full for full in (1, 255, 65535) if highest <= full), highest)
    return np.asarray((values / full * 255).round().clip(0, 255), np.uint8)


def _flatten(grey_alpha: Grey) -> Grey:
    grey, alpha = grey_alpha[..., 0].astype(np.float64), grey_alpha[..., 1] / 255
    ink = (grey * alpha).sum() / max(alpha.sum(), 1e-9)
    paper = 255 if ink < 128 else 0
    return np.asarray((grey * alpha + paper * (1 - alpha)).round(), np.uint8)

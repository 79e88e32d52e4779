"""Any picture or PDF -> upright pixels, a page at a time."""

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count, islice
from threading import Lock
from typing import Any, BinaryIO, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError, features

from shuzi import source
from shuzi.errors import (
    ImageError,
    NotAPictureError,
    ShuziError,
    TooLargeError,
    UsageError,
    extra,
    way,
)
from shuzi.folder import is_archive, is_list
from shuzi.grey import (
    MAX_PIXELS,
    MAX_SIDE,
    Pixels,
    chroma_of,
    half,
    pixels_of_array,
    pixels_of_image,
)
from shuzi.source import HELD, STANDARD_INPUT, TAKEN, Source, opened

__all__ = [
    "MAX_PIXELS",
    "STANDARD_INPUT",
    "Pixels",
    "is_pdf",
    "load_grey",
    "load_pages",
    "source_name",
]

PILLOW_MAX_PIXELS = 178_000_000
"""Pillow itself refuses pictures a little larger than this."""
LARGEST = {"picture": 500_000_000, "PDF": 2_000_000_000}
"""Bytes of a file. A picture may ask for as much memory as its file is large, a PDF may not."""
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
"""Pillow knows many more, some of which start other programs."""
_PAGED = ("TIFF",)
"""Formats whose further frames are pages; those of the others are an animation or a thumbnail."""
_NO_PAGE = 0b101
"""Bits of a TIFF's NewSubfileType (TIFF 6.0): a smaller copy of another frame, and a mask."""
_OBLONG = 1.5, 4.0
"""How often as many dots an inch one way as the other a TIFF has that is stretched, at least and at
most: a fax has 204 across and 98, 196 or 391 down (ITU-T T.4). Of 230 numbers accepted in `pages/`
213 are accepted in faxes of them of 98, and 76 if these are not stretched."""
_ANIMATED = ("GIF", "WEBP", "PNG", "AVIF")
_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MAX_SCANS = 100
"""Of a progressive JPEG, which has 10 or so; libtiff's limit, too. Each may be 80 bytes long and
go over all pixels."""
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
_START_OF_SCAN, _END_OF_IMAGE = b"\xda", b"\xd9"
_AVIF = {b"avif", b"avis"}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
"""Brands of their files, which begin with a box `ftyp` that lists them."""

Grey = NDArray[np.uint8]
Picture = Source | Image.Image | NDArray[Any]


def load_grey(picture: Picture, *, max_pixels: int = MAX_PIXELS) -> Grey:
    """The picture as grey uint8 (height, width), turned upright, 0 black to 255 white.

    Transparency becomes white paper under dark ink and black under light ink. Of an animation or
    a file of several pages, the first.

    Args:
        picture: a PNG, JPEG, WebP, BMP, GIF, TIFF, AVIF or PDF file, or a HEIC file where
            pillow-heif is installed: its path, `-` for standard input, the open file (`io.BytesIO`
            too) or its bytes; or a PIL image; or an array of numbers, (height, width) grey or
            (height, width, 3 or 4) RGB or RGBA, uint8 or scaled as `shuzi.grey.pixels_of_array`
            says.
        max_pixels: refuse larger pictures, and such with a side of more than 30,000 pixels.

    Raises:
        ImageError: it is not a picture, is damaged, or is too large.
        UsageError: it is nothing that can be a picture.
    """
    return next(load_pages(picture, max_pixels=max_pixels, colours=False)).grey


def load_pages(
    picture: Picture,
    *,
    max_pixels: int = MAX_PIXELS,
    first: int = 1,
    counted: Callable[[int], object] | None = None,
    colours: bool = True,
) -> Iterator[Pixels]:
    """Every page of the picture, its grey as `load_grey` gives the first's; one is in memory at
    a time.

    Args:
        first: the page of a PDF or a TIFF to begin with, from 1.
        counted: is told how many pages a PDF or a TIFF has, before the first.
        colours: whether they are wanted; without them a file takes less time.

    Raises:
        ImageError: it is not a picture, is damaged (the pages before are given), or is too large.
        UsageError: it is nothing that can be a picture.
    """
    name = source_name(picture)
    if isinstance(picture, np.ndarray):
        if picture.ndim > 1:
            _check_size("The array", picture.shape[1], picture.shape[0], max_pixels)
        yield pixels_of_array(picture, "The array", colours=colours)
        return
    if isinstance(picture, Image.Image):
        if 0 in picture.size:
            raise ImageError(f"{name} is {picture.width} x {picture.height} pixels, which is none.")
        with _damage_named(name, max_pixels):
            _check_size(name, picture.width, picture.height, max_pixels)
            _check_is_open(picture, name)
            pixels = _upright(picture, pixels_of_image(picture, name, colours=colours))
        yield pixels
        return
    with opened(picture) as file:
        pdf = is_pdf(file)
        size = _check_bytes(file, name, "PDF" if pdf else "picture")
        if pdf:
            from shuzi.pdf import pdf_pages

            pages = pdf_pages(file, name, max_pixels, first=first, counted=counted)
            yield from (pixels_of_array(page, name, colours=colours) for page in pages)
        else:
            # In memory, so that it may change while it is read.
            held = file if size > HELD else io.BytesIO(file.read())
            yield from _pages(held, name, max_pixels, first, counted, colours=colours)


def source_name(picture: Picture) -> str:
    """What a page names as its source: the path as it was given, an open file's name; or `bytes`,
    `image` or `array`."""
    if isinstance(picture, np.ndarray):
        return "array"
    if isinstance(picture, Image.Image):
        return str(getattr(picture, "filename", "") or "image")
    return source.source_name(picture)


def is_pdf(file: BinaryIO) -> bool:
    """Whether an open file, at its start, is a PDF."""
    start = _start(file)
    picture = start.startswith(_STARTS) or start[8:12] == b"WEBP" or bool(_brands(start))
    return b"%PDF-" in start and not picture


def _start(file: BinaryIO) -> bytes:
    start = file.read(1024)
    file.seek(0)
    return start


def _brands(start: bytes) -> set[bytes]:
    """What a file of the ISO base media format says that it is; the second of them is a number."""
    size = int.from_bytes(start[:4], "big") if start[4:8] == b"ftyp" else 0
    return {start[at : at + 4] for at in range(8, min(size, len(start)), 4)}


def _check_bytes(file: BinaryIO, name: str, kind: str) -> int:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > LARGEST[kind]:
        raise TooLargeError(
            f"{name} is {size:,} bytes large; the limit of a {kind} is {LARGEST[kind]:,}.",
            "Save it in a format that packs it, or split it.",
        )
    return size


def _pages(
    file: BinaryIO,
    name: str,
    max_pixels: int,
    first: int,
    counted: Callable[[int], object] | None,
    *,
    colours: bool,
) -> Iterator[Pixels]:
    with _damage_named(name, max_pixels):
        image = _open(file, name)
    with image:
        if counted is not None and image.format in _PAGED:
            # A chain of pages that breaks off is told of where it does.
            with suppress(Exception):
                counted(sum(1 for _ in _frames(image)))
        frames = islice(_frames(image), first - 1, None)
        for number in count(first):
            try:
                with _damage_named(name, max_pixels):
                    if next(frames, None) is None:
                        raise EOFError
                    size = _square_size(image)
                    _check_size(name, *size, max_pixels)
                    if image.format in ("JPEG", "MPO"):
                        _check_scans(file, name)
                    pixels = _pixels(image, file, name, colours=colours)
                    pixels = _upright(image, _resized(pixels, size))
                    pixels = replace(pixels, animated=_is_animated(image))
            except EOFError:
                if number > first:
                    return
                raise ImageError(f"{name} is damaged or cut short.") from None
            last = image.format not in _PAGED
            if last:
                # Its pixels alone; they would stay in memory while it is read.
                Image.Image.close(image)
            yield pixels
            if last:
                return


def _frames(image: Image.Image) -> Iterator[int]:
    """The frames that are pages, the picture being at each of them as it is given."""
    if image.format not in _PAGED:
        # A HEIC is opened at its main picture, which need not be its first.
        yield image.tell()
        return
    for number in count():
        try:
            image.seek(number)
        except EOFError:
            return
        if number == 0 or not _tag(image, ExifTags.Base.NewSubfileType, 0) & _NO_PAGE:
            yield number


def _tag(image: Image.Image, tag: int, default: Any) -> Any:
    """Of a TIFF's frame; of other pictures, the default."""
    return getattr(image, "tag_v2", {}).get(tag, default)


def _square_size(image: Image.Image) -> tuple[int, int]:
    """Width and height with square pixels, where the picture says that its own are far from it."""
    width, height = image.size
    tags = ExifTags.Base.XResolution, ExifTags.Base.YResolution
    with suppress(TypeError, ValueError, ZeroDivisionError):
        across, down = (float(_tag(image, tag, 1)) for tag in tags)
        if _OBLONG[0] <= max(across / down, down / across) <= _OBLONG[1]:
            return width, max(1, round(height * across / down))
    return width, height


def _resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    if pixels.grey.shape == size[::-1]:
        return pixels
    way = cv2.INTER_AREA if size[1] < len(pixels.grey) else cv2.INTER_LINEAR
    grey = np.asarray(cv2.resize(pixels.grey, size, interpolation=way), np.uint8)
    chroma = pixels.chroma
    if chroma is not None:
        chroma = np.stack([cv2.resize(plane, half(size), interpolation=way) for plane in chroma])
    return replace(pixels, grey=grey, chroma=chroma)


def _is_animated(image: Image.Image) -> bool:
    """Whether frames follow that are not read; a GIF is asked for its second one."""
    with suppress(Exception):
        return image.format in _ANIMATED and bool(getattr(image, "is_animated", False))
    return False


def _open(file: BinaryIO, name: str) -> Image.Image:
    """The picture, whose size is known and nothing of it unpacked."""
    start = _start(file)
    brands = _brands(start)
    if brands & _HEIC and not brands & _AVIF:
        return _open_heic(file, name)
    if brands & _AVIF and not features.check("avif"):
        raise ImageError(
            f"{name} is an AVIF picture, which the installed Pillow cannot read.",
            "Install a newer one, pip install -U pillow, or save it as a PNG or JPEG.",
        )
    if not start:
        raise ImageError(f"{name} is empty.")
    formats = ("AVIF",) if brands & _AVIF else _FORMATS
    try:
        return Image.open(file, formats=formats)
    except UnidentifiedImageError:
        raise NotAPictureError(f"{name} is not a picture.", _remedy(name)) from None


def _remedy(name: str) -> str:
    """What to do with a file that is not a picture."""
    if is_archive(name):
        return (
            "Unpack it, or let `shuzi batch` read the pictures in it, not those of archives in it."
        )
    if is_list(name):
        return f"{ImageError.usual} If it is a list of such, let `shuzi batch` read what it names."
    return ImageError.usual


def _open_heic(file: BinaryIO, name: str) -> Image.Image:
    try:
        from pillow_heif import HeifImageFile
    except ImportError:
        raise ImageError(
            f"{name} is a HEIC picture, which needs pillow-heif.",
            f"{extra('heic')}; or save it as a PNG or JPEG.",
        ) from None
    return cast(Image.Image, HeifImageFile(file))  # type: ignore[no-untyped-call]


def _pixels(image: Image.Image, file: BinaryIO, name: str, *, colours: bool) -> Pixels:
    if image.format == "WEBP":
        # Pillow would hold its pixels four times.
        file.seek(0)
        array = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_UNCHANGED)
        if array is not None:
            order = cv2.COLOR_BGR2RGB if array.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
            rgb = np.asarray(cv2.cvtColor(array, order, dst=array))
            return pixels_of_array(rgb, name, colours=colours)
    is_jpeg = image.format in ("JPEG", "MPO")
    chroma = _colours(image, file) if is_jpeg and colours else None
    # A JPEG's grey needs no colours.
    image.draft("L", None)
    pixels = pixels_of_image(image, name, colours=colours)
    return pixels if chroma is None else replace(pixels, chroma=chroma)


def _colours(image: Image.Image, file: BinaryIO) -> Grey | None:
    """Of a JPEG, unpacked anew at half its size, which takes less time than all of them."""
    file.seek(0)
    with Image.open(file, formats=("JPEG",)) as smaller:
        smaller.draft("YCbCr", (max(1, image.width // 2), max(1, image.height // 2)))
        return chroma_of(smaller, half(image.size))


def _upright(image: Image.Image, pixels: Pixels) -> Pixels:
    """The picture as its camera was held."""
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    chroma = pixels.chroma
    if chroma is not None:
        chroma = np.stack([_turned(plane, orientation) for plane in chroma])
    return Pixels(_turned(pixels.grey, orientation), chroma)


def _turned(grey: Grey, orientation: int) -> Grey:
    """By the tag of EXIF; as stored if it is 1 or none of those."""
    turns: dict[int, Callable[[Grey], Grey]] = {
        2: np.fliplr,
        3: lambda stored: np.rot90(stored, 2),
        4: np.flipud,
        5: np.transpose,
        6: lambda stored: np.rot90(stored, -1),
        7: lambda stored: np.rot90(stored, 2).T,
        8: np.rot90,
    }
    turn = turns.get(orientation)
    return grey if turn is None else np.ascontiguousarray(turn(grey))


class _Quiet:
    """Without Pillow's warnings of large pictures, and of metadata that it can do without.

    `catch_warnings` alone is for one thread: of two at once the second to leave would keep what
    the first had set.
    """

    def __init__(self) -> None:
        self._lock, self._within = Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._within:
                self._caught = warnings.catch_warnings()
                self._caught.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\b|pillow_heif\b")
            self._within += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._within -= 1
            if not self._within:
                self._caught.__exit__(None, None, None)


_QUIET = _Quiet()


@contextmanager
def _damage_named(name: str, max_pixels: int) -> Iterator[None]:
    with _QUIET:
        try:
            yield
        except (ShuziError, EOFError, MemoryError):
            raise
        except Image.DecompressionBombError:
            raise _too_large(name, f"more than {PILLOW_MAX_PIXELS:,}", max_pixels) from None
        # Pillow's decoders raise whatever the damage led them to.
        except Exception as error:
            # So Pillow says that its own memory was not enough.
            if "out of memory" in str(error):
                raise MemoryError(str(error)) from error
            raise ImageError(
                f"{name} is damaged or cut short: {error}", "Copy or scan it again."
            ) from error


def _check_size(name: str, width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise _too_large(name, f"{width} x {height} = {width * height:,}", max_pixels)
    if max(width, height) > MAX_SIDE:
        raise TooLargeError(
            f"{name} is {width} x {height} pixels; the limit of a side is {MAX_SIDE:,}.",
            "Cut it into pieces, or make it smaller.",
        )


def _check_is_open(image: Image.Image, name: str) -> None:
    if not getattr(getattr(image, "fp", None), "closed", True):
        return
    try:
        # Without a file there is nothing to decode: its pixels are in memory, or gone.
        image.load()
    except (AssertionError, AttributeError, ValueError):
        raise UsageError(f"{name} is a PIL image that is closed.", TAKEN) from None


def _check_scans(file: BinaryIO, name: str) -> None:
    file.seek(0)
    content, at, scans = file.read(), 2, 0
    while (marker := _MARKER.search(content, at)) and marker[1] != _END_OF_IMAGE:
        scans += marker[1] == _START_OF_SCAN
        at = marker.end() + int.from_bytes(content[marker.end() : marker.end() + 2], "big")
    if scans > MAX_SCANS:
        raise ImageError(
            f"{name} is stored in {scans:,} scans; the limit is {MAX_SCANS}.",
            "Save it again as a PNG or JPEG.",
        )


def _too_large(name: str, pixels: str, max_pixels: int) -> TooLargeError:
    return TooLargeError(
        f"{name} has {pixels} pixels; the limit is {max_pixels:,}.",
        f"Make the picture smaller, or raise the limit with {way('max_pixels')} "
        f"(at most {PILLOW_MAX_PIXELS:,}).",
    )

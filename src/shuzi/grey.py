"""A picture's pixels, of whatever mode and numbers -> grey uint8, and their colours.

In bands of rows, so that what is made on the way takes little memory, however large the picture.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.errors import ImageError

MAX_PIXELS = 50_000_000
MAX_SIDE = 30_000
"""OpenCV cannot warp a picture with a side of 32,768 or more."""
BAND = 1 << 20
"""Pixels that are converted at once, about."""
BITS = 8, 10, 12, 14, 16
"""Of a camera's or scanner's grey in 16 bits."""
CHANNELS = 3, 4
Grey = NDArray[np.uint8]
Values = Callable[[slice], NDArray[np.generic]]
"""A picture's numbers in some of its rows."""
_COLOURED = {"RGB", "RGBA", "RGBa", "RGBX", "P", "PA", "CMYK", "YCbCr", "HSV"}
"""Modes of Pillow's."""


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """A picture as it is to be read.

    Args:
        grey: uint8 (height, width), 0 black to 255 white.
        chroma: how blue and how red it is, Cb and Cr as JPEG has them (ITU-R T.871), uint8
            (2, height / 2, width / 2), rounded up, 128 for grey; None if it has no colours.
        animated: whether it is the first frame of several, which are not read.
    """

    grey: Grey
    chroma: Grey | None = None
    animated: bool = False


def pixels_of_image(image: Image.Image, name: str, *, colours: bool = True) -> Pixels:
    """The picture of any mode that Pillow knows.

    Transparency becomes white paper under dark ink and black under light ink. 16 bits, floats and
    whole numbers of 32 bits are scaled as in `pixels_of_array`.

    Args:
        colours: whether its chroma is wanted.

    Raises:
        ImageError: a value is not finite.
    """
    return Pixels(_grey(image, name), chroma_of(image, half(image.size)) if colours else None)


def half(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height that the chroma has of a picture so large."""
    width, height = size
    return -(-width // 2), -(-height // 2)


def chroma_of(image: Image.Image, size: tuple[int, int]) -> Grey | None:
    """As `Pixels` has it, of a picture that is twice as large as `size`, or has this size."""
    if image.mode not in _COLOURED:
        return None
    image.load()
    width, height = size
    times = 1 if image.size == size else 2
    chroma = np.empty((2, height, width), np.uint8)
    for rows in _bands((height, times * width)):
        band = _rows(image, slice(times * rows.start, min(times * rows.stop, image.height)))
        if band.mode != "YCbCr":
            # Pillow warns of a transparent palette that becomes anything else.
            band = band.convert("RGBA") if band.has_transparency_data else band
            band = band.convert("RGB")
        band = (band.reduce(times) if times > 1 else band).convert("YCbCr")
        chroma[:, rows] = np.moveaxis(np.asarray(band)[..., 1:], 2, 0)
    return chroma


def _grey(image: Image.Image, name: str) -> Grey:
    image.load()
    size = image.height, image.width
    if image.mode.startswith(("I", "F")):
        return _scaled(lambda rows: np.asarray(_rows(image, rows)), size, name)
    if image.has_transparency_data:
        return _on_paper(image)
    grey = np.empty(size, np.uint8)
    for rows in _bands(size):
        band = _rows(image, rows)
        # Pillow converts LAB to nothing; its L is the lightness.
        grey[rows] = np.asarray(band.getchannel("L") if band.mode == "LAB" else band.convert("L"))
    return grey


def pixels_of_array(array: NDArray[np.generic], name: str, *, colours: bool = True) -> Pixels:
    """The array, (height, width), or (height, width, 3 or 4) RGB or RGBA, as `pixels_of_image`.

    uint8 is taken as it is. Of uint16 the highest value says of how many bits it is: 1, 8, 10, 12,
    14 or 16. Floats and other whole numbers are taken from 0 to 1 if all lie there, else from 0 to
    255, else from the least to the greatest.

    Raises:
        ImageError: it has another shape or other things than numbers, or one that is not finite.
    """
    flat = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
    fits = flat.ndim == 2 or (flat.ndim == 3 and flat.shape[2] in CHANNELS)
    if array.dtype.kind not in "buif" or not fits or 0 in flat.shape:
        raise ImageError(
            f"{name} is {array.dtype} {array.shape}; it must be numbers, (height, width) or "
            "(height, width, 3 or 4).",
            "Give uint8, 0 black to 255 white.",
        )
    if flat.dtype != np.uint8:
        flat = _scaled(lambda rows: flat[rows], flat.shape, name)
    if flat.ndim == 2:
        return Pixels(np.ascontiguousarray(flat, np.uint8))
    image = Image.fromarray(np.ascontiguousarray(flat, np.uint8))
    return pixels_of_image(image, name, colours=colours)


def _bands(shape: tuple[int, ...]) -> Iterator[slice]:
    step = max(1, BAND // shape[1])
    return (slice(top, min(top + step, shape[0])) for top in range(0, shape[0], step))


def _rows(image: Image.Image, rows: slice) -> Image.Image:
    return image.crop((0, rows.start, image.width, rows.stop))


def _on_paper(image: Image.Image) -> Grey:
    size = image.height, image.width
    grey, alpha = np.empty(size, np.uint8), np.empty(size, np.uint8)
    shade = opaque = 0.0
    for rows in _bands(size):
        band = _rows(image, rows)
        # Premultiplied grey converts to nothing else.
        both = np.asarray((band if band.mode == "La" else band.convert("RGBA")).convert("LA"))
        grey[rows], alpha[rows] = both[..., 0], both[..., 1]
        shade += float((both[..., 0] * (both[..., 1] / 255)).sum())
        opaque += float((both[..., 1] / 255).sum())
    paper = 255 if shade / max(opaque, 1e-9) < 128 else 0
    for rows in _bands(size):
        share = alpha[rows] / 255
        grey[rows] = (grey[rows] * share + paper * (1 - share)).round()
    return grey


def _scaled(values: Values, shape: tuple[int, ...], name: str) -> Grey:
    """Numbers of other types than uint8, their range brought to 0 to 255."""
    ends = [_ends(values(rows), name) for rows in _bands(shape)]
    least, most = min(low for low, _ in ends), max(high for _, high in ends)
    low, high = _range(values(slice(0, 1)).dtype, least, most)
    scaled = np.empty(shape, np.uint8)
    # Halves, as the whole way from the least to the greatest float is not a float.
    span = max(high / 2 - low / 2, np.finfo(np.float64).tiny)
    for rows in _bands(shape):
        share = (values(rows).astype(np.float64) / 2 - low / 2) / span
        scaled[rows] = (share * 255).round().clip(0, 255)
    return scaled


def _ends(band: NDArray[np.generic], name: str) -> tuple[float, float]:
    numbers = band.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise ImageError(
            f"{name} holds values that are not finite numbers (NaN or infinity).",
            "Replace them, for instance with numpy.nan_to_num.",
        )
    return float(numbers.min()), float(numbers.max())


def _range(dtype: np.dtype[np.generic], least: float, most: float) -> tuple[float, float]:
    """The values that are black and white."""
    usual: tuple[int, ...] = (1, 255)
    if dtype.kind == "u" and dtype.itemsize == 2:
        usual = (1, *(2**bits - 1 for bits in BITS))
    within = (full for full in usual if least >= 0 and most <= full)
    full = next(within, None)
    return (least, most) if full is None else (0.0, full)

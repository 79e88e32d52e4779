"""Any picture -> an upright grey uint8 array."""

import warnings
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from shuzi.errors import ImageError

MAX_PIXELS = 50_000_000
PILLOW_MAX_PIXELS = 178_000_000
"""Pillow itself refuses pictures a little larger than this."""


def load_grey(
    picture: str | PathLike[str] | NDArray[Any], *, max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """The picture as grey uint8 (height, width), turned upright, 0 black to 255 white.

    Transparency becomes white paper under dark ink and black under light ink. Of an animation or
    a file of several pages, the first.

    Args:
        picture: a PNG, JPEG, WebP, BMP, GIF or TIFF file; or an array, uint8 or uint16,
            (height, width) grey or (height, width, 3 or 4) RGB or RGBA.
        max_pixels: refuse larger pictures.

    Raises:
        ImageError: it is not a picture, is damaged, or is too large.
    """
    if isinstance(picture, np.ndarray):
        image = _from_array(picture, max_pixels)
    else:
        image = _open(Path(picture), max_pixels)
    return _grey(image)


def _open(path: Path, max_pixels: int) -> Image.Image:
    with warnings.catch_warnings():
        # Pillow warns of large pictures, and of metadata that it can do without.
        warnings.simplefilter("ignore")
        try:
            with Image.open(path) as image:
                _check_size(str(path), image.width, image.height, max_pixels)
                image.load()
                return ImageOps.exif_transpose(image)
        except ImageError:
            raise
        except IsADirectoryError:
            raise ImageError(
                f"{path} is a folder, not a picture.", f"Give its files: {path}/*"
            ) from None
        except FileNotFoundError:
            raise ImageError(f"{path}: there is no such file.") from None
        except PermissionError:
            raise ImageError(f"{path} may not be read.", "Check its permissions.") from None
        except UnidentifiedImageError:
            kind = "empty" if path.stat().st_size == 0 else "not a picture"
            raise ImageError(f"{path} is {kind}.") from None
        except Image.DecompressionBombError:
            raise _too_large(str(path), f"more than {PILLOW_MAX_PIXELS:,}", max_pixels) from None
        # Pillow's decoders raise whatever the damage led them to.
        except Exception as error:
            raise ImageError(
                f"{path} is damaged or cut short: {error}", "Copy or scan it again."
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


def _too_large(name: str, pixels: str, max_pixels: int) -> ImageError:
    return ImageError(
        f"{name} has {pixels} pixels; the limit is {max_pixels:,}.",
        "Make the picture smaller, or raise the limit with --max-pixels "
        f"(at most {PILLOW_MAX_PIXELS:,}).",
    )


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith(("I", "F")):
        return _from_deep(np.asarray(image, np.float64))
    if image.has_transparency_data:
        return _flatten(np.asarray(image.convert("RGBA").convert("LA")))
    return np.array(image.convert("L"))


def _from_deep(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Grey of more than 8 bits or of floats, whose full range is the smallest usual one."""
    values = np.nan_to_num(values)
    highest = values.max()
    full = next((full for full in (1, 255, 65535) if highest <= full), highest)
    return np.asarray((values / full * 255).round().clip(0, 255), np.uint8)


def _flatten(grey_alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey, alpha = grey_alpha[..., 0].astype(np.float64), grey_alpha[..., 1] / 255
    ink = (grey * alpha).sum() / max(alpha.sum(), 1e-9)
    paper = 255 if ink < 128 else 0
    return np.asarray((grey * alpha + paper * (1 - alpha)).round(), np.uint8)

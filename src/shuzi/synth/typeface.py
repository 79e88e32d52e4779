"""Print: a font at a size. Those that matplotlib carries, and what else the machine has."""

import os
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Ink = NDArray[np.uint8]
_PLACES = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")
_NO_TEXT = ("cmex", "cmsy", "cmmi", "STIXSiz", "STIXNonUni", "LastResort", "Math", "Symbol")
"""Names of fonts of symbols, or with the digits of old books."""


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font whose capitals are `size` pixels high.

    Args:
        font: of `font_files()`.
    """

    font: str
    size: float

    @classmethod
    def new(cls, size: float, rng: np.random.Generator) -> "Typeface":
        return cls(str(rng.choice(font_files())), size)

    def set(self, text: str) -> tuple[Ink, float]:
        """The text's ink, uint8 cut to its size, and how far it reaches below the ground line."""
        if not _has_accents(self.font):
            text = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()
        font = _font(self.font, max(4, round(self.size / _capital(self.font))))
        left, top, right, bottom = (round(side) for side in font.getbbox(text, anchor="ls"))
        page = Image.new("L", (max(1, right - left), max(1, bottom - top)))
        ImageDraw.Draw(page).text((-left, -top), text, fill=255, font=font, anchor="ls")
        return np.asarray(page), float(bottom)

    def holds(self, letter: str) -> bool:
        """Whether the font has this letter or sign."""
        return _mask(self.font, letter) != _mask(self.font, "\uffff")

    def space(self) -> float:
        """Pixels between two words."""
        return 0.4 * self.size


@cache
def font_files() -> tuple[str, ...]:
    """The fonts at hand that hold letters and digits, matplotlib's first."""
    own = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    packages = Path(matplotlib.__file__).parents[1].glob("font*")
    folders = [own, *map(Path, _PLACES), Path.home() / ".fonts", *packages]
    found = {
        path.name: str(path)
        for folder in reversed(folders)
        for path in _files(folder)
        if not any(name in path.name for name in _NO_TEXT) and _holds_text(str(path))
    }
    return tuple(found[name] for name in sorted(found))


def _files(folder: Path) -> list[Path]:
    return [
        Path(where) / name
        for where, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith((".ttf", ".otf"))
    ]


def _holds_text(path: str) -> bool:
    """Whether letters and digits are there and differ."""
    try:
        masks = {_mask(path, letter) for letter in "AgR0147\uffff"}
        return len(masks) == 8 and _capital(path) > 0.25
    except (OSError, ValueError):
        return False


@cache
def _has_accents(path: str) -> bool:
    return len({_mask(path, letter) for letter in "éüñÖ\uffff"}) == 5


@cache
def _mask(path: str, letter: str) -> bytes:
    return bytes(_font(path, 24).getmask(letter))


@cache
def _capital(path: str) -> float:
    """A capital's height over the font's size."""
    return -float(ImageFont.truetype(path, 200).getbbox("H", anchor="ls")[1]) / 200


@cache
def _font(path: str, points: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, points)

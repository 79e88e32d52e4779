"""Printed words, which are no numbers, and printed numbers, which are."""

import unicodedata
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from shuzi.synth.pen import cut
from shuzi.synth.writing import TALL, Ink

FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Oblique",
    "DejaVuSansMono",
    "DejaVuSansMono-Bold",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "DejaVuSerif-Italic",
    "STIXGeneral",
    "STIXGeneralBol",
    "STIXGeneralItalic",
    "cmr10",
    "cmss10",
    "cmtt10",
)
"""Those that matplotlib carries, so that every machine draws the same."""
_ONSETS = (
    *"bcdfghjklmnpqrstvwxz",
    "ch",
    "sch",
    "st",
    "str",
    "th",
    "tr",
    "br",
    "fl",
    "gr",
    "kn",
    "pl",
    "",
)
_VOWELS = (*"aeiouyäöüéèíñó", "ei", "oo", "ee", "ou", "au", "ie")
_CODAS = (*"bdfgklmnprstwxyz", "ll", "nn", "ss", "tt", "ng", "rt", "st", "ck", "rd", "lt", "ts")
_LIKE_DIGITS = set("bgilosz")
"""Of these alone a word may be read as a number: SOS."""


def print_line(text: str, rng: np.random.Generator) -> Ink:
    """The text in one of the fonts, cut to its ink; a capital is `TALL` pixels high."""
    name = str(rng.choice(FONTS))
    if name.startswith("cm"):
        # These hold no letters with accents.
        text = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()
    font = _font(name)
    left, top, right, bottom = (round(side) for side in font.getbbox(text))
    page = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(page).text((1 - left, 1 - top), text, fill=255, font=font)
    return cut(np.asarray(page))


def print_words(rng: np.random.Generator) -> Ink:
    """One word or a few, of syllables, some with a colon after them."""
    words = [new_word(rng) for _ in range(int(rng.choice([1, 2, 3], p=[0.7, 0.2, 0.1])))]
    end = str(rng.choice(["", ":", "."], p=[0.7, 0.2, 0.1]))
    return print_line(" ".join(words) + end, rng)


def new_word(rng: np.random.Generator) -> str:
    """A word of syllables that nobody takes for a number."""
    while True:
        syllables = (
            str(rng.choice(_ONSETS)) + str(rng.choice(_VOWELS))
            for _ in range(int(rng.integers(1, 4)))
        )
        word = "".join(syllables) + str(rng.choice(["", *_CODAS]))
        if not _LIKE_DIGITS.issuperset(word):
            return str(rng.choice([word, word.capitalize(), word.upper()], p=[0.4, 0.4, 0.2]))


@cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    with as_file(files("matplotlib") / "mpl-data" / "fonts" / "ttf" / f"{name}.ttf") as path:
        font = ImageFont.truetype(path, 100)
        _, top, _, bottom = font.getbbox("H")
        return ImageFont.truetype(path, round(100 * TALL / (bottom - top)))

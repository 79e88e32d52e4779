"""The sets of real handwriting beside the project, each digit as the reader would see it.

DATA is a folder with mnist.npz, digits/, sudoku/ and not_digits/.
"""

from pathlib import Path

import numpy as np

from shuzi.glyph import normalise
from shuzi.ink import find_digit

TRAINING = (
    "digits/hwd1000",
    "digits/optdigits_tra",
    "sudoku/hand_cells64",
    "sudoku/printed_cells64",
)
MEASURING = ("digits/semeion", "digits/usps_train", "digits/optdigits_cv", "digits/chars74k")
LIKE_DIGITS = set("OoDIliZzSsBbqg")
"""Letters that are drawn like digits."""


def load(folder: Path, name: str) -> dict[str, np.ndarray]:
    with np.load(folder / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def glyphs(images):
    """The glyphs that the reader finds, uint8 (m, 28, 28), and which images they come from."""
    found = [find_digit(image) for image in images]
    kept = [i for i, ink in enumerate(found) if ink is not None]
    return np.stack([normalise(found[i].values) for i in kept]), np.array(kept)


def held_out(puzzles):
    """Whether a sudoku cell is kept from training: every fifth puzzle, all its photos."""
    names = sorted(set(puzzles))
    return np.isin(puzzles, names[::5])

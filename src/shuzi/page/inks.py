"""Whether a number's digits are of one ink: a corrector's figure in another colour, or what was
rubbed out or wiped off beside it, is read on as if it belonged to it."""

from collections.abc import Sequence
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.page.image import PageImage
from shuzi.recognise.glyph import FAINTEST
from shuzi.recognise.paper import ranked
from shuzi.result import Box

OTHER_HUE = 0.16
"""Difference of chroma, in terms of the ink's contrast, between two digits of a number, above which
they are of two inks. Of 52 numbers of `pages/` in one ink the largest is 0.11, of 3,365 pairs of
neighbours on 80 photos of sudokus 0.11; of 73 of a tester's red, green and blue beside black or
blue one is below it."""
FADED = 0.4
"""Contrast of a digit, in terms of the strongest of its number, below which it may be what was
rubbed out: of 569 numbers of `pages/`, cheques, logbook and years that are accepted none has less
than 0.42."""
AROUND = 0.25
"""Heights of paper around a digit that are looked at with it; with 0.1 and 0.5 nothing changes in
what is measured below."""
THROUGH = 0.9
"""Of the rows in and around a digit's box, those in which a column is dark that is no ink: without
this one number of `pages/`, through whose box a black line runs, and one of examples/desk.jpg at
the edge of its sheet are held back."""
STRONG = 0.4
"""Of a digit's contrast, what is ink and not its edge; with 0.25 nothing changes."""

_AREA = cv2.INTER_AREA


def are_of_two_inks(picture: PageImage, digits: Sequence[Box]) -> bool:
    """Whether digits of one number differ in the colour of their ink, or in its strength.

    Of 60 numbers each with more digits in another ink close behind, and with rubbed-out ones
    (`tools/measure_marks.py`), 0 and 2 are accepted wrongly, without this 45 and 26; of the 569
    real ones of `FADED` none is held back.

    Args:
        digits: the box of each on the picture.
    """
    inks = [ink for box in digits if (ink := _ink(picture, box)) is not None]
    if len(inks) < 2:
        return False
    contrasts = [contrast for contrast, _ in inks]
    apart = max(float(np.linalg.norm(a - b)) for (_, a), (_, b) in combinations(inks, 2))
    return apart > OTHER_HUE or min(contrasts) < FADED * max(contrasts)


def _ink(picture: PageImage, box: Box) -> tuple[float, NDArray[np.float64]] | None:
    """The contrast of a digit's ink to its paper, and how its chroma differs from the paper's, in
    terms of the contrast, so that pale edges count as the rest; None if there is no ink."""
    more = round(AROUND * box.height)
    inside = _part(picture.grey, box)
    if not inside.size:
        return None
    paper = ranked(_part(picture.grey, box, more, more), 0.5)
    is_dark = paper - inside.min() >= inside.max() - paper
    away = (paper - _part(picture.grey, box, more)) * (1.0 if is_dark else -1.0)
    # A form's line, or the desk beside the sheet, goes on above and below.
    columns = (away >= STRONG * away.max()).mean(axis=0) < THROUGH
    if not columns.any():
        return None
    contrast = ranked(away[:, columns], 0.98)
    if contrast < FAINTEST:
        return None
    if picture.chroma is None:
        return contrast, np.zeros(2)
    halved = Box(box.x // 2, box.y // 2, -(-box.width // 2), -(-box.height // 2))
    more = round(AROUND * halved.height)
    blank = [ranked(_part(plane, halved, more, more), 0.5) for plane in picture.chroma]
    hues = np.stack([_part(plane, halved) for plane in picture.chroma], axis=-1) - np.array(blank)
    # The same pixels of the grey, as coarse as the chroma.
    coarse = cv2.resize(inside, hues.shape[1::-1], interpolation=_AREA).astype(np.float64)
    ink = (paper - coarse) * (1.0 if is_dark else -1.0)
    held = cv2.resize(columns.astype(np.float64)[None], (ink.shape[1], 1), interpolation=_AREA)
    ink *= held[0] > 0.99
    strong = ink >= max(1.0, STRONG * ink.max())
    if not strong.any():
        return None
    return contrast, np.median(hues[strong] / ink[strong, None], axis=0)


def _part(plane: NDArray[np.uint8], box: Box, above: int = 0, beside: int = 0) -> NDArray[np.uint8]:
    """What lies in a box, so many pixels above and below it, and so many beside it."""
    rows = slice(max(0, box.y - above), box.bottom + above)
    return plane[rows, max(0, box.x - beside) : box.right + beside]

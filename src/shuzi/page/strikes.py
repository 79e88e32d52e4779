"""Which numbers of a page a line crosses out that goes through their row; no line to write on is
one."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np

from shuzi.page.image import Flat, PageImage
from shuzi.page.orientation import MANY
from shuzi.page.regions import Region
from shuzi.recognise.glyph import FAINTEST
from shuzi.recognise.strip import ink_of

AROUND, BEYOND, CLEAR = 1.0, 0.5, 0.05
"""Heights of paper around a number that are looked at, and of it those on each side through which
the line runs, after so many with which the number may reach beyond its region."""
SLOPE, WHOLE, DARK = 0.06, 0.95, 0.35
"""Heights that it may rise or fall meanwhile, how much of it must be there, and how dark it is in
terms of the number's ink, at least."""
HIGH, LOW = 0.15, 0.7
"""Of a number's height, from its top, between which a line crosses it out."""
RULED = 0.5
"""Share of a page's numbers that have a line, at most: of more it is what they are written on. Of
128 numbers in crossed-out rows that were accepted on a tester's pages 93 are told, and 3 of 1,418
others of his that are accepted, 863 of them written across ruled lines; none of 230 of `pages/`,
662 of the browser's documents and the examples. `tools/measure_rows.py` composes both."""


def are_struck(picture: PageImage, regions: Sequence[Region], flats: Sequence[Flat]) -> list[bool]:
    """Which numbers of a page, each laid flat, have a line through their middle, that comes from
    before them and goes on behind them; none where they are few or most have one."""
    if len(regions) < MANY:
        return [False] * len(regions)
    line = cache(lambda i: _line(picture, regions[i]))
    found = [_may_have_line(flat) and HIGH < (line(i) or 0.0) < LOW for i, flat in enumerate(flats)]
    lines = sum(line(i) is not None for i in range(len(found))) if any(found) else 0
    return found if lines <= RULED * len(found) else [False] * len(found)


def _line(picture: PageImage, region: Region) -> float | None:
    """How far down a number the line is, in its heights; None without one."""
    around = picture.flat(region.quad, AROUND)
    first, last = around.inner
    high = first / AROUND
    ink = ink_of(around.grey)[round(high) : len(around.grey) - round(high)]
    near, far = round(CLEAR * high), round(BEYOND * high)
    before = ink[:, max(0, round(first) - far) : max(1, round(first) - near)]
    after = ink[:, round(last) + near : round(last) + far]
    if not (before.size and after.size):
        return None
    sloping = np.ones((2 * max(1, round(SLOPE * high)) + 1, 1), np.uint8)
    least = DARK * np.quantile(ink[:, round(first) : round(last)], WHOLE)
    there = [(cv2.dilate(side, sloping) >= least).mean(axis=1) for side in (before, after)]
    rows = np.flatnonzero(np.minimum(*there) >= WHOLE)
    return float(np.median(rows)) / len(ink) if len(rows) else None


def _may_have_line(flat: Flat) -> bool:
    """Whether something reaches across the margins on both sides of a number at its middle, which
    takes a twentieth of the time to see."""
    start, end = round(flat.inner[0]), round(flat.inner[1])
    high = len(flat.grey) - 2 * start
    rows = slice(start + round((HIGH - SLOPE) * high), start + round((LOW + SLOPE) * high))
    for side in (flat.grey[rows, :start], flat.grey[rows, end:]):
        if not side.size:
            return False
        away = np.abs(side.astype(np.int16) - np.int16(np.median(side)))
        # It may rise or fall by a row.
        if not (cv2.dilate(away, np.ones((3, 1), np.uint8)).min(axis=1) >= FAINTEST / 2).any():
            return False
    return True

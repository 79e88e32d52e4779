"""Which numbers of a page a line crosses out, one through their row or an oblique one through their
cell; no line to write on is one."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.page.image import Flat, PageImage, Quad, quad_size
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
LARGEST, LONG, OBLIQUE = 800, 2.0, 0.31
"""Pixels of the page's larger side with which oblique lines are looked for; how many heights of a
number one is long, and its slope against the number's own axes (17 degrees), at least. In
tables in which a line from corner to corner strikes a third of the cells (`tools/measure_rows.py`)
22 instead of 63 are accepted wrongly, 176 rightly either way; none of 224 accepted numbers of
`pages/` is told and none of 6,025 in 80 photos of sudokus (with 12 degrees 5 of 1,032)."""


def are_struck(picture: PageImage, regions: Sequence[Region], flats: Sequence[Flat]) -> list[bool]:
    """Which numbers of a page, each laid flat, have a line through their middle, that comes from
    before them and goes on behind them, or a long oblique one; none where they are few or most have
    one."""
    if len(regions) < MANY:
        return [False] * len(regions)
    line = cache(lambda i: _line(picture, regions[i]))
    found = [_may_have_line(flat) and HIGH < (line(i) or 0.0) < LOW for i, flat in enumerate(flats)]
    lines = sum(line(i) is not None for i in range(len(found))) if any(found) else 0
    segments = _segments(picture.grey)
    crossed = [_is_crossed(region.quad, segments) for region in regions]
    told = _unless_most(found, lines), _unless_most(crossed, sum(crossed))
    return [any(ways) for ways in zip(*told, strict=True)]


def _unless_most(found: list[bool], lines: int) -> list[bool]:
    """What is told, or nothing where so many lines are what is written on."""
    return found if lines <= RULED * len(found) else [False] * len(found)


def _segments(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The ends of a page's straight edges, float64 (n, 2, 2).

    Source: R. Grompone von Gioi and others (2012), "LSD: a line segment detector".
    """
    scale = min(1.0, LARGEST / max(grey.shape))
    size = [max(1, round(side * scale)) for side in grey.shape[::-1]]
    smaller = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(smaller)[0]
    ends = np.zeros((0, 2, 2)) if found is None else np.asarray(found, np.float64)
    return np.asarray(ends.reshape(-1, 2, 2) / scale)


def _is_crossed(quad: Quad, segments: NDArray[np.float64]) -> bool:
    """Whether a long segment runs obliquely through a number, and not only towards it."""
    wide, high = quad_size(quad)
    along = quad[1] - quad[0] + quad[2] - quad[3]
    along = along / max(float(np.linalg.norm(along)), 1e-9)
    axes = np.array([[along[0], -along[1]], [along[1], along[0]]], np.float64)
    ends = (segments - quad.mean(axis=0)) @ axes
    ways = ends[:, 1] - ends[:, 0]
    less, more = np.sort(np.abs(ways), axis=1).T
    ends, ways = (
        a[(np.hypot(less, more) > LONG * high) & (less > OBLIQUE * more)] for a in (ends, ways)
    )
    # Where it enters and leaves the number's box, along x and y, in terms of its own length.
    half = np.array([wide, high]) / 2
    sides = np.sort([(side - ends[:, 0]) / ways for side in (-half, half)], axis=0)
    enters, leaves = sides[0].max(axis=1), sides[1].min(axis=1)
    return bool((np.maximum(enters, 0) < np.minimum(leaves, 1)).any())


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

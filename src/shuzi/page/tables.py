"""Cells of a table, each with a number, told from the boxes of one number, each with a digit."""

from collections.abc import Mapping, Sequence
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.page.image import Flat, quad_size
from shuzi.recognise.boxes import ALIKE, Inside, Mask

TALL, AS_TALL = 0.4, 0.7
"""Of a box's height, that of a piece in it that may be a digit, at least; and of that of the
highest. With 0.3 alone boxes with a printed letter or number beside the digit are cells."""
SEVERAL, SHARE = 6, 0.4
"""Boxes that have two such pieces, and their share of those of their size, from which they are
cells. On a tester's pages with rows of cells it is 0.62 and more but on one with 3 of 12; in boxes
of a digit each, as a photo blurs them, 7 of 55."""


def find_cells(
    rows: Mapping[int, tuple[Flat, Mask, Sequence[Sequence[Inside]]]],
) -> dict[int, list[Inside]]:
    """Of each region that holds several cells those that are written in, where boxes are cells, as
    many of one size have two digits and more.

    A network that has seen numbers of a digit a box joins narrow cells: on 20 of a tester's pages
    (bingo, exams, scores, charts) 1,025 instead of 978 of 1,144 numbers are right so, all of them
    for review; of `pages/`, desks and swept forms nothing changes.

    Args:
        rows: of each region its row laid flat, where lines and writing are, and its boxes.
    """
    sizes: dict[int, dict[Inside, tuple[float, float]]] = {}
    of_two = []
    for i, (flat, mask, groups) in rows.items():
        sizes[i] = {}
        for box in chain(*groups):
            if digits := _digits_in(mask, box):
                x, y, w, h = box
                sizes[i][box] = quad_size(flat.part(x, y, x + w, y + h))
                if digits > 1:
                    of_two.append(sizes[i][box])
    if len(of_two) < SEVERAL:
        return {}
    size = np.median(of_two, axis=0)
    alike = {
        i: [box for box, own in of_row.items() if _are_alike(own, size)]
        for i, of_row in sizes.items()
    }
    if len(of_two) < SHARE * sum(map(len, alike.values())):
        return {}
    return {i: boxes for i, boxes in alike.items() if 1 < len(boxes) == len(sizes[i])}


def _are_alike(size: tuple[float, float], other: NDArray[np.float64]) -> bool:
    return bool((np.abs(size - other) <= ALIKE * other).all())


def _digits_in(mask: Mask, box: Inside) -> int:
    """How many digits may be written in a box: pieces that are high, beside each other."""
    x, y, w, h = box
    inside = mask[y + 2 : y + h - 2, x + 2 : x + w - 2]
    # OpenCV cannot be asked for the pieces of nothing.
    if not inside.size:
        return 0
    _, _, found, _ = cv2.connectedComponentsWithStats(inside)
    high = found[1:, cv2.CC_STAT_HEIGHT]
    pieces = found[1:][high >= max(TALL * h, AS_TALL * high.max(initial=0))]
    count, end = 0, -1
    for left, _, wide, *_ in pieces[pieces[:, 0].argsort()]:
        count += left > end
        end = max(end, left + wide)
    return count

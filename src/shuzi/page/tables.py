"""Cells of a table, each with a number, told from the boxes of one number, each with a digit."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.page.image import Flat, PageImage, Quad, quad_size
from shuzi.page.network import Maps
from shuzi.page.regions import WHOLE, Region
from shuzi.recognise.boxes import ALIKE, Inside, Mask

TALL = 0.3
"""Of a box's height, that of a piece in it that may be a digit, at least."""
SEVERAL, SHARE = 6, 0.4
"""Boxes that have two such pieces, and their share of those of their size, from which they are
cells. On a tester's pages with rows of cells it is 0.62 and more but on one with 3 of 12; in boxes
of a digit each, as a photo blurs them, 7 of 55."""
INSIDE = 0.75
"""Of a cell's width and height, what is looked at for other writing, as that of the next one may
reach over its line."""
ROOM = 0.75
"""Of a cell's height, the paper around a region in which its cell is looked for."""


class Table(NamedTuple):
    """What boxes are cells.

    Args:
        size: their width and height on the picture, float64 (2,).
        cells: of each region that holds several, those that are written in.
    """

    size: NDArray[np.float64]
    cells: dict[int, list[Inside]]

    def cell_of(self, picture: PageImage, region: Region) -> Quad | None:
        """The cell of that size that a region is in, if its lines are seen."""
        flat = picture.flat(region.quad, ROOM * float(self.size[1]) / quad_size(region.quad)[1])
        x, y = sum(flat.inner) / 2, len(flat.grey) / 2
        for left, top, wide, high in flat.row.boxes if flat.row else ():
            cell = flat.part(left, top, left + wide, top + high)
            holds = left <= x <= left + wide and top <= y <= top + high
            if holds and _are_alike(quad_size(cell), self.size):
                return cell
        return None


def find_table(
    rows: Mapping[int, tuple[Flat, Mask, Sequence[Sequence[Inside]]]],
) -> Table | None:
    """The cells of a page, as many boxes of one size have two digits and more; None if it has none.

    A network that has seen numbers of a digit a box joins narrow cells: on 20 of a tester's pages
    (bingo, exams, scores, charts) 1,050 instead of 978 of 1,144 numbers are right so, 821 instead
    of 692 accepted rightly, none more wrongly. Of `pages/`, desks and swept forms nothing changes.

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
        return None
    size = np.median(of_two, axis=0)
    alike = {
        i: [box for box, own in of_row.items() if _are_alike(own, size)]
        for i, of_row in sizes.items()
    }
    if len(of_two) < SHARE * sum(map(len, alike.values())):
        return None
    whole = {i: boxes for i, boxes in alike.items() if 1 < len(boxes) == len(sizes[i])}
    return Table(size, whole)


def _are_alike(size: tuple[float, float], other: NDArray[np.float64]) -> bool:
    return bool((np.abs(size - other) <= ALIKE * other).all())


def _digits_in(mask: Mask, box: Inside) -> int:
    """How many digits may be written in a box: pieces that are not low, beside each other."""
    x, y, w, h = box
    _, _, found, _ = cv2.connectedComponentsWithStats(mask[y + 2 : y + h - 2, x + 2 : x + w - 2])
    pieces = found[1:][found[1:, cv2.CC_STAT_HEIGHT] >= TALL * h]
    count, end = 0, -1
    for left, _, wide, *_ in pieces[pieces[:, 0].argsort()]:
        count += left > end
        end = max(end, left + wide)
    return count


def is_alone(maps: Maps, cell: Quad) -> bool:
    """Whether nothing but a number is written in a cell."""
    middle = cell.mean(axis=0)
    return not has_other(maps, middle + (cell - middle) * INSIDE)


def has_other(maps: Maps, quad: Quad) -> bool:
    """Whether there is other writing in the upright rectangle around a quadrilateral."""
    first = np.maximum(quad.min(axis=0) / maps.scale, 0).astype(int)
    last = np.maximum(quad.max(axis=0) / maps.scale + 1, 0).astype(int)
    return bool((maps.other[first[1] : last[1], first[0] : last[0]] > WHOLE).any())

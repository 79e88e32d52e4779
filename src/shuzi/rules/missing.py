"""Rows of boxes -> with those, in the same columns, whose lines are too worn to be closed."""

from itertools import pairwise

import numpy as np

from shuzi.result import Box
from shuzi.rules.boxes import is_alike, is_bordered
from shuzi.rules.paper import Mask

Row = tuple[Box, ...]
FEWEST, MOST = 3, 6
"""Rows that say where others are, at least, and rows missing between two of them, at most."""
MANY = 400
"""More rows are no form's, and take long."""
LIKE, DRIFT = 0.12, 0.2
"""How far the pitch of rows varies, of itself, and the width of boxes; and of its width, how far
a box lies beside the one above it."""
PIECE = 0.5
"""Widths of a box that a piece of it has, at least."""
SEEN, MOSTLY = 0.45, 0.6
"""Of each side of a missing row's box that a line is seen along; and the share of such boxes."""


def with_missing(rows: list[Row], dark: Mask) -> list[Row]:
    """The rows, with the boxes and rows that others in the same columns have and they lack.

    Only where enough of their lines are seen, worn as these may be.

    Args:
        rows: of boxes side by side, each from left to right; those that lie in others are left out.
        dark: where ink and print are.
    """
    if len(rows) > MANY:
        return rows
    rows = _completed(rows, dark)
    filled: list[Row] = []
    for column in sorted(_in_columns(rows), key=lambda column: -len(column[0])):
        whole = [row for row in rows if len(row) >= len(column[0])] + filled
        found = _between(column, dark)
        filled += [row for row in found if not any(_lies_in(row, other) for other in whole)]
    kept = [row for row in rows if not any(_lies_in(row, other) for other in filled)]
    return kept + filled


def _completed(rows: list[Row], dark: Mask) -> list[Row]:
    """The rows, those that lack boxes which a longer row has with these."""
    found: list[Row] = []
    for row in sorted(rows, key=len, reverse=True):
        if any(_lies_in(row, other) for other in found):
            continue
        longer = [other for other in found if len(other) > len(row)]
        near = sorted(longer, key=lambda other: abs(other[0].y - row[0].y))
        like = (_placed_like(row, other) for other in near)
        found.append(next((new for new in like if new and _is_seen(new, dark)), row))
    return [row for row in found if not any(_is_piece(row, other) for other in found)]


def _is_piece(row: Row, other: Row) -> bool:
    return len(row) < len(other) and _lies_in(row, other)


def _placed_like(row: Row, other: Row) -> Row:
    """A longer row moved to where one lies, if that has its boxes at the same places; or none.

    Of a box that a stroke cuts in two none.
    """
    if not is_alike(row[0], other[0]):
        return ()
    steps = 1 + abs(row[0].y - other[0].y) / other[0].height
    near = [min(other, key=lambda box: abs(box.x - own.x)) for own in row]
    if not all(
        abs(a.x - b.x) < min(0.5, DRIFT * steps) * b.width
        and abs(a.width - b.width) < LIKE * b.width
        for a, b in zip(row, near, strict=True)
    ):
        return ()
    pairs = list(zip(row, near, strict=True))
    x = round(float(np.median([a.x - b.x for a, b in pairs])))
    y = round(float(np.median([a.y - b.y for a, b in pairs])))
    return tuple(box.moved(x, y) for box in other)


def _in_columns(rows: list[Row]) -> list[list[Row]]:
    """Rows of as many boxes below each other, from top to bottom; no single ones."""
    columns: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: row[0].y):
        for column in columns:
            if _is_below(row, column[-1]):
                column.append(row)
                break
        else:
            columns.append([row])
    return [column for column in columns if len(column) >= FEWEST]


def _is_below(row: Row, upper: Row) -> bool:
    """Whether it has as many boxes at the same places, as far as a page that is askew allows."""
    if len(row) != len(upper) or row[0].y < upper[0].bottom - DRIFT * upper[0].height:
        return False
    steps = max(1.0, (row[0].y - upper[0].y) / upper[0].height)
    return all(
        abs(a.x - b.x) < DRIFT * steps * b.width and abs(a.width - b.width) < DRIFT * b.width
        for a, b in zip(row, upper, strict=True)
    )


def _between(column: list[Row], dark: Mask) -> list[Row]:
    """The rows that are missing in a column with an even pitch."""
    steps = np.array([below[0].y - upper[0].y for upper, below in pairwise(column)])
    pitch = float(np.median(steps[steps < 1.5 * steps.min()]))
    found: list[Row] = []
    for (upper, below), step in zip(pairwise(column), steps.tolist(), strict=True):
        count = round(step / pitch) - 1
        if 1 <= count <= MOST and abs(step - (count + 1) * pitch) < LIKE * (count + 1) * pitch:
            shares = [(i + 1) / (count + 1) for i in range(count)]
            found += [_interpolated(upper, below, share) for share in shares]
    return [row for row in found if _is_seen(row, dark)]


def _is_seen(row: Row, dark: Mask) -> bool:
    """Whether it lies on the page, and there are lines around most of its boxes."""
    height, width = dark.shape
    on_page = all(b.x >= 0 and b.y >= 0 and b.right <= width and b.bottom <= height for b in row)
    return on_page and bool(np.mean([is_bordered(box, dark, SEEN) for box in row]) >= MOSTLY)


def _interpolated(upper: Row, below: Row, share: float) -> Row:
    ends = zip(upper, below, strict=True)
    corners = [
        np.round((1 - share) * np.array(a.to_list()) + share * np.array(b.to_list()))
        for a, b in ends
    ]
    return tuple(Box(*(int(value) for value in corner)) for corner in corners)


def _lies_in(row: Row, other: Row) -> bool:
    """Whether a row's middle lies in another one; not a row of smaller boxes in a box of it."""
    x, y = (row[0].x + row[-1].right) / 2, row[0].y + row[0].height / 2
    inside = other[0].x <= x <= other[-1].right and other[0].y <= y <= other[0].bottom
    return inside and row[0].width > PIECE * other[0].width

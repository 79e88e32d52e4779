"""Grey picture -> what it is, a digit, a number or a page, and where its ink is."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.result import Kind
from shuzi.rules.groups import Group
from shuzi.rules.ink import Ink, find_digit, ink_contrast, touches_edge
from shuzi.rules.layout import Layout, find_boxed, find_numbers

KINDS = ("auto", "digit", "number", "page")
CROP_SIDE = 200
"""A picture with no longer side is cut to one digit or number."""
FRAMED = 30
"""Pixels of the least crop in which a printed box is looked for, or its sides."""
WIDE = 1.3
"""Width over height of a crop that holds a number, as digits are higher than wide."""
BROAD = 1.1
"""Width over height of ink that may be more than one digit."""
LOW = 0.3
"""Writing in one line that is lower than this share of the picture is on a page."""
SPACE = 1.2
"""Heights of digits between numbers of one line, at least, in a picture of few."""
ALIKE = 0.35
"""Ink lower than this share of the highest does not make a picture a page."""
ABREAST = 0.6
"""Parts that have this share of a digit's height may be digits beside it."""
MANY = 10
"""So many pieces of writing are a page, whatever lies beside it."""
EDGE = 0.02
"""Of the picture's height: what lies so near to an edge is cut by it."""
LINE, FAINT = 0.85, 64
"""Of a digit's ink, along a whole side of it, that is a border's, which may be printed faintly."""
FLAT = 1.5
"""Width over height, at least, of what may be a minus sign."""
DASH = 0.2, 0.9
"""Its width in heights of the digit after it."""


@dataclass(frozen=True, eq=False)
class Sight:
    """A picture as it will be read.

    `unsure` if the digit may also be a number; `partial` if its ink leaves out other parts as
    high; `dashed` if there may be a minus sign before it. `ink` is the digit's, if there is any;
    `layout` the page's; of a number without a layout the whole picture is read.
    """

    kind: Kind
    unsure: bool = False
    partial: bool = False
    dashed: bool = False
    ink: Ink | None = None
    layout: Layout | None = None


def look(grey: NDArray[np.uint8], kind: str = "auto") -> Sight:
    """What the picture is, unless `kind` says so, and where its ink is.

    Args:
        grey: uint8 (height, width), upright.
        kind: one of `KINDS`.
    """
    if kind == "page":
        return Sight("page", layout=find_numbers(grey))
    if kind == "number":
        return _number(grey)
    if kind == "digit":
        return Sight("digit", ink=find_digit(grey))
    return _crop(grey) if max(grey.shape) <= CROP_SIDE else _picture(grey)


def _crop(grey: NDArray[np.uint8]) -> Sight:
    height, width = grey.shape
    if width >= WIDE * height:
        return _number(grey)
    framed = min(height, width) >= FRAMED
    boxed = find_boxed(grey) if framed else None
    if boxed is not None:
        return Sight("number", layout=boxed)
    ink, parts = find_digit(grey), _parts(grey)
    if ink is None or len(parts) == 0:
        return Sight("digit", ink=ink)
    tall = parts[parts[:, 3] >= ALIKE * parts[:, 3].max()]
    return Sight(
        "digit",
        unsure=_is_broad(tall) or (framed and _holds_border(ink)),
        partial=_leaves_out(ink, tall),
        dashed=_are_dashed(parts),
        ink=ink,
    )


def _picture(grey: NDArray[np.uint8]) -> Sight:
    layout = find_numbers(grey)
    if layout.is_of_one_field():
        return _number(grey)
    if len(layout.groups) >= MANY:
        return Sight("page", layout=layout)
    groups = _highest(_own(layout, len(grey)))
    wide = bool(groups) and _is_wide(groups[0])
    if len(groups) == 1 and (layout.fields or (not wide and _is_dashed(layout, groups[0]))):
        return Sight("number", layout=layout)
    if len(groups) <= 1 and not wide:
        unsure = not groups and grey.shape[1] >= WIDE * len(grey)
        return Sight("digit", unsure=unsure, ink=find_digit(grey))
    in_a_line = groups[0].line == groups[-1].line
    highest = max(group.box.height for group in groups)
    large = highest * layout.shrink >= LOW * len(grey)
    if in_a_line and (large or (len(groups) > 1 and _widest_gap(groups) < SPACE * highest)):
        return _number(grey)
    return Sight("page" if len(groups) > 1 else "number", layout=layout)


def _own(layout: Layout, height: int) -> list[Group]:
    """The groups less those that the picture's edge cuts; if it cuts all, the high ones."""
    inner = [group for group in layout.groups if not _at_edge(group, layout)]
    cut = [group for group in layout.groups if group.box.height * layout.shrink >= LOW * height]
    return inner or cut


def _highest(groups: list[Group]) -> list[Group]:
    """Those that are not much lower than the highest."""
    highest = max((group.box.height for group in groups), default=0)
    return [group for group in groups if group.box.height >= ALIKE * highest]


def _at_edge(group: Group, layout: Layout) -> bool:
    """Whether the picture's edge cuts it: a neighbour of what the picture was cut to."""
    box, (height, width) = group.box, layout.contrast.shape
    near = max(1, round(EDGE * height))
    return bool(
        min(box.x, box.y) <= near or box.right >= width - near or box.bottom >= height - near
    )


def _number(grey: NDArray[np.uint8]) -> Sight:
    return Sight("number", layout=find_boxed(grey))


def _widest_gap(groups: list[Group]) -> int:
    boxes = sorted((group.box for group in groups), key=lambda box: box.x)
    return max(b.x - a.right for a, b in pairwise(boxes))


def _is_dashed(layout: Layout, group: Group) -> bool:
    return _are_dashed(layout.stats[[*group.parts, *group.marks]])


def _is_wide(group: Group) -> bool:
    return len(group.parts) > 1 or len(group.boxes) > 1 or group.box.width > WIDE * group.box.height


def _parts(grey: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The parts of the ink: left, top, width, height, area, from the left."""
    contrast = ink_contrast(grey)
    strong = contrast[contrast > max(14.0, 0.3 * float(contrast.max()))]
    if len(strong) == 0:
        return np.zeros((0, 5), np.int32)
    ink = (contrast > 0.4 * np.percentile(strong, 90)).astype(np.uint8)
    _, _, found, _ = cv2.connectedComponentsWithStats(ink)
    stats = np.asarray(found, np.int32)[1:]
    inner = stats[~touches_edge(stats, ink.shape)]
    # What touches the edge is a frame or a neighbour, unless it is a tight crop.
    if len(inner) and inner[:, 3].max() >= 0.4 * stats[:, 3].max():
        stats = inner
    return np.asarray(stats[np.argsort(stats[:, 0])], np.int32)


def _are_dashed(parts: NDArray[np.int32]) -> bool:
    """Whether a flat part lies before the highest, between its top and bottom."""
    x, y, _, high, _ = parts[parts[:, 3].argmax()]
    left, top, width, height, _ = parts.T
    flat = (width >= FLAT * height) & (width >= DASH[0] * high) & (width <= DASH[1] * high)
    beside = (left + width / 2 < x) & (top > y) & (top + height < y + high)
    return bool((flat & beside).any())


def _is_broad(parts: NDArray[np.int32]) -> bool:
    """Whether the ink is wide, or has parts beside each other that are as high as digits."""
    high = int(parts[:, 3].max())
    across = int((parts[:, 0] + parts[:, 2]).max() - parts[:, 0].min())
    return _are_beside(parts[parts[:, 3] >= ABREAST * high]) or across > BROAD * high


def _holds_border(ink: Ink) -> bool:
    """Whether lines run along it as the sides of a printed box do, which the digit touches."""
    dark = ink.values > FAINT
    level, upright = (np.flatnonzero(dark.mean(axis=axis) > LINE) for axis in (1, 0))
    apart = [np.ptp(x) > n / 2 for x, n in zip((level, upright), dark.shape, strict=True) if len(x)]
    return len(apart) == 2 or any(apart)


def _leaves_out(ink: Ink, parts: NDArray[np.int32]) -> bool:
    """Whether a part as high as the digit lies wholly beside the digit's ink."""
    left, _, width, height, _ = parts.T
    outside = (left >= ink.box.right) | (left + width <= ink.box.x)
    return bool((outside & (height >= ABREAST * ink.box.height)).any())


def _are_beside(parts: NDArray[np.int32]) -> bool:
    left, _, width, _, _ = parts.T
    return bool((left[1:] >= (left + width)[:-1]).any())

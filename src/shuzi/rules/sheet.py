"""Photo -> the sheet of paper that lies in it, laid flat, without the desk around."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.paper import dilated
from shuzi.result import Box, Page, Point
from shuzi.rules.layout import WORKING_SIDE
from shuzi.rules.paper import Grey, Mask, shrunk

SIDE = 300
"""The sheet is looked for at this size of the picture."""
LEAST_SIDE = 200
"""Smaller pictures are cut out of a sheet."""
WRITING = 0.04
"""Of that size: what is narrower than this and dark lies on the sheet."""
SHARE = 0.12, 0.95
"""Of the picture that a sheet takes."""
EDGE = 0.88, 0.93, 0.96
"""Of the brightest of the pixels around one that the darkest has, at an edge."""
CANDIDATES = 2
"""Parts that may be the sheet; the desk may be larger."""
FULL = 0.95
"""Of the area within its outline that belongs to it."""
DARKER, STEP = 0.9, 4.0
"""Of the sheet's brightness that what is beside it has, at most, so many pixels further out."""
SHARP = 0.9
"""Of the outline that is so: where a sheet is shaded the light falls slowly."""
BEYOND, LIKE = (6, 30), 1.4
"""Pixels beyond a corner where an edge that goes on is looked for; and how much, at most, the fall
of the light there differs from that before the corner."""
LIT, BRIGHT = 75, 0.3
"""Percentile of the sheet's light, and of what is beside the share that may be about as bright."""
EDGES = 3
"""Of a sheet that are seen, at least: a shadow that falls on paper has fewer."""
CORNERS = 6
"""At most: four, and two more where the picture cuts two of them off."""
BEND = 0.015
"""Of the outline's length: how far it may leave its straight edges."""
RIM = 0.012
"""Of the picture's longer side: the sheet's own edge, which is left out."""
_NEAR = 4
"""Pixels from the picture's border, at which an edge is the border's."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet laid flat: `grey` is uint8 (height, width), `to_photo` 3 x 3 brings its points back.

    What the photo cuts off is filled with paper. `photo` is the photo's height and width.
    """

    grey: Grey
    to_photo: NDArray[np.float64]
    photo: tuple[int, int]

    def on_photo(self, page: Page) -> Page:
        """What was read of the sheet, its boxes in pixels of the photo, turned as the page was."""
        back = _turn(self.photo, page.rotated) @ self.to_photo
        back = back @ np.linalg.inv(_turn(self.grey.shape, page.rotated))
        numbers = tuple(
            replace(
                number,
                box=_moved(number.box, back),
                quad=_placed(number.quad, back),
                digits=tuple(replace(d, box=_moved(d.box, back)) for d in number.digits),
            )
            for number in page.numbers
        )
        height, width = self.photo[:: -1 if page.rotated % 180 else 1]
        return replace(page, width=width, height=height, numbers=numbers)


def find_sheet(photo: Grey) -> Sheet | None:
    """The sheet that lies in the photo; None unless it lies on something darker, with its edges.

    Args:
        photo: uint8 (height, width).
    """
    if max(photo.shape) <= LEAST_SIDE:
        return None
    coarse = shrunk(photo, SIDE)
    level = _without_writing(coarse)
    found = (_sheet(coarse, part) for part in _smooth_parts(level))
    corners = next((corners for corners in found if corners is not None), None)
    if corners is None or not _is_brightest(level, corners):
        return None
    if len(corners) == 4 and _seen(corners, level.shape).all():
        return _laid_flat(photo, corners * _scale(photo, coarse))
    return _cleared(photo, level, corners)


def _smooth_parts(level: Grey) -> Iterator[Mask]:
    """The parts of the picture where the light changes slowly, the largest first.

    A sheet's edge parts it from the desk, however they are shaded; a soft shadow parts nothing.
    """
    block = np.ones((3, 3), np.uint8)
    darkest, brightest = cv2.erode(level, block), cv2.dilate(level, block)
    for step in EDGE:
        smooth = (darkest > step * brightest).view(np.uint8)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(smooth, connectivity=4)
        order = 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA])
        for part in order[:CANDIDATES]:
            yield dilated((labels == part).view(np.uint8), 3, 3)


def _sheet(coarse: Grey, part: Mask) -> NDArray[np.float64] | None:
    """The part's corners, if it is a sheet."""
    corners = _corners(part)
    if corners is None or _seen(corners, coarse.shape).sum() < EDGES:
        return None
    if not _stands_out(coarse, corners) or _is_cut_by_shadow(coarse, corners):
        return None
    return corners


def _without_writing(coarse: Grey) -> Grey:
    side = round(WRITING * max(coarse.shape)) | 1
    return np.asarray(cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((side, side))), np.uint8)


def _corners(part: Mask) -> NDArray[np.float64] | None:
    """The part's corners (n, 2), if it is filled and its edges straight."""
    around, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(around, key=cv2.contourArea, default=None)
    if largest is None:
        return None
    hull = cv2.convexHull(largest)
    area = cv2.contourArea(hull)
    fits = SHARE[0] * part.size < area < SHARE[1] * part.size
    if not fits or cv2.contourArea(largest) < FULL * area:
        return None
    corners = cv2.approxPolyDP(hull, BEND * cv2.arcLength(hull, closed=True), closed=True)
    return corners[:, 0].astype(np.float64) if len(corners) <= CORNERS else None


def _seen(corners: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Of each edge, from one corner to the next, whether it is not the picture's own border."""
    ends = np.stack([corners, np.roll(corners, -1, axis=0)])
    last = np.array(shape[::-1]) - 1
    low, high = np.all(ends <= _NEAR, axis=0), np.all(ends >= last - _NEAR, axis=0)
    return ~np.asarray((low | high).any(axis=1), bool)


def _stands_out(coarse: Grey, corners: NDArray[np.float64]) -> bool:
    """Whether the light falls sharply at the outline nearly everywhere; at a shadow's it does not.

    It is compared at points a few pixels from it to either side, on lines to its middle.
    """
    (around,), _ = cv2.findContours(
        _filled(corners, coarse.shape), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    points = around[:, 0].astype(np.float64)
    away = points - corners.mean(axis=0)
    away *= STEP / np.maximum(np.hypot(*away.T), 1)[:, None]
    beside = np.rint(points + away).astype(int)
    within = np.all((beside >= 0) & (beside < coarse.shape[::-1]), axis=1)
    x, y = beside[within].T
    inner_x, inner_y = np.rint(points - away).astype(int)[within].T
    darker = coarse[y, x] < DARKER * coarse[inner_y, inner_x]
    return len(darker) > 0 and float(darker.mean()) > SHARP


def _is_brightest(level: Grey, corners: NDArray[np.float64]) -> bool:
    """Whether little else is as bright: a white panel of a grey form lies on paper, on no desk."""
    sheet = _filled(corners, level.shape)
    lit = float(np.percentile(level[sheet > 0], LIT))
    beside = level[dilated(sheet, 9, 9) == 0]
    return len(beside) == 0 or float((beside > DARKER * lit).mean()) < BRIGHT


def _is_cut_by_shadow(coarse: Grey, corners: NDArray[np.float64]) -> bool:
    """Whether the edges before and after one go on beyond it: the sheet does too, in the shade."""
    middle = corners.mean(axis=0)
    ring = [np.roll(corners, -i, axis=0) for i in range(4)]
    return any(
        _goes_on(coarse, a, b, middle) and _goes_on(coarse, d, c, middle)
        for a, b, c, d in zip(*ring, strict=True)
    )


def _goes_on(
    coarse: Grey,
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    middle: NDArray[np.float64],
) -> bool:
    """Whether the light falls across the line from `start` beyond `end` as it does before it."""
    along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
    inwards = np.array([-along[1], along[0]])
    inwards *= np.sign((middle - end) @ inwards) * STEP
    way = np.arange(*BEYOND)[:, None] * along
    before, beyond = (_falls(coarse, end + step, inwards) for step in (-way, way))
    if len(beyond) == 0:
        return False
    alike = abs(np.log(np.median(beyond)) - np.log(np.median(before))) < np.log(LIKE)
    return bool(alike and (beyond < DARKER).mean() > SHARP)


def _falls(
    coarse: Grey, points: NDArray[np.float64], inwards: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How bright it is outside of the points, against inside of them."""
    sides = [np.rint(points + side * inwards).astype(int) for side in (-1, 1)]
    within = np.all([(side >= 0) & (side < coarse.shape[::-1]) for side in sides], axis=(0, 2))
    outer, inner = (coarse[side[within, 1], side[within, 0]].astype(float) for side in sides)
    return np.asarray(np.maximum(outer, 1) / np.maximum(inner, 1), np.float64)


def _laid_flat(photo: Grey, corners: NDArray[np.float64]) -> Sheet:
    """The sheet as if seen from above, no larger than a page is worked on."""
    corners = _inset(_from_top_left(corners), RIM * max(photo.shape))
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    size = np.maximum(sides[:2], sides[2:])
    scale = min(1.0, WORKING_SIDE / float(size.max()))
    width, height = np.maximum(1, np.rint(size * scale)).astype(int).tolist()
    shape = max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale))
    small = cv2.resize(photo, shape, interpolation=cv2.INTER_AREA) if scale < 1 else photo
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    way = cv2.getPerspectiveTransform((corners * scale).astype(np.float32), flat)
    grey = cv2.warpPerspective(small, way, (width, height), borderMode=cv2.BORDER_REPLICATE)
    back = np.diag([1 / scale, 1 / scale, 1]) @ np.linalg.inv(way)
    return Sheet(np.asarray(grey, np.uint8), back, (photo.shape[0], photo.shape[1]))


def _cleared(photo: Grey, level: Grey, corners: NDArray[np.float64]) -> Sheet:
    """The photo with paper all around the sheet, in the light that falls on it nearby."""
    rim = 2 * max(1, round(RIM * max(level.shape))) + 1
    beside = np.asarray(1 - _filled(corners, level.shape), np.uint8)
    sheet = np.asarray(1 - dilated(beside, rim, rim), np.uint8)
    weight = sheet.astype(np.float32) + np.float32(1e-6)
    wide = (0, 0), max(level.shape) / 20
    light = np.asarray(cv2.GaussianBlur(level * weight, *wide), np.float32)
    light /= np.asarray(cv2.GaussianBlur(weight, *wide), np.float32)
    size = photo.shape[1], photo.shape[0]
    paper = np.asarray(cv2.resize(light, size).clip(0, 255), np.uint8)
    own = cv2.resize(sheet, size, interpolation=cv2.INTER_NEAREST) > 0
    return Sheet(np.where(own, photo, paper), np.eye(3), (photo.shape[0], photo.shape[1]))


def _scale(photo: Grey, coarse: Grey) -> NDArray[np.float64]:
    return np.divide(photo.shape[::-1], coarse.shape[::-1])


def _from_top_left(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Four corners in the order top left, top right, bottom right, bottom left."""
    x, y = (corners - corners.mean(axis=0)).T
    clockwise = corners[np.argsort(np.arctan2(y, x))]
    return np.roll(clockwise, -int(clockwise.sum(axis=1).argmin()), axis=0)


def _inset(corners: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    """The corners moved inwards by so much on both axes."""
    return np.asarray(corners + by * np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]))


def _filled(corners: NDArray[np.float64], shape: tuple[int, ...]) -> Mask:
    sheet = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(sheet, corners.astype(np.int32), 1)
    return sheet


def _turn(shape: tuple[int, ...], degrees: int) -> NDArray[np.float64]:
    """From a picture's points to those of the picture turned clockwise, 3 x 3."""
    height, width = shape
    turns = {
        0: ((1, 0, 0), (0, 1, 0)),
        90: ((0, -1, height), (1, 0, 0)),
        180: ((-1, 0, width), (0, -1, height)),
        270: ((0, 1, 0), (-1, 0, width)),
    }
    return np.array([*turns[degrees], (0, 0, 1)], np.float64)


def _placed(quad: tuple[Point, ...], way: NDArray[np.float64]) -> tuple[Point, ...]:
    across, down, depth = way @ np.array([*zip(*quad, strict=True), np.ones(len(quad))])
    return tuple(
        (round(float(x), 1), round(float(y), 1))
        for x, y in zip(across / depth, down / depth, strict=True)
    )


def _moved(box: Box, way: NDArray[np.float64]) -> Box:
    """The box around where the box's corners come to lie."""
    x, y = (box.x, box.right, box.right, box.x), (box.y, box.y, box.bottom, box.bottom)
    across, down, depth = way @ np.array([x, y, np.ones(4)])
    across, down = across / depth, down / depth
    left, top = round(float(across.min())), round(float(down.min()))
    return Box(left, top, round(float(across.max())) - left, round(float(down.max())) - top)

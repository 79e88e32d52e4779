"""Grey page -> the numbers on it, in lines, each cut out."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.page import Box

WORKING_SIDE = 2400
"""Larger pages are shrunk to this; a digit is legible at a two-hundredth of it."""
PAPER_SIDE = 300
"""The paper's light is followed at this size of the page."""
COARSE_SIDE = 1200
"""Rulings of larger pages are looked for at half the size."""
THICKEST = 50
"""Pixels of the thickest pen's stroke."""
MIN_CONTRAST = 16.0
"""Of 255 for black on the paper around: the faintest ink."""
DARKEST = 40
"""Of 255: darker paper is taken for this dark, as it would only bring out noise."""
NOISE_FACTOR = 5.0
"""Ink stands out of the paper's noise by so many of its standard deviations."""
STROKE_SHARE = 0.45
"""Of the darkest ink close by: what is fainter is a stroke's soft edge."""
MIN_HEIGHT = 8
"""Pixels of the working page: lower parts are specks, points and dashes."""
FAINT_SIDE, FAINT_SHARE = 17, 0.35
"""A faint ruling is darker than the pixels around, by this share of the faintest ink."""
STRAIGHT, RULING = 1.2, 4.0
"""Straight runs of so many heights of a digit, together so long, are a ruling."""
GAP = 0.5
"""Digits of one number lie within so many heights of each other."""
SMUDGE = 1.8
"""Times the faintest ink: a digit has some ink darker than this, a smudge has not."""
LINE = 0.4
"""Width over height of what may be a 1 or a line."""
MAX_PARTS = 3000
"""A page with more parts is a texture; the highest are looked at."""
MAX_POINTS = 20_000
"""Of the ink, that the angle is told from."""
STEEPEST = 5.0
"""Degrees that a page is levelled by, at most."""

Grey = NDArray[np.uint8]
Mask = NDArray[np.uint8]
"""uint8 (height, width), 1 where it is."""
Stats = NDArray[np.int32]
"""A row a part: left, top, width, height, area."""


@dataclass(frozen=True, slots=True)
class Group:
    """Ink that may be one number: its box on the working page, its line from 1, its parts."""

    box: Box
    line: int
    parts: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Layout:
    """A page with its groups of ink, found at a working size and levelled.

    `contrast` is uint8, 0 paper to 255 black; `labels` int32 numbers its parts, 0 for none;
    `ruled` is where rulings and boxes are.
    """

    contrast: Grey
    labels: NDArray[np.int32]
    ruled: Mask
    groups: tuple[Group, ...]
    shrink: float
    turn: NDArray[np.float64]
    """From the working page before levelling to the one after, as OpenCV's 2 x 3 matrices."""

    @cached_property
    def _back(self) -> NDArray[np.float64]:
        return np.asarray(cv2.invertAffineTransform(self.turn), np.float64)

    def crop(self, group: Group) -> Grey:
        """The group with a margin, dark on white, without the ink of its neighbours."""
        window = _window(group.box, self.contrast.shape)
        own = np.isin(self.labels[window], group.parts).astype(np.uint8)
        other = ((self.labels[window] > 0) | (self.ruled[window] > 0)).astype(np.uint8)
        foreign = _dilated(other, 3, 3) & ~_dilated(own, 5, 5)
        kept = np.where(foreign > 0, 0, self.contrast[window])
        return np.asarray(255 - kept, np.uint8)

    def ink(self, group: Group) -> Grey:
        """The group's own ink, cut to its box, bright on 0."""
        box = group.box
        window = slice(box.y, box.bottom), slice(box.x, box.right)
        own = _dilated(np.isin(self.labels[window], group.parts).astype(np.uint8), 3, 3)
        values = self.contrast[window].astype(np.float32)
        full = max(float(np.percentile(values[own > 0], 75)), 1.0)
        return np.asarray((values * own * (255 / full)).clip(0, 255), np.uint8)

    def crop_box(self, group: Group) -> Box:
        """Where the crop lies on the working page."""
        rows, columns = _window(group.box, self.contrast.shape)
        return Box(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)

    def on_picture(self, box: Box) -> Box:
        """A box of the working page in pixels of the picture, before it was levelled."""
        centre = np.array([box.x + box.width / 2, box.y + box.height / 2, 1])
        x, y = self._back @ centre * self.shrink
        width, height = box.width * self.shrink, box.height * self.shrink
        return Box(round(x - width / 2), round(y - height / 2), round(width), round(height))


def find_numbers(grey: Grey) -> Layout:
    """What may be numbers on a page, dark on light or light on dark, in reading order.

    Args:
        grey: uint8 (height, width).
    """
    small, shrink = _working_size(grey)
    contrast, floor = page_contrast(small)
    turn = _levelling(contrast)
    if turn is None:
        turn = np.eye(2, 3)
    else:
        size = contrast.shape[1], contrast.shape[0]
        contrast = np.asarray(cv2.warpAffine(contrast, turn, size), np.uint8)
    ink = _ink(contrast, floor)
    ruled = _rulings(ink, _faint(contrast, floor))
    labels, stats = _parts(_without(ink, ruled))
    chosen = _characters(stats, ruled)
    chosen = chosen[_strong(contrast, floor, labels, stats)[chosen]]
    groups = _in_lines(_alike(_groups(stats, ruled, chosen), stats), stats)
    return Layout(contrast, labels, ruled, groups, shrink, turn)


def page_contrast(grey: Grey) -> tuple[Grey, Grey]:
    """How much darker than the paper around each pixel is, and how much ink is at least.

    Both uint8, 0 paper to 255 black. Shadows and slow changes of the light are divided away,
    which makes the paper's noise stronger where it is dark. Where the ink is lighter than its
    paper, the page is inverted first.
    """
    if _light_ink(grey):
        grey = np.asarray(255 - grey, np.uint8)
    level = _paper(grey)
    paper = np.maximum(level, np.uint8(DARKEST))
    contrast = cv2.divide(cv2.subtract(level, grey), paper, scale=255)
    least = np.float32(NOISE_FACTOR * _noise(grey) * 255)
    by_paper = (least / np.maximum(np.arange(256), 1)).clip(MIN_CONTRAST, 255).astype(np.uint8)
    return np.asarray(contrast, np.uint8), np.asarray(cv2.LUT(paper, by_paper), np.uint8)


def _working_size(grey: Grey) -> tuple[Grey, float]:
    shrink = max(grey.shape) / WORKING_SIDE
    if shrink <= 1:
        return grey, 1.0
    size = max(1, round(grey.shape[1] / shrink)), max(1, round(grey.shape[0] / shrink))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), shrink


def _light_ink(grey: Grey) -> bool:
    """Ink is the lesser part of a page, so it is the longer tail of what the light does not do."""
    coarse = _coarse(grey, 2 * PAPER_SIDE).astype(np.float32)
    side = max(3, max(coarse.shape) // 20) | 1
    rest = coarse - cv2.blur(coarse, (side, side), borderType=cv2.BORDER_REPLICATE)
    return float((rest * rest * rest).mean()) > 0


def _coarse(grey: Grey, side: int) -> Grey:
    while max(grey.shape) >= 2 * side:
        grey = _halved(grey)
    scale = min(1.0, side / max(grey.shape))
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _halved(grey: Grey) -> Grey:
    """The picture at half its size; an odd last row or column is left out."""
    height, width = len(grey) // 2, grey.shape[1] // 2
    if height == 0 or width == 0:
        return grey
    even = grey[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _paper(grey: Grey) -> Grey:
    """The paper's level at each pixel: what is left when dark strokes are closed."""
    coarse = _coarse(grey, PAPER_SIDE)
    # Wider than any stroke.
    across = max(THICKEST, max(grey.shape) / 30) * max(coarse.shape) / max(grey.shape)
    side = max(3, round(across)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    smooth = cv2.blur(closed, (side, side), borderType=cv2.BORDER_REPLICATE)
    size = grey.shape[1], grey.shape[0]
    return np.asarray(cv2.resize(smooth, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _noise(grey: Grey) -> float:
    """Standard deviation of the paper's noise, where it is least, in grey levels.

    The second difference of a row, which answers to noise of deviation 1 with one of sqrt(6).
    """
    rows = grey[:: max(1, len(grey) // 400)]
    response = cv2.filter2D(rows, cv2.CV_32F, np.array([[1, -2, 1]], np.float32)).ravel()
    some = response[:: 1 + response.size // 100_000]
    return float(np.percentile(np.abs(some), 40)) / 0.5244 / 6**0.5


def _ink(contrast: Grey, floor: Grey) -> Mask:
    darkest = cv2.convertScaleAbs(_dilated(contrast, 9, 9), alpha=STROKE_SHARE)
    limit = np.maximum(np.asarray(darkest, np.uint8), floor)
    return (contrast > limit).view(np.uint8)


def _levelling(contrast: Grey) -> NDArray[np.float64] | None:
    """The turn that brings lines and rulings level; None if they are, or none is clearly better.

    The angle whose sums along rows and columns change most from one to the next.
    """
    coarse = _coarse(contrast, 800) > 2 * MIN_CONTRAST
    if min(coarse.shape) < 50 or not coarse.any():
        return None
    points = np.stack(np.nonzero(coarse)).astype(np.float32)
    points = np.ascontiguousarray(points[:, :: 1 + points.shape[1] // MAX_POINTS])
    angles = np.arange(-STEEPEST, STEEPEST + 0.1, 0.5)
    sharp = [_sharpness(points, angle) for angle in angles]
    best = float(angles[int(np.argmax(sharp))])
    finer = best + np.array([-0.25, 0.0, 0.25])
    best = float(finer[int(np.argmax([_sharpness(points, angle) for angle in finer]))])
    if best == 0 or max(sharp) < 1.1 * sharp[len(sharp) // 2]:
        return None
    return _turn(contrast.shape, best)


def _sharpness(points: NDArray[np.float32], angle: float) -> float:
    """How much the sums along the rows and columns of the points, y and x, change."""
    sine, cosine = np.sin(np.radians(angle)), np.cos(np.radians(angle))
    turned = np.array([[cosine, -sine], [sine, cosine]], np.float32) @ points
    turned -= turned.min(axis=1, keepdims=True)
    counts = (np.bincount(along) for along in turned.astype(np.intp))
    return sum(float((np.diff(count) ** 2).sum()) for count in counts)


def _turn(shape: tuple[int, ...], angle: float) -> NDArray[np.float64]:
    centre = shape[1] / 2, shape[0] / 2
    return np.asarray(cv2.getRotationMatrix2D(centre, angle, 1.0), np.float64)


def _parts(ink: Mask) -> tuple[NDArray[np.int32], Stats]:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)


def _faint(contrast: Grey, floor: Grey) -> Mask:
    """Where it is darker than around, be it too little for ink: rulings are often printed so."""
    around = cv2.blur(contrast, (FAINT_SIDE, FAINT_SIDE), borderType=cv2.BORDER_REPLICATE)
    over = cv2.subtract(contrast, around)
    return (np.asarray(over, np.uint8) > cv2.convertScaleAbs(floor, alpha=FAINT_SHARE)).view(
        np.uint8
    )


def _rulings(ink: Mask, faint: Mask) -> Mask:
    """Where long straight runs are, level or upright: rulings, tables, boxes."""
    step = 2 if max(ink.shape) > COARSE_SIDE else 1
    dark = _pooled(ink | faint) if step == 2 else np.asarray(ink | faint, np.uint8)
    coarse = np.ascontiguousarray(ink[::2, ::2])
    _, stats = _parts(coarse)
    heights = stats[_characters(stats, np.zeros_like(coarse)), cv2.CC_STAT_HEIGHT]
    height = (2 * float(np.median(heights)) if len(heights) else max(ink.shape) / 40) / step
    # Thickened, so that a line may slope a little; the pixels of the half size are thick already.
    thick = 4 - step
    level = _runs(dark, height, thick)
    upright = _runs(np.ascontiguousarray(dark.T), height, thick).T
    ruled = level | upright
    if step == 2:
        twice = cv2.resize(ruled, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
        ruled = twice[: len(ink), : ink.shape[1]]
    return np.asarray(ruled, np.uint8)


def _pooled(mask: Mask) -> Mask:
    """The mask at half its size; each pixel is any of four."""
    any_of_four = cv2.dilate(mask, np.ones((2, 2), np.uint8), anchor=(0, 0))
    return np.ascontiguousarray(any_of_four[::2, ::2])


def _runs(ink: Mask, height: float, thick: int) -> Mask:
    """The level runs of ink that are thin, and part of a long line."""
    run = max(16, round(STRAIGHT * height))
    runs = _morphed(_dilated(ink, thick, 1), cv2.MORPH_OPEN, 1, run)
    solid = _morphed(runs, cv2.MORPH_OPEN, max(5, round(height / 3)), run // 2)
    labels, stats = _parts(np.asarray(runs & ~solid & 1, np.uint8))
    long = (stats[:, cv2.CC_STAT_WIDTH] >= RULING * height).astype(np.uint8)
    long[0] = 0
    return np.asarray(long[labels], np.uint8)


def _dilated(picture: Grey, height: int, width: int) -> Grey:
    return np.asarray(cv2.dilate(picture, np.ones((height, width), np.uint8)), np.uint8)


def _morphed(mask: Mask, how: int, height: int, width: int) -> Mask:
    return np.asarray(cv2.morphologyEx(mask, how, np.ones((height, width), np.uint8)), np.uint8)


def _without(ink: Mask, ruled: Mask) -> Mask:
    """The ink less the rulings, strokes that cross one being bridged."""
    rest = np.asarray(ink & ~ruled & 1, np.uint8)
    bridge = _morphed(rest, cv2.MORPH_CLOSE, 7, 1) | _morphed(rest, cv2.MORPH_CLOSE, 1, 7)
    return np.asarray(rest | (bridge & ruled & ink), np.uint8)


def _characters(stats: Stats, ruled: Mask) -> NDArray[np.intp]:
    """Which parts may be a digit, or a few joined ones, by their form; at most the highest."""
    _, _, width, height, area = stats.T
    fill = area / np.maximum(width * height, 1)
    high = (height >= MIN_HEIGHT) & (height <= 0.95 * len(ruled)) & (width <= 5 * height)
    # A digit is a line, neither a hair on a large box nor a blob; only a 1 fills its box.
    drawn = (fill > 0.04) & ((fill < 0.8) | (width < 0.6 * height))
    fits = high & drawn & (height <= 14 * np.maximum(width, 1))
    fits[0] = False
    if not fits.any():
        return np.zeros(0, np.intp)
    chosen = np.flatnonzero(fits)
    chosen = chosen[np.argsort(-height[chosen])[:MAX_PARTS]]
    chosen = chosen[~_continued(stats[chosen], ruled)]
    if len(chosen) == 0:
        return chosen
    held, tall = _held(stats[chosen]), height[chosen] > 1.6 * np.median(height[chosen])
    # A part with others inside its box is what is left of a frame.
    return np.asarray(chosen[(held < 2) & ~(tall & (held > 0))], np.intp)


def _strong(
    contrast: Grey, floor: Grey, labels: NDArray[np.int32], stats: Stats
) -> NDArray[np.bool_]:
    """Which parts are clearly darker than the faintest ink, somewhere: no smudges."""
    clear = contrast >= cv2.convertScaleAbs(floor, alpha=SMUDGE)
    counts = np.bincount(labels[clear], minlength=len(stats))
    return np.asarray(counts >= 0.1 * stats[:, cv2.CC_STAT_AREA], bool)


def _alike(groups: list[list[int]], stats: Stats) -> list[list[int]]:
    """The groups less the lone upright lines of another height than the writing: no ones."""
    boxes = [_bounds(stats[parts]) for parts in groups]
    lone = [box.width < LINE * box.height for box in boxes]
    heights = [box.height for box, line in zip(boxes, lone, strict=True) if not line]
    if len(heights) < 5:
        return groups
    low, high = np.array([0.45, 2.0]) * float(np.median(heights))
    told = zip(groups, boxes, lone, strict=True)
    return [group for group, box, line in told if not line or low <= box.height <= high]


def _continued(stats: Stats, ruled: Mask) -> NDArray[np.bool_]:
    """Which parts are upright lines that go on as a ruling, above or below: pieces of it."""
    return np.array([_goes_on(part, ruled) for part in stats], bool)


def _goes_on(part: Stats, ruled: Mask) -> bool:
    left, top, width, height = (int(value) for value in part[:4])
    if width > 0.3 * height:
        return False
    columns = slice(max(0, left - 3), left + width + 3)
    above = ruled[max(0, top - height // 2) : top, columns]
    below = ruled[top + height : top + height + height // 2, columns]
    return any(end.size > 0 and end.any(axis=1).mean() > 0.6 for end in (above, below))


def _held(stats: Stats) -> NDArray[np.int64]:
    """How many of the other parts lie in each one's box."""
    left, top, width, height = stats[:, :4].T
    x, y = left + width // 2, top + height // 2
    inside = (x > left[:, None]) & (x < (left + width)[:, None])
    inside &= (y > top[:, None]) & (y < (top + height)[:, None])
    inside &= height < 0.8 * height[:, None]
    return np.asarray(inside.sum(axis=1), np.int64)


def _groups(stats: Stats, ruled: Mask, chosen: NDArray[np.intp]) -> list[list[int]]:
    """Parts side by side that belong to one number, and pieces of one broken digit."""
    if len(chosen) == 0:
        return []
    chosen = chosen[np.argsort(stats[chosen, 0])]
    left, top, width, height = stats[chosen, :4].T.astype(np.float32)
    right, bottom = left + width, top + height
    low = np.minimum(height[:, None], height)
    high = np.maximum(height[:, None], height)
    across = np.maximum(left[:, None], left) - np.minimum(right[:, None], right)
    down = np.maximum(top[:, None], top) - np.minimum(bottom[:, None], bottom)
    beside = (-down >= 0.5 * low) & (across <= GAP * high) & (low >= 0.45 * high)
    # Of two pieces none is much higher than the page's writing.
    near = 0.15 * np.minimum(high, np.median(height))
    broken = (down <= near) & (across <= near) & (high <= 2.5 * np.median(height))
    joined = np.triu(beside | broken, 1)
    roots = list(range(len(chosen)))
    for a, b in np.argwhere(joined):
        if not _parted(stats[chosen[a]], stats[chosen[b]], ruled):
            _join(roots, int(a), int(b))
    members: dict[int, list[int]] = {}
    for i, part in enumerate(chosen):
        members.setdefault(_root(roots, i), []).append(int(part))
    return list(members.values())


def _parted(a: Stats, b: Stats, ruled: Mask) -> bool:
    """Whether an upright ruling runs between two parts."""
    first, last = int(a[0] + a[2] // 2), int(b[0] + b[2] // 2)
    rows = slice(max(a[1], b[1]), min(a[1] + a[3], b[1] + b[3]))
    between = ruled[rows, first:last]
    return between.size > 0 and bool((between.mean(axis=0) > 0.7).any())


def _root(roots: list[int], i: int) -> int:
    while roots[i] != i:
        roots[i] = roots[roots[i]]
        i = roots[i]
    return i


def _join(roots: list[int], a: int, b: int) -> None:
    roots[_root(roots, b)] = _root(roots, a)


def _in_lines(groups: list[list[int]], stats: Stats) -> tuple[Group, ...]:
    """The groups from top to bottom in lines, each line from left to right."""
    boxes = [_bounds(stats[parts]) for parts in groups]
    middles = [box.y + box.height / 2 for box in boxes]
    lines: list[list[int]] = []
    for i in sorted(range(len(boxes)), key=lambda i: middles[i]):
        line = lines[-1] if lines else []
        height = float(np.median([boxes[k].height for k in line] or [0]))
        if middles[i] < float(np.median([middles[k] for k in line] or [0])) + 0.5 * height:
            line.append(i)
        else:
            lines.append([i])
    return tuple(
        Group(boxes[i], number, tuple(groups[i]))
        for number, line in enumerate(lines, 1)
        for i in sorted(line, key=lambda i: boxes[i].x)
    )


def _bounds(stats: Stats) -> Box:
    left, top = (int(value) for value in stats[:, :2].min(axis=0))
    right, bottom = (int(value) for value in (stats[:, :2] + stats[:, 2:4]).max(axis=0))
    return Box(left, top, right - left, bottom - top)


def _window(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    margin = max(3, round(0.3 * box.height))
    rows = slice(max(0, box.y - margin), min(shape[0], box.bottom + margin))
    return rows, slice(max(0, box.x - margin), min(shape[1], box.right + margin))

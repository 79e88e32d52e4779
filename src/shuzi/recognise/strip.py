"""A crop with one number -> the strip that the number model reads; the only place that does it."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.paper import dilated, opened, ranked

HEIGHT = 32
WRITING = 22
"""Rows of a strip that the writing is scaled to."""
NARROWEST, WIDEST = 32, 512
WORKING_HEIGHT = 64
"""Higher crops are shrunk to it first."""
LOW, AROUND = 0.4, 0.7
"""Writing lower than this share of a crop that was shrunk is looked at anew, closer up, with so
many heights of it around."""
SPARSE = 0.3
"""Of the darkest ink that all writing has at least."""
LEAST_CONTRAST = 8
"""Grey levels between ink and paper below which the contrast is not stretched further."""

PAPER = 1.5
"""Heights of the writing that are left of the paper before and after all ink, at most: where a
number might go on, the model is a little unsure in every column."""
BESIDE = 0.25
"""Of the writing's height that other ink has at least; lower is a speck."""
BROKEN, PIECE, WIDE = 0.3, 0.03, 1.5
"""Heights of the writing that a stroke which broke off lies away from it, the least of its ink
in that of the largest piece, and how wide it is at most, in heights: with them 0.946 instead of
0.938 of 800 digits of semeion are right, and 0.989 instead of 0.986 of chars74k."""


class Writing(NamedTuple):
    """Where the digits are, `right` and `bottom` exclusive; all ink lies from `first` to `last`;
    `rows` and `columns` are of the digits with strokes that broke off."""

    left: int
    top: int
    right: int
    bottom: int
    first: int
    last: int
    rows: slice
    columns: slice

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A crop's writing as the number model reads it.

    Args:
        values: bright ink on 0, uint8 (32, w), w a multiple of 4 from 32 to 512.
        left, top, step: its column c and row r show the crop's column `left` + c * `step` and row
            `top` + r * `step`.
        writing: the ink of the digits alone, cut to it, uint8, finer than `values`.
        contrast: between the paper and the ink where the digits are, in grey levels.
    """

    values: NDArray[np.uint8]
    left: float
    top: float
    step: float
    writing: NDArray[np.uint8]
    contrast: float

    def in_crop(self, span: tuple[int, int]) -> tuple[float, float]:
        """Where some of its columns begin and end in the crop."""
        first, last = span
        return self.left + first * self.step, self.left + last * self.step


def normalise_strip(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The values of a crop's strip: see `make_strip`."""
    return make_strip(grey).values


def make_strip(grey: NDArray[np.uint8]) -> Strip:
    """The paper is evened out, the contrast stretched, the writing 22 rows high in the middle.

    Args:
        grey: uint8 (height, width), a number with some margin, dark on light or light on dark.
    """
    part, left, top = grey, 0, 0
    raw = ink_of(_working_size(part))
    writing = _writing(raw)
    if len(raw) < len(grey) and writing.height < LOW * len(raw):
        rows, columns = _close_up(writing, len(grey) / len(raw))
        part, left, top = grey[rows, columns], columns.start, rows.start
        raw = ink_of(_working_size(part))
        writing = _writing(raw)
    pixel = part.shape[1] / raw.shape[1]
    scale = WRITING / writing.height
    columns = _columns(writing, scale, raw.shape[1])
    contrast = _quantile(raw[writing.top : writing.bottom, writing.left : writing.right], 0.95)
    ink = np.minimum(raw * (255 / max(contrast, LEAST_CONTRAST)), 255).astype(np.uint8)
    width = max(1, min(WIDEST, round((columns.stop - columns.start) * scale)))
    first = round((writing.top + writing.bottom) / 2 * scale - HEIGHT / 2)
    return Strip(
        values=_placed(ink[:, columns], first, scale, width),
        left=left + pixel * columns.start,
        top=top + pixel * first / scale,
        step=pixel * (columns.stop - columns.start) / width,
        writing=ink[writing.rows, writing.columns],
        contrast=contrast,
    )


def ink_mask(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Where a crop has ink, uint8 (height, width), 1 where it is."""
    return _mask(ink_of(grey))


def _close_up(writing: Writing, shrunk: float) -> tuple[slice, slice]:
    """Rows and columns around the writing, which was found at a size so many times less."""
    margin = AROUND * writing.height
    top, bottom = writing.top - margin, writing.bottom + margin
    left, right = writing.left - 2 * margin, writing.right + 2 * margin
    return (
        slice(max(0, round(top * shrunk)), round(bottom * shrunk)),
        slice(max(0, round(left * shrunk)), round(right * shrunk)),
    )


def _columns(writing: Writing, scale: float, width: int) -> slice:
    """Those with all ink and a margin; or with the writing and a margin, if it is too wide."""
    margin = round(PAPER * writing.height)
    first, last = max(0, writing.first - margin), min(width, writing.last + margin)
    if (last - first) * scale > WIDEST:
        first = max(first, writing.left - writing.height)
        last = min(last, writing.right + writing.height)
    return slice(first, last)


def _working_size(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = grey.shape
    if height <= WORKING_HEIGHT:
        return grey
    size = max(1, round(width * WORKING_HEIGHT / height)), WORKING_HEIGHT
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def ink_of(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How far each pixel lies on the ink's side of its paper, in grey levels, float32."""
    side = max(3, len(grey) // 2) | 1
    mean = cv2.blur(grey, (side, side), borderType=cv2.BORDER_REPLICATE)
    away = cv2.subtract(grey, mean, dtype=cv2.CV_32F)
    # Ink is the lesser part of a crop, so it is the longer tail.
    if float((away * away * away).sum()) > 0:
        grey = ~grey
    kernel = np.ones((side, side), np.uint8)
    paper = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    light = cv2.blur(paper.astype(np.float32), (side, side), borderType=cv2.BORDER_REPLICATE)
    ink: NDArray[np.float32] = light - grey
    return np.asarray(np.maximum(ink - _quantile(ink, 0.5), 0), np.float32)


def _quantile(values: NDArray[np.float32], share: float) -> float:
    """About that quantile; several times faster than NumPy's, which is slow on equal values."""
    return ranked(values.ravel()[:: 1 + values.size // 4096], share)


def _writing(ink: NDArray[np.float32]) -> Writing:
    """Where the digits are: the high parts, without lines and neighbours' ink; or all of it."""
    height, width = ink.shape
    mask = _without_lines(_mask(ink))
    _, _, found, _ = cv2.connectedComponentsWithStats(mask)
    stats = np.asarray(found, np.int64)[1:]
    left, top, wide, high, area = stats.T
    right, bottom = left + wide, top + high
    # A neighbour's ink and the remains of a frame lie at the edge and reach a little way in.
    at_edge = (left == 0) | (top == 0) | (right == width) | (bottom == height)
    frame = (wide > 0.6 * width) & (area < 0.15 * wide * high)
    weight = np.where(at_edge, 0.3, 1.0) * high * np.sqrt(area) * ~frame
    if len(stats) == 0 or weight.max() == 0 or high[weight.argmax()] < 4:
        return Writing(0, 0, width, height, 0, width, slice(0, height), slice(0, width))
    main = weight.argmax()
    overlap = np.minimum(bottom, bottom[main]) - np.maximum(top, top[main])
    kept = (high >= 0.5 * high[main]) & (overlap >= 0.5 * np.minimum(high, high[main]))
    kept &= ~frame & (~at_edge | (high <= 1.3 * high[main]))
    kept[main] = True
    first, last = int(left[kept].min()), int(right[kept].max())
    above, below = int(top[kept].min()), int(bottom[kept].max())
    border = at_edge & (wide < BESIDE * (below - above))
    inked = kept | ((high >= BESIDE * (below - above)) & ~frame & ~border)
    near = BROKEN * (below - above)
    middle = (left + right) / 2
    broken = (area >= PIECE * area[main]) & ~at_edge & (middle >= first) & (middle <= last)
    broken &= (bottom >= above - near) & (top <= below + near) & (wide <= WIDE * (below - above))
    broken |= kept
    return Writing(
        first,
        above,
        last,
        below,
        int(left[inked].min()),
        int(right[inked].max()),
        slice(int(top[broken].min()), int(bottom[broken].max())),
        slice(int(left[broken].min()), int(right[broken].max())),
    )


def _mask(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    # A black frame must not set the threshold for grey writing, nor paper that for little ink.
    high = max(_quantile(ink, 0.96), SPARSE * _quantile(ink, 0.998), 1.0)
    levels = (np.minimum(ink / high, 1) * 255).astype(np.uint8)
    _, mask = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return np.asarray(mask, np.uint8)


def _without_lines(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mask less the lines that run across most of it, and upright lines at its ends."""
    height, width = mask.shape
    across, up = max(height, round(0.6 * width)), max(3, round(0.8 * height))
    # Thickened, so that a line may slope a little.
    lines = opened(dilated(mask, 3, 1), 1, across)
    upright = opened(dilated(mask, 1, 3), up, 1)
    upright[:, width // 8 : width - width // 8] = 0
    rest = np.asarray(mask & ~(lines | upright), np.uint8)
    # Strokes that a line crosses stay whole.
    tall = np.ones((max(3, height // 8), 1), np.uint8)
    mended = np.asarray(cv2.morphologyEx(rest, cv2.MORPH_CLOSE, tall), np.uint8)
    return np.asarray(rest | (mended & mask), np.uint8)


def _placed(ink: NDArray[np.uint8], first: int, scale: float, width: int) -> NDArray[np.uint8]:
    """The ink scaled to that width, its scaled row `first` at the top of the strip."""
    height = max(1, round(len(ink) * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = np.asarray(cv2.resize(ink, (width, height), interpolation=how), np.uint8)
    strip = np.zeros((HEIGHT, max(NARROWEST, -(-width // 4) * 4)), np.uint8)
    rows = slice(max(0, first), min(height, first + HEIGHT))
    strip[rows.start - first : rows.stop - first, :width] = scaled[rows]
    return strip

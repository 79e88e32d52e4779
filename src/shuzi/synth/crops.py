"""Crops of samples at the scales that the page network sees, with what it shall say of them."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.sample import Sample

SIDE = 576
"""Pixels of a crop."""
STRIDE = 2
"""Pixels to a cell of the targets."""
USUAL, LARGE = (9.0, 42.0), (42.0, 110.0)
"""Heights of digits in pixels that a crop is scaled to, and the share of the large ones."""
LARGES = 0.22
SURROUNDED, SMALL = 0.6, 300
"""Share of pictures with sides of less than so many pixels that paper is put around."""
FAR = 0.2
"""Share of crops in which a small picture stays small, as the coarse look shows it."""
SMALLEST = 7
"""Pixels below which a number's height cannot be read: nothing is asked of it."""
GAP = 2.3, 25
"""Heights of digits between two kernels side by side that might be one, and pixels between others
that lie close."""
CLEAR = 8
"""Characters, at about which one can tell which way is up."""


@dataclass(frozen=True, slots=True)
class Crop:
    """uint8 picture (576, 576); targets uint8 (4, 288, 288): kernels, extents, other writing as
    shares of 255, and the weight times 16; turned 0 to 3, or -1 where nobody could tell."""

    picture: NDArray[np.uint8]
    targets: NDArray[np.uint8]
    turned: int


def cut_crops(sample: Sample, n: int, rng: np.random.Generator) -> list[Crop]:
    """Parts of the sample, each with digits of another height, and a number in it as a rule."""
    if rng.random() < SURROUNDED and max(sample.picture.shape) < SMALL:
        sample = _on_paper(sample)
    heights = number_heights(sample)
    return [_cut(sample, heights, rng) for _ in range(n)]


def _on_paper(sample: Sample) -> Sample:
    """With paper around, as the network is shown a small picture."""
    picture = sample.picture
    margin = round(max(8.0, 0.5 * min(picture.shape)))
    edges = (picture[0], picture[-1], picture[:, 0], picture[:, -1])
    paper = int(np.median(np.concatenate(edges)))
    return replace(
        sample,
        picture=np.pad(picture, margin, constant_values=paper),
        extents=np.pad(sample.extents, margin),
        kernels=np.pad(sample.kernels, margin),
        other=np.pad(sample.other, margin),
        ignored=None if sample.ignored is None else np.pad(sample.ignored, margin),
    )


def _cut(sample: Sample, heights: NDArray[np.float64], rng: np.random.Generator) -> Crop:
    scale = _scale(sample, heights, rng)
    side = max(1, round(SIDE / scale))
    y, x = _middle(sample, rng)
    height, width = sample.picture.shape
    top, left = (
        int(np.clip(at - side // 2 + rng.integers(-side // 3, side // 3 + 1), 0, max(0, n - side)))
        for at, n in ((y, height), (x, width))
    )
    part = (slice(top, top + side), slice(left, left + side))
    picture = sample.picture[part]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = [min(SIDE, max(2, round(n * scale))) for n in picture.shape[::-1]]
    picture = np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)
    extents, kernels, other = (
        np.asarray(cv2.resize(plane[part], size, interpolation=how), np.int64)
        for plane, how in (
            (sample.extents, cv2.INTER_NEAREST),
            (sample.kernels, cv2.INTER_NEAREST),
            (sample.other, cv2.INTER_AREA),
        )
    )
    below, beside = SIDE - picture.shape[0], SIDE - picture.shape[1]
    edges = ((0, below), (0, beside))
    # Beyond the picture there is paper, as there is when it is read.
    picture = np.pad(picture, edges, constant_values=int(np.median(picture[::8, ::8])))
    extents, kernels, other = (np.pad(plane, edges) for plane in (extents, kernels, other))
    targets = _targets(extents, kernels, other, heights * scale)
    if sample.turned:
        # It is seen again when it has been turned: only then rows are told from columns.
        targets[3] = 0
    elif sample.ignored is not None:
        unknown = cv2.resize(sample.ignored[part], size, interpolation=cv2.INTER_AREA)
        half = cv2.resize(
            np.pad(unknown, edges), targets.shape[:0:-1], interpolation=cv2.INTER_AREA
        )
        targets[3][half > 0] = 0
    counts = np.bincount(kernels.ravel(), minlength=len(heights))
    seen = float(sum(len(text) for text, n in zip(sample.texts, counts[1:], strict=True) if n))
    seen += float((other > 100).sum()) / 60
    return Crop(picture, targets, sample.turned if seen >= CLEAR else -1)


def number_heights(sample: Sample) -> NDArray[np.float64]:
    """Of each number, in pixels of the sample's picture; 0 where none of it is seen.

    A number of several digits is as high as its shorter axis, however far apart its boxes are.
    """
    n = len(sample.texts) + 1
    rows, columns = np.nonzero(sample.extents[::2, ::2])
    ids = sample.extents[::2, ::2][rows, columns]
    counts = np.bincount(sample.extents.ravel(), minlength=n)
    few = np.maximum(np.bincount(ids, minlength=n), 1)
    y, x = (2.0 * at for at in (rows, columns))
    middles = [np.bincount(ids, at, n) / few for at in (y, x)]
    y, x = y - middles[0][ids], x - middles[1][ids]
    yy, xx, xy = (np.bincount(ids, at, n) / few for at in (y * y, x * x, x * y))
    least = (yy + xx) / 2 - np.sqrt(((yy - xx) / 2) ** 2 + xy**2)
    shorter = np.sqrt(12 * np.maximum(least, 0))
    # The area of a digit alone, narrower than high, is about 0.6 heights squared.
    several = [False, *(len(text) > 1 for text in sample.texts)]
    heights = np.asarray(np.where(several, shorter, np.sqrt(counts / 0.6)), np.float64)
    heights[(counts == 0) | (np.arange(n) == 0)] = 0
    return heights


def _scale(sample: Sample, heights: NDArray[np.float64], rng: np.random.Generator) -> float:
    seen = heights[heights > 0]
    low, high = LARGE if rng.random() < LARGES else USUAL
    wanted = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    typical = (
        float(rng.choice(seen)) if len(seen) else max(sample.picture.shape) / rng.uniform(8, 60)
    )
    # What is blown up much further than it was taken shows nothing that a reader would meet.
    scale = float(np.clip(wanted / typical, 0.12, 4.0))
    # Paper beside the picture teaches nothing, so that a small one is enlarged to fill the crop.
    filling = min(SIDE / float(np.sqrt(sample.picture.size)), 4.0, LARGE[1] / typical)
    filling *= 0.4 if rng.random() < FAR else rng.uniform(0.7, 1.1)
    return float(max(scale, filling))


def _middle(sample: Sample, rng: np.random.Generator) -> tuple[int, int]:
    """Where a number stands, or other writing, or anywhere: row, column."""
    kind = rng.random()
    plane = sample.kernels if kind < 0.6 else sample.other if kind < 0.8 else None
    if plane is not None:
        places = np.flatnonzero(plane[::4, ::4])
        if len(places):
            y, x = divmod(int(rng.choice(places)), plane[::4, ::4].shape[1])
            return 4 * y, 4 * x
    return int(rng.integers(sample.picture.shape[0])), int(rng.integers(sample.picture.shape[1]))


def _targets(
    extents: NDArray[np.integer],
    kernels: NDArray[np.integer],
    other: NDArray[np.integer],
    heights: NDArray[np.float64],
) -> NDArray[np.uint8]:
    half = (SIDE // STRIDE, SIDE // STRIDE)
    inside, core = (np.where(plane > 0, 255, 0).astype(np.uint8) for plane in (extents, kernels))
    wide = cv2.dilate(other.astype(np.uint8), np.ones((3, 3), np.uint8))
    areas = np.bincount(kernels.ravel(), minlength=len(heights)).astype(np.float64)
    areas[0] = 0
    mean = areas[areas > 0].mean() if areas.any() else 1.0
    # A lone 1 counts nearly as much as a long number; most where two numbers could become one, or
    # one could fall apart: along the middle of a kernel, and between two that lie close.
    worth = np.clip(np.sqrt(mean / np.maximum(areas, 1)), 1.0, 3.0)
    worth[0] = 1.0
    weight = np.where(inside > 0, 1.5, 1.0)
    weight = np.where(core > 0, worth[kernels], weight)
    weight[cv2.erode(core, np.ones((5, 5), np.uint8)) > 0] *= 2.5
    beside = round(GAP[0] * float(np.median(heights[heights > 0]))) if areas.any() else 1
    across, down = np.ones((3, 1 + beside), np.uint8), np.ones((GAP[1], GAP[1]), np.uint8)
    closed = [cv2.morphologyEx(core, cv2.MORPH_CLOSE, area) for area in (across, down)]
    between = cv2.dilate(core, np.ones((3, 3), np.uint8)) == 0
    weight[(np.maximum(*closed) > 0) & between] = 3.0
    small = np.zeros(len(heights), bool)
    small[1:] = (heights[1:] > 0) & (heights[1:] < SMALLEST)
    weight[small[extents]] = 0
    planes = [core, inside, wide, (16 * weight).clip(0, 255).astype(np.uint8)]
    return np.stack(
        [
            np.asarray(cv2.resize(plane, half, interpolation=cv2.INTER_AREA), np.uint8)
            for plane in planes
        ]
    )

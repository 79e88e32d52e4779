"""Maps -> the regions of a picture that hold a number each, as quadrilaterals."""

from collections import Counter
from dataclasses import dataclass
from itertools import compress

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.page.image import Quad, quad_size
from shuzi.page.network import CELLS, CORE, Maps
from shuzi.page.order import LEVEL
from shuzi.result import Box

WHOLE = 0.5
"""Probability of a cell from which it counts as of an extent."""
LOOSE, STRICT = 0.06, 0.75
"""The same of kernels, beside `CORE`, where a gap between two may be none, and where one may have a
gap. With 0.06 instead of 0.25 of two tables of `tools/sweep_forms.py` 88 instead of 167 wrong ones
are accepted, single boxes of one number all of them; of `pages/` 221 instead of 225 are."""
JOINED = 0.2
"""The same of kernels, from which numbers that touch on a line are one: of 387 numbers of composed
pages 0.948 are right so instead of 0.891; of `pages/` 0.964 instead of 0.961, and 23 instead of 28
are read that are none. With 0.1 two of `pages/` are joined wrongly, with 0.3 0.935 of the composed
ones are right."""
HIGH, LONG = 0.46, 0.4
"""What a kernel has of its number's height, and what its length lacks, in heights: so the
composer shrinks them, see `shuzi.synth.sample`."""
STRAIGHT = 2.5
"""Width over height of a number from which it shows its own direction; others take theirs from
those around them."""
AROUND = 9
"""So many, itself among them."""
LARGE = 32
"""Cells of the fine maps that a number is high which is seen better in the coarse ones."""
STRAY = 0.35
"""Heights that a number's ends may lie away from where its kernel says they are."""

NEAR, BESIDE = (0.1, 0.6), 0.2
"""Heights before and after a number between which other writing is looked for, and its probability
from which the number may be a part of more: so are 5 of 16 wrong ones and 2 of 445 right ones that
are accepted in `pages/` and as crops of cheques, the logbook, the years and UNIPEN's strings."""
BELOW, RAISED = (0.87, 1.6), 0.3
"""Heights from a number's top between which other writing is looked for that is close before it,
and its probability from which the number may be raised behind a word or a unit: so are 28 of 40
exponents that are accepted on a tester's pages and 7 of 700 other numbers there, none of 1,511 that
are accepted of `pages/`, the browser's documents and the examples."""
WITHIN = 0.02
"""Share of a number's cells that are other writing, from which it may be a part of more: so are 4
of 4 wrong ones of `pages/` and of pages of print that are accepted, and 2 of 790 right ones of
`pages/`, cheques, the logbook, the years, sudokus and composed pages."""


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Where a number stands.

    Args:
        quad: float32 (4, 2), in pixels of the picture.
        score: 0 to 1, how sure the network is that it is one.
        apart: whether it is one number, and not a part of one or several, by stricter and looser
            kernels alike, and nothing else is written in it or close before or after it.
        boxed: whether printed boxes parted it from others.
    """

    quad: Quad
    score: float
    apart: bool = True
    boxed: bool = False

    @property
    def box(self) -> Box:
        """The upright rectangle around it."""
        left, top = np.floor(self.quad.min(axis=0)).astype(int).tolist()
        right, bottom = np.ceil(self.quad.max(axis=0)).astype(int).tolist()
        return Box(left, top, max(1, right - left), max(1, bottom - top))

    def holds(self, quad: Quad) -> bool:
        """Whether the middle of the quadrilateral lies in the box."""
        (x, y), box = quad.mean(axis=0), self.box
        return bool(box.x <= x <= box.right and box.y <= y <= box.bottom)


def find_regions(maps: Maps, shape: tuple[int, ...]) -> list[Region]:
    """The regions of a picture of that shape, in no order.

    What is written large is taken from the coarse maps where they are surer of it than the fine
    ones are of what they see there: strokes, if it is large, or lines, if it is not.
    """
    kept = _regions(maps, shape)
    if maps.coarse is None:
        return kept
    for large in find_regions(maps.coarse, shape):
        if quad_size(large.quad)[1] / maps.scale < LARGE:
            continue
        lies_in_it, holds_it = _overlaps(kept, large)
        surer = large.score > _mean_score(list(compress(kept, lies_in_it)))
        if surer and not (holds_it & ~lies_in_it).any():
            kept = [*compress(kept, ~lies_in_it), large]
    return kept


def _mean_score(regions: list[Region]) -> float:
    """The mean of their scores by their areas; 0 of none."""
    areas = [region.box.width * region.box.height for region in regions]
    scores = [region.score for region in regions]
    return float(np.average(scores, weights=areas)) if regions else 0.0


def _overlaps(regions: list[Region], large: Region) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which regions have most of their upright rectangle in that of the large one; and in which
    most of the large one's is."""
    quads = np.array([region.quad for region in (*regions, large)], np.float64)
    low, high = quads.min(axis=1), quads.max(axis=1)
    shared = (np.minimum(high, high[-1]) - np.maximum(low, low[-1])).clip(0).prod(axis=1)[:-1]
    area = (high - low).prod(axis=1)
    return shared > area[:-1] / 2, shared > area[-1] / 2


def _regions(maps: Maps, shape: tuple[int, ...]) -> list[Region]:
    """Each connected component of the kernels is one, and those that touch and may be joined are
    one; it is as large as the extents around it say, within what its kernel allows.
    """
    count, found, stats, _ = cv2.connectedComponentsWithStats(
        (maps.kernels > CORE).astype(np.uint8), connectivity=8
    )
    labels = np.asarray(found, np.int32)
    kept = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] >= CELLS]
    if not kept:
        return []
    apart = _stand_apart(maps, labels, kept)
    quads = _quads(maps, labels, kept)
    firsts = _firsts(quads, maps, labels, kept)
    if firsts != kept:
        names = np.arange(count, dtype=np.int32)
        names[kept] = firsts
        labels = names[labels]
        pieces = Counter(firsts)
        apart -= {i for i in pieces if pieces[i] > 1}
        kept = sorted(pieces)
        quads = _quads(maps, labels, kept)
    within, beside = _written_within(maps.other, quads), _written_beside(maps, quads)
    regions, inside = [], maps.kernels > CORE
    total = np.bincount(labels[inside], maps.kernels[inside])
    scores = total / np.maximum(np.bincount(labels[inside]), 1)
    for i, quad, other, more in zip(kept, quads, within, beside, strict=True):
        corners = ((quad + 0.5) * maps.scale).astype(np.float32)
        corners = corners.clip(0, np.array(shape[1::-1], np.float32))
        alone = i in apart and other < WITHIN and more < BESIDE and not _is_raised(maps, quad)
        regions.append(Region(corners, float(scores[i]), alone))
    return regions


def _quads(maps: Maps, labels: NDArray[np.int32], kept: list[int]) -> list[NDArray[np.float64]]:
    """The quadrilateral of each of the components, in cells."""
    kernels = _points_of(labels, maps.kernels > CORE)
    extents = _points_of(_nearest(labels), maps.extents > WHOLE)
    angles = _directions([extents.get(i, kernels[i]) for i in kept])
    return [
        _quad(kernels[i], extents.get(i, kernels[i]), angle)
        for i, angle in zip(kept, angles, strict=True)
    ]


def _firsts(
    quads: list[NDArray[np.float64]], maps: Maps, labels: NDArray[np.int32], kept: list[int]
) -> list[int]:
    """Of each component the first one of its number: its pieces touch on a line, and the kernels
    join them where they are taken more loosely."""
    of_each = _joined_by(maps.kernels > JOINED, labels)
    corners = np.array(quads)
    middles = corners.mean(axis=1)
    wide = np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1)
    high = np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1)
    along = (corners[:, 1] - corners[:, 0]) / wide[:, None]
    firsts = list(kept)
    for i, name in enumerate(kept):
        x, y = ((middles - middles[i]) @ np.array([along[i], along[i][::-1] * [-1, 1]]).T).T
        touching = (x > 0) & (x < (wide + wide[i]) / 2) & (abs(y) < LEVEL * (high + high[i]) / 2)
        for j in np.flatnonzero(touching):
            if of_each[kept[j]] == of_each[name]:
                old, new = firsts[j], firsts[i]
                firsts = [new if first == old else first for first in firsts]
    return firsts


def _stand_apart(maps: Maps, labels: NDArray[np.int32], kept: list[int]) -> set[int]:
    """Those of the components that neither join another when the kernels are taken loosely, nor
    fall into several when strictly."""
    kernels, joined = maps.kernels, maps.kernels if maps.loose is None else maps.loose
    loose = _joined_by(joined > LOOSE, labels)
    owners = Counter(loose[i] for i in kept)
    count, found, stats, _ = cv2.connectedComponentsWithStats((kernels > STRICT).astype(np.uint8))
    own = np.zeros(count, int)
    own[found.ravel()] = labels.ravel()
    large = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] >= CELLS)
    parts = Counter(int(own[part]) for part in large if part)
    return {i for i in kept if owners[loose[i]] == 1 and parts[i] < 2}


def _joined_by(mask: NDArray[np.bool_], labels: NDArray[np.int32]) -> dict[int, int]:
    """Of each label the connected component of a mask that covers it."""
    components = cv2.connectedComponents(mask.astype(np.uint8))[1].ravel()
    names, places = np.unique(labels, return_index=True)
    return dict(zip(names.tolist(), components[places].tolist(), strict=True))


def _written_within(other: NDArray[np.float32], quads: list[NDArray[np.float64]]) -> list[float]:
    """The share of each of the quadrilaterals that is other writing."""
    written, shares = (other > WHOLE).astype(np.uint8), []
    for quad in quads:
        corners = np.round(quad).astype(np.int32)
        x, y, width, height = cv2.boundingRect(corners)
        left, top = max(0, x), max(0, y)
        part = written[top : y + height, left : x + width]
        inside = cv2.fillConvexPoly(np.zeros_like(part), corners - [left, top], 1)
        shares.append(float(part[inside > 0].mean()) if inside.any() else 0.0)
    return shares


def _written_beside(maps: Maps, quads: list[NDArray[np.float64]]) -> list[float]:
    """How probable writing is, close before or after each of the quadrilaterals, that lies in none
    of them."""
    written = np.maximum(maps.extents, maps.other)
    for quad in quads:
        corners = np.round(quad).astype(np.int32)
        cv2.fillConvexPoly(written, corners, 0)
        cv2.polylines(written, [corners], True, 0, 2)
    return [max(means_beside(written, quad, *NEAR)) for quad in quads]


def _is_raised(maps: Maps, quad: NDArray[np.float64]) -> bool:
    """Whether other writing stands close before a number and lower than it."""
    before, _ = means_beside(maps.other, quad, 0.0, NEAR[1], BELOW)
    return before > RAISED


def means_beside(
    values: NDArray[np.float32],
    quad: NDArray[np.float64],
    near: float,
    far: float,
    between: tuple[float, float] = (0.25, 0.75),
) -> tuple[float, float]:
    """The mean of a map before a quadrilateral, in cells, and after it: between so many of its
    heights away, and so many from its top."""
    wide, high = quad_size(quad.astype(np.float32))
    across, down = (quad[1] - quad[0]) * high / wide, quad[3] - quad[0]
    top, bottom = between
    rows, columns = 8, round(16 * (far - near))
    to = np.array([[0, 0], [columns, 0], [0, rows]], np.float32)
    means = []
    for start, way in ((quad[0], -across), (quad[1], across)):
        corner = start + near * way + top * down
        last = corner + (bottom - top) * down
        ends = np.array([corner, corner + (far - near) * way, last], np.float32)
        laid = cv2.warpAffine(values, cv2.getAffineTransform(ends, to), (columns, rows))
        means.append(float(laid.mean()))
    return means[0], means[1]


def _points_of(
    labels: NDArray[np.int32], mask: NDArray[np.bool_]
) -> dict[int, NDArray[np.float64]]:
    """Of each label, its cells within the mask as x, y, float64 (n, 2)."""
    y, x = np.nonzero(mask & (labels > 0))
    own = labels[y, x]
    order = np.argsort(own, kind="stable")
    points = np.stack([x, y], axis=1)[order].astype(np.float64)
    names, starts = np.unique(own[order], return_index=True)
    # Of nothing `split` makes one empty part.
    return dict(zip(names.tolist(), np.split(points, starts[1:]), strict=False))


def _nearest(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Of each cell the label of the component that is nearest."""
    outside = (labels == 0).astype(np.uint8)
    _, places = cv2.distanceTransformWithLabels(
        outside, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    inside = labels > 0
    names = np.zeros(int(places.max()) + 1, np.int32)
    names[places[inside]] = labels[inside]
    return np.asarray(names[places], np.int32)


def _directions(extents: list[NDArray[np.float64]]) -> list[float]:
    """The angle of each number's writing, in radians, at most 45 degrees either way.

    A long one shows its own. The others lie as those around them do: the median of their
    rectangles' angles, which are the surer the less square they are.
    """
    middles = np.array([points.mean(axis=0) for points in extents])
    angles, worth, long = (np.zeros(len(extents)) for _ in range(3))
    for i, points in enumerate(extents):
        (_, (a, b), degrees) = cv2.minAreaRect(points.astype(np.float32))
        angle = np.deg2rad(degrees) if a >= b else np.deg2rad(degrees) + np.pi / 2
        longer, shorter = max(a, b) + 1, min(a, b) + 1
        angles[i] = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4
        lying = abs((angle + np.pi / 2) % np.pi - np.pi / 2) < np.pi / 4
        long[i] = longer / shorter if lying else 0.0
        worth[i] = np.log(longer / shorter) * np.sqrt(longer)
    found = []
    for i in range(len(extents)):
        if long[i] >= STRAIGHT:
            found.append(float(angles[i]))
            continue
        away = np.hypot(*(middles - middles[i]).T)
        near = np.argpartition(away, AROUND)[:AROUND] if len(away) > AROUND else slice(None)
        found.append(_weighted_median(angles[near], worth[near]))
    return found


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)]) if total[-1] > 0 else 0.0


def _quad(
    kernel: NDArray[np.float64], extent: NDArray[np.float64], angle: float
) -> NDArray[np.float64]:
    """The rectangle at that angle around a number, float64 (4, 2), in cells."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    core, whole = kernel @ turn, extent @ turn
    low, high = core.min(axis=0) - 0.5, core.max(axis=0) + 0.5
    tall = (high[1] - low[1]) / HIGH
    more = np.array([LONG * tall / 2, (1 - HIGH) * tall / 2])
    stray = STRAY * tall
    near = whole[((whole > low - more - stray) & (whole < high + more + stray)).all(axis=1)]
    near = near if len(near) else core
    first = np.clip(near.min(axis=0) - 0.5, low - more - stray, low - more + stray)
    last = np.clip(near.max(axis=0) + 0.5, high + more - stray, high + more + stray)
    (a, b), (c, d) = first, last
    corners = np.array([[a, b], [c, b], [c, d], [a, d]], np.float64)
    return np.asarray(corners @ turn.T)

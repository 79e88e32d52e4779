"""Crops -> which of their pixels are paper; what the strips' ink is found with."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Mask = NDArray[np.uint8]
"""uint8 (height, width), 1 where it is."""
EDGE = 0.4
"""What a crop's edge counts in telling which of its two shades is paper: a tight crop of a bold
digit may be half ink."""


def paper_level(crop: Grey) -> int:
    """The paper's grey level, be the ink darker or lighter."""
    threshold, light = cv2.threshold(crop, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    edge = np.concatenate([crop[0], crop[-1], crop[:, 0], crop[:, -1]])
    share = cv2.countNonZero(light) / light.size
    is_light = EDGE * (edge > threshold).mean() + (1 - EDGE) * share >= 0.5
    # The median of its own shades, counted: a page's pixels take long to sort, and with NumPy eight
    # bytes each to count.
    counts = cv2.calcHist([crop], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    counts[slice(None, int(threshold) + 1) if is_light else slice(int(threshold) + 1, None)] = 0
    total = np.cumsum(counts)
    middle = (total[-1] - 1) // 2, total[-1] // 2
    return (
        int(np.searchsorted(total, middle, side="right").mean()) if total[-1] else int(crop[0, 0])
    )


def ranked(values: NDArray[Any], share: float) -> float:
    """Its quantile, one of the values; many times faster than to sort them."""
    place = int(share * (values.size - 1))
    return float(np.partition(values, place, axis=None)[place])


def padded(grey: Grey, rows: tuple[int, int], columns: tuple[int, int], shade: int) -> Grey:
    """The picture with so many rows before and after it, and columns, of that shade."""
    made = np.full((len(grey) + sum(rows), grey.shape[1] + sum(columns)), shade, np.uint8)
    made[rows[0] : rows[0] + len(grey), columns[0] : columns[0] + grey.shape[1]] = grey
    return made


def dilated(picture: Grey, height: int, width: int) -> Grey:
    """Each pixel the brightest of those around it, in a block of that size."""
    return np.asarray(cv2.dilate(picture, np.ones((height, width), np.uint8)), np.uint8)


def opened(mask: Mask, height: int, width: int) -> Mask:
    """What lies in blocks of that size that the mask, of 0 and 1, fills.

    As OpenCV's MORPH_OPEN, whose time grows with the block; this counts by running sums, which
    take as long for any block.
    """
    whole = (_block_sums(np.asarray(mask == 0).view(np.uint8), height, width) == 0).view(np.uint8)
    return (_block_sums(whole, height, width) > 0).view(np.uint8)


def _block_sums(mask: Mask, height: int, width: int) -> NDArray[np.int32]:
    """How many ones are in the block around each pixel; there are none outside."""
    size, outside = (width, height), cv2.BORDER_CONSTANT
    sums = cv2.boxFilter(mask, cv2.CV_32S, size, normalize=False, borderType=outside)
    return np.asarray(sums, np.int32)

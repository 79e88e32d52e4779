"""A contact sheet: what a dataset looks like, at a glance."""

from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.files import write_atomically

COLUMNS, GAP = 20, 2


def contact_sheet(
    images: NDArray[np.uint8], labels: NDArray[np.uint8] | None, path: str | PathLike[str]
) -> None:
    """Write a PNG with a row a digit, each of its first 20 images; without labels ten rows of the
    images as they come.

    Args:
        images: uint8 (n, 28, 28).
        labels: uint8 (n,), 0 to 9; None if there are none.

    Raises:
        OutputError: the file cannot be written.
    """
    if labels is None:
        labels = (np.arange(len(images)) // COLUMNS).clip(max=10).astype(np.uint8)
    step = 28 + GAP
    sheet = np.full((10 * step + GAP, COLUMNS * step + GAP), 96, np.uint8)
    for digit in range(10):
        for column, image in enumerate(images[labels == digit][:COLUMNS]):
            y, x = digit * step + GAP, column * step + GAP
            sheet[y : y + 28, x : x + 28] = image
    with write_atomically(Path(path)) as temporary:
        Image.fromarray(sheet).save(temporary, format="PNG")

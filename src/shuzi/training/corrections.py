"""What people decided -> digits to learn from, and digits to measure on."""

import hashlib
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shuzi.errors import DataError
from shuzi.evaluation.calibration import NOT_A_DIGIT
from shuzi.recognise.glyph import find_glyph
from shuzi.review.item import Item
from shuzi.review.store import Store

LEAST = 20
"""Fewer corrections teach nothing and measure nothing."""
KEPT = 3
"""One source in so many is kept to measure on."""
MOST_TIMES = 20
"""That an epoch has a correction, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Corrections:
    """Images uint8 (n, 28, 28), labels uint8 (n,), 10 for no digit, and where each is from."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, chosen: NDArray[np.bool_]) -> "Corrections":
        sources = (source for source, taken in zip(self.sources, chosen, strict=True) if taken)
        return Corrections(self.images[chosen], self.labels[chosen], tuple(sources))


def load_corrections(store: Store) -> Corrections:
    """The decided items of one digit or that are not a number, as the reader sees them.

    Raises:
        DataError: there are too few.
    """
    items = [item for item in store.items("decided") if _is_one_digit(item)]
    found = [(item, glyph) for item in items if (glyph := _glyph(store, item)) is not None]
    if len(found) < LEAST:
        raise DataError(
            f"The review queue has {len(found)} decided digits; {LEAST} are needed.",
            "Review more. Only numbers of one digit teach the digit model.",
        )
    return Corrections(
        np.stack([glyph for _, glyph in found]),
        np.array([_label(item) for item, _ in found], np.uint8),
        tuple(item.source for item, _ in found),
    )


def split(corrections: Corrections) -> tuple[Corrections, Corrections]:
    """Those to learn from and those to measure on, a third.

    A source, such as a scanned page, goes to one side as a whole, by a hash of its name; with
    fewer than six sources each correction goes by itself.
    """
    few = len(set(corrections.sources)) < 2 * KEPT
    names = [f"{source} {i}" if few else source for i, source in enumerate(corrections.sources)]
    ranked = sorted(set(names), key=_hash)
    kept = np.isin(names, ranked[::KEPT])
    return corrections.take(~kept), corrections.take(kept)


def repeated(corrections: Corrections, wanted: int) -> NDArray[np.intp]:
    """Places of the corrections, each as often as makes about the wanted number of them."""
    times = min(MOST_TIMES, max(1, round(wanted / len(corrections))))
    return np.tile(np.arange(len(corrections)), times)


def _is_one_digit(item: Item) -> bool:
    return len(item.text if item.answer is None else item.answer) == 1


def _label(item: Item) -> int:
    return NOT_A_DIGIT if item.answer is None else int(item.answer)


def _glyph(store: Store, item: Item) -> NDArray[np.uint8] | None:
    pictures = store.pictures(item.id)
    if pictures is None:
        return None
    with Image.open(io.BytesIO(pictures.crop)) as crop:
        return find_glyph(np.array(crop.convert("L")))


def _hash(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def count_right(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> int:
    """How many digits are the likeliest digit, and how many others are likelier none than any.

    Args:
        probabilities: float32 (n, 10), less than 1 by the probability of no digit.
        labels: (n,), 0 to 9 or 10 for no digit.
    """
    refused = 1 - probabilities.sum(axis=1) > probabilities.max(axis=1)
    right = np.where(labels == NOT_A_DIGIT, refused, probabilities.argmax(axis=1) == labels)
    return int(right.sum())

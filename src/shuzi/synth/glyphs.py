"""Real digits to compose strings of, sorted so that a hand can take like ones."""

import numpy as np
from numpy.typing import NDArray


class Glyphs:
    """Real digits, sorted by their pens' width so that a hand can take like ones.

    Args:
        images: uint8 (n, 28, 28), in MNIST's convention.
        labels: (n,), 0 to 9; each digit at least once.
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> None:
        pens, slants = _pens(images), _slants(images)
        self._of: list[tuple[NDArray[np.uint8], NDArray[np.float64]]] = []
        for digit in range(10):
            chosen = np.flatnonzero(labels == digit)
            chosen = chosen[np.argsort(pens[chosen], kind="stable")]
            self._of.append((images[chosen], slants[chosen]))

    def pick(
        self, digit: int, place: float, rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], float]:
        """A digit (28, 28) and its slant, its pen near that place, 0 thinnest to 1 widest."""
        images, slants = self._of[digit]
        i = int(len(images) * np.clip(place + rng.normal(0, 0.07), 0, 0.9999))
        return images[i], float(slants[i])


def _pens(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """About the width of each one's strokes: twice the ink over its edge."""
    ink = np.pad(images > 100, ((0, 0), (1, 1), (1, 1)))
    inner = ink[:, 1:-1, 1:-1] & ink[:, :-2, 1:-1] & ink[:, 2:, 1:-1]
    inner &= ink[:, 1:-1, :-2] & ink[:, 1:-1, 2:]
    area = ink.sum(axis=(1, 2)).astype(np.float64)
    return np.asarray(2 * area / np.maximum(area - inner.sum(axis=(1, 2)), 1))


def _slants(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How far each one leans to the right, a row: its moments' ratio."""
    weight = images / np.maximum(images.sum(axis=(1, 2), keepdims=True, dtype=np.float64), 1)
    steps = np.arange(28.0)
    x, y = weight.sum(axis=1) @ steps, weight.sum(axis=2) @ steps
    xy = np.einsum("nij,i,j->n", weight, steps, steps, optimize=True) - x * y
    yy = weight.sum(axis=2) @ steps**2 - y * y
    return np.asarray(np.clip(-xy / np.maximum(yy, 1e-6), -1, 1), np.float64)

"""What haste does to a pen's way: it cuts corners, leaves loops open and runs on at the ends.

After R. Plamondon (1995), "A kinematic theory of rapid human movements": strokes overlap in time,
the more the faster the hand, so that each begins before the one before it has arrived.
"""

import numpy as np
from numpy.typing import NDArray

Path = NDArray[np.float64]
"""Points (n, 2) of one stroke, in heights of a digit."""
STEP = 0.03
"""Heights between two points of a path while it is smoothed."""
SHORTEST = 0.15
"""Heights of the shortest stroke that haste changes; dots stay."""


def hurried(paths: list[Path], haste: float, rng: np.random.Generator) -> list[Path]:
    """The strokes as the same hand writes them in haste.

    Args:
        haste: 0 none, 1 as much as a person can still read.
    """
    ways, phases = rng.normal(0, 3.5, (2, 2)), rng.uniform(0, 6.28, 2)
    swings = haste * rng.normal(0, 0.035, (2, 2))
    cut = haste * rng.uniform(0.02, 0.085)
    written = []
    for i, path in enumerate(paths):
        gone = np.r_[0, np.cumsum(np.hypot(*np.diff(path, axis=0).T))]
        if gone[-1] < SHORTEST:
            written.append(path)
            continue
        first, last = 0.0, gone[-1]
        if rng.random() < 0.4 * haste:
            first = last * rng.uniform(0, 0.07)
        if rng.random() < 0.25 * haste:
            last *= rng.uniform(0.93, 1)
        steps = np.linspace(first, last, int((last - first) / STEP) + 4)
        even = np.stack([np.interp(steps, gone, path[:, axis]) for axis in (0, 1)], axis=1)
        even = _rounded(even, cut / STEP)
        if rng.random() < 0.35 * haste:
            even = np.concatenate([even, _tail(even, rng)])
        even = even + np.sin(even @ ways + phases) @ swings
        if i:
            even += haste * rng.normal(0, 0.04, 2)
        written.append(even)
    return written


def _rounded(path: Path, sigma: float) -> Path:
    """Smoothed by so many points; the ends stay."""
    reach = min(int(2.5 * sigma) + 1, len(path) - 1)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 0.1)) ** 2)
    weights /= weights.sum()
    before, after = path[reach:0:-1], path[-2 : -reach - 2 : -1]
    padded = np.concatenate([2 * path[0] - before, path, 2 * path[-1] - after])
    return np.stack([np.convolve(padded[:, axis], weights, "valid") for axis in (0, 1)], axis=1)


def _tail(path: Path, rng: np.random.Generator) -> Path:
    """The pen runs on where it was going, in a bend."""
    back = path[-1] - path[max(0, len(path) - 4)]
    angle = (
        np.arctan2(back[1], back[0]) + rng.normal(0, 0.2) + rng.normal(0, 1) * np.arange(1, 6) / 5
    )
    length = rng.uniform(0.02, 0.14) / 5
    return np.asarray(path[-1] + length * np.cumsum([np.cos(angle), np.sin(angle)], axis=1).T)

"""Strokes written in haste."""

import numpy as np

from shuzi.synth.haste import hurried

CORNER = np.array([[0.0, 0.0], [0.5, 1.0], [1.0, 0.0]])


def nearest(path: np.ndarray, point: np.ndarray) -> float:
    return float(np.hypot(*(path - point).T).min())


def test_haste_cuts_corners() -> None:
    away = [
        nearest(hurried([CORNER], 1.0, np.random.default_rng(i))[0], CORNER[1]) for i in range(20)
    ]
    assert np.median(away) > 0.04


def test_without_haste_a_stroke_stays() -> None:
    (path,) = hurried([CORNER], 0.0, np.random.default_rng(0))
    assert nearest(path, CORNER[1]) < 0.03
    np.testing.assert_allclose(path[[0, -1]], CORNER[[0, -1]], atol=1e-6)


def test_a_dot_stays_a_dot() -> None:
    dot = np.array([[0.2, 0.2], [0.21, 0.22]])
    (path,) = hurried([dot], 1.0, np.random.default_rng(0))
    np.testing.assert_array_equal(path, dot)

"""Strokes that cross out what is written."""

import cv2
import numpy as np
import pytest

from shuzi.synth.strikes import AROUND, LOOKS_WRITTEN, WAYS, strike

SIZE = 40


def dots(count):
    """As many digits as pairs of dots, one at the foot and one at the head, `SIZE` apart."""
    ink = np.zeros((SIZE, count * SIZE), np.uint8)
    for x in range(SIZE // 2, count * SIZE, SIZE):
        for y in (3, SIZE - 4):
            cv2.circle(ink, (x, y), 3, 255, -1)
    return ink


@pytest.mark.parametrize("seed", range(12))
def test_what_is_struck_keeps_its_ink_and_gets_strokes_across(seed):
    ink, rng = dots(3), np.random.default_rng(seed)
    struck = strike(ink, rng, pen=3, of="384")
    pad = round(AROUND * SIZE)
    inside = struck[pad:-pad, pad:-pad]
    assert inside.shape == ink.shape
    assert (inside >= ink).all()
    columns = np.flatnonzero((struck > ink.max() / 2).any(axis=0))
    assert columns[0] <= pad + 5
    assert columns[-1] >= pad + ink.shape[1] - 6


@pytest.mark.parametrize("seed", range(12))
def test_one_digit_is_struck_and_the_others_are_not(seed):
    ink, rng = dots(5), np.random.default_rng(seed)
    struck = strike(ink, rng, pen=3, of="8", span=(2 * SIZE, 3 * SIZE))
    pad = round(AROUND * SIZE)
    inside = struck[pad:-pad, pad:-pad]
    changed = np.flatnonzero((inside != ink).any(axis=0))
    assert changed[0] >= 2 * SIZE - pad - 10
    assert changed[-1] <= 3 * SIZE + pad + 10


@pytest.mark.parametrize(("digit", "ways"), LOOKS_WRITTEN.items())
def test_a_digit_is_not_struck_as_others_write_it(digit, ways, monkeypatch):
    other = "line" if "line" not in ways else "cross"
    monkeypatch.setattr("shuzi.synth.strikes.WAYS", {ways[0]: 0.999, other: 0.001})
    assert set(ways) < set(WAYS)
    ink = dots(1)
    first = strike(ink, np.random.default_rng(3), pen=3, of=digit)
    monkeypatch.setattr("shuzi.synth.strikes.WAYS", {other: 1.0})
    assert (first == strike(ink, np.random.default_rng(3), pen=3, of="5")).all()

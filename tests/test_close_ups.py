"""Numbers seen large, and sheets of single digits."""

from itertools import pairwise

import numpy as np
import pytest

from shuzi.synth.close_ups import digit_sheet, equation, large_number
from shuzi.synth.digits import drawn_digits
from shuzi.synth.entries import formula
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.materials import Materials
from shuzi.synth.writer import Writer


@pytest.fixture(scope="module")
def materials() -> Materials:
    return Materials(Glyphs(*drawn_digits(200, seed=0)))


@pytest.mark.parametrize("seed", range(5))
def test_digits_far_apart_by_themselves_are_one_number(materials: Materials, seed: int) -> None:
    canvas = large_number(materials, np.random.default_rng(seed))

    assert len(canvas.numbers) == 1
    assert canvas.other.max() == 0


@pytest.mark.parametrize("seed", range(5))
def test_operators_stand_between_numbers(materials: Materials, seed: int) -> None:
    canvas = equation(materials, np.random.default_rng(seed))
    quads = [number.quad for number in canvas.numbers]

    assert len(quads) >= 2
    assert canvas.other.max() > 0.3
    assert all(left[1, 0] < right[0, 0] for left, right in pairwise(quads))


@pytest.mark.parametrize("seed", range(3))
def test_single_digits_fill_a_sheet(materials: Materials, seed: int) -> None:
    canvas = digit_sheet(materials, np.random.default_rng(seed))

    assert len(canvas.numbers) >= 7
    assert {len(number.text) for number in canvas.numbers} == {1}


def test_a_formula_is_no_number(materials: Materials) -> None:
    item = formula(Writer.new(materials, 30, np.random.default_rng(0)))

    assert item.text is None
    assert item.ink.shape[1] > item.ink.shape[0]


def test_paper_around_a_slash_keeps_a_date_together(
    materials: Materials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shuzi.synth.writer.CROSSED", 0.0)
    widths = []
    for share in (0.0, 1.0):
        monkeypatch.setattr("shuzi.synth.writer.AIRY", share)
        writers = [Writer.new(materials, 30, np.random.default_rng(seed)) for seed in range(8)]
        widths.append(np.median([one.number("12/05/2023").shape[1] for one in writers]))

    assert widths[1] > widths[0] + 10

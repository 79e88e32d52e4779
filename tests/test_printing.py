"""Print for the number model to learn from."""

import numpy as np

from shuzi.synth.printing import FONTS, print_line, print_words
from shuzi.synth.writing import TALL


def test_a_printed_digit_is_as_high_as_a_written_one():
    heights = [len(print_line("0", np.random.default_rng(seed))) for seed in range(40)]
    assert all(abs(height - TALL) <= 0.2 * TALL for height in heights)


def test_there_are_many_fonts():
    lines = {print_line("472", np.random.default_rng(seed)).tobytes() for seed in range(200)}
    assert len(lines) == len(FONTS)


def test_words_are_wider_than_one_letter_and_cut_to_their_ink():
    for seed in range(40):
        words = print_words(np.random.default_rng(seed))
        assert words.shape[1] > 0.8 * len(words)
        assert (words > 30).any(axis=0)[[0, -1]].all()
        assert (words > 30).any(axis=1)[[0, -1]].all()

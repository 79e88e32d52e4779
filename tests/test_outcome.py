"""What becomes of an item, and what is looked at together."""

import pytest
from databases import number

from shuzi.review.group import Alike, choose_group
from shuzi.review.guesses import other_guesses
from shuzi.review.outcome import Answer, Outcome, outcome


def answers(*texts):
    return [Answer(name, text) for name, text in zip("ABC", texts, strict=False)]


@pytest.mark.parametrize(
    ("texts", "required", "becomes"),
    [
        ([], 1, Outcome("open")),
        (["7"], 1, Outcome("decided", "7")),
        ([None], 1, Outcome("decided", None)),
        (["7"], 2, Outcome("open")),
        (["7", "7"], 2, Outcome("decided", "7")),
        ([None, None], 2, Outcome("decided", None)),
        (["7", "1"], 2, Outcome("disputed")),
        (["7", None], 2, Outcome("disputed")),
        (["7", "1", "1"], 2, Outcome("decided", "1")),
        (["7", "1", "4"], 2, Outcome("decided", "4")),
        (["7", "7", "1"], 2, Outcome("decided", "7")),
    ],
)
def test_answers_make_a_state(texts, required, becomes):
    assert outcome(answers(*texts), required) == becomes


@pytest.mark.parametrize(
    ("waiting", "group"),
    [
        ({}, None),
        ({"7": 5, "1": 9, "12": 8}, Alike("1", 1)),
        ({"7": 4, "1": 4}, Alike("1", 1)),
        ({"7": 3, "12": 2, "34": 2}, Alike(None, 2)),
        ({"512": 1}, Alike(None, 3)),
    ],
)
def test_the_commonest_text_or_else_length_is_a_group(waiting, group):
    assert choose_group(waiting) == group


def test_other_guesses_differ_in_one_digit():
    guesses = other_guesses(number("72", confidence=0.6))
    assert [text for text, _ in guesses] == ["12", "71", "42", "74"]
    assert guesses[0][1] == pytest.approx(0.6 * 0.15 / 0.8)

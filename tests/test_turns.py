"""Which turn brings a picture upright."""

import numpy as np
import pytest

from shuzi import Reader
from shuzi.image import load_grey
from shuzi.page.network import Maps
from shuzi.page.orientation import (
    is_askew,
    is_digit,
    mean_confidence,
    possible_turns,
    reads_better,
    reads_either_way,
)
from shuzi.recognise.sequence import Reading

NOTHING = np.zeros((4, 4), np.float32)


def readings(*pairs):
    return [Reading(text, sure, (), ()) for text, sure in pairs]


@pytest.mark.parametrize(
    ("turns", "count", "degrees"),
    [
        ((0.97, 0.01, 0.01, 0.01), 9, []),
        ((0.02, 0.02, 0.01, 0.95), 1, [270]),
        ((0.1, 0.45, 0.0, 0.45), 1, [90, 270]),
        ((0.85, 0.02, 0.13, 0.0), 9, [180]),
        ((0.85, 0.02, 0.13, 0.0), 1, []),
    ],
)
def test_turns_are_tried_that_the_network_thinks_possible(turns, count, degrees):
    maps = Maps(NOTHING, NOTHING, NOTHING, np.array(turns, np.float32), 2.0)
    assert possible_turns(maps, count) == degrees


def test_numbers_are_as_sure_as_they_are_in_the_mean():
    assert mean_confidence(readings(("12", 0.9), ("345", 0.95))) == pytest.approx(0.925)
    assert mean_confidence(readings(("71", 0.4), ("", 0.9))) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("upright", "digits", "other", "askew"),
    [(0.05, 2, False, True), (0.05, 1, True, True), (0.05, 1, False, False), (0.2, 9, True, False)],
)
def test_what_was_read_the_wrong_way_is_told(upright, digits, other, askew):
    maps = Maps(NOTHING, NOTHING, NOTHING, np.array([upright, 1 - upright, 0, 0], np.float32), 2.0)
    assert is_askew(maps, digits, other=other) is askew


@pytest.fixture(scope="module")
def on_their_side(data_folder):
    """Every fourth cheque amount, quarter turns, which trained nothing."""
    files = sorted((data_folder / "numbers" / "cheques").glob("*.png"))[::4]
    pictures = [np.rot90(load_grey(file), turn) for file in files for turn in (1, 3)]
    reader = Reader(fast=True, threads=1)
    return [reader.read(picture) for picture in pictures]


def test_parts_of_a_number_on_its_side_are_not_accepted(on_their_side):
    parts = [page for page in on_their_side if not page.rotated]
    assert len(parts) > 20
    wrong = [page.text() for page in parts if any(n.decision == "accept" for n in page.numbers)]
    assert len(wrong) <= 2, wrong


@pytest.mark.parametrize(
    ("text", "either"), [("61", True), ("8.90", True), ("2", True), ("17", False)]
)
def test_some_numbers_are_numbers_on_their_head_too(text, either):
    assert reads_either_way(text) is either


def test_a_lone_digit_may_be_another_one_on_its_head():
    assert mean_confidence(readings(("9", 0.99))) == mean_confidence([]) == 0.0


@pytest.mark.parametrize(
    ("said", "digit"),
    [
        ([("8", 0.97)], True),
        ([("8", 0.97), ("", 0.6)], True),
        ([("8", 0.9)], False),
        ([("8", 0.97), ("1", 0.4)], False),
        ([("", 0.99)], False),
    ],
)
def test_a_sure_digit_does_not_lie_on_its_side(said, digit):
    assert is_digit(readings(*said)) is digit


@pytest.mark.parametrize(
    ("turned", "before", "better"),
    [
        ([("2753", 0.9)], [("857", 0.7)], True),
        ([("2753", 0.9)], [("8572", 0.85)], False),
        ([("2753", 0.5)], [("857", 0.1)], False),
        ([("791", 0.9)], [("32164", 0.3)], False),
    ],
)
def test_a_turned_picture_must_be_surer_and_lose_no_digit(turned, before, better):
    assert reads_better(readings(*turned), readings(*before)) is better


def test_of_many_numbers_some_may_get_lost():
    before = [("123", 0.3)] * 9
    assert reads_better(readings(("12", 0.9)), readings(*before))

"""benchmarks/read_pages.py counts what is right as it says."""

import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT / "tools")])
    import read_pages

    return read_pages


def said(bench, *texts, decision="accept"):
    """Numbers ten pixels wide, one after the other."""
    corners = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], float)
    return [bench.Said(t, corners + np.array([10 * i, 0]), decision) for i, t in enumerate(texts)]


def test_without_places_texts_are_matched_each_once(bench):
    task = bench.Task("", "", Path(), ["12", "3", "3"])
    found = bench.score(task, said(bench, "3", "12", "12", "4"))
    counts = {key: found[key] for key in bench.COUNTS}
    assert counts == dict(zip(bench.COUNTS, (3, 2, 4, 2, 2, None), strict=True))


def test_without_places_a_text_stands_for_the_one_in_its_order(bench):
    task = bench.Task("", "", Path(), ["-4", "17", "4"])
    found = said(bench, "4", "17") + said(bench, "4", decision="review")
    counts = bench.score(task, found)
    assert (counts["right"], counts["wrong accepted"]) == (2, 1)


def test_order_is_of_the_whole_text(bench):
    task = bench.Task("", "", Path(), ["12", "34"])
    assert bench.score(task, said(bench, "12", "34"))["order"] == 1
    assert bench.score(task, said(bench, "34", "12"))["order"] == pytest.approx(1 - 4 / 5)


def test_with_places_a_number_is_right_where_it_stands_alone(bench):
    """The second cell is blank, the third does not count, beyond them nothing is."""
    task = bench.Task("", "", Path(), ["7", "", None, ""], lambda x, y: min(3, int(x // 10)))
    found = bench.score(task, said(bench, "7", "1", "5", "9", decision="review"))
    assert (found["right"], found["wrong"], found["false"]) == (1, 2, 2)
    twice = bench.Task("", "", Path(), ["7", ""], lambda x, y: 0)
    assert bench.score(twice, said(bench, "7", "7"))["right"] == 0


def test_rejected_numbers_say_nothing(bench):
    task = bench.Task("", "", Path(), ["7"])
    assert bench.score(task, said(bench, "7", decision="reject"))["right"] == 0


def test_digits_of_one_number_may_stand_alone_where_either_will_do(bench):
    task = bench.Task("", "", Path(), ["135"], either=True)
    assert bench.score(task, said(bench, "1", "3", "5"))["wrong accepted"] == 0
    assert bench.score(task, said(bench, "1", "5"))["right"] == 0


@pytest.mark.parametrize("turns", [-1, 0, 1, 2, 3])
def test_points_turn_with_their_picture(bench, turns):
    picture = np.zeros((40, 60), np.uint8)
    picture[10, 25] = 1
    y, x = np.argwhere(np.rot90(picture, turns))[0] + 0.5
    assert bench.after_turns([(25.5, 10.5)], picture.shape, turns)[0] == pytest.approx([x, y])


def test_runs_of_digits_keep_their_signs(bench):
    assert bench.NUMBER.findall("f(2) $45.00 12/05/2023, 18x5 -5") == [
        "2",
        "$45.00",
        "12/05/2023",
        "18x5",
        "-5",
    ]

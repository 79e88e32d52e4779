import cv2
import numpy as np
import pytest

import shuzi
from shuzi.recognise.ruling import hangs, parting_lines, runs_in, without_minus
from shuzi.recognise.sequence import Reading

HIGH, NUMBER, DIGIT = 60, 60, 92


def seven(stroke, grid=220):
    """A 7 laid flat with a height of paper around it, and a stroke before it, from x to x."""
    grey = np.full((180, 220), 220, np.uint8)
    grey[20::35] = grey[:, 20::35] = grid
    cv2.polylines(grey, [np.array([[95, 65], [135, 65], [110, 115]])], False, 40, 5)
    if stroke:
        cv2.line(grey, (stroke[0], 92), (stroke[1], 90), 40, 4)
    return grey


@pytest.mark.parametrize(
    ("stroke", "edge", "said"),
    [
        ((0, 90), 0, (True, False)),
        ((62, 85), 0, (False, False)),
        ((), 0, (False, False)),
        ((40, 90), 40, (False, True)),
        ((58, 85), 58, (False, True)),
    ],
    ids=["a line", "a minus", "nothing", "a line from the edge", "a stroke at the edge"],
)
def test_a_line_comes_from_further_left_than_a_minus(stroke, edge, said):
    assert runs_in(seven(stroke), NUMBER, DIGIT, edge) == said


def test_a_line_that_ends_before_a_minus_leaves_it():
    grey = seven((73, 88))
    cv2.line(grey, (0, 92), (59, 91), 40, 4)
    assert runs_in(grey, NUMBER, DIGIT, 0) == (False, True)


@pytest.mark.parametrize("y", [64, 117], ids=["over it", "under it"])
def test_a_line_of_the_cell_over_or_under_a_minus_leaves_it(y):
    grey = seven((62, 85))
    cv2.line(grey, (0, y), (219, y), 40, 4)
    assert runs_in(grey, NUMBER, DIGIT, 0) == (False, False)


def test_a_minus_may_lie_on_a_line_that_is_paler():
    grey = seven((62, 85))
    grey[89:93] = np.minimum(grey[89:93], 140)
    assert runs_in(grey, NUMBER, DIGIT, 0) == (True, True)


@pytest.mark.parametrize(
    ("axis", "said"),
    [((20, 160), True), ((80, 102), False), ((), False)],
    ids=["axis", "serif", "none"],
)
def test_a_stroke_that_hangs_on_something_as_high_as_the_number_is_no_minus(axis, said):
    grey = seven((62, 85))
    if axis:
        cv2.line(grey, (62, axis[0]), (62, axis[1]), 40, 4)
    assert hangs(grey, NUMBER, DIGIT) is said


@pytest.mark.parametrize(("stroke", "said"), [((62, 85), False), ((0, 90), True)])
def test_a_minus_on_squared_paper_is_none_of_its_lines(stroke, said):
    assert runs_in(seven(stroke, grid=185), NUMBER, DIGIT, 0) == (said, False)


@pytest.mark.parametrize(
    ("line", "halves"),
    [
        (((72, 0), (74, 79)), [2, 0]),
        (((72, 0), (78, 79)), [2, 0]),
        (((72, 35), (72, 79)), [1, 0]),
        (((72, 12), (72, 68)), [0, 0]),
        (((24, 0), (24, 79)), [0, 0]),
        (((68, 0), (98, 79)), [0, 0]),
        ((), [0, 0]),
    ],
    ids=["a line", "leaning", "from a box", "a digit", "before all digits", "a slash", "none"],
)
def test_a_line_through_a_crop_parts_digits(line, halves):
    grey = np.full((80, 200), 220, np.uint8)
    for x in (50, 95, 140):
        cv2.ellipse(grey, (x, 40), (12, 22), 0, 0, 360, 40, 4)
    if line:
        cv2.line(grey, *line, 60, 2)
    assert parting_lines(grey, [(36, 64), (81, 109), (126, 154)]) == halves


def test_what_is_said_of_the_digits_counts_with_and_without_a_minus():
    said = Reading("-375", 0.6, ((4, 8), (8, 12), (12, 16)), (("375", 0.3), ("-37", 0.05)))
    found = without_minus(said)
    assert (found.text, round(found.confidence, 3), found.spans) == ("375", 0.9, said.spans)
    assert found.alternatives == (("37", 0.05),)


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("tally_11.jpg", ["365", "136", "001", "001"]),
        ("tally_15.jpg", ["139", "131", "000", "000"]),
    ],
    ids=["cut off by the edge", "from further left"],
)
def test_lines_that_run_into_counts_are_not_minuses(data_folder, name, texts):
    page = shuzi.Reader(fast=True).read(data_folder / "pages" / name)
    assert [number.text for number in page.numbers] == texts


def test_a_minus_that_the_edge_of_a_crop_cuts_is_for_review(data_folder):
    path = str(data_folder / "pages" / "minus_5.png")
    grey = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    first = int(np.flatnonzero((grey < 128).any(axis=0))[0])
    (number,) = shuzi.Reader(fast=True).read(grey[:, first + 4 :]).numbers
    assert (number.text, number.decision) == ("-5", "review")

"""Where the numbers of a page are: grouped, in lines, without rulings."""

import re
import subprocess
import sys

import cv2
import numpy as np
import pytest
from pages import page

from shuzi.result import Box
from shuzi.rules.groups import Group, alike, find_groups, in_fields, with_marks
from shuzi.rules.layout import find_numbers
from shuzi.rules.paper import find_ink, page_contrast

LENGTHS = [[3, 1, 2], [2, 4], [1, 1, 3]]


def found(picture):
    """How many groups there are in each line."""
    groups = find_numbers(picture).groups
    return [
        sum(g.line == line for g in groups) for line in range(1, 1 + max(g.line for g in groups))
    ]


@pytest.fixture(scope="module")
def plain(digits):
    return page(digits, LENGTHS)[0]


def test_numbers_are_found_in_their_lines(plain):
    assert found(plain) == [3, 2, 3]


def test_groups_go_from_left_to_right(plain):
    groups = find_numbers(plain).groups
    order = [(group.line, group.box.x) for group in groups]
    assert order == sorted(order)


def test_light_ink_on_dark_paper(plain):
    assert found(255 - plain) == [3, 2, 3]


def test_light_ink_on_a_sheet_among_dark_streaks(plain):
    """A table's grain, darker than the ink is light."""
    grain = np.random.default_rng(0).gamma(4, 18, (1300, 1)) + np.zeros((1, 1600))
    photo = (200 - grain).clip(0, 255).astype(np.uint8)
    photo[150:1150, 250:1350] = 120
    light = (235 - plain.clip(0, 235)) // 4
    photo[200:1100, 300:1300] += light
    contrast, _ = page_contrast(photo)
    assert contrast[200:1100, 300:1300][light > 40].mean() > 50


def test_a_shadow(plain):
    light = np.linspace(1, 0.35, plain.shape[1])
    assert found((plain * light).astype(np.uint8)) == [3, 2, 3]


def test_rulings_are_no_numbers_and_hide_none(plain):
    ruled = plain.copy()
    for y in range(40, 900, 110):
        cv2.line(ruled, (0, y), (999, y), 120, 2)
    cv2.line(ruled, (30, 0), (30, 899), 120, 2)
    assert found(ruled) == [3, 2, 3]


def test_an_upright_ruling_parts_numbers(digits):
    picture, _ = page(digits, [[2]], size=(300, 400))
    cv2.line(picture, (104, 0), (104, 299), 60, 2)
    assert found(picture) == [2]


def test_squares_part_no_numbers(plain):
    squares = np.full_like(plain, 255)
    squares[:, 12::44] = squares[:, 13::44] = 140
    squares[12::44] = squares[13::44] = 140
    assert found(np.minimum(plain, squares)) == [3, 2, 3]


def test_large_squares_that_digits_are_written_over_part_no_numbers(digits):
    """Wider than a digit, so that only the lines through digits tell them from a table."""
    plain, _ = page(digits, LENGTHS, size=(900, 1300))
    squares = np.full_like(plain, 255)
    squares[:, 12::75] = squares[:, 13::75] = 170
    squares[12::75] = squares[13::75] = 170
    assert found(np.minimum(plain, squares)) == [3, 2, 3]


def test_pale_squares_whose_lines_break_at_each_other_are_no_writing(digits):
    plain, _ = page(digits, LENGTHS, size=(900, 1300))
    squares = np.full_like(plain, 255)
    squares[12::52] = squares[13::52] = 190
    for x in range(12, 1300, 52):
        squares[:, x - 4 : x + 6] = 255
        squares[:, x : x + 2] = 190
    assert found(np.minimum(plain, squares)) == [3, 2, 3]


def test_a_dark_1_on_a_pale_ruling_is_kept(plain):
    paper = plain.copy()
    cv2.line(paper, (950, 0), (950, 899), 190, 2)
    cv2.line(paper, (952, 290), (950, 330), 20, 5)
    assert found(paper) == [3, 2, 4]


def test_strokes_that_lie_on_a_pale_ruling_stay_whole(plain):
    """A cross, so that neither of its strokes may go with the ruling under it."""
    paper = plain.copy()
    cv2.line(paper, (0, 310), (999, 310), 190, 2)
    cv2.line(paper, (950, 0), (950, 899), 190, 2)
    cv2.line(paper, (950, 285), (950, 335), 20, 5)
    cv2.line(paper, (930, 310), (970, 310), 20, 5)
    layout = find_numbers(paper)
    cross = [g.box for g in layout.groups if g.box.x > 900]
    assert [box.to_list() for box in cross] == [pytest.approx([928, 283, 45, 55], abs=3)]


def test_a_stroke_that_hides_a_piece_of_a_pale_ruling_is_no_piece_of_it(plain):
    paper = plain.copy()
    for top, bottom in ((0, 270), (352, 899)):
        cv2.line(paper, (950, top), (950, bottom), 190, 2)
    cv2.line(paper, (950, 282), (950, 340), 20, 4)
    assert found(paper) == [3, 2, 4]


def test_noise_of_neighbouring_pixels_has_none():
    noise = np.random.default_rng(0).normal(0, 12, (900, 1000)).astype(np.float32)
    paper = 90 + cv2.GaussianBlur(noise, (0, 0), 0.9)
    assert find_numbers(paper.astype(np.uint8)).groups == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (1, 900), (3000, 1)])
def test_the_light_of_a_picture_of_one_line_is_followed(size):
    contrast, floor = page_contrast(np.full(size, 200, np.uint8))
    assert contrast.shape == floor.shape == size
    assert not contrast.any()


@pytest.mark.parametrize("angle", [-3.0, 2.0])
def test_a_turned_page_is_levelled(plain, angle):
    turn = cv2.getRotationMatrix2D((500, 450), angle, 1)
    turned = cv2.warpAffine(plain, turn, (1000, 900), borderValue=235)
    assert found(turned) == [3, 2, 3]


def test_boxes_are_those_of_the_picture(plain):
    large = cv2.resize(plain, None, fx=4, fy=4)
    layout, before = find_numbers(large), find_numbers(plain)
    box = layout.on_picture(layout.groups[0].box)
    small = before.groups[0].box
    assert box.to_list() == pytest.approx([4 * v for v in small.to_list()], abs=16)


def test_a_crop_is_without_its_neighbours(plain):
    layout = find_numbers(plain)
    layout.labels[:] = np.where(layout.labels == layout.groups[0].parts[0], layout.labels, 0)
    crop = layout.crop(layout.groups[0])
    assert crop.dtype == np.uint8
    assert crop[:2].min() > 200


@pytest.mark.parametrize("size", [(1, 1), (3, 700), (28, 28), (300, 400), (2600, 1800)])
@pytest.mark.parametrize("paper", [0, 128, 255])
def test_a_blank_page_has_none(size, paper):
    assert find_numbers(np.full(size, paper, np.uint8)).groups == ()


def test_noise_and_shadow_alone_have_none():
    rng = np.random.default_rng(0)
    light = np.linspace(240, 90, 800) + rng.normal(0, 6, (600, 800))
    assert find_numbers(light.clip(0, 255).astype(np.uint8)).groups == ()


def test_ruled_paper_has_none():
    paper = np.full((800, 800), 240, np.uint8)
    paper[40::40] = 170
    paper[:, 40::40] = 170
    assert find_numbers(paper).groups == ()


def test_contrast_is_zero_on_paper_and_high_on_ink(plain):
    contrast, _ = page_contrast(plain)
    assert np.median(contrast) <= 2
    assert contrast[plain < 40].mean() > 150


def test_a_group_of_two_low_pieces_may_have_marks():
    pieces = np.array([[0, 0, 99, 99, 9], [0, 0, 8, 12, 60], [0, 26, 8, 12, 60]], np.int32)
    group = Group(Box(0, 0, 8, 38), 1, (1, 2))
    assert with_marks([group], pieces, np.zeros((99, 99), np.uint8), np.array([1, 2]))[0].parts == (
        1,
        2,
    )


def test_pieces_of_a_border_are_no_ones_and_ones_above_each_other_are():
    digit, line, below, far = [50, 10, 30, 50], [10, 10, 6, 50], [10, 64, 6, 50], [11, 140, 6, 50]
    stats = np.array([[0, 0, 99, 99, 9], *([*box, 200] for box in (digit, line, below, far))])
    kept = alike([[1], [2], [3], [4]], stats.astype(np.int32))
    assert kept == [[1], [4]]


def test_a_box_takes_the_groups_of_its_line_and_a_frame_around_lines_none():
    groups = [
        Group(Box(x, y, 20, 30), 1, (x,)) for x, y in ((20, 20), (80, 22), (20, 220), (20, 280))
    ]
    fields = [Box(10, 10, 120, 50), Box(10, 210, 120, 120)]
    found = in_fields(groups, fields, 10**6)
    assert [group.parts for group in found] == [(20,), (20,), (20, 80)]
    assert found[-1].boxes == (fields[0],)


def test_a_digit_alone_in_a_square_stays_as_it_is():
    group = Group(Box(20, 20, 20, 30), 1, (1,))
    assert in_fields([group], [Box(10, 10, 50, 50)], 10**6) == [group]


def test_small_letters_are_with_the_high_ones(digits):
    paper = page(digits, [[3, 1]])[0]
    cv2.putText(paper, "Votes", (60, 500), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 20, 1, cv2.LINE_AA)
    assert found(paper) == [2, 1]


def test_shaded_rows_are_paper():
    """As in tables whose every second row has a tint."""
    paper = np.full((2400, 1700), 250, np.uint8)
    for top in range(400, 2000, 160):
        paper[top : top + 83, 100:1600] = 228
    cv2.line(paper, (400, 420), (400, 465), 40, 8)
    ink = find_ink(*page_contrast(paper))
    assert ink[415:470, 390:410].any()
    ink[410:475, 385:415] = 0
    assert ink.mean() < 0.001


def test_a_number_between_small_words_stands_by_itself():
    heights = [17] * 6 + [53, 50] + [17] * 6
    rows = [(100 + 40 * i, 200 - high, 30, high, 9 * high) for i, high in enumerate(heights)]
    stats = np.array([(0, 0, 999, 999, 0), *rows], np.int32)
    groups = find_groups(stats, np.zeros((999, 999), np.uint8), np.arange(1, len(stats)))
    assert [7, 8] in groups


def lines_of(gaps):
    """The parts of lines of digits, 50 high and 30 wide, with those gaps, as OpenCV gives them."""
    stats = [[0, 0, 999, 999, 9]]
    for place, line in enumerate(gaps):
        x = 10
        for gap in (0, *line):
            x += gap
            stats.append([x, 10 + 120 * place, 30, 50, 400])
            x += 30
    return np.array(stats, np.int32)


def sizes(stats):
    groups = find_groups(stats, np.zeros((999, 999), np.uint8), np.arange(1, len(stats)))
    return sorted(map(len, groups))


def test_one_wide_gap_among_narrow_ones_is_within_a_number():
    assert sizes(lines_of([[5, 5, 5, 5], [5, 5, 33, 5, 5], [5, 5, 5, 5, 5]])) == [5, 6, 6]


def test_digits_in_columns_stay_apart():
    assert sizes(lines_of([[33, 33, 33], [33, 33, 5]])) == [1, 1, 1, 1, 1, 1, 2]


def test_a_hand_with_many_gaps_of_all_widths_up_to_wide_ones_writes_wide_numbers():
    line = [10, 20, 22, 24, 33]
    assert sizes(lines_of([line, line[::-1], line])) == [6, 6, 6]


def test_two_low_pieces_side_by_side_and_above_each_other_are_one_digit():
    rows = [(100 + 60 * i, 100, 30, 50, 400) for i in range(4)]
    rows += [(414, 100, 30, 18, 200), (400, 123, 34, 22, 200)]
    stats = np.array([(0, 0, 999, 999, 0), *rows], np.int32)
    groups = find_groups(stats, np.zeros((999, 999), np.uint8), np.arange(1, len(stats)))
    assert [5, 6] in [sorted(parts) for parts in groups]


def upright(*strokes):
    """The parts of a page, each its left, height and foot, and a mask without rulings."""
    stats = [[0, 0, 0, 0, 0], *([x, foot - h, 10, h, 5 * h] for x, h, foot in strokes)]
    return np.array(stats, np.int32), np.zeros((200, 1000), np.uint8)


WORDS = [(20 * x + 400, 20, 100) for x in range(20)]


@pytest.mark.parametrize(
    ("letters", "groups"), [((20, 20), [[1, 2], [3]]), ((20, 35), [[1, 2, 3]]), ((20,), [[1, 2]])]
)
def test_a_number_is_cut_from_few_letters_beside_it_if_they_are_low_for_the_page(letters, groups):
    strokes = [(10 + 16 * place, h, 100) for place, h in enumerate(letters)]
    strokes.append((10 + 16 * len(letters), 44, 105))
    stats, ruled = upright(*strokes, *WORDS)
    found = find_groups(stats, ruled, np.arange(1, len(stats)))
    assert [sorted(parts) for parts in found if 1 in parts or len(letters) + 1 in parts] == groups


def test_the_lower_digits_of_a_number_between_words_are_its_own():
    heights = (20, 24, 44, 34, 50, 20, 29)
    strokes = [(10 + 16 * place, h, 100) for place, h in enumerate(heights)]
    stats, ruled = upright(*strokes, *WORDS)
    found = find_groups(stats, ruled, np.arange(1, len(stats)))
    assert [3, 4, 5] in [sorted(parts) for parts in found]


def test_a_digit_in_two_pieces_is_as_high_as_both():
    """Between words, where each by itself is as low as their letters."""
    strokes = [(10, 44, 100), (26, 25, 82), (42, 44, 100)]
    stats, ruled = upright(*strokes, (27, 16, 100), *WORDS)
    found = find_groups(stats, ruled, np.arange(1, len(stats)))
    assert [1, 2, 3, 4] in [sorted(parts) for parts in found]


def test_squares_and_strokes_without_number_take_time_in_proportion_to_the_page():
    """10,000 squares, with and without a speck in each; 10,000 strokes, of which some are read."""
    words = """
import resource
import numpy as np
from shuzi.rules.groups import MAX_GROUPS
from shuzi.rules.layout import find_numbers
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
squares = np.full((1600, 1600), 230, np.uint8)
for line in (0, 1):
    squares[line::16] = squares[:, line::16] = 30
assert find_numbers(squares).groups == ()
for row in (6, 7, 8):
    squares[row::16, 7::16] = 30
assert len(find_numbers(squares).groups) <= MAX_GROUPS
strokes = np.full((1600, 1600), 230, np.uint8)
for row in range(3, 13):
    strokes[row::16, 3::12] = strokes[row::16, 4::12] = 30
assert len(find_numbers(strokes).groups) <= MAX_GROUPS
print(open("/proc/self/status").read())
"""
    done = subprocess.run([sys.executable, "-c", words], check=True, capture_output=True, text=True)
    # What getrusage says begins with the memory of the process that started this one.
    assert int(re.search(r"VmHWM:\s+(\d+) kB", done.stdout).group(1)) < 600_000

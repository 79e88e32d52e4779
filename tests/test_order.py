"""Reading order, and rows and columns, of quadrilaterals."""

import numpy as np
import pytest

from shuzi.page.order import Place, as_one, in_reading_order

HIGH = 30


def quad(x, y, slope=0.0, width=20.0):
    """Of a number whose middle is there."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width / 2, HIGH / 2]
    corners[:, 1] += slope * corners[:, 0]
    return corners + np.array([x, y])


def written(cells, slope=0.0, bow=0.0, fan=0.0, seed=0):
    """Quadrilaterals of cells (line, place) on a page whose lines slope, bow and fan out."""
    rng = np.random.default_rng(seed)
    quads = []
    for line, place in cells:
        x, y = 90 * place + rng.normal(0, 3), 50 * line + rng.normal(0, 3)
        own = slope + fan * line / 10
        quads.append(quad(x, y + own * x + bow * (x / 800) ** 2, own + 2 * bow * x / 800**2))
    return np.array(quads)


CELLS = [(line, place) for line in range(10) for place in range(9)]


@pytest.mark.parametrize(
    ("slope", "bow", "fan"),
    [(0, 0, 0), (0.15, 0, 0), (-0.15, 0, 0), (0, 70, 0), (0.1, -60, 0), (0, 0, 0.1)],
    ids=["level", "down", "up", "bowed", "both", "fanned"],
)
def test_lines_follow_the_page(slope, bow, fan):
    quads = written(CELLS, slope, bow, fan)
    mixed = np.random.default_rng(1).permutation(len(CELLS))
    places = in_reading_order(quads[mixed])
    assert [CELLS[mixed[place.index]] for place in places] == CELLS
    assert [(p.line, p.row, p.column) for p in places] == [(a + 1, a + 1, b + 1) for a, b in CELLS]


def test_a_sloping_page_whose_numbers_seem_level_has_its_rows():
    cells = [(line, place) for line in range(8) for place in range(3)]
    quads = [quad(500 * p, 50 * line + 0.04 * 500 * p, width=80) for line, p in cells]
    assert [(p.row - 1, p.column - 1) for p in in_reading_order(np.array(quads))] == cells


def test_blank_cells_count():
    cells = [cell for cell in CELLS if cell not in {(0, 0), (3, 4), (5, 8)}]
    places = in_reading_order(written(cells, 0.1))
    assert [(p.row - 1, p.column - 1) for p in places] == cells


def test_a_column_of_single_numbers_is_one():
    places = in_reading_order(np.array([quad(100 + i % 2 * 8, 45 * i, width=70) for i in range(4)]))
    assert places == [Place(i, i + 1, i + 1, 1) for i in range(4)]


def test_a_single_line_has_no_columns():
    places = in_reading_order(np.array([quad(80 * i, 0) for i in range(5)]))
    assert places == [Place(i, 1) for i in range(5)]


def test_numbers_that_stand_anywhere_have_no_columns():
    rng = np.random.default_rng(0)
    cells = [(line, place * rng.uniform(0.8, 1.2)) for line in range(12) for place in range(1, 9)]
    assert {p.column for p in in_reading_order(written(cells))} == {None}


def test_rows_count_on_from_one_table_to_the_next():
    first = written([(line, place) for line in range(4) for place in range(5)])
    second = written([(line + 9, 0.6 * place + 0.3) for line in range(4) for place in range(8)])
    places = in_reading_order(np.concatenate([first, second]))
    assert [(p.row, p.column) for p in places] == [
        *((row, column) for row in range(1, 5) for column in range(1, 6)),
        *((row, column) for row in range(5, 9) for column in range(1, 9)),
    ]


def test_a_title_across_a_table_leaves_its_columns():
    title = quad(400, -60, width=500)[None]
    places = in_reading_order(
        np.concatenate([title, written([(a, b) for a in range(12) for b in range(9)])])
    )
    assert [p.column for p in places[1:]] == 12 * [*range(1, 10)]


def test_numbers_that_reach_into_each_other_touch():
    places = in_reading_order(np.array([quad(x, 0, width=40) for x in (0, 50, 85, 140)]))
    assert [place.touches for place in places] == [False, True, True, False]


def test_pieces_of_one_number_are_joined_along_its_line():
    """Those close by, be the line steep; not what is far, or on another line."""
    quads = np.array(
        [quad(x, 0.3 * x, 0.3, 40) for x in (0, 45, 90, 220)] + [quad(45, 80, 0.3, 40)]
    )
    joined = as_one(quads, 1)
    assert joined == pytest.approx(
        np.array([quads[0][0], quads[2][1], quads[2][2], quads[0][3]]), abs=9
    )
    assert as_one(quads, 3) == pytest.approx(quads[3])


def test_nothing_has_no_order():
    assert in_reading_order(np.zeros((0, 4, 2))) == []


def test_ten_thousand_marks_are_put_in_order():
    quads = np.random.default_rng(0).uniform(0, 4000, (10_000, 1, 2)) + quad(0, 0) / 4
    places = in_reading_order(quads)
    assert sorted(place.index for place in places) == list(range(10_000))

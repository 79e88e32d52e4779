"""Which turn brings a picture upright."""

import numpy as np
import pytest

from shuzi.page.network import Maps
from shuzi.page.orientation import likely_turn, reads_better
from shuzi.recognise.sequence import Reading

NOTHING = np.zeros((4, 4), np.float32)


def readings(*pairs):
    return [Reading(text, sure, (), ()) for text, sure in pairs]


@pytest.mark.parametrize(
    ("turns", "degrees"),
    [((0.97, 0.01, 0.01, 0.01), 0), ((0.02, 0.02, 0.01, 0.95), 270), ((0.2, 0.7, 0.1, 0.0), 0)],
)
def test_a_turn_is_tried_where_the_network_is_clear(turns, degrees):
    maps = Maps(NOTHING, NOTHING, NOTHING, np.array(turns, np.float32), 2.0)
    assert likely_turn(maps) == degrees


def test_a_turned_picture_must_read_better():
    well, badly = readings(("12", 0.9), ("345", 0.95)), readings(("71", 0.4), ("", 0.9))
    assert reads_better(well, badly)
    assert not reads_better(badly, well)
    assert not reads_better(well, well)


def test_a_lone_digit_may_be_another_one_on_its_head():
    assert not reads_better(readings(("9", 0.99)), readings(("4", 0.3)))


def test_nothing_found_reads_no_better():
    assert not reads_better([], readings(("12", 0.2)))
    assert reads_better(readings(("12", 0.9)), [])

"""A log that cannot be filled."""

import logging

from shuzi.web.logs import KINDS, LINES, WINDOW, Sparing


def told(*lines, pause=0.0):
    """What is left of those lines, which come so many seconds after each other."""
    clock = iter(range(10_000_000))
    sparing = Sparing(lambda: next(clock) * pause)
    records = [logging.LogRecord("a", logging.ERROR, "", 0, line, None, None) for line in lines]
    return [record.getMessage() for record in records if sparing.filter(record)]


def test_few_lines_are_all_told():
    assert told("a", "b", "a") == ["a", "b", "a"]


def test_of_many_alike_ten_are_told_and_the_next_one_says_how_many_were_not():
    said = told(*["a"] * 25, pause=WINDOW / 20)
    assert said[:LINES] == ["a"] * (LINES - 1) + ["a (more like this are left out for a minute)"]
    assert said[LINES] == "a (10 lines like this were left out)"
    assert len(said) == LINES + 5


def test_one_kind_leaves_the_others_alone():
    assert told(*["a"] * 50, "b")[-1] == "b"


def test_what_is_remembered_has_an_end():
    sparing = Sparing(lambda: 0.0)
    lines = [f"line {i}" for i in range(10 * KINDS)]
    records = [logging.LogRecord("a", logging.ERROR, "", 0, line, None, None) for line in lines]
    assert sum(map(sparing.filter, records)) == KINDS + LINES
    assert len(sparing._seen) <= KINDS + 1

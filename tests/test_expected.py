"""What numbers are said to look like."""

import csv

import numpy as np
import pytest
from places import EXAMPLES

from shuzi import Reader
from shuzi.errors import UsageError
from shuzi.recognise.expected import parse
from shuzi.recognise.sequence import Reading
from shuzi.recognise.strip import make_strip
from shuzi.recognise.transcriber import PARTLY, Transcript


@pytest.mark.parametrize(
    ("expect", "fits", "others"),
    [
        ("19dd", ["1900", "1999"], ["1899", "190", "19000", "19-0", ""]),
        ("dd:dd", ["10:35"], ["10.35", "1035", "1:35"]),
        ("-d.d", ["-3.5"], ["3.5", "-35"]),
        ("0..20", ["0", "7", "07", "20"], ["21", "007", "-1", "7.5", "1/2"]),
        ("001..999", ["001", "375"], ["000", "7", "0375"]),
        ("-40..50", ["-40", "50", "5"], ["-41", "51"]),
        ("0.00..99.99", ["0.00", "07.50", "99.99"], ["7.5", "7,50", "7", "100.00"]),
        ("0,0..9,5", ["9,5"], ["9.5", "9,6"]),
        (["18dd", "19dd"], ["1899", "1900"], ["2000"]),
        (("d", "10"), ["7", "10"], ["11"]),
    ],
)
def test_texts_fit_a_pattern_or_lie_in_a_range(expect, fits, others):
    expected = parse(expect)
    for text in (*fits, *others):
        assert any(one.fits(text) for one in expected) == (text in fits), text


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("", "must be a pattern such as 19dd or dd:dd"),
        ("...", "or a range such as 0..20"),
        (":", "not ':'"),
        (".d", "not '.d'"),
        ("dd,-", "not 'dd,-'"),
        ("d--d", "not 'd--d'"),
        ("19##", "not '19##'"),
        ("1..2..3", "not '1..2..3'"),
        ("0..9.9", "not '0..9.9'"),
        ("0.0..9,9", "not '0.0..9,9'"),
        ("d" * 65, "must be a pattern"),
        ("0.." + "9" * 21, "must be a pattern"),
        ("20..0", "20..0 ends before it begins"),
        (7, "not 7"),
        (["dd", 7], r"not \['dd', 7\]"),
        ({"dd": 1}, "must be a pattern"),
    ],
)
def test_what_is_neither_is_refused(expect, message):
    with pytest.raises(UsageError, match=message):
        Reader(expect=expect)


def test_a_sign_is_not_expected_where_signs_are_left_out():
    with pytest.raises(UsageError, match="expect dd:dd has a sign, and digits_only leaves"):
        Reader(expect="dd:dd", digits_only=True)
    Reader(expect="0..20", digits_only=True)
    with pytest.raises(UsageError, match="not '-kg'"):
        Reader(expect="-kg", digits_only=True)


def read(expect, *texts, digits_only=False):
    """What is made of a reading with these texts and probabilities."""
    (text, confidence), *others = texts
    strip = make_strip(np.full((40, 120), 255, np.uint8))
    own = Transcript(strip, Reading(text, confidence, (), tuple(others)), digits_only=digits_only)
    reader = Reader(expect=expect, digits_only=digits_only, fast=True)
    said = reader._transcriber.as_expected(own)
    return said.text, said.confidence


def test_what_is_expected_is_ten_times_as_likely():
    assert read("19dd", ("7945", 0.6), ("1945", 0.3)) == ("1945", pytest.approx(3 / 3.7))
    assert read("19dd", ("1945", 0.9), ("7945", 0.1)) == ("1945", pytest.approx(9 / 9.1))


def test_what_may_have_a_sign_is_no_likelier_without_it():
    assert read("ddd", ("418", 0.8), ("4/8", 0.2)) == ("418", pytest.approx(0.8))
    assert read("ddd", ("418", 0.95), ("4/8", 0.05)) == ("418", pytest.approx(9.5 / 9.55))


def test_what_is_not_expected_stays_as_it_was_read_and_is_for_review():
    assert read("19dd", ("375", 0.999), ("1375", 0.001)) == ("375", PARTLY)
    assert read("0..20", ("75", 0.98), ("15", 0.02)) == ("75", PARTLY)


def test_signs_may_be_left_out_of_what_is_expected():
    texts = ("13.6", 0.5), ("136", 0.4), ("1.36", 0.05), ("13", 0.05)
    text, confidence = read("ddd", *texts, digits_only=True)
    assert (text, confidence) == ("136", pytest.approx(9.5 / 9.55))


def test_nothing_expected_changes_nothing():
    assert read(None, ("7945", 0.6), ("1945", 0.3)) == ("7945", 0.6)


def test_years_of_a_register_are_accepted_by_what_they_look_like(data_folder):
    """A cursive year that is not sure enough by itself."""
    file = data_folder / "numbers" / "register_years" / "021.png"
    said = [
        Reader(kind="number", expect=expect).read(file).numbers[0]
        for expect in (None, ["18dd", "19dd"], "ddd")
    ]
    assert [(n.text, n.decision) for n in said] == [
        ("1945", "review"),
        ("1945", "accept"),
        ("1945", "review"),
    ]


def test_each_number_of_a_page_is_as_expected_or_for_review():
    page = Reader(expect="0..99", fast=True).read(EXAMPLES / "page.jpg")
    unlike = [n.text for n in page.numbers if n.decision == "review"]
    assert [text for text in unlike if len(text) > 2] == ["378", "835", "2238"]
    assert "25" not in unlike


@pytest.mark.parametrize("name", ["read", "batch"])
def test_the_commands_take_it_more_than_once(command, tmp_path, name):
    words = "--expect", "0..20", "--expect", "ddd", "-o", "a.csv"
    done = command(name, EXAMPLES / "number-2753.jpg", EXAMPLES / "3.png", *words)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        said = {row["text"]: row["decision"] for row in csv.DictReader(file)}
    assert said == {"2753": "review", "3": "accept"}, done.stderr

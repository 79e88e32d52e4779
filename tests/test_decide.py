"""Which numbers are accepted at a wanted error rate."""

import numpy as np
import pytest
from databases import number

from shuzi.decide import Decider, measured, threshold
from shuzi.errors import UsageError
from shuzi.result import Page

LEAST = {0.01: 0.9, 0.1: 0.5}


def decided(*confidences):
    numbers = tuple(number("21", confidence) for confidence in confidences)
    page = Page(source="a.png", width=9, height=9, kind="page", numbers=numbers)
    return [n.decision for n in Decider(0.9, 0.95).decide_page(page, told=False).numbers]


def test_each_number_is_decided_by_its_own_confidence():
    assert decided(0.9, 0.89, 0.3, 0.29) == ["accept", "review", "review", "reject"]


def test_a_single_digit_must_be_surer():
    decider = Decider(0.9, 0.95)
    assert [decider.decide(c, 1) for c in (0.95, 0.94)] == ["accept", "review"]
    assert decider.decide(0.94, 2) == "accept"


def test_what_is_said_to_be_a_number_is_not_rejected_unless_nothing_can_be_read():
    decider = Decider(0.9, 0.95)
    assert [decider.decide(c, 2, told=True) for c in (0.95, 0.1)] == ["accept", "review"]
    assert decider.decide(0.0, 0, told=True) == "reject"


def test_what_stands_beside_a_number_changes_nothing():
    alone = [decided(confidence)[0] for confidence in (0.95, 0.85)]
    assert decided(0.95, 0.85, *[1.0] * 300)[:2] == alone
    assert decided(*[0.4] * 300, 0.95, 0.85)[-2:] == alone


def test_the_least_confidence_is_the_one_that_was_measured():
    assert threshold(0.01, LEAST) == pytest.approx(0.9)
    assert threshold(0.1, LEAST) == pytest.approx(0.5)
    assert threshold(0.5, LEAST) == pytest.approx(0.5)


def test_between_two_errors_it_lies_between_theirs():
    errors = np.linspace(0, 0.2, 50)
    least = [threshold(error, LEAST) for error in errors]
    assert np.all(np.diff(least) <= 0)
    assert 0.5 < threshold(0.05, LEAST) < 0.9


def test_no_error_at_all_accepts_what_is_certain_only():
    assert threshold(0, LEAST) == 1
    assert threshold(0.001, LEAST) == pytest.approx(0.99)


@pytest.mark.parametrize("mode", ["alone", "digit", "both"])
def test_the_measured_ones_fall_as_more_errors_are_wanted(mode):
    least = measured()[mode]
    assert list(least) == sorted(least)
    assert list(least.values()) == sorted(least.values(), reverse=True)
    assert all(0.3 < confidence < 1 for confidence in least.values())


def test_without_the_second_reader_it_is_another_one():
    fast, both = Decider.at(0.01, fast=True), Decider.at(0.01)
    assert fast.least == measured()["alone"][0.01] != both.least == measured()["both"][0.01]
    assert fast.single == measured()["digit"][0.01] != both.single == both.least


@pytest.mark.parametrize("target", [-0.1, 1, 5, float("nan"), "a"])
def test_what_is_no_error_rate_is_refused(target):
    with pytest.raises(UsageError, match="target_error must be"):
        Decider.at(target)

"""Which numbers are accepted at a wanted error rate."""

import numpy as np
import pytest
from databases import number

from shuzi.decide import WINDOW, Decider, decide, threshold
from shuzi.errors import UsageError
from shuzi.result import Page

RNG = np.random.default_rng(0)


def test_the_surest_are_accepted_while_their_mean_error_is_within_the_target():
    # Expected errors among the first 1, 2, 3: 0, 0.005, 0.02.
    assert decide([0.95, 1.0, 0.99, 0.1], 0.01) == ["review", "accept", "accept", "reject"]
    assert decide([0.95, 1.0, 0.99, 0.1], 0.02) == ["accept", "accept", "accept", "reject"]


def test_one_more_would_be_too_many():
    sure = RNG.random(500) ** 0.1
    accepted = np.array(decide(sure.tolist(), 0.03)) == "accept"
    assert (1 - sure[accepted]).mean() <= 0.03
    one_more = np.append(sure[accepted], sure[~accepted].max())
    assert (1 - one_more).mean() > 0.03


def test_the_same_confidence_gets_the_same_decision():
    assert set(decide([1.0, 0.98, 0.98, 0.98], 0.012)) == {"accept", "review"}
    assert decide([1.0, 0.98, 0.98, 0.98], 0.012).count("accept") == 1


def test_calibrated_confidences_keep_the_promise():
    sure = RNG.random(200_000) ** 0.2
    right = RNG.random(200_000) < sure
    accepted = np.array(decide(sure.tolist(), 0.02)) == "accept"
    assert (~right[accepted]).mean() == pytest.approx(0.02, abs=0.002)


def test_nothing_certain_enough_accepts_nothing():
    assert decide([0.9, 0.8], 0) == ["review", "review"]
    assert decide([1.0], 0) == ["accept"]
    assert decide([], 0.01) == []
    assert threshold([0.5], 0.1) > 1


def page(*confidences):
    numbers = tuple(number(confidence=confidence) for confidence in confidences)
    return Page(source="a.png", width=9, height=9, kind="page", numbers=numbers)


def decisions(decided):
    return [number.decision for number in decided.numbers]


def test_a_page_is_decided_with_those_before_it():
    decider = Decider(0.01)
    assert decisions(decider.decide(page(0.98))) == ["review"]
    assert decisions(decider.decide(page(1.0, 1.0))) == ["accept", "accept"]
    assert decisions(decider.decide(page(0.99))) == ["accept"]
    assert decisions(decider.decide(page(0.9))) == ["review"]


def test_what_was_long_before_counts_no_more():
    decider = Decider(0.01)
    decider.decide(page(*[1.0] * WINDOW))
    assert decisions(decider.decide(page(0.9))) == ["accept"]
    decider.decide(page(*[0.5] * WINDOW))
    assert decisions(decider.decide(page(0.9))) == ["review"]


def test_pages_decided_in_turn_keep_the_promise():
    sure = RNG.random(20_000) ** 0.2
    decider = Decider(0.02)
    accepted = np.array([decisions(decider.decide(page(c))) == ["accept"] for c in sure])
    right = RNG.random(len(sure)) < sure
    together = np.array(decide(sure.tolist(), 0.02)) == "accept"
    assert (~right[accepted]).mean() == pytest.approx(0.02, abs=0.004)
    assert accepted.mean() > 0.95 * together.mean()


@pytest.mark.parametrize("target", [-0.1, 1, 5, float("nan")])
def test_what_is_no_error_rate_is_refused(target):
    with pytest.raises(UsageError, match="target_error must be"):
        decide([0.9], target)

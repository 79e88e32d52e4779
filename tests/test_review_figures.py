"""What a review queue says of itself."""

import pytest
from databases import item
from scipy.stats import binomtest

from shuzi.review.figures import Agreement, agreement, error_rate
from shuzi.review.item import Verdict


def answer(store, name, texts, seconds=2.0):
    lease = store.lease(name, len(texts))
    verdicts = [Verdict(i.id, said, seconds) for i, said in zip(lease.items, texts, strict=True)]
    store.decide(lease.token, name, verdicts)


@pytest.mark.parametrize(("wrong", "n"), [(0, 50), (1, 50), (7, 300), (5, 5)])
def test_the_interval_is_scipys(wrong, n):
    rate = error_rate(wrong, n)
    wanted = binomtest(wrong, n).proportion_ci(method="wilson")
    assert (rate.low, rate.high) == pytest.approx((wanted.low, wanted.high), abs=1e-6)


def test_an_empty_queue_has_no_rates(store):
    figures = store.figures()
    assert (figures.open, figures.decided, figures.reviewers) == (0, 0, ())
    assert figures.items_per_hour is figures.seconds_each is None
    assert figures.accepted_error is figures.agreement is None


def test_states_and_leases_are_counted(store):
    store.add(item(i) for i in range(5))
    answer(store, "Ann", ["7", "7"])
    store.lease("Ann", 1)
    figures = store.figures()
    assert (figures.open, figures.leased, figures.decided, figures.disputed) == (3, 1, 2, 0)


def test_the_error_of_the_accepted_is_that_of_the_sample(store):
    store.add([*(item(i, sampled=True) for i in range(4)), item(4), item(5, sampled=True)])
    answer(store, "Ann", ["7", "1", None, "7", "3"])
    error = store.figures().accepted_error
    assert (error.n, error.wrong, error.rate, error.waiting) == (4, 2, 0.5, 1)
    assert 0 < error.low < 0.5 < error.high < 1


def test_speed_is_of_the_answers_that_stand(store):
    store.add(item(i) for i in range(5))
    answer(store, "Ann", ["7"] * 3, seconds=1.0)
    answer(store, "Bob", ["7"], seconds=5.0)
    answer(store, "Bob", ["7"], seconds=90.0)
    store.undo("Bob")
    figures = store.figures()
    assert figures.seconds_each == 2.0
    assert figures.items_per_hour == 1800
    assert [(r.name, r.decided, r.seconds_each) for r in figures.reviewers] == [
        ("Ann", 3, 1.0),
        ("Bob", 1, 5.0),
    ]


def test_agreement_is_of_the_first_two(store):
    store.add((item(i) for i in range(4)), required=2)
    answer(store, "Ann", ["7", "7", "7", "7"])
    answer(store, "Bob", ["7", "1", "7"])
    answer(store, "Cem", ["1"])
    figures = store.figures()
    assert figures.agreement == Agreement(3, pytest.approx(2 / 3))


def test_one_answer_is_no_agreement():
    assert agreement([(1, "7"), (2, "7")]) is None
    assert agreement([(1, None), (1, None), (2, "7")]) == Agreement(1, 1.0)

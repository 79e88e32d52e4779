"""Two readers' texts -> one text and its probability."""

import pytest

from shuzi.recognise.fusion import candidates, fuse
from shuzi.recognise.second import Line


def line(texts, marked=0.0):
    best = max(texts, key=texts.get, default="")
    return Line(best, texts.get(best, 0.0), texts, marked)


def test_two_that_agree_are_surer_than_two_that_do_not():
    agreed = fuse({"27": 0.9, "21": 0.1}, line({"27": 0.9}), "27")
    apart = fuse({"27": 0.9, "21": 0.1}, line({"21": 0.9}), "27")
    assert agreed[0][0] == "27"
    assert agreed[0][1] > 0.9 > apart[0][1]


def test_the_surer_one_is_believed():
    assert fuse({"27": 0.99}, line({"21": 0.4, "27": 0.2}), "27")[0][0] == "27"
    assert fuse({"27": 0.4, "21": 0.3}, line({"21": 0.99}), "27")[0][0] == "21"


@pytest.mark.parametrize("text", ["45/50", "3.75", "-5", "12/05/2023"])
def test_signs_are_believed_that_both_see(text):
    found = fuse({text: 0.95}, line({text: 0.97}), text)
    assert found[0][0] == text
    assert found[0][1] > 0.95


def test_a_sign_that_is_not_clear_is_none():
    assert fuse({"375": 0.95}, line({"3.75": 0.5, "375": 0.4}), "375")[0][0] == "375"


def test_signs_that_only_the_other_reader_sees_are_not_given():
    said = line({"3.75": 0.6, "3,75": 0.3, "375": 0.1})
    assert fuse({"3,75": 0.95}, said, "3,75")[0][0] == "3,75"
    assert fuse({"375": 0.95}, said, "375")[0][0] == "375"


def test_digits_are_read_though_the_signs_between_them_are_doubtful():
    said = line({"2.078": 0.55, "2078": 0.44})
    assert fuse({"2073": 0.6, "2078": 0.2}, said, "2073")[0][0] == "2078"


def test_a_mark_beside_the_number_speaks_against_it():
    clean, marked = (fuse({"5": 0.6, "": 0.3}, line({"5": 0.6}, m), "5")[0][1] for m in (0.0, 0.9))
    assert marked < clean - 0.2


def test_digits_count_as_much_as_it_is_likely_that_nothing_else_is_written():
    own = {"112": 0.6, "12": 0.2}
    assert fuse(own, line({"12": 0.9}, 0.0), "112")[0][0] == "12"
    assert fuse(own, line({"12": 0.9}, 0.95), "112")[0][0] == "112"


def test_the_probabilities_are_in_order_and_of_one_thing():
    texts = fuse({"27": 0.8, "21": 0.1, "": 0.1}, line({"21": 0.5, "2.7": 0.3}), "27")
    shares = [p for _, p in texts]
    assert sum(shares) == pytest.approx(1)
    assert shares[1:] == sorted(shares[1:], reverse=True)
    assert texts[0][0] == "27"


def test_sure_digits_with_doubtful_signs_are_for_a_person():
    text, confidence = fuse({"2078": 0.9}, line({"2.078": 0.7, "2078": 0.3}), "2078")[0]
    assert text == "2078"
    assert 0.3 < confidence < 0.99


def test_a_sign_that_is_likelier_than_none_leaves_a_doubt():
    text, confidence = fuse({"996": 0.33, "-996": 0.67}, line({"996": 1.0}), "996")[0]
    assert (text, confidence) == ("996", 0.5)
    assert fuse({"996": 0.67, "-996": 0.33}, line({"996": 1.0}), "996")[0][1] > 0.9


def test_a_clear_sign_counts_otherwise_than_one_that_is_not():
    found = candidates({"-27": 0.9}, line({"27": 1.0}), "-27")
    assert found["-27"][1:] == (0.0, 1.0, 0.0)
    assert candidates({"-27": 0.9}, line({"27": 1.0}), "27")["-27"][1:] == (1.0, 0.0, 0.0)


def test_nothing_is_read_of_nothing():
    assert fuse({"": 1.0}, line({"": 1.0}), "") == []

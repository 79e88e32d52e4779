"""Strings of digits, composed and drawn."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from shuzi.recognise.decoding import ALPHABET
from shuzi.synth.blanks import no_number
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.hand import new_hand
from shuzi.synth.materials import Materials
from shuzi.synth.scene import add_cells, add_neighbour, add_print, lay_out, photograph
from shuzi.synth.strings import compose, compose_strips, fields, new_text
from shuzi.synth.writing import TALL, draw_way, set_line, write


@pytest.fixture(scope="module")
def glyphs(digits):
    return Glyphs(digits.train_images, digits.train_labels)


@pytest.fixture(scope="module")
def materials(glyphs):
    return Materials(glyphs)


def hand_of(seed=0, **changes):
    """A hand without chance in its spaces."""
    plain = {
        "drift": 0.0,
        "joined": 0.0,
        "pressure": 0.0,
        "slant": 0.0,
        "pen": 0.08,
        "nib": 0.0,
        "pitch": 0.0,
        "swash": 0.0,
    }
    return replace(new_hand(np.random.default_rng(seed)), **plain | changes)


def parts(ink):
    return cv2.connectedComponents((ink > 60).astype(np.uint8))[0] - 1


def test_the_same_seed_gives_the_same_strips_and_another_part_others(materials):
    first, again, other = (compose_strips(6, materials, 3, part) for part in (0, 0, 1))
    assert [text for _, text in first] == [text for _, text in again]
    assert all((a == b).all() for (a, _), (b, _) in zip(first, again, strict=True))
    assert [text for _, text in first] != [text for _, text in other]


def test_strips_have_a_strips_shape_and_labels_of_the_alphabet(materials):
    said = set()
    for strip, text in compose_strips(150, materials, 0):
        assert strip.dtype == np.uint8
        assert strip.shape[0] == 32
        assert strip.shape[1] % 4 == 0
        said |= set(text)
    assert said <= set(ALPHABET)
    assert set("0123456789-./?") <= said


def test_pictures_are_dark_and_light_sharp_and_small(materials):
    rng = np.random.default_rng(0)
    pictures = [compose(materials, rng).picture for _ in range(60)]
    heights = [len(picture) for picture in pictures]
    assert min(heights) < 22
    assert max(heights) > 50
    assert min(np.median(p) for p in pictures) < 90
    assert max(np.median(p) for p in pictures) > 230


def test_texts_have_all_lengths_and_many_ones_and_years():
    rng = np.random.default_rng(0)
    texts = [new_text(rng) for _ in range(4000)]
    assert {len(text) for text in texts} == set(range(1, 9))
    digits = "".join(texts)
    assert digits.count("1") > 1.5 * digits.count("3")
    assert all(digits.count(d) > 0.05 * len(digits) for d in "0123456789")
    assert sum(len(t) == 4 and 1700 <= int(t) <= 2030 for t in texts) > 400


@pytest.mark.parametrize("real", [0.0, 1.0])
def test_digits_set_apart_are_as_many_as_the_text_says(glyphs, real):
    rng = np.random.default_rng(1)
    hand = hand_of(real=real, gap=0.4)
    for text in ("1", "111", "2107"):
        line, spans = write(text, hand, glyphs, rng)
        assert len(spans) == len(text)
        for (_, b), (c, _) in pairwise(spans):
            assert line[:, b:c].max(initial=0) < 60
            assert c > b


def test_digits_set_close_touch(glyphs):
    rng = np.random.default_rng(1)
    pieces = [np.full((TALL, 6), 255, np.uint8)] * 5
    assert parts(set_line(pieces, hand_of(gap=0.3), rng)[0]) == 5
    assert parts(set_line(pieces, hand_of(gap=-0.1), rng)[0]) == 1


def test_real_digits_of_a_hand_have_pens_of_like_width(glyphs):
    rng = np.random.default_rng(0)
    thin, thick = (
        np.mean([(glyphs.pick(3, place, rng)[0] > 100).mean() for _ in range(20)])
        for place in (0.05, 0.95)
    )
    assert thick > 1.2 * thin


def test_who_writes_1_like_a_7_mostly_bars_the_7():
    hands = [new_hand(np.random.default_rng(seed)) for seed in range(900)]
    like_7 = [hand for hand in hands if hand.ways[1].startswith("0,95!")]
    assert len(like_7) > 5
    assert np.mean(["/" in hand.ways[7] for hand in like_7]) > 0.6


def test_a_neighbour_stays_at_the_edge(glyphs):
    rng = np.random.default_rng(0)
    for _ in range(20):
        scene = lay_out(np.zeros((TALL, 2 * TALL), np.uint8), rng)
        add_neighbour(scene, write("8", hand_of(), glyphs, rng)[0], rng)
        inner = round(0.36 * TALL)
        assert scene.ink[inner:-inner, inner:-inner].max(initial=0) < 0.1


def test_print_is_not_ink(glyphs):
    scene = lay_out(np.zeros((TALL, 2 * TALL), np.uint8), np.random.default_rng(0))
    for seed in range(10):
        add_print(scene, np.random.default_rng(seed))
    assert scene.print.max() > 0
    assert scene.ink.max() == 0


def test_a_photograph_of_ink_is_darker_there():
    line = np.zeros((TALL, TALL), np.uint8)
    line[:, 15:25] = 255
    darker = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        picture = photograph(lay_out(line, rng), rng).astype(int)
        middle = np.quantile(picture, 0.02) - np.median(picture)
        darker.append(abs(middle) > abs(np.quantile(picture, 0.98) - np.median(picture)))
    assert np.mean(darker) > 0.7


def test_what_is_no_number_has_many_kinds_and_no_digits(glyphs):
    rng = np.random.default_rng(0)
    inks = [no_number("12", new_hand(rng), glyphs, rng) for _ in range(60)]
    assert min(ink.max() for ink in inks) == 0
    assert all(ink.dtype == np.uint8 and ink.ndim == 2 for ink in inks)
    assert len({parts(ink) for ink in inks}) > 4


def test_a_flexible_nib_writes_thick_down_and_thin_across():
    rng = np.random.default_rng(0)
    hand = hand_of(nib=0.8, wobble=0.0, uneven=0.0, pen=0.1)
    down, across = (draw_way(way, hand, rng) for way in ("0,0! 0,100!", "0,50! 100,50!"))
    assert np.median((down > 100).sum(axis=1)) > 2 * np.median((across > 100).sum(axis=0))


def test_a_form_has_a_box_for_each_digit(glyphs):
    rng = np.random.default_rng(2)
    hand = hand_of(pitch=1.5, gap=0.1)
    line, spans = write("2107", hand, glyphs, rng)
    middles = [(a + b) // 2 for a, b in spans]
    assert np.diff(middles) == pytest.approx(1.5 * TALL, abs=0.4 * TALL)
    scene = lay_out(np.pad(line, TALL), np.random.default_rng(0))
    add_cells(scene, [m + TALL for m in middles], round(1.5 * TALL), np.random.default_rng(5))
    assert scene.print.max() > 0


def test_a_forms_fields_are_pictures_of_digits(materials):
    found = [f for seed in range(8) for f in fields(materials, np.random.default_rng(seed))]
    assert len(found) == 8 * 6
    assert all(one.picture.ndim == 2 and one.picture.dtype == np.uint8 for one in found)
    assert all(one.text.isdigit() for one in found)

"""Pages of print: words are not numbers, and such a page is not turned to make them some."""

from importlib.resources import files

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import shuzi
from shuzi.rules.layout import find_numbers

TEXT = """please write clearly one figure in each box do not fill fields that are not meant for you
signature of witness date place name street city total amount received count all votes which were
given by the people of this town and its villages quick brown fox jumps over lazy dogs"""
FONTS = "DejaVuSans", "DejaVuSerif", "DejaVuSans-Oblique"


def print_page(font, size=24):
    """A4 at 200 dpi full of words, uint8, and how many they are."""
    rng = np.random.default_rng(0)
    path = files("matplotlib") / "mpl-data" / "fonts" / "ttf" / f"{font}.ttf"
    face = ImageFont.truetype(str(path), size)
    page = Image.new("L", (1654, 2339), 240)
    draw, count = ImageDraw.Draw(page), 0
    for y in range(120, 2200, round(1.5 * size)):
        x = 120
        while True:
            word = str(rng.choice(TEXT.split()))
            long = draw.textlength(word + " ", face)
            if x + long > 1540:
                break
            draw.text((x, y), word, font=face, fill=30)
            x, count = x + long, count + 1
    return np.asarray(page), count


@pytest.fixture(scope="module")
def reader():
    return shuzi.Reader(threads=1)


@pytest.fixture(scope="module", params=FONTS)
def printed(request, reader):
    """A page of print as it was read, and how many words it has."""
    picture, count = print_page(request.param)
    return reader.read(picture), count


def test_words_are_no_numbers(printed):
    page, count = printed
    said = [n.decision for n in page.numbers if n.decision != "reject"]
    assert count > 700
    assert said.count("accept") <= 0.002 * count
    assert len(said) <= 0.05 * count


def test_print_is_not_turned(printed):
    assert printed[0].rotated == 0


def test_every_word_is_one_group():
    """However many letters there are: a limit on them left high ones as pieces of words."""
    picture, count = print_page("DejaVuSansMono")
    assert 0.9 * count < len(find_numbers(picture).groups) < 1.1 * count


def test_a_number_among_words_is_read(reader, digits):
    """The word before it is not a part of it."""
    picture, _ = print_page("DejaVuSans", 30)
    paper = picture.copy()
    ink = 255 - digits.test_images[0]
    paper[1100:1250, 600:1000] = 240
    spot = np.kron(ink, np.ones((2, 2), np.uint8))
    paper[1140:1196, 760:816] = np.minimum(spot, 240)
    read = [n for n in reader.read(paper).numbers if n.decision != "reject"]
    assert str(digits.test_labels[0]) in [n.text for n in read if 700 < n.box.x < 820]


def line_of(words, size=28):
    """One line of print on a page, uint8."""
    path = files("matplotlib") / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    page = Image.new("L", (1400, 700), 240)
    for y in (100, 220, 340, 460):
        ImageDraw.Draw(page).text((90, y), words, font=ImageFont.truetype(str(path), size), fill=30)
    return np.asarray(page)


def test_a_letter_between_words_is_no_digit(reader):
    numbers = reader.read(line_of("write with a pen or with a pencil")).numbers
    assert [number.text for number in numbers if number.decision != "reject"] == []


def test_a_printed_digit_between_words_is_one(reader):
    numbers = reader.read(line_of("write with 2 pens and with 3 pencils")).numbers
    assert [number.text for number in numbers] == 4 * ["2", "3"]


@pytest.mark.parametrize("word", ["12abc", "519ned"])
def test_digits_with_several_letters_at_them_are_for_review(word, reader):
    """A word whose letters look like digits, or a number with its unit."""
    numbers = reader.read(line_of(f"some words of {word} and more")).numbers
    assert [number.decision for number in numbers] == 4 * ["review"]
    assert all(number.confidence <= 0.5 for number in numbers)

"""Pages on their side and on their head are turned; those that stand upright stay."""

import numpy as np
import pytest
from pages import page
from places import EXAMPLES

from shuzi import Reader
from shuzi.image import load_grey
from shuzi.recognise.decoding import digits_of

LENGTHS = [[3, 1, 2], [2, 4], [3, 3], [1, 5]]


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_is_turned_upright(reader, digits, quarters):
    picture, _ = page(digits, LENGTHS)
    found = reader.read(np.rot90(picture, quarters))
    assert (found.rotated, found.height, found.width) == (90 * quarters, 900, 1000)
    assert found.text() == reader.read(picture).text()


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_what_the_user_says_goes_first(digits, quarters):
    picture, _ = page(digits, LENGTHS)
    found = Reader(rotate=0).read(np.rot90(picture, quarters))
    assert found.rotated == 0


def test_the_example_page_is_turned(reader):
    grey = load_grey(EXAMPLES / "page.jpg")
    assert reader.read(np.rot90(grey, 2)).text() == reader.read(grey).text()


@pytest.mark.parametrize("quarters", [1, 2])
def test_a_crop_of_a_number_is_turned_where_that_is_clear(reader, quarters):
    grey = load_grey(EXAMPLES / "number-2753.jpg")
    found = reader.read(np.rot90(grey, quarters))
    assert (found.kind, found.text(), found.rotated) == ("number", "2753", 90 * quarters)


@pytest.mark.parametrize("name", ["3.png", "5-chalk.png", "7-photo.jpg"])
def test_a_digit_is_never_turned(reader, name):
    grey = load_grey(EXAMPLES / name)
    assert reader.read(np.rot90(grey, 2)).rotated == 0


@pytest.mark.parametrize(("name", "text"), [("047.png", "80000"), ("170.png", "70000")])
def test_a_crop_full_of_lines_stays_upright(reader, data_folder, name, text):
    # On hatched paper the network finds digits above each other.
    found = reader.read(data_folder / "numbers" / "cheques" / name)
    assert (found.rotated, digits_of(found.text())) == (0, text)

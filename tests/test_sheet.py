"""A sheet of paper on a desk: found, laid flat, and its numbers brought back to the photo."""

import cv2
import numpy as np
import pytest
from pages import on_desk, page

import shuzi
from shuzi.result import Box, Digit, Number, Page
from shuzi.rules.sheet import find_sheet
from shuzi.web.pictures import seen

LENGTHS = [[3, 1, 2], [2, 4], [1, 1, 3]]


@pytest.fixture(scope="module")
def paper(digits):
    return page(digits, LENGTHS)


@pytest.fixture(scope="module")
def reader():
    return shuzi.Reader(threads=1)


def texts(read):
    return sorted(number.text for number in read.numbers)


def moved(way, x, y):
    a, b, c = way @ [x, y, 1]
    return a / c, b / c


@pytest.mark.parametrize("seed", range(5))
def test_a_sheet_is_laid_flat(paper, seed):
    photo, way = on_desk(paper[0], seed)
    sheet = find_sheet(photo)
    assert sheet is not None
    there = moved(way, 500, 450)
    here = moved(np.linalg.inv(sheet.to_photo), *there)
    middle = np.array(sheet.grey.shape[::-1]) / 2
    assert np.abs(here - middle).max() < 0.03 * middle.max()


def test_the_desk_holds_no_numbers(paper, reader):
    """As a flat page of the same size says, and nothing else."""
    photo, _ = on_desk(paper[0])
    flat = cv2.resize(paper[0], (864, 1080), interpolation=cv2.INTER_AREA)
    assert texts(reader.read(photo)) == texts(reader.read(flat))


def test_boxes_lie_on_the_photo(paper, reader):
    photo, way = on_desk(paper[0])
    read = reader.read(photo)
    assert (read.width, read.height) == photo.shape[::-1]
    first = read.numbers[0].box
    x, y = moved(way, 60 + 84, 60 + 28)
    assert first.x < x < first.right
    assert first.y < y < first.bottom
    across, down = np.array(read.numbers[0].quad).T
    assert across.min() == pytest.approx(first.x, abs=1)
    assert down.max() == pytest.approx(first.bottom, abs=1)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_photo_may_be_turned(paper, degrees):
    photo, _ = on_desk(paper[0])
    upright = shuzi.Reader(threads=1, rotate=0).read(photo)
    turned = np.ascontiguousarray(np.rot90(photo, degrees // 90))
    read = shuzi.Reader(threads=1, rotate=degrees).read(turned)
    assert (read.width, read.height) == (upright.width, upright.height)
    assert texts(read) == texts(upright)
    a, b = read.numbers[0].box, upright.numbers[0].box
    assert abs(a.x - b.x) < 12
    assert abs(a.y - b.y) < 12


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_box_comes_back_to_where_it_was(paper, degrees):
    """A quarter of the flat sheet, at whatever turn the page was read."""
    sheet = find_sheet(on_desk(paper[0])[0])
    height, width = sheet.grey.shape
    across, down = (width, height) if degrees % 180 == 0 else (height, width)
    # The quarter that is the sheet's top left one before it was turned.
    left = {0: 0, 90: across // 2, 180: across // 2, 270: 0}[degrees]
    top = {0: 0, 90: 0, 180: down // 2, 270: down // 2}[degrees]
    box = Box(left, top, across // 2, down // 2)
    number = Number(
        text="1", confidence=1.0, box=box, digits=(Digit(text="1", confidence=1.0, box=box),)
    )
    kind = {"source": "", "width": across, "height": down, "kind": "page"}
    read = Page(**kind, rotated=degrees, numbers=(number,))
    found = sheet.on_photo(read).numbers[0]
    x, y = moved(sheet.to_photo, width / 4, height / 4)
    tall, wide = sheet.photo
    turned = {0: (x, y), 90: (tall - y, x), 180: (wide - x, tall - y), 270: (y, wide - x)}
    middle = found.box.x + found.box.width / 2, found.box.y + found.box.height / 2
    assert np.allclose(middle, turned[degrees], atol=0.01 * tall)
    assert found.digits[0].box == found.box


def test_a_sheet_that_the_photo_cuts_off_keeps_its_place(paper):
    photo, _ = on_desk(paper[0])
    cut = np.ascontiguousarray(photo[:1000])
    sheet = find_sheet(cut)
    assert sheet is not None
    assert sheet.grey.shape == cut.shape
    desk = sheet.grey[500, :60].astype(float)
    assert desk.min() > 200


def test_what_was_seen_is_the_flat_sheet(paper, reader, tmp_path):
    photo, _ = on_desk(paper[0])
    look = next(reader.looks(photo, explain=tmp_path))
    assert look.found.seen.grey.shape == find_sheet(photo).grey.shape
    assert len(seen(look)) == len(look.page.numbers)
    assert len(list(tmp_path.glob("*-4-strips.png"))) == 1


def test_a_page_alone_is_no_sheet_on_a_desk(paper):
    assert find_sheet(paper[0]) is None


def test_a_shadow_is_no_desk(paper):
    """A hard one over a half, and one in the form of a phone."""
    half, phone = paper[0].copy(), paper[0].copy()
    half[:, :500] //= 2
    phone[300:700, 300:600] //= 2
    assert find_sheet(half) is None
    assert find_sheet(phone) is None


@pytest.mark.parametrize("seed", range(5))
def test_the_lit_part_of_a_sheet_is_not_all_of_it(paper, seed):
    """A hard straight shadow over desk and sheet."""
    photo, _ = on_desk(paper[0], seed)
    photo[850:] //= 2
    assert find_sheet(photo) is None


def test_a_white_panel_in_a_grey_frame_is_no_sheet_on_a_desk(paper):
    form = np.full((1500, 1400), 235, np.uint8)
    form[250:1250, 150:1250] = 180
    form[300:1200, 200:1200] = paper[0]
    assert find_sheet(form) is None


def test_paper_that_is_shaded_softly_is_all_paper(paper):
    light = 1 / (1 + np.exp(np.hypot(*np.mgrid[-1:1:900j, -1:1:1000j]) * 8 - 5))
    assert find_sheet((paper[0] * (0.3 + 0.7 * light)).astype(np.uint8)) is None


def test_a_large_light_digit_on_dark_is_no_sheet():
    picture = np.full((600, 600), 40, np.uint8)
    cv2.circle(picture, (300, 300), 180, 230, -1)
    assert find_sheet(picture) is None


def test_a_bar_that_looks_like_a_blank_sheet_is_read(reader):
    """Nothing is on the sheet, so the picture is read as it is."""
    picture = np.full((600, 600), 40, np.uint8)
    cv2.rectangle(picture, (230, 60), (370, 540), 230, -1)
    assert find_sheet(picture) is None or texts(reader.read(picture)) == ["1"]


def test_a_blank_sheet_has_no_numbers(reader):
    photo, _ = on_desk(np.full((900, 1000), 235, np.uint8))
    assert find_sheet(photo) is not None
    assert len(reader.read(photo).numbers) == 0

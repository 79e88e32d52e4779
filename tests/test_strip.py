"""A crop becomes a strip."""

import subprocess
import sys

import cv2
import numpy as np
import pytest

from shuzi.recognise.strip import HEIGHT, WIDEST, WRITING, make_strip, normalise_strip


def written(height=60, width=120, size=1.2, ink=60, paper=220):
    """A picture of 47 in the middle of some paper."""
    picture = np.full((height, width), paper, np.uint8)
    (wide, high), _ = cv2.getTextSize("47", cv2.FONT_HERSHEY_SIMPLEX, size, 2)
    place = ((width - wide) // 2, (height + high) // 2)
    return cv2.putText(picture, "47", place, cv2.FONT_HERSHEY_SIMPLEX, size, ink, 2, cv2.LINE_AA)


def rows_of_ink(strip):
    rows = np.flatnonzero((strip > 128).any(axis=1))
    return rows[0], rows[-1] + 1


@pytest.mark.parametrize("shape", [(1, 1), (5, 300), (300, 5), (34, 60), (200, 2000), (31, 33)])
def test_a_strip_of_any_crop_has_the_promised_shape(shape):
    crop = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    strip = normalise_strip(crop)
    assert strip.dtype == np.uint8
    assert strip.shape[0] == HEIGHT
    assert strip.shape[1] % 4 == 0
    assert 32 <= strip.shape[1] <= WIDEST


def test_blank_paper_stays_blank():
    assert normalise_strip(np.full((40, 90), 200, np.uint8)).max() == 0


@pytest.mark.parametrize("scale", [1, 2, 8])
def test_the_writing_is_as_high_whatever_the_resolution(scale):
    crop = written()
    crop = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    top, bottom = rows_of_ink(normalise_strip(crop))
    assert abs(bottom - top - WRITING) <= 3
    assert abs((top + bottom) / 2 - HEIGHT / 2) <= 1.5


@pytest.mark.parametrize("shape", [(50, 90), (100, 130), (70, 300)])
def test_the_writing_is_as_high_whatever_the_margin(shape):
    top, bottom = rows_of_ink(normalise_strip(written(*shape)))
    assert abs(bottom - top - WRITING) <= 3


def test_light_ink_on_dark_is_the_same():
    crop = written()
    difference = cv2.absdiff(normalise_strip(crop), normalise_strip(255 - crop))
    assert difference.mean() < 2


@pytest.mark.parametrize(("ink", "paper"), [(20, 70), (225, 250), (10, 250)])
def test_dark_and_faint_shots_have_full_contrast(ink, paper):
    strip = normalise_strip(written(ink=ink, paper=paper))
    assert strip.max() == 255
    assert np.median(strip) == 0


@pytest.mark.parametrize(("ink", "paper"), [(20, 220), (222, 230), (160, 200)])
def test_the_contrast_is_what_lies_between_ink_and_paper(ink, paper):
    contrast = make_strip(written(ink=ink, paper=paper)).contrast
    assert contrast == pytest.approx(paper - ink, rel=0.2)


def test_uneven_light_is_taken_away():
    light = np.linspace(0.45, 1, 120)
    strip = normalise_strip((written(ink=40, paper=230) * light).astype(np.uint8))
    even = normalise_strip(written(ink=40, paper=230))
    assert strip.shape == even.shape
    assert cv2.absdiff(strip, even).mean() < 8


def test_a_box_and_a_ruling_do_not_decide_the_size():
    crop = written(70, 140)
    cv2.rectangle(crop, (2, 2), (136, 66), 0, 2)
    plain, boxed = (normalise_strip(c) for c in (written(70, 140), crop))
    assert abs(boxed.shape[1] - plain.shape[1]) <= 8


def test_a_neighbours_foot_at_the_edge_does_not_decide_the_size():
    crop = written(70, 140)
    crop[:9, 60:66] = 30
    assert abs(normalise_strip(crop).shape[1] - normalise_strip(written(70, 140)).shape[1]) <= 8


def test_a_small_number_in_a_very_wide_crop_keeps_its_shape():
    strip = normalise_strip(written(40, 3000))
    columns = np.flatnonzero((strip > 128).any(axis=0))
    assert 20 <= columns[-1] - columns[0] <= 50


@pytest.mark.parametrize("scale", [1, 6])
def test_small_writing_on_much_paper_is_sharp(scale):
    size = np.array([300, 500]) * scale
    crop = written(*size, size=0.9 * scale)
    close = written(60, 120, size=0.9)
    top, bottom = rows_of_ink(normalise_strip(crop))
    assert abs(bottom - top - WRITING) <= 3
    steps = [np.abs(np.diff(normalise_strip(c).astype(int), axis=1)).max() for c in (crop, close)]
    assert steps[0] > 0.8 * steps[1]


def ink_columns(values, ink):
    columns = np.flatnonzero(ink(values).any(axis=0))
    return columns[0], columns[-1] + 1


@pytest.mark.parametrize("wide", [140, 400, 3000])
def test_paper_that_goes_on_and_on_is_left_out(wide):
    crop = written(60, wide)
    crop[:, -8:-5] = 60  # a border at its end
    strip = normalise_strip(crop)
    first, last = ink_columns(strip, lambda values: values > 128)
    assert first <= 1.6 * WRITING
    assert strip.shape[1] - last <= 1.6 * WRITING + 4


def test_ink_far_off_stays():
    crop = np.concatenate(
        [written(60, 200), np.full((60, 200), 230, np.uint8), written(60, 100)], 1
    )
    assert normalise_strip(crop).shape[1] > 150


@pytest.mark.parametrize(("wide", "scale"), [(140, 1), (400, 1), (400, 5), (3000, 1)])
def test_a_strip_knows_where_its_columns_lie_on_the_crop(wide, scale):
    crop = cv2.resize(written(60, wide), None, fx=scale, fy=scale)
    strip = make_strip(crop)
    seen = ink_columns(strip.values, lambda values: values > 128)
    wanted = ink_columns(crop, lambda values: values < 130)
    for column, place in zip(seen, wanted, strict=True):
        assert abs(strip.left + column * strip.step - place) <= 2 * strip.step


def test_a_strip_knows_where_its_rows_lie_on_the_crop():
    crop = written(100, 140)
    strip = make_strip(crop)
    seen, wanted = rows_of_ink(strip.values), rows_of_ink(255 - crop)
    for row, place in zip(seen, wanted, strict=True):
        assert abs(strip.top + row * strip.step - place) <= 2 * strip.step


def test_the_writing_alone_is_cut_to_its_ink():
    crop = written(100, 140)
    crop[:9, 60:66] = 30  # a neighbour's foot
    writing = make_strip(crop).writing
    ink = written(100, 140) < 130
    height, width = np.ptp(np.nonzero(ink), axis=1) + 1
    assert writing.shape[1] / writing.shape[0] == pytest.approx(width / height, rel=0.1)
    assert writing.max() == 255


def test_a_long_crop_takes_time_in_proportion_to_its_pixels():
    """60 x 250,000 pixels; a kernel as wide as the crop took minutes."""
    words = """
import resource
import numpy as np
from shuzi.recognise.strip import normalise_strip
resource.setrlimit(resource.RLIMIT_CPU, (15, 15))
normalise_strip(np.full((60, 250_000), 230, np.uint8))
"""
    subprocess.run([sys.executable, "-c", words], check=True)

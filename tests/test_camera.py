"""What a camera makes of a composed page: labels lie where the ink is seen."""

import cv2
import numpy as np
import pytest

from shuzi.synth import camera
from shuzi.synth.canvas import Canvas, Written, quad_around
from shuzi.synth.papers import bent
from shuzi.synth.surroundings import put_objects
from shuzi.synth.views import View, framed

SEEDS = range(12)


@pytest.fixture(autouse=True)
def _one_thread():
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


def page(digits, height=250, width=330, size=28, pitch=56):
    """Real digits, one number each, over the whole sheet; a word's worth of other ink below."""
    canvas = Canvas.blank(height, width)
    for place, (y, x) in enumerate(
        (y, x)
        for y in range(14, height - size - 14, pitch)
        for x in range(14, width - size - 14, pitch)
    ):
        glyph = digits.train_images[place % 1500]
        rows, columns = np.nonzero(glyph.max(1))[0], np.nonzero(glyph.max(0))[0]
        piece = glyph[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        piece = cv2.resize(piece, (round(piece.shape[1] * size / len(piece)), size))
        canvas.write(str(digits.train_labels[place % 1500]), (piece, x, y))
    return canvas


def only(monkeypatch, kind):
    monkeypatch.setattr(camera, "SHARES", {kind: 1.0})


@pytest.mark.parametrize("kind", list(camera.SHARES))
def test_ink_is_seen_where_the_labels_are(digits, monkeypatch, kind):
    """Within most numbers' quadrilaterals the picture varies more than between them."""
    only(monkeypatch, kind)
    canvas, better = page(digits), []
    for seed in SEEDS:
        sample = camera.capture(canvas, np.random.default_rng(seed))
        grey = sample.picture.astype(np.float64)
        edges = np.abs(cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 1.5), cv2.CV_64F))
        inside = sample.extents > 0
        if not inside.any():
            continue
        near = cv2.dilate(inside.astype(np.uint8), np.ones((9, 9))) > 0
        far = cv2.dilate(near.astype(np.uint8), np.ones((15, 15))).astype(bool) & ~near
        better.append(edges[sample.kernels > 0].mean() > 1.2 * edges[far].mean())
    assert np.mean(better) > 0.85


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_bend_with_the_sheet(digits, seed):
    """However a sheet is bent and held, its labels are where its ink is, to a pixel or two."""
    canvas, rng = page(digits), np.random.default_rng(seed)
    height, width = canvas.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    corners += rng.normal(0, 20, (4, 2))
    view = View.through(corners, (height, width), canvas.shape, bent(canvas.shape, rng))
    ink = view.seen(canvas.ink, 0) > 0.3
    extents, kernels, other, texts = camera._labels(canvas, view)
    assert (np.maximum(extents, other)[ink] > 0).mean() > 0.99
    assert (kernels[kernels > 0] == extents[kernels > 0]).all()
    for place in range(1, len(texts) + 1):
        assert ink[extents == place].mean() > 0.05


def test_view_straight_down_changes_nothing(digits):
    canvas = page(digits, 300, 333)
    seen = camera._straight(canvas).seen(canvas.ink)
    assert np.abs(seen - canvas.ink).max() < 1e-3


def test_what_lies_around_the_sheet_has_no_label(digits, monkeypatch):
    only(monkeypatch, "photo")
    canvas = page(digits)

    def from_afar(sheet, rng):
        height, width = sheet.shape
        return camera._frame(-width / 2, -height / 2, 1.5 * width, 1.5 * height)

    monkeypatch.setattr(camera, "_around", from_afar)
    for seed in SEEDS:
        sample = camera.capture(canvas, np.random.default_rng(seed))
        rows, columns = np.nonzero(sample.extents)
        height, width = sample.extents.shape
        margins = rows.min() / height, columns.min() / width
        assert min(margins) > 0.05
        assert max(rows.max() / height, columns.max() / width) < 0.95


def test_number_cut_by_the_edge_is_other_writing(digits):
    canvas = page(digits)
    left, right = canvas.numbers[0].quad[[0, 1], 0]
    for gone, kept in ((0.1, True), (0.4, False)):
        start = left + gone * (right - left)
        frame = camera._frame(start, 0, 330, 250)
        seen = framed(canvas, View.through(frame, (250, round(330 - start)), canvas.shape))
        assert (len(seen.numbers) == len(canvas.numbers)) == kept
        assert (seen.other.max() > 0.5) == (not kept)
        assert canvas.other.max() == 0


def test_texts_are_of_the_numbers_that_are_seen(digits, monkeypatch):
    canvas = page(digits)
    for seed in SEEDS:
        sample = camera.capture(canvas, np.random.default_rng(seed))
        assert set(np.unique(sample.extents)) <= set(range(len(sample.texts) + 1))
        assert sample.picture.shape == sample.extents.shape == sample.kernels.shape
        assert sample.other.shape == sample.picture.shape


def test_same_seed_same_picture(digits):
    canvas = page(digits)
    ink = canvas.ink.copy()
    first, second = (camera.capture(canvas, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first.picture, second.picture)
    assert np.array_equal(first.kernels, second.kernels)
    assert np.array_equal(canvas.ink, ink)


@pytest.mark.parametrize("shape", [(40, 40), (36, 30), (60, 900), (1, 1), (2, 300)])
def test_small_canvas(shape, digits):
    """A crop of a digit shows the digit, and little or nothing around it."""
    canvas = Canvas.blank(*shape)
    if min(shape) > 20:
        piece = np.full((min(shape) - 12, 8), 255, np.uint8)
        canvas.write("1", (piece, shape[1] // 2 - 4, 6))
    for seed in SEEDS:
        sample = camera.capture(canvas, np.random.default_rng(seed))
        assert max(sample.picture.shape) <= camera.LARGEST + 1
        assert sample.texts == tuple(number.text for number in canvas.numbers)
        if sample.texts:
            assert min(sample.picture.shape) >= 38
            assert np.ptp(sample.picture.astype(int)) > 20


def test_digits_are_as_high_as_in_real_pictures(digits):
    canvas, highs, sides = page(digits), [], []
    for seed in range(25):
        sample = camera.capture(canvas, np.random.default_rng(seed))
        sides += sample.picture.shape
        for place in np.unique(sample.extents)[1:]:
            highs.append(np.ptp(np.nonzero(sample.extents == place)[0]))
    assert np.quantile(highs, 0.02) >= 10 and np.quantile(highs, 0.98) < 260
    assert 12 < np.median(highs) < 60
    assert min(sides) >= 40 and max(sides) <= 2000


def test_most_is_dark_on_light_and_some_is_not(digits, monkeypatch):
    only(monkeypatch, "screen")
    canvas, dark = page(digits, 100, 100), []
    for seed in range(50):
        sample = camera.capture(canvas, np.random.default_rng(seed))
        dark.append(np.median(sample.picture) < 128)
    assert 0 < np.mean(dark) < 0.4


def test_no_digit_becomes_too_small_to_read(digits):
    canvas = page(digits, 150, 1600, size=13)
    for seed in SEEDS:
        sample = camera.capture(canvas, np.random.default_rng(seed))
        for place in np.unique(sample.extents)[1::8]:
            assert np.ptp(np.nonzero(sample.extents == place)[0]) >= 9


def test_canvas_without_numbers():
    canvas = Canvas.blank(300, 200)
    canvas.scribble(np.full((20, 60), 255, np.uint8), 50, 50)
    sample = camera.capture(canvas, np.random.default_rng(3))
    assert not sample.extents.any() and sample.other.any() and not sample.texts


def test_pale_ink_is_still_seen(digits):
    """On any paper, in any light: a tenth of full scale between strokes and paper."""
    canvas, depths = page(digits), []
    for seed in range(25):
        sample = camera.capture(canvas, np.random.default_rng(seed))
        for place in np.unique(sample.kernels)[1:4]:
            dark, bright = np.quantile(sample.picture[sample.extents == place], [0.08, 0.92])
            depths.append(bright - dark)
    assert np.quantile(depths, 0.02) > 15


def test_quad_of_a_number_outside_is_gone():
    canvas = Canvas.blank(100, 100)
    canvas.numbers.append(Written("7", quad_around(10, 10, 20, 40)))
    view = View.through(camera._frame(50, 0, 100, 100), (100, 50), canvas.shape)
    assert framed(canvas, view).numbers == []


def test_objects_hide_no_number():
    free = np.ones((300, 300), bool)
    free[60:240, 60:240] = False
    hidden = np.zeros_like(free)
    for seed in range(20):
        scene = np.full(free.shape, 200, np.float32)
        hidden |= put_objects(scene, free, 300, np.random.default_rng(seed))
    assert hidden.mean() > 0.2
    assert not hidden[~free].any()

"""Each corruption against what its name promises."""

import cv2
import numpy as np
import pytest

from shuzi.errors import UsageError
from shuzi.evaluation.corruptions import CORRUPTIONS, corrupt

NAMES = [
    "shot_noise",
    "impulse_noise",
    "glass_blur",
    "motion_blur",
    "shear",
    "scale",
    "rotate",
    "brightness",
    "translate",
    "stripe",
    "fog",
    "spatter",
    "dotted_line",
    "zigzag",
    "canny_edges",
]
WITHOUT_CHANCE = {"scale", "brightness", "stripe", "canny_edges"}
BLANK = np.zeros((200, 28, 28), np.uint8)


@pytest.fixture(scope="module")
def images(digits):
    return digits.test_images[:200]


def flat(level):
    return np.full((200, 28, 28), level, np.uint8)


def moments(images):
    """Centres (n, 2) and covariances (n, 2, 2) of the light, in pixels, as (x, y)."""
    light = images.reshape(len(images), -1) / images.sum(axis=(1, 2))[:, None]
    places = np.indices((28, 28))[::-1].reshape(2, -1).T
    centres = light @ places
    away = places - centres[:, None]
    return centres, np.einsum("np,npi,npj->nij", light, away, away)


def widths(images):
    """Standard deviations (n, 2) of the light across its main axis and along it, in pixels."""
    return np.sqrt(np.linalg.eigvalsh(moments(images)[1]).clip(0))


def test_the_fifteen_names():
    assert list(CORRUPTIONS) == NAMES


def test_an_unknown_name_is_refused():
    with pytest.raises(UsageError, match=r"'snow'.*shot_noise, .*canny_edges"):
        corrupt(BLANK, "snow")


@pytest.mark.parametrize("name", NAMES)
def test_every_image_changes_and_none_of_the_input(name, images):
    before = images.copy()
    corrupted = corrupt(images, name)
    assert corrupted.shape == images.shape
    assert corrupted.dtype == np.uint8
    assert (corrupted != images).any(axis=(1, 2)).all()
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("name", NAMES)
def test_no_images_are_no_trouble(name, images):
    assert corrupt(images[:0], name).shape == (0, 28, 28)


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_decides(name, images):
    first = corrupt(images, name, seed=1)
    np.testing.assert_array_equal(first, corrupt(images, name, seed=1))
    same = np.array_equal(first, corrupt(images, name, seed=2))
    assert same == (name in WITHOUT_CHANCE)


def test_shot_noise_has_the_moments_of_five_photons():
    noisy = corrupt(flat(64), "shot_noise")
    assert noisy.mean() == pytest.approx(64, rel=0.01)
    assert noisy.var() == pytest.approx(64 * 255 / 5, rel=0.03)


def test_impulse_noise_is_half_salt_and_half_pepper():
    noisy = corrupt(flat(128), "impulse_noise")
    assert (noisy == 255).mean() == pytest.approx(0.135, abs=0.005)
    assert (noisy == 0).mean() == pytest.approx(0.135, abs=0.005)
    assert (noisy == 128).mean() == pytest.approx(0.73, abs=0.01)


def test_glass_blur_scatters_the_light_and_keeps_it(images):
    dot = BLANK.copy()
    dot[:, 14, 14] = 255
    assert len(np.unique(corrupt(dot, "glass_blur"), axis=0)) > 100
    assert corrupt(images, "glass_blur").mean() == pytest.approx(images.mean(), rel=0.02)


def test_motion_blur_draws_a_dot_into_a_line():
    dot = BLANK.copy()
    dot[:, 14, 14] = 255
    blurred = corrupt(dot, "motion_blur")
    across, along = widths(blurred).T
    # Five pixels in a row deviate by the root of 2.
    np.testing.assert_allclose(along, np.sqrt(2), atol=0.2)
    assert across.max() < 0.6
    np.testing.assert_allclose(blurred.sum(axis=(1, 2)), 255, atol=10)


def test_shear_moves_rows_by_their_height():
    bar = BLANK.copy()
    bar[:, 4:24, 13:15] = 255
    rows = corrupt(bar, "shear")[:, 4:24]
    moved = (rows * np.arange(28.0)).sum(axis=2) / rows.sum(axis=2) - 13.5
    expected = 0.6 * (np.arange(4, 24) - 13.5)
    np.testing.assert_allclose(np.abs(moved), np.tile(np.abs(expected), (200, 1)), atol=0.1)
    assert (moved[:, 0] * moved[:, -1] < 0).all()


def test_scale_shrinks_the_box():
    box = BLANK.copy()
    box[:, 4:24, 9:19] = 255
    small = corrupt(box, "scale")[0] > 127
    assert (small.any(axis=1).sum(), small.any(axis=0).sum()) == (12, 6)


def test_rotate_turns_the_main_axis(digits):
    ones = digits.test_images[digits.test_labels == 1]
    rotated = corrupt(ones, "rotate")
    vectors = [np.linalg.eigh(moments(each)[1])[1][:, :, 1] for each in (ones, rotated)]
    cosines = np.abs((vectors[0] * vectors[1]).sum(axis=1))
    np.testing.assert_allclose(np.degrees(np.arccos(cosines)), 30, atol=2)
    assert rotated.mean() == pytest.approx(ones.mean(), rel=0.01)


def test_brightness_lifts_the_paper(images):
    bright = corrupt(images, "brightness")
    assert (bright[images == 0] == 153).all()
    assert (bright[images > 102] == 255).all()


def test_translate_moves_the_whole_digit(images):
    moved = corrupt(images, "translate")
    np.testing.assert_array_equal(moved.sum(axis=(1, 2)), images.sum(axis=(1, 2)))
    shifts = moments(moved)[0] - moments(images)[0]
    np.testing.assert_allclose(np.abs(shifts), 4)
    assert len(np.unique(shifts.round(), axis=0)) == 4


def test_stripe_inverts_the_middle_columns(images):
    expected = images.copy()
    expected[:, :, 10:18] = ~expected[:, :, 10:18]
    np.testing.assert_array_equal(corrupt(images, "stripe"), expected)


def test_fog_lightens_the_paper_and_fades_the_ink(images):
    foggy = corrupt(images, "fog").astype(float)
    paper, ink = foggy[images == 0], foggy[images == 255]
    assert paper.mean() > 40
    assert 60 < ink.mean() - paper.mean() < 150


def test_fog_is_cloudy():
    fog = corrupt(BLANK, "fog").astype(float)
    neighbours, distant = (np.abs(fog[:, :, n:] - fog[:, :, :-n]).mean() for n in (1, 10))
    assert neighbours < 0.5 * distant


def test_spatter_lies_between_the_image_and_its_grey(images):
    spattered = corrupt(images, "spatter")
    grey = round(0.65 * 255)
    assert (spattered >= np.minimum(images, grey)).all()
    assert (spattered <= np.maximum(images, grey)).all()


def test_spatter_covers_a_tenth():
    # A normal variable exceeds 1.3 in 9.7 % of cases; at the border, mirrored noise varies more.
    inside = corrupt(BLANK, "spatter")[:, 5:-5, 5:-5]
    assert (inside > 0).mean() == pytest.approx(0.097, abs=0.015)


def test_dotted_line_is_straight_and_has_gaps():
    dotted = corrupt(BLANK, "dotted_line")
    assert widths(dotted)[:, 0].max() < 1
    parts = [cv2.connectedComponents((image > 127).astype(np.uint8))[0] - 1 for image in dotted]
    # Of 28 to 40 pixels at four to a dot; a line near a corner is shorter.
    assert set(parts) <= set(range(6, 11))


def test_zigzag_swings_about_its_line():
    # A triangle wave 2.5 high deviates by 2.5 over the root of 3.
    assert widths(corrupt(BLANK, "zigzag"))[:, 0].mean() == pytest.approx(1.44, abs=0.2)


@pytest.mark.parametrize("name", ["dotted_line", "zigzag"])
def test_lines_only_add_light(name, images):
    assert (corrupt(images, name) >= images).all()


def test_canny_edges_are_the_outline():
    box = BLANK[:1].copy()
    box[:, 8:20, 8:20] = 255
    edges = corrupt(box, "canny_edges")[0]
    assert set(np.unique(edges)) == {0, 255}
    assert edges[8:20].any(axis=1).all()
    assert edges[:, 8:20].any(axis=0).all()
    inside, outside = edges[10:18, 10:18], edges[6:22, 6:22]
    assert inside.sum() == 0
    assert outside.sum() == edges.sum()

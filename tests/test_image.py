"""Any picture becomes the same upright grey array."""

import io

import numpy as np
import pytest
from PIL import Image

from shuzi.errors import ImageError
from shuzi.image import find_pictures, load_grey, load_pages

GREY = np.tile(np.arange(0, 240, 6, dtype=np.uint8), (30, 1))
RGB = np.stack([GREY] * 3, axis=-1)


@pytest.mark.parametrize(
    ("name", "options", "error"),
    [
        ("a.png", {}, 0),
        ("a.bmp", {}, 0),
        ("a.tiff", {}, 0),
        ("a.gif", {}, 0),
        ("a.webp", {"lossless": True}, 0),
        ("a.jpg", {"quality": 95}, 3),
    ],
)
@pytest.mark.parametrize("pixels", [GREY, RGB], ids=["grey", "colour"])
def test_every_format_gives_the_same_grey(tmp_path, name, options, error, pixels):
    Image.fromarray(pixels).save(tmp_path / name, **options)
    np.testing.assert_allclose(load_grey(tmp_path / name).astype(int), GREY, atol=error)


@pytest.mark.parametrize("mode", ["P", "1", "LA", "RGBA", "CMYK"])
def test_every_mode_of_black_on_white_stays_black_on_white(tmp_path, mode):
    black_on_white = np.full((20, 20), 255, np.uint8)
    black_on_white[5:15, 8:12] = 0
    name = "a.tiff" if mode == "CMYK" else "a.png"
    Image.fromarray(black_on_white).convert("RGB").convert(mode).save(tmp_path / name)
    np.testing.assert_allclose(load_grey(tmp_path / name).astype(int), black_on_white, atol=2)


@pytest.mark.parametrize("name", ["a.png", "a.tiff"])
def test_sixteen_bits_become_eight(tmp_path, name):
    Image.fromarray(GREY.astype(np.uint16) * 257).save(tmp_path / name)
    np.testing.assert_array_equal(load_grey(tmp_path / name), GREY)


def test_floats_become_eight_bits(tmp_path):
    Image.fromarray(GREY.astype(np.float32) / 255).save(tmp_path / "a.tiff")
    np.testing.assert_array_equal(load_grey(tmp_path / "a.tiff"), GREY)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_read_upright(tmp_path, orientation):
    # What the camera stored is such that turning it as the tag says gives GREY.
    turn = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = Image.fromarray(GREY)
    if turn is not None:
        stored = stored.transpose(Image.Transpose(turn))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(load_grey(tmp_path / "a.png"), GREY)


@pytest.mark.parametrize(("ink", "paper"), [(20, 255), (235, 0)])
def test_transparency_becomes_paper(tmp_path, ink, paper):
    pixels = np.zeros((10, 10, 4), np.uint8)
    pixels[3:7, 3:7] = (ink, ink, ink, 255)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    grey = load_grey(tmp_path / "a.png")
    assert grey[0, 0] == paper
    assert grey[5, 5] == ink


def test_arrays_are_taken_too():
    np.testing.assert_array_equal(load_grey(GREY), GREY)
    np.testing.assert_array_equal(load_grey(RGB), GREY)
    np.testing.assert_array_equal(load_grey(GREY[..., None]), GREY)
    np.testing.assert_array_equal(load_grey(GREY.astype(np.uint16) * 257), GREY)


@pytest.mark.parametrize(
    "array",
    [GREY.astype(complex), GREY[0], np.zeros((0, 5), np.uint8), np.zeros((5, 5, 2), np.uint8)],
    ids=["complex", "one row", "empty", "two channels"],
)
def test_other_arrays_are_refused(array):
    with pytest.raises(ImageError, match="must be numbers"):
        load_grey(array)


def jpeg(quality=90):
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (200, 200), dtype=np.uint8)
    Image.fromarray(noise).save(file, "JPEG", quality=quality)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"These are words.", "not a picture"),
        (jpeg()[:5000], "damaged or cut short"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "(not a picture|damaged)"),
    ],
    ids=["0 bytes", "text", "truncated", "header only"],
)
def test_a_file_that_is_no_picture_is_refused(tmp_path, content, said):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=said) as caught:
        load_grey(path)
    assert str(path) in caught.value.message


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(ImageError, match="no such file"):
        load_grey(tmp_path / "none.png")
    with pytest.raises(ImageError, match="is a folder"):
        load_grey(tmp_path)


def test_a_file_without_permission_is_refused(tmp_path, powerless):
    path = tmp_path / "a.png"
    Image.fromarray(GREY).save(path)
    path.chmod(0)
    with powerless, pytest.raises(ImageError, match="may not be read"):
        load_grey(path)


def test_a_picture_above_the_limit_is_refused_before_it_is_decoded(tmp_path):
    Image.new("1", (20000, 20000)).save(tmp_path / "huge.png")
    with pytest.raises(ImageError) as caught:
        load_grey(tmp_path / "huge.png")
    assert "max_pixels" in caught.value.remedy


def test_the_limit_can_be_set(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "a.png")
    with pytest.raises(ImageError, match=r"40 x 30 = 1,200 pixels; the limit is 1,199"):
        load_grey(tmp_path / "a.png", max_pixels=1199)
    assert load_grey(tmp_path / "a.png", max_pixels=1200).shape == (30, 40)


def test_each_page_of_a_tiff_is_a_page(tmp_path):
    pages = [Image.fromarray(np.full((5, 6 + i), 40 * i, np.uint8)) for i in range(3)]
    pages[0].save(tmp_path / "a.tiff", save_all=True, append_images=pages[1:])
    found = list(load_pages(tmp_path / "a.tiff"))
    assert [page.shape for page in found] == [(5, 6), (5, 7), (5, 8)]
    assert [page[0, 0] for page in found] == [0, 40, 80]


def test_a_file_that_changes_while_it_is_read_is_what_it_was(tmp_path):
    pages = [Image.fromarray(np.full((50, 60), 40 * i, np.uint8)) for i in range(3)]
    path = tmp_path / "a.tiff"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    found = load_pages(path)
    next(found)
    path.write_bytes(b"something else")
    assert [page[0, 0] for page in found] == [40, 80]


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
def test_an_animation_is_its_first_frame(tmp_path, name):
    frames = [Image.new("L", (8, 8), grey) for grey in (0, 200)]
    frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
    found = list(load_pages(tmp_path / name))
    assert len(found) == 1
    assert found[0].max() < 5


def test_a_page_that_is_cut_short_does_not_take_those_before(tmp_path):
    pages = [Image.fromarray(np.full((50, 60), 40 * i, np.uint8)) for i in range(3)]
    path = tmp_path / "a.tiff"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    path.write_bytes(path.read_bytes()[:5000])
    found = load_pages(path)
    assert next(found).shape == (50, 60)
    with pytest.raises(ImageError, match=r"a\.tiff.* is damaged or cut short"):
        list(found)


def test_a_folders_pictures_are_in_order_and_the_rest_is_known(tmp_path):
    for name in ("b.JPG", "a.png", "notes.txt", "c.pdf", ".hidden"):
        (tmp_path / name).write_text("")
    (tmp_path / "deeper").mkdir()
    pictures, others = find_pictures(tmp_path)
    assert [path.name for path in pictures] == ["a.png", "b.JPG", "c.pdf"]
    assert [path.name for path in others] == [".hidden", "notes.txt"]


@pytest.mark.parametrize("name", ["a.png", "a.pdf"])
def test_standard_input_is_a_picture(tmp_path, monkeypatch, name):
    Image.fromarray(GREY).save(tmp_path / name, resolution=200)
    stream = io.BytesIO((tmp_path / name).read_bytes())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream))
    assert load_grey("-").shape == GREY.shape

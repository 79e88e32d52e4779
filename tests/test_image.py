"""Any picture becomes the same upright grey array."""

import io
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo
from places import EXAMPLES

from shuzi.errors import ImageError, NotAPictureError, TooLargeError, UsageError
from shuzi.image import load_grey, load_pages, source_name

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


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("a.LST", "let `shuzi batch` read what it names"), ("a.ZIP", "not those of archives in it")],
)
def test_what_a_batch_reads_says_so(tmp_path, name, remedy):
    (tmp_path / name).write_text("3.png\n")
    with pytest.raises(NotAPictureError) as refused:
        load_grey(tmp_path / name)
    assert remedy in refused.value.remedy


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
    found = [page.grey for page in load_pages(tmp_path / "a.tiff")]
    assert [page.shape for page in found] == [(5, 6), (5, 7), (5, 8)]
    assert [page[0, 0] for page in found] == [0, 40, 80]


@pytest.mark.parametrize("kind", [1, 4])
def test_a_smaller_copy_or_a_mask_in_a_tiff_is_no_page(tmp_path, kind):
    path, counts = tmp_path / "a.tiff", list[int]()
    with TiffImagePlugin.AppendingTiffWriter(str(path), new=True) as file:
        for grey, tag in ((10, 0), (20, kind), (30, 0)):
            Image.new("L", (8, 8), grey).save(file, "TIFF", tiffinfo={254: tag})
            file.newFrame()
    assert [page.grey[0, 0] for page in load_pages(path, counted=counts.append)] == [10, 30]
    assert [page.grey[0, 0] for page in load_pages(path, first=2)] == [30]
    assert counts == [2]


def test_a_tiff_with_nothing_but_a_smaller_copy_is_a_page(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "a.tiff", tiffinfo={254: 1})
    np.testing.assert_array_equal(load_grey(tmp_path / "a.tiff"), GREY)


@pytest.mark.parametrize(
    ("dpi", "height"), [((204, 98), 104), ((204, 391), 26), ((204, 196), 50), ((1, 100), 50)]
)
def test_a_fax_is_given_square_pixels(tmp_path, dpi, height):
    image = Image.new("RGB", (60, 50), "white")
    image.paste("red", (0, 0, 30, 25))
    image.save(tmp_path / "a.tiff", dpi=dpi)
    page = next(load_pages(tmp_path / "a.tiff"))
    assert page.grey.shape == (height, 60)
    assert page.chroma is not None
    assert page.chroma.shape == (2, -(-height // 2), 30)
    assert (page.grey < 200).mean() == pytest.approx(0.25, abs=0.02)


def test_a_file_that_changes_while_it_is_read_is_what_it_was(tmp_path):
    pages = [Image.fromarray(np.full((50, 60), 40 * i, np.uint8)) for i in range(3)]
    path = tmp_path / "a.tiff"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    found = load_pages(path)
    next(found)
    path.write_bytes(b"something else")
    assert [page.grey[0, 0] for page in found] == [40, 80]


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
def test_an_animation_is_its_first_frame(tmp_path, name):
    frames = [Image.new("L", (8, 8), grey) for grey in (0, 200)]
    frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
    found = list(load_pages(tmp_path / name))
    assert len(found) == 1
    assert found[0].grey.max() < 5
    assert found[0].animated


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.tiff"])
def test_a_picture_of_one_frame_is_not_animated(tmp_path, name):
    Image.new("L", (8, 8)).save(tmp_path / name)
    assert not next(load_pages(tmp_path / name)).animated


def test_a_page_that_is_cut_short_does_not_take_those_before(tmp_path):
    pages = [Image.fromarray(np.full((50, 60), 40 * i, np.uint8)) for i in range(3)]
    path = tmp_path / "a.tiff"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    path.write_bytes(path.read_bytes()[:5000])
    found = load_pages(path)
    assert next(found).grey.shape == (50, 60)
    with pytest.raises(ImageError, match=r"a\.tiff.* is damaged or cut short"):
        list(found)


@pytest.mark.parametrize("name", ["a.png", "a.pdf"])
def test_standard_input_is_a_picture(tmp_path, monkeypatch, name):
    Image.fromarray(GREY).save(tmp_path / name, resolution=200)
    stream = io.BytesIO((tmp_path / name).read_bytes())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream))
    assert load_grey("-").shape == GREY.shape


DEEP = {
    "uint16 of 12 bits": (GREY.astype(np.uint16) * 16, GREY),
    "floats to 1": (GREY / 255, GREY),
    "floats to 255": (GREY.astype(np.float32), GREY),
    "floats as they are": (GREY.astype(np.float64) * 1e300 - 5e299, None),
    "32 bits": (GREY.astype(np.int32) * 1000, None),
    "yes and no": (GREY > 100, np.where(GREY > 100, 255, 0)),
}


@pytest.mark.parametrize("kind", DEEP)
def test_an_arrays_range_is_taken_from_its_numbers(kind):
    array, wanted = DEEP[kind]
    stretched = np.round(GREY.astype(float) / GREY.max() * 255)
    np.testing.assert_allclose(load_grey(array), stretched if wanted is None else wanted, atol=1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused_by_name(tmp_path, value):
    floats = GREY.astype(np.float32)
    floats[3, 4] = value
    Image.fromarray(floats).save(tmp_path / "a.tiff")
    for picture in (tmp_path / "a.tiff", floats):
        with pytest.raises(ImageError, match="not finite numbers"):
            load_grey(picture)


def test_a_lab_tiff_is_its_lightness(tmp_path):
    lightness = Image.fromarray(GREY)
    zero = Image.new("L", lightness.size, 128)
    Image.merge("LAB", (lightness, zero, zero)).save(tmp_path / "a.tiff")
    np.testing.assert_array_equal(load_grey(tmp_path / "a.tiff"), GREY)


MODES = ("1", "L", "P", "RGB", "RGBA", "RGBX", "RGBa", "LA", "La", "PA", "CMYK", "YCbCr", "HSV")
MODES += ("LAB", "I", "F", "I;16", "I;16B", "I;16L", "I;16N")


@pytest.mark.parametrize("mode", MODES)
def test_a_pil_image_of_any_mode_is_read(mode):
    white = (100,) * 4 if mode == "LAB" else 1
    image = Image.new(mode, (7, 5), white[:3] if mode == "LAB" else white)
    assert load_grey(image).shape == (5, 7)


def test_a_pil_image_is_turned_as_its_file_would_be(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(GREY)).save(tmp_path / "a.png", exif=exif)
    with Image.open(tmp_path / "a.png") as image:
        np.testing.assert_array_equal(load_grey(image), GREY)
        assert source_name(image) == str(tmp_path / "a.png")


def test_an_archive_is_said_to_be_for_a_batch(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\3\4 and so on")
    with pytest.raises(NotAPictureError) as refused:
        load_grey(tmp_path / "a.zip")
    assert "`shuzi batch`" in refused.value.remedy


def test_a_pil_image_that_is_closed_is_named():
    with Image.open(EXAMPLES / "3.png") as unread:
        pass
    for image in (unread, Image.new("L", (9, 9))):
        image.close()
        with pytest.raises(UsageError, match="PIL image that is closed"):
            load_grey(image)


def test_a_pil_image_that_was_loaded_outlives_its_file():
    with Image.open(EXAMPLES / "3.png") as image:
        image.load()
    assert load_grey(image).shape == (280, 280)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, io.BytesIO])
def test_bytes_are_a_picture(tmp_path, kind):
    Image.fromarray(GREY).save(tmp_path / "a.png")
    np.testing.assert_array_equal(load_grey(kind((tmp_path / "a.png").read_bytes())), GREY)


def test_a_palette_picture_without_a_palette_is_damaged(tmp_path):
    Image.fromarray(GREY).convert("P").save(tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    first, last = content.index(b"PLTE") - 4, content.index(b"IDAT") - 4
    (tmp_path / "a.png").write_bytes(content[:first] + content[last:])
    with pytest.raises(ImageError, match="is damaged"):
        load_grey(tmp_path / "a.png")


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tiff"])
def test_a_picture_that_speaks_of_pdfs_is_a_picture(tmp_path, name):
    if name == "a.png":
        told = PngInfo()
        told.add_text("Comment", "%PDF-1.7")
        Image.fromarray(GREY).save(tmp_path / name, pnginfo=told)
    else:
        Image.fromarray(GREY).save(tmp_path / name, comment="%PDF-1.7", description="%PDF-1.7")
    assert b"%PDF-" in (tmp_path / name).read_bytes()[:1024]
    assert load_grey(tmp_path / name).shape == GREY.shape


@pytest.mark.parametrize("shape", [(1, 30_001), (30_001, 1)])
def test_a_side_above_the_limit_is_refused(tmp_path, shape):
    picture = np.full(shape, 255, np.uint8)
    Image.fromarray(picture).save(tmp_path / "a.png")
    for refused in (tmp_path / "a.png", picture, Image.fromarray(picture)):
        with pytest.raises(TooLargeError, match="limit of a side is 30,000"):
            load_grey(refused)


@pytest.mark.parametrize("name", ["a.avif", "a.heic"])
def test_what_phones_write_is_read_upright(tmp_path, name):
    exif = Image.Exif()
    exif[0x0112] = 6
    if name == "a.heic":
        pytest.importorskip("pillow_heif").register_heif_opener()
    Image.fromarray(np.rot90(RGB)).save(tmp_path / name, exif=exif.tobytes(), quality=100)
    (tmp_path / "a.jpg").write_bytes((tmp_path / name).read_bytes())
    np.testing.assert_allclose(load_grey(tmp_path / "a.jpg").astype(int), GREY, atol=6)


def test_a_heic_is_its_main_picture(tmp_path):
    pytest.importorskip("pillow_heif").register_heif_opener()
    other, main = (Image.new("L", (64, 64), grey) for grey in (0, 200))
    other.save(tmp_path / "a.heic", save_all=True, append_images=[main], primary_index=1)
    (page,) = load_pages(tmp_path / "a.heic")
    assert page.grey.min() > 190


def test_without_pillow_heif_the_message_names_the_extra(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ImageError, match="needs pillow-heif") as caught:
        load_grey(tmp_path / "a.png")
    assert "[heic]" in caught.value.remedy


def test_a_picture_takes_at_most_16_bytes_a_pixel(tmp_path):
    """Of each format and mode that takes the most, in a process whose memory is limited."""
    side, kinds = 3000, {"a.webp": "RGBA", "b.png": "RGBA", "c.jpg": "CMYK", "d.tiff": "F"}
    for name, mode in kinds.items():
        options = {"lossless": True} if mode == "RGBA" else {"progressive": True}
        Image.new(mode, (side, side), 1).save(tmp_path / name, **options)
    words = """
import resource, sys
from shuzi.image import load_grey
load_grey(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[2:]:
    load_grey(path)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    Image.fromarray(GREY).save(tmp_path / "small.webp")
    paths = [tmp_path / name for name in ("small.webp", *kinds)]
    said = subprocess.run([sys.executable, "-c", words, *paths], capture_output=True, check=True)
    assert int(said.stdout) * 1024 < 16 * side**2


def test_a_jpeg_of_very_many_scans_is_refused(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "a.jpg", progressive=True)
    content = (tmp_path / "a.jpg").read_bytes()
    scan = content[content.rindex(b"\xff\xda") : -2]
    assert load_grey(content[:-2] + 50 * scan + content[-2:]).shape == GREY.shape
    # What follows the picture's end, as a phone's short film does, are no scans of it.
    assert load_grey(content + 200 * scan).shape == GREY.shape
    with pytest.raises(ImageError, match=r"is stored in \d+ scans; the limit is 100"):
        load_grey(content[:-2] + 200 * scan + content[-2:])


@pytest.mark.skipif(sys.platform != "linux", reason="limits its own address space")
def test_memory_that_is_not_enough_is_no_damage(tmp_path):
    Image.fromarray(np.zeros((7000, 7000), np.uint8)).save(tmp_path / "large.png")
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from PIL import Image\n"
        "from shuzi.image import load_grey\n"
        "import cv2\n"
        "Image.new('L', (8, 8)).save(sys.argv[2]); load_grey(sys.argv[2])\n"
        "now = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (now + 30_000_000, now + 30_000_000))\n"
        "try:\n    load_grey(sys.argv[1])\n"
        "except MemoryError:\n    print('memory')\n"
    )
    files = tmp_path / "large.png", tmp_path / "small.png"
    command = [sys.executable, "-c", program, *map(str, files)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.stdout == "memory\n", said.stderr


COLOURS = np.full((31, 44, 3), (225, 220, 205), np.uint8)
COLOURS[4:20, 6:16] = (190, 40, 60)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tiff", "a.pdf", "a.gif"])
def test_a_pictures_colours_are_loaded_at_half_its_size(tmp_path, name):
    image = Image.fromarray(COLOURS)
    exact = {"a.jpg": {"quality": 98}, "a.webp": {"lossless": True}, "a.pdf": {"resolution": 200}}
    image.save(tmp_path / name, **exact.get(name, {}))
    (pixels,) = load_pages(tmp_path / name)
    assert pixels.grey.shape == (31, 44)
    assert pixels.chroma.shape == (2, 16, 22)
    # ITU-R T.871, 7: Cb = 128 - 0.1687 R - 0.3313 G + 0.5 B, Cr = 128 + 0.5 R - 0.4187 G - 0.0813 B
    assert pixels.chroma[:, 6, 5].tolist() == pytest.approx([112.7, 201.4], abs=4)
    assert pixels.chroma[:, 13, 18].tolist() == pytest.approx([119.6, 131.7], abs=4)


@pytest.mark.parametrize("as_picture", [np.asarray, Image.fromarray])
def test_colours_of_an_array_or_image_are_kept(as_picture):
    (pixels,) = load_pages(as_picture(COLOURS))
    assert pixels.chroma[:, 6, 5].tolist() == pytest.approx([112.7, 201.4], abs=2)


@pytest.mark.parametrize("mode", ["L", "I;16", "1"])
def test_a_grey_picture_has_none(mode):
    (pixels,) = load_pages(Image.fromarray(COLOURS[..., 1]).convert(mode))
    assert pixels.chroma is None


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_colours_that_nobody_wants_are_not_loaded(tmp_path, name):
    Image.fromarray(COLOURS).save(tmp_path / name)
    (pixels,) = load_pages(tmp_path / name, colours=False)
    (coloured,) = load_pages(tmp_path / name)
    assert pixels.chroma is None
    np.testing.assert_array_equal(pixels.grey, coloured.grey)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (41, 1), (3, 3), (5, 2)])
def test_colours_of_the_smallest_jpegs_are_loaded(tmp_path, size):
    Image.new("RGB", size, (190, 40, 60)).save(tmp_path / "a.jpg", quality=98)
    (pixels,) = load_pages(tmp_path / "a.jpg")
    assert pixels.chroma.shape == (2, -(-size[1] // 2), -(-size[0] // 2))
    assert pixels.chroma[:, 0, 0].tolist() == pytest.approx([112.7, 201.4], abs=4)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_colours_are_turned_with_the_picture(tmp_path, orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.fromarray(COLOURS).save(tmp_path / "a.png", exif=exif)
    (pixels,) = load_pages(tmp_path / "a.png")
    assert pixels.chroma.shape[1:] == tuple(-(-side // 2) for side in pixels.grey.shape)
    red = cv2.resize(pixels.chroma[1], pixels.grey.shape[::-1], interpolation=cv2.INTER_NEAREST)
    assert np.mean((red > 165) == (pixels.grey < 150)) > 0.95


def test_a_transparent_palette_has_the_colours_of_its_ink(tmp_path):
    image = Image.fromarray(COLOURS).quantize(4)
    image.save(tmp_path / "a.png", transparency=bytes([255] * 4))
    (pixels,) = load_pages(tmp_path / "a.png")
    assert pixels.chroma[:, 6, 5].tolist() == pytest.approx([112.7, 201.4], abs=4)


def test_threads_leave_the_programs_warnings_alone():
    before, switch = list(warnings.filters), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(load_grey, [EXAMPLES / "3.png"] * 300))
    finally:
        sys.setswitchinterval(switch)
    assert warnings.filters == before


def test_an_image_without_pixels_is_named_so():
    with pytest.raises(ImageError, match="is 0 x 5 pixels, which is none"):
        load_grey(Image.new("L", (0, 5)))

"""PDFs become pages; those that cannot be read are named."""

import resource
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from shuzi.errors import ImageError
from shuzi.image import load_grey, load_pages

# Standard security handler, revision 2, with a user password; the trailer is all it takes.
ENCRYPTED = b"""%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj
4 0 obj<</Filter/Standard/V 1/R 2/P -1/O<%s>/U<%s>>>endobj
trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>
""" % (b"11" * 32, b"22" * 32)


def scan(path, *pages):
    """A PDF of pictures at 200 dots an inch, as a scanner makes it."""
    pictures = [Image.fromarray(page) for page in pages]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], resolution=200, quality=95)
    return path


def test_a_scan_comes_back_as_it_was(tmp_path):
    page = np.full((200, 300), 255, np.uint8)
    page[50:100, 80:120] = 0
    found = load_grey(scan(tmp_path / "a.pdf", page))
    assert found.shape == page.shape
    assert np.abs(found.astype(int) - page).mean() < 1


def test_pages_come_in_order(tmp_path):
    pages = [np.full((100, 100), grey, np.uint8) for grey in (0, 100, 200)]
    found = [page[50, 50] for page in load_pages(scan(tmp_path / "a.pdf", *pages))]
    assert found == pytest.approx([0, 100, 200], abs=2)


def test_an_encrypted_pdf_is_named(tmp_path):
    (tmp_path / "a.pdf").write_bytes(ENCRYPTED)
    with pytest.raises(ImageError, match=r"a\.pdf is encrypted") as caught:
        load_grey(tmp_path / "a.pdf")
    assert "password" in caught.value.remedy


@pytest.mark.parametrize("content", [b"%PDF-1.4\n", b"%PDF-1.4\n" + b"junk" * 500])
def test_a_broken_pdf_is_named(tmp_path, content):
    (tmp_path / "a.pdf").write_bytes(content)
    with pytest.raises(ImageError, match=r"a\.pdf is a broken PDF"):
        load_grey(tmp_path / "a.pdf")


def test_a_poster_is_drawn_within_the_limit(tmp_path):
    document = pypdfium2.PdfDocument.new()
    document.new_page(10_000, 10_000)
    document.save(tmp_path / "a.pdf")
    assert load_grey(tmp_path / "a.pdf", max_pixels=250_000).shape == (500, 500)


def test_a_picture_that_would_fill_the_memory_is_refused(tmp_path):
    bomb = Image.new("1", (12_000, 12_000))
    bomb.save(tmp_path / "a.pdf", resolution=20_000)
    assert (tmp_path / "a.pdf").stat().st_size < 100_000
    with pytest.raises(ImageError, match="12000 x 12000"):
        load_grey(tmp_path / "a.pdf")


def test_many_pages_take_no_more_memory_than_few(tmp_path):
    document = pypdfium2.PdfDocument.new()
    for _ in range(5000):
        document.new_page(60, 60)
    document.save(tmp_path / "a.pdf")
    pages = load_pages(tmp_path / "a.pdf")
    next(pages)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in pages) == 4999
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 40_000  # KiB; the pages together are 140 MB


def test_threads_read_pdfs_at_the_same_time(tmp_path):
    pages = [np.full((60, 40), shade, np.uint8) for shade in range(0, 250, 50)]
    files = [scan(tmp_path / f"{i}.pdf", *pages) for i in range(4)]

    def read(path):
        return [[int(page[20, 20]) for page in load_pages(path)] for _ in range(10)]

    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(read, files):
            assert found == [pytest.approx([0, 50, 100, 150, 200], abs=3)] * 10

"""PDFs become pages; those that cannot be read are named."""

import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from shuzi.errors import ImageError
from shuzi.image import load_grey, load_pages
from shuzi.pdf import pdf_pages

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


@pytest.mark.parametrize(("dots", "size"), [(72, (400, 600)), (400, (200, 300))])
def test_a_picture_alone_on_a_page_is_drawn_as_large_as_it_is_at_most(tmp_path, dots, size):
    Image.new("L", (600, 400)).save(tmp_path / "a.pdf", resolution=dots)
    assert load_grey(tmp_path / "a.pdf").shape == size


def test_a_picture_with_something_beside_it_is_drawn_as_any_page(tmp_path):
    words = "/Type/XObject/Subtype/Image/Width 9/Height 9/ColorSpace/DeviceGray/BitsPerComponent 8"
    picture = object_of(5, f"{words}/Length 81", bytes(81))
    content = b"q 72 0 0 72 0 0 cm /X Do Q 9 9 9 9 re f"
    path = document(tmp_path / "a.pdf", content, "/XObject<</X 5 0 R>>", "0 0 72 72", picture)
    assert load_grey(path).shape == (200, 200)


def test_a_page_that_counts_in_another_unit_is_drawn_large_enough(tmp_path):
    page = load_grey(document(tmp_path / "a.pdf", b"2 4 2 1 re f", box="0 0 6 8"))
    assert page.shape == (1000, 750)
    assert (page < 128).mean() == pytest.approx(2 / 48, abs=0.001)


def test_pages_come_in_order(tmp_path):
    pages = [np.full((100, 100), grey, np.uint8) for grey in (0, 100, 200)]
    found = [page.grey[50, 50] for page in load_pages(scan(tmp_path / "a.pdf", *pages))]
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
        return [[int(page.grey[20, 20]) for page in load_pages(path)] for _ in range(10)]

    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(read, files):
            assert found == [pytest.approx([0, 50, 100, 150, 200], abs=3)] * 10


def object_of(number, words, stream=None):
    tail = b"" if stream is None else b"\nstream\n" + stream + b"\nendstream"
    return b"%d 0 obj<<%s>>%s\nendobj\n" % (number, words.encode(), tail)


def document(path, content, resources="", box="0 0 9 9", more=b""):
    page = f"/Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Resources<<{resources}>>"
    objects = [
        object_of(1, "/Type/Catalog/Pages 2 0 R"),
        object_of(2, "/Type/Pages/Kids[3 0 R]/Count 1"),
        object_of(3, page),
        object_of(4, f"/Length {len(content)}", content),
    ]
    path.write_bytes(b"%PDF-1.4\n" + b"".join(objects) + more + b"trailer<</Root 1 0 R>>\n")
    return path


def endless(path):
    """A PDF that draws a picture so often that it takes minutes, and no more memory for it."""
    side = 300
    words = f"/Type/XObject/Subtype/Image/Width {side}/Height {side}/ColorSpace/DeviceGray"
    picture = object_of(5, f"{words}/BitsPerComponent 8/Length {side * side}", bytes(side * side))
    return document(path, b"/X Do\n" * 200_000, "/XObject<</X 5 0 R>>", more=picture)


def test_a_page_that_never_ends_is_given_up(tmp_path):
    path = endless(tmp_path / "a.pdf")
    with path.open("rb") as file, pytest.raises(ImageError, match=r"page 1, takes more than 0.5 s"):
        list(pdf_pages(file, "a.pdf", 100_000, seconds=0.5))


def test_a_page_that_fills_the_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("shuzi.pdf.MEMORY_A_PIXEL", 1)
    monkeypatch.setattr("shuzi.pdf.LEAST_MEMORY", 0)
    path, side = tmp_path / "a.pdf", 5000
    Image.new("CMYK", (side, side)).save(path, resolution=200)
    with pytest.raises(ImageError, match="page 1, cannot be drawn: it is broken, or takes too"):
        load_grey(path, max_pixels=side * side)
    monkeypatch.setattr("shuzi.pdf.MEMORY_A_PIXEL", 12)
    assert load_grey(path, max_pixels=side * side).shape == (side, side)


@pytest.mark.parametrize("box", ["0 0 2147483392 120", "0 0 0.001 14400"])
def test_a_page_far_longer_than_wide_is_drawn_within_the_limit(tmp_path, box):
    page = load_grey(document(tmp_path / "a.pdf", b"", box=box))
    assert 1 <= min(page.shape) <= max(page.shape) <= 30_000


def test_an_error_is_the_files_own(tmp_path):
    (tmp_path / "a.pdf").write_bytes(ENCRYPTED)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4\n" + b"junk" * 500)
    for name, said in (("a.pdf", "is encrypted"), ("b.pdf", "is a broken PDF")):
        with pytest.raises(ImageError, match=said):
            load_grey(tmp_path / name)


def children():
    done = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(os.getpid())], capture_output=True, check=False
    )
    return done.stdout.count(b"pdf_child.py")


def test_what_draws_ends_with_the_reading(tmp_path):
    pages = load_pages(scan(tmp_path / "a.pdf", *[np.zeros((50, 50), np.uint8)] * 3))
    next(pages)
    assert children() == 1
    pages.close()
    assert children() == 0


def test_what_draws_ends_with_its_parent(tmp_path):
    words = "import sys; from shuzi.image import load_pages; next(load_pages(sys.argv[1]))"
    parent = subprocess.Popen([sys.executable, "-c", words, endless(tmp_path / "a.pdf")])
    try:
        find = ["ps", "-o", "pid=", "--ppid", str(parent.pid)]
        while not (found := subprocess.run(find, capture_output=True, check=False).stdout.split()):
            assert parent.poll() is None
    finally:
        parent.kill()
        parent.wait()
    child = Path(f"/proc/{int(found[0])}/stat")
    while child.exists() and child.read_text().split(")")[1].split()[0] != "Z":
        time.sleep(0.05)


@pytest.mark.parametrize("python", ["", "/bin/true", "/no/such/python"])
def test_without_python_the_error_says_so(tmp_path, monkeypatch, python):
    monkeypatch.setattr("multiprocessing.spawn._python_exe", python)
    with pytest.raises(ImageError, match="another Python draws") as caught:
        load_grey(scan(tmp_path / "a.pdf", np.zeros((50, 50), np.uint8)))
    assert "set_executable" in caught.value.remedy

"""Take the documents' pictures of the page, with digits of the UCI set and the examples.

python tests/browser/pictures.py docs/pictures
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageFilter
from playwright.sync_api import expect

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

# ruff: noqa: E402
import chromium
from pen import SEVEN, touch, write
from queue_of_digits import fill, read_digits
from serving import serving
from sizes import PHONE
from uci import read_uci

import shuzi

YEAR = [
    [(0.1, 0.35), (0.15, 0.26), (0.22, 0.3), (0.21, 0.42), (0.1, 0.66), (0.24, 0.65)],
    [
        (0.36, 0.28),
        (0.31, 0.4),
        (0.32, 0.58),
        (0.38, 0.66),
        (0.43, 0.55),
        (0.43, 0.38),
        (0.36, 0.28),
    ],
    [(0.53, 0.35), (0.58, 0.26), (0.65, 0.3), (0.64, 0.42), (0.53, 0.66), (0.67, 0.65)],
    [(0.79, 0.27), (0.75, 0.5), (0.89, 0.5)],
    [(0.86, 0.38), (0.85, 0.7)],
]
EXAMPLES = HERE.parents[1] / "examples"


def take(out):
    with tempfile.TemporaryDirectory() as name, chromium.running() as browser:
        folder = Path(name)
        fill(folder / "reviews.db", read_digits(read_uci()), 500)
        train_runs(folder / "runs")
        options = ("--review", folder / "reviews.db", "--runs", folder / "runs")
        with serving(*options) as client:

            def open_page(screen, size, *options):
                page = chromium.new_page(browser, size, *options)
                page.goto(f"{client.base_url}#{screen}")
                return page

            page = open_page("draw", PHONE, "zh-CN", "dark", True)
            draw_on_a_phone(page)
            save(page, out / "phone.png")
            page = open_page("draw", {"width": 1280, "height": 790})
            write(page, *YEAR)
            expect(page.locator("#answer-text")).to_have_text("2024")
            save(page, out / "draw.png")
            page = open_page("read", {"width": 1280, "height": 760})
            read_files(page, folder)
            save(page, out / "read.png")
            page = open_page("review", {"width": 1280, "height": 800})
            review_a_group(page)
            save(page, out / "review.png")
            page = open_page("learn", {"width": 1280, "height": 1500})
            compare_runs(page)
            save(page, out / "learn.png")


def save(page, path):
    """A screenshot of few bytes."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shot.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def train_runs(folder):
    """The tutorial with raw and with scaled pixels, briefly, and one of them tested."""
    dataset = read_uci()
    for name, recipe in (("raw", "tutorial"), ("scaled", "tutorial-scaled")):
        settings = {"epochs": 60}
        run = shuzi.train(recipe, dataset=dataset, out=folder / name, settings=settings, verbose=0)
        shuzi.evaluate(run.folder, dataset)


def compare_runs(page):
    for name in ("raw", "scaled"):
        page.get_by_label(f"Show {name}").check()
        expect(page.locator("#curves-legend")).to_contain_text(name)
    expect(page.locator(".inside")).to_have_count(2)
    expect(page.locator(".inside canvas").last).to_be_visible()


def draw_on_a_phone(page):
    touch(page, SEVEN)
    expect(page.locator("#answer-text")).to_have_text("7")


def read_files(page, folder):
    """A page that is blurred in part, a crop, and a file that is not a picture."""
    photo = Image.open(EXAMPLES / "page.jpg")
    right = (420, 190, photo.width, photo.height)
    photo.paste(photo.crop(right).filter(ImageFilter.GaussianBlur(9)), right[:2])
    photo.save(folder / "page.jpg")
    (folder / "notes.txt").write_text("25 378 52")
    page.set_input_files("#file", [folder / "page.jpg", EXAMPLES / "3.png", folder / "notes.txt"])
    expect(page.locator("#files button")).to_have_count(3)
    page.locator("#numbers input").nth(5).focus()


def review_a_group(page):
    page.fill("#reviewer", "Ada")
    page.click("#review-start button")
    crops = page.locator("#group-grid button")
    for place in (2, 7):
        crops.nth(place).click()
    crops.nth(12).hover()
    expect(page.locator("#beside img")).to_be_visible()
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    take(Path(sys.argv[1]))

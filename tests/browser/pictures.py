"""Take the documents' pictures of the page, with digits of the UCI set and the examples.

python tests/browser/pictures.py docs/pictures
"""

import io
import shutil
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import sklearn.datasets
from PIL import Image, ImageFilter
from playwright.sync_api import expect, sync_playwright

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

# ruff: noqa: E402
from pen import SEVEN, touch, write
from queue_of_digits import fill, read_digits
from serving import serving
from sizes import PHONE

import shuzi
from shuzi.dataset import Dataset

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
PATIENCE = 120_000


def take(out):
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        folder = Path(name)
        fill(folder / "reviews.db", read_digits(uci()), 500)
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        train_runs(folder / "runs")
        options = ("--review", folder / "reviews.db", "--runs", folder / "runs")
        with serving(*options) as client:

            def open_page(screen, height=0, **options):
                size = {"width": 1280, "height": height} if height else PHONE
                context = browser.new_context(viewport=size, reduced_motion="reduce", **options)
                context.set_default_timeout(PATIENCE)
                page = context.new_page()
                page.goto(f"{client.base_url}#{screen}")
                return page

            expect.set_options(timeout=PATIENCE)
            page = open_page("draw", locale="zh-CN", color_scheme="dark", has_touch=True)
            draw_on_a_phone(page)
            save(page, out / "phone.png")
            page = open_page("draw", 790)
            write(page, *YEAR)
            expect(page.locator("#answer-text")).to_have_text("2024")
            save(page, out / "draw.png")
            page = open_page("read", 760)
            read_files(page, folder)
            save(page, out / "read.png")
            page = open_page("review", 800)
            review_a_group(page)
            save(page, out / "review.png")
            page = open_page("learn", 1500)
            compare_runs(page)
            save(page, out / "learn.png")


def save(page, path):
    """A screenshot of few bytes."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shot.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def train_runs(folder):
    """The tutorial with raw and with scaled pixels, briefly, and one of them tested."""
    dataset = uci()
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


def uci():
    """The digits of scikit-learn, as the tests have them."""
    bunch = sklearn.datasets.load_digits()
    images = [cv2.resize(i * 15.9, (20, 20), interpolation=cv2.INTER_CUBIC) for i in bunch.images]
    images = np.pad(np.array(images).clip(0, 255).astype(np.uint8), [(0, 0), (4, 4), (4, 4)])
    labels = bunch.target.astype(np.uint8)
    return Dataset(
        train_images=images[:1500],
        train_labels=labels[:1500],
        test_images=images[1500:],
        test_labels=labels[1500:],
    )


if __name__ == "__main__":
    take(Path(sys.argv[1]))

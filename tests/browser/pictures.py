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
from pen import SEVEN, touch
from queue_of_digits import fill, read_digits
from serving import serving
from sizes import PHONE

from shuzi.dataset import Dataset

EXAMPLES = HERE.parents[1] / "examples"
PATIENCE = 120_000


def take(out):
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        folder = Path(name)
        fill(folder / "reviews.db", read_digits(uci()), 500)
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        with serving("--review", folder / "reviews.db") as client:

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
            page = open_page("read", 760)
            read_files(page, folder)
            save(page, out / "read.png")
            page = open_page("review", 800)
            review_a_group(page)
            save(page, out / "review.png")


def save(page, path):
    """A screenshot of few bytes."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shot.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


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

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
from pen import SEVEN, touch
from queue_of_digits import fill, read_digits
from serving import serving
from sizes import PHONE
from uci import read_uci

EXAMPLES = HERE.parents[1] / "examples"


def take(out):
    with tempfile.TemporaryDirectory() as name, chromium.running() as browser:
        folder = Path(name)
        fill(folder / "reviews.db", read_digits(read_uci()), 500)
        with serving("--review", folder / "reviews.db") as client:

            def open_page(screen, size, *options):
                page = chromium.new_page(browser, size, *options)
                page.goto(f"{client.base_url}#{screen}")
                return page

            page = open_page("draw", PHONE, "zh-CN", "dark", True)
            draw_on_a_phone(page)
            save(page, out / "phone.png")
            page = open_page("read", {"width": 1280, "height": 760})
            read_files(page, folder)
            save(page, out / "read.png")
            page = open_page("review", {"width": 1280, "height": 800})
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


if __name__ == "__main__":
    take(Path(sys.argv[1]))

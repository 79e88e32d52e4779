"""Reading documents that a browser lays out, with the defaults: see documents.py.

    python tools/measure_documents.py DATA [--n 4] [--worn] [--only KIND] [--save FOLDER]

The digits are MNIST's test images. A number is right where just its text was read at its place;
false ones are those elsewhere that are not rejected, and where nothing is printed that has digits.
Needs Chromium, at $CHROMIUM or as `chromium`. Prints a table, then one JSON line.
"""

import argparse
import json
import os
import shutil
from pathlib import Path

import cv2
import numpy as np
from documents import FONTS, KINDS, Writer
from measure_forms import within
from playwright.sync_api import sync_playwright

import shuzi
from shuzi.result import Box

SIZE, SCALE = (900, 1270), 2
"""CSS pixels of a page, and the picture's pixels to each: 215 dpi on A4."""
PLACES = """() => [...document.querySelectorAll('[data-text]')].map(e => {
    const r = e.getBoundingClientRect(); return [e.dataset.text, r.x, r.y, r.width, r.height] })"""
PRINTED = """() => { const found = [], nodes = document.createTreeWalker(document.body, 4)
    while (nodes.nextNode()) for (const m of nodes.currentNode.textContent.matchAll(/\\d+/g)) {
        const range = document.createRange(); range.setStart(nodes.currentNode, m.index)
        range.setEnd(nodes.currentNode, m.index + m[0].length)
        const r = range.getBoundingClientRect(); found.push([m[0], r.x, r.y, r.width, r.height]) }
    return found }"""


def render(browser, html, font):
    """The page as a picture, its numbers with their places, and the places of printed ones."""
    page = browser.new_page(
        viewport={"width": SIZE[0], "height": SIZE[1]}, device_scale_factor=SCALE
    )
    page.set_content(f'<body style="margin:50px;font:16px {font};background:#fff">{html}</body>')
    numbers, printed = page.evaluate(PLACES), page.evaluate(PRINTED)
    picture = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    page.close()
    return picture, *([(t, _box(*sides)) for t, *sides in found] for found in (numbers, printed))


def wear(picture, rng):
    """As a phone's scanner leaves it: smaller, blurred, in uneven light, compressed."""
    small = cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    height, width = small.shape
    x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)[:, None]
    shadow = 1 / (1 + np.exp(-8 * (x * rng.normal() + y * rng.normal())))
    light = (170 + 20 * x * rng.normal() + 20 * y * rng.normal()) * (1 - 0.35 * shadow)
    blurred = cv2.GaussianBlur(small, (0, 0), 1.0) / 255 * light
    noisy = (blurred + rng.normal(0, 4, small.shape)).clip(0, 255).astype(np.uint8)
    data = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    worn = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    return cv2.resize(worn, picture.shape[::-1], interpolation=cv2.INTER_LINEAR)


def measure(reader, browser, kind, mnist, options):
    counts = dict.fromkeys(
        ("n", "right", "accepted", "wrong accepted", "false", "false accepted"), 0
    )
    for place in range(options.n):
        rng = np.random.default_rng([sum(map(ord, kind.__name__)), place, 1])
        writer = Writer(mnist.test_images, mnist.test_labels, rng)
        picture, numbers, printed = render(browser, kind(writer), FONTS[place % len(FONTS)])
        if options.worn:
            picture = wear(picture, rng)
        said = [n for n in reader.read(picture).numbers if n.decision != "reject"]
        tally(counts, said, numbers, printed)
        if options.save:
            cv2.imwrite(str(options.save / f"{kind.__name__}-{place}.png"), picture)
    return counts


def tally(counts, said, numbers, printed):
    """Count what was said of one page, in place."""
    claimed = set()
    for text, box in numbers:
        here = [n for n in said if within(n.box, box) or within(box, n.box)]
        claimed |= {id(n) for n in here}
        right = [n.text for n in here] == [text]
        accepted = any(n.decision == "accept" for n in here)
        counts["n"] += 1
        counts["right"] += right
        counts["accepted"] += right and accepted
        counts["wrong accepted"] += accepted and not right
    for number in said:
        if id(number) not in claimed and not any(within(number.box, box) for _, box in printed):
            counts["false"] += 1
            counts["false accepted"] += number.decision == "accept"


def _box(x, y, width, height):
    return Box(*(round(SCALE * side) for side in (x, y, width, height)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--n", type=int, default=4, help="pages of each kind")
    parser.add_argument("--worn", action="store_true", help="in uneven light, blurred, compressed")
    parser.add_argument("--only", help="a kind's name")
    parser.add_argument("--save", type=Path, help="write the pages into this folder")
    parser.add_argument("--page-model", type=Path, help="the one that shuzi carries by default")
    options = parser.parse_args()
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
    mnist = shuzi.load_data(options.data / "mnist.npz")
    reader, scores = shuzi.Reader(page_model=options.page_model), {}
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    print(
        f"{'':14} {'n':>5} {'right':>6} {'accepted':>9} {'wrong':>6} {'false':>6} {'accepted':>9}"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for kind in KINDS:
            if options.only in (None, kind.__name__):
                s = scores[kind.__name__] = measure(reader, browser, kind, mnist, options)
                print(
                    f"{kind.__name__:14} {s['n']:5} {s['right'] / s['n']:6.3f}"
                    f" {s['accepted'] / s['n']:9.3f} {s['wrong accepted']:6} {s['false']:6}"
                    f" {s['false accepted']:9}",
                    flush=True,
                )
        browser.close()
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

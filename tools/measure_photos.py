"""Reading sheets that lie on a desk, with the defaults: pages and forms of MNIST's digits.

    python tools/measure_photos.py DATA [--part tune|report] [--n 12] [--save FOLDER]

A number is right where just its text was read at its place; false ones are those elsewhere. Beside
the photos the same sheets flat, as a scanner sees them. Prints a table, then one JSON line.
"""

import argparse
import json
import time
from pathlib import Path

import cv2
import numpy as np
from measure_forms import within

import shuzi
from shuzi.result import Box
from shuzi.synth.desk import photograph_sheet
from shuzi.synth.forms import compose_form
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.pages import compose_page

SHAPES = {"table": (14, 2), "box": (6, 2), "comb": (6, 2), "digit": (6, 1)}
"""Rows and columns of the forms."""
DPI = 200
PARTS = {"tune": 7, "report": 8}


def compose(kind, glyphs, rng):
    if kind == "page":
        return compose_page(glyphs, rng)
    return compose_form(kind, glyphs, rng, SHAPES[kind], DPI)


def placed(box, way):
    """The box around where a box of the sheet lies on the photo."""
    corners = [[box.x, box.y], [box.right, box.y], [box.right, box.bottom], [box.x, box.bottom]]
    there = cv2.perspectiveTransform(np.array([corners], np.float32), way)[0]
    left, top, width, height = cv2.boundingRect(there)
    return Box(left, top, width, height)


def score(page, truth, boxes):
    """How many are right, and how many false."""
    said = [number for number in page.numbers if number.decision != "reject"]
    inside = [[n for n in said if within(n.box, box)] for box in boxes]
    right = sum(
        [n.text for n in found] == [number.text]
        for found, number in zip(inside, truth.numbers, strict=True)
    )
    return right, len({id(n) for n in said} - {id(n) for found in inside for n in found})


def measure(reader, kind, glyphs, options):
    wanted = right = false = flat = 0
    milliseconds = []
    for place in range(options.n):
        rng = np.random.default_rng([PARTS[options.part], place])
        picture, truth = compose(kind, glyphs, rng)
        photo, way = photograph_sheet(picture, rng)
        start = time.perf_counter()
        page = reader.read(photo)
        milliseconds.append(1000 * (time.perf_counter() - start))
        hits, wrong = score(page, truth, [placed(number.box, way) for number in truth.numbers])
        wanted, right, false = wanted + len(truth.numbers), right + hits, false + wrong
        flat += score(reader.read(picture), truth, [number.box for number in truth.numbers])[0]
        if options.save:
            said = f"{kind}-{place}-{hits}-{len(truth.numbers)}-{wrong}.jpg"
            cv2.imwrite(str(options.save / said), photo)
    return {
        "photos": options.n,
        "n": wanted,
        "right": right / wanted,
        "right flat": flat / wanted,
        "false a photo": false / options.n,
        "ms": float(np.median(milliseconds)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--part", choices=PARTS, default="tune")
    parser.add_argument("--n", type=int, default=12, help="photos of each kind")
    parser.add_argument("--save", type=Path, help="write the photos into this folder")
    parser.add_argument("--page-model", type=Path, help="the one that shuzi carries by default")
    options = parser.parse_args()
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
    mnist = shuzi.load_data(options.data / "mnist.npz")
    glyphs = Glyphs(mnist.train_images[-5_000:], mnist.train_labels[-5_000:])
    reader, scores = shuzi.Reader(page_model=options.page_model), {}
    print(f"{'':6} {'n':>4} {'right':>6} {'flat':>6} {'false':>6} {'ms':>6}")
    for kind in ("page", *SHAPES):
        s = scores[kind] = measure(reader, kind, glyphs, options)
        print(
            f"{kind:6} {s['n']:4} {s['right']:6.3f} {s['right flat']:6.3f}"
            f" {s['false a photo']:6.2f} {s['ms']:6.0f}",
            flush=True,
        )
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

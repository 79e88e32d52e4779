"""What is accepted of real pages that were worn or cut: `pages/`, each kind of damage by itself.

    python tools/measure_worn.py DATA [--fast] [--only KIND]

Wears the pictures of pages/ as phones and scanners do, and reads them with the defaults; the last
kind cuts each through digits of three accepted numbers, a side at a time, so that what is accepted
at the cut should be the number that stands there. Prints a row for each kind (the share of right
numbers, those accepted and the wrong ones of these), then one JSON line. DATA is the folder that
tools/sets.py describes. It takes six minutes of a processor's time.
"""

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np

import shuzi
from shuzi.image import load_grey

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))
from read_pages import Said, after_turns, pages, score

CUT = "cut"
AT_CUT, A_SIDE = 0.15, 3
"""Heights from the cut that a number at it ends within; numbers that are cut a side."""


def scaled(across, down):
    how = cv2.INTER_AREA if min(across, down) < 1 else cv2.INTER_LINEAR
    return lambda grey: cv2.resize(grey, None, fx=across, fy=down, interpolation=how)


def blurred(sigma):
    return lambda grey: cv2.GaussianBlur(grey, (0, 0), sigma)


def moved(grey):
    """As by a hand that moves nine pixels sideways."""
    return cv2.blur(grey, (9, 1))


def compressed(grey):
    return cv2.imdecode(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 15])[1], 0)


def noisy(grey):
    noise = np.random.default_rng(0).normal(0, 25, grey.shape)
    return (grey + noise).clip(0, 255).astype(np.uint8)


def dark(grey):
    return (0.25 * grey).astype(np.uint8)


def shadowed(grey):
    along = np.linspace(-6, 6, grey.shape[1])
    return (grey * (0.35 + 0.65 / (1 + np.exp(along)))).astype(np.uint8)


def glaring(grey):
    y, x = (np.linspace(-2, 2, side) for side in grey.shape)
    light = 160 * np.exp(-(x**2 + y[:, None] ** 2))
    return (grey + light).clip(0, 255).astype(np.uint8)


def turned(degrees):
    def turn(grey):
        height, width = grey.shape
        way = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        cos, sin = abs(way[0, :2])
        size = np.array([width * cos + height * sin, width * sin + height * cos])
        way[:, 2] += (size - [width, height]) / 2
        return cv2.warpAffine(grey, way, size.astype(int), borderValue=float(np.median(grey)))

    return turn


def black_and_white(grey):
    how = cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY
    return cv2.adaptiveThreshold(grey, 255, *how, 31, 12)


WEAR = {
    "as it is": lambda grey: grey,
    "half as large": scaled(1 / 2, 1 / 2),
    "a third as large": scaled(1 / 3, 1 / 3),
    "twice as large": scaled(2, 2),
    "narrower": scaled(0.6, 1),
    "wider": scaled(1.6, 1),
    "blur of 2": blurred(2),
    "blur of 4": blurred(4),
    "moved": moved,
    "JPEG, quality 15": compressed,
    "noise of 25": noisy,
    "dark": dark,
    "half in shadow": shadowed,
    "glare": glaring,
    "turned by 5": turned(5),
    "turned by 12": turned(12),
    "turned by -20": turned(-20),
    "light on dark": lambda grey: 255 - grey,
    "black and white": black_and_white,
}


def worn(reader, tasks, wear):
    """Counts over the pictures, each worn in that way."""
    counts = {"n": 0, "right": 0, "accepted": 0, "wrong": 0}
    for task in tasks:
        page = reader.read(wear(load_grey(task.picture)))
        shape, turns = (page.height, page.width), page.rotated // 90
        said = [Said(n.text, after_turns(n.quad, shape, turns), n.decision) for n in page.numbers]
        of_one = score(task, said)
        for key in ("n", "right", "accepted"):
            counts[key] += of_one[key]
        counts["wrong"] += of_one["wrong accepted"]
    return counts


def cut(reader, tasks):
    """The same of numbers at a cut through a digit, wherever that is."""
    counts, rng = {"n": 0, "right": 0, "accepted": 0, "wrong": 0}, np.random.default_rng(0)
    for task in tasks:
        whole = load_grey(task.picture)
        page = reader.read(whole)
        sure = [n for n in page.numbers if n.decision == "accept" and n.text in task.wanted]
        if page.rotated or len(task.wanted) < 4:
            continue
        for side in ("right", "left", "bottom"):
            for number in [sure[i] for i in rng.permutation(len(sure))[:A_SIDE]]:
                part, moved_by = _cut_through(whole, number, side, rng.uniform(0.3, 0.8))
                seen = reader.read(part)
                for n in () if seen.rotated else seen.numbers:
                    away = {
                        "right": part.shape[1] - n.box.right,
                        "left": n.box.x,
                        "bottom": part.shape[0] - n.box.bottom,
                    }[side]
                    if away > AT_CUT * n.box.height:
                        continue
                    x, y = n.box.x + moved_by + n.box.width / 2, n.box.y + n.box.height / 2
                    texts = [m.text for m in page.numbers if _holds(m.box, x, y)]
                    counts["n"] += 1
                    counts["right"] += n.text in texts
                    counts["accepted"] += n.decision == "accept"
                    counts["wrong"] += n.decision == "accept" and n.text not in texts
    return counts


def _cut_through(grey, number, side, share):
    """A part of the picture, without that side of a digit, and how far it begins to the right."""
    first, last = number.digits[0].box, number.digits[-1].box
    if side == "right":
        return grey[:, : round(last.x + share * last.width)], 0
    if side == "left":
        left = round(first.x + (1 - share) * first.width)
        return grey[:, left:], left
    return grey[: round(number.box.y + share * number.box.height)], 0


def _holds(box, x, y):
    """Whether a point lies in it, or just beside."""
    middle = box.y + box.height / 2
    return box.x - 5 <= x <= box.right + 5 and abs(y - middle) < 0.6 * box.height


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--fast", action="store_true", help="without the second reader")
    parser.add_argument("--only", choices=(*WEAR, CUT), help="one kind")
    options = parser.parse_args()
    reader, tasks = shuzi.Reader(fast=options.fast), list(pages(options.data, None))
    print(f"{'':18}{'n':>6}{'right':>8}{'accepted':>10}{'wrong':>7}")
    scores = {}
    for kind in (*WEAR, CUT):
        if options.only in (None, kind):
            counts = cut(reader, tasks) if kind == CUT else worn(reader, tasks, WEAR[kind])
            scores[kind] = counts
            share = counts["right"] / max(1, counts["n"])
            row = f"{share:8.3f}{counts['accepted']:10}{counts['wrong']:7}"
            print(f"{kind:18}{counts['n']:6}{row}", flush=True)
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

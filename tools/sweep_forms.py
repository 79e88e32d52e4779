"""Forms swept: boxes a number, rows, check boxes and resolution, one table cell for each pair.

    python tools/sweep_forms.py DATA [--numbers 24] [--only TABLE] [--number-model number.onnx]
        [--save FOLDER]

The forms are clean ones of a composer of this file alone, which nothing learns from: words and
boxes, MNIST's test digits, check boxes with a tick or without. Of the digits those are taken that
the digit model is sure of, so that what is lost was not found or not put together. A number is
right where just its text was read in its boxes, all boxes filled or the last ones.

Prints four tables and one JSON line, after three minutes of a processor's time. A cell is the
share right, with `w` before the number of wrong ones accepted, and `f` before that of numbers that
are not rejected where none is.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import shuzi
from shuzi.result import Box

TABLES = {
    "boxes": ("boxes", (1, 2, 3, 4, 5, 6, 8, 10, 12), "dpi", (100, 150, 200, 300)),
    "rows": ("rows", (1, 5, 12, 24, 40), "checks", (0, 5, 12, 24, 50)),
    "corners": ("boxes", (1, 3, 12), "dpi", (100, 300)),
    "parted": ("boxes", (2, 3, 4, 6), "dpi", (100, 150, 200, 300)),
}
"""What goes down each table, and what across."""
MIDDLE = {"boxes": 3, "rows": 8, "checks": 0, "dpi": 200}
ELSE = {"corners": {"rows": 40, "checks": 50}, "parted": {"parted": True}}
"""What else is so in a table: all rows and checks, and numbers side by side whose boxes a thicker
line parts; in the others it is as in the middle."""
THICKER = (1.8, 3.0)
"""Times a box's line."""
SURE = 0.9
MOST = 8
"""Forms of a cell."""
MARGIN, LABEL, FIELDS, APART = 15.0, 45.0, 80.0, 8.0
"""Millimetres: a page's margin, the words before the boxes, the room for several numbers in a row,
and what is between two."""
BOX, GAPS, CHECK = (4.5, 8.0), (0.0, 0.8, 2.5), 4.0
"""Millimetres: the widths of boxes, what is between those of a number, and a check box's width."""
WORDS = (
    "Households visited",
    "Sheep and goats",
    "Litres of milk",
    "Bags of maize",
    "Children in school",
    "Ballots issued",
    "Spoilt ballots",
    "Wells in use",
    "Hectares planted",
    "Days of rain",
)
CHOICES = ("yes", "no", "none", "some", "all", "other")


def legible(data):
    """MNIST's test digits that the digit model is right and sure of, cut to the ink.

    By digit, from the thinnest pen to the widest.
    """
    found = shuzi.Recogniser().predict(data.test_images)
    sure = (found.argmax(axis=1) == data.test_labels) & (found.max(axis=1) > SURE)
    digits = {}
    for image, label in zip(data.test_images[sure], data.test_labels[sure], strict=True):
        left, top, width, height = cv2.boundingRect((image > 40).astype(np.uint8))
        digits.setdefault(int(label), []).append(image[top : top + height, left : left + width])
    return {digit: sorted(cut, key=np.mean) for digit, cut in digits.items()}


class Form:
    """A sheet of white paper that things are drawn on, lengths in millimetres."""

    def __init__(self, width, height, dpi):
        self.mm = dpi / 25.4
        size = round(height * self.mm), round(width * self.mm)
        self.grey = np.full(size, 255, np.uint8)

    def line(self, points, thick, grey):
        ends = (np.array(points) * self.mm * 16).round().astype(np.int32)
        pixels = max(1, round(thick * self.mm))
        cv2.polylines(self.grey, [ends], False, grey, pixels, cv2.LINE_AA, 4)

    def box(self, x, y, width, height, thick, grey):
        right, bottom = x + width, y + height
        self.line([(x, y), (right, y), (right, bottom), (x, bottom), (x, y)], thick, grey)

    def words(self, text, x, y, high):
        page = Image.fromarray(self.grey)
        font = ImageFont.load_default(high * self.mm * 1.4)
        ImageDraw.Draw(page).text((x * self.mm, y * self.mm), text, 20, font, anchor="lm")
        self.grey = np.array(page)

    def digit(self, ink, x, y, high, grey):
        """Its middle at x, y."""
        scale = high * self.mm / max(16, len(ink))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        size = [max(1, round(side * scale)) for side in ink.shape[::-1]]
        seen = cv2.resize(ink, size, interpolation=how).astype(float)
        # As sharp as a pen's edge, where it was enlarged.
        seen = (seen if scale < 1 else 1.8 * (seen - 57)).clip(0, 255) / 255
        left, top = round(x * self.mm - size[0] / 2), round(y * self.mm - size[1] / 2)
        paper = self.grey[top : top + size[1], left : left + size[0]]
        paper[:] = np.minimum(paper, 255 - seen * (255 - grey))


def compose(digits, rng, *, boxes, rows, checks, dpi, parted=False):
    """A form, uint8 (height, width), and the texts and places of its numbers."""
    down = rng.uniform(9, 13) if rows <= 20 else rng.uniform(6.4, 8)
    tall, wide, gap = 0.75 * down, rng.uniform(*BOX), float(rng.choice(GAPS))
    line, grey = rng.uniform(0.2, 0.5), int(rng.integers(0, 110))
    ink, high = int(rng.integers(10, 90)), tall * rng.uniform(0.6, 0.75)
    pen = rng.uniform(0.2, 0.8)
    apart, gap = (line * (rng.uniform(*THICKER) - 1), 0.0) if parted else (APART, gap)
    width = boxes * wide + (boxes - 1) * gap
    fit = max(1, int((FIELDS + apart) // (width + apart)))
    columns = int(rng.integers(1, min(3, fit) + 1)) if not parted else max(2, fit)
    top, checks_at = MARGIN + 12, MARGIN + LABEL + columns * (width + apart) + 5
    bottom = top + max(rows * down, (checks + 1) // 2 * 8.0) + MARGIN
    form = Form(max(210, checks_at + 70), bottom, dpi)
    form.words("Monthly return of the district", MARGIN, MARGIN + 2, 4.0)
    numbers = []
    for row in range(rows):
        y = top + row * down
        form.words(WORDS[int(rng.integers(len(WORDS)))], MARGIN, y + tall / 2, 2.6)
        for column in range(columns):
            x = MARGIN + LABEL + column * (width + apart)
            if parted and column:
                form.line([(x - apart / 2, y), (x - apart / 2, y + tall)], apart, grey)
            used = boxes if rng.random() < 0.5 else int(rng.integers(1, boxes + 1))
            text = "".join(map(str, rng.integers(0, 10, used)))
            for place in range(boxes):
                left = x + place * (wide + gap)
                form.box(left, y, wide, tall, line, grey)
                if place >= boxes - used:
                    images = digits[int(text[place - boxes + used])]
                    image = images[int(len(images) * np.clip(pen + rng.normal(0, 0.1), 0, 0.999))]
                    shift = rng.normal(0, 0.03, 2) * (wide, tall)
                    middle = left + wide / 2 + shift[0], y + tall / 2 + shift[1]
                    fits = min(high, 0.8 * wide * max(16, len(image)) / image.shape[1])
                    form.digit(image, *middle, fits, ink)
            place = Box(*(round(v * form.mm) for v in (x, y, width, tall)))
            numbers.append((text, place))
    for check in range(checks):
        x, y = checks_at + check % 2 * 28.0, top + check // 2 * 8.0
        form.box(x, y, CHECK, CHECK, line, grey)
        form.words(CHOICES[int(rng.integers(len(CHOICES)))], x + 6, y + CHECK / 2, 2.2)
        if rng.random() < 0.4:
            mark = x + CHECK * rng.uniform(0.1, 0.3), y + CHECK * rng.uniform(0.4, 0.6)
            foot = x + CHECK * rng.uniform(0.4, 0.6), y + CHECK * rng.uniform(0.75, 0.95)
            form.line([mark, foot, (x + CHECK, y + CHECK * rng.uniform(-0.2, 0.2))], 0.5, ink)
    return form.grey, numbers


def score(page, numbers):
    """Counts of one form."""
    said = [n for n in page.numbers if n.decision != "reject"]
    inside = [[n for n in said if within(n.box, box)] for _, box in numbers]
    right = [[n.text for n in a] == [t] for a, (t, _) in zip(inside, numbers, strict=True)]
    beside = len(said) - sum(map(len, inside))
    accepted = sum(n.decision == "accept" for n in said)
    good = sum(a[0].decision == "accept" for a, ok in zip(inside, right, strict=True) if ok)
    return Counter(
        {"n": len(numbers), "right": sum(right), "wrong accepted": accepted - good, "false": beside}
    )


def within(box, outer):
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return outer.x <= x < outer.right and outer.y <= y < outer.bottom


def sweep(reader, digits, form, options):
    """The counts of some forms of one kind."""
    counts, place = Counter(), 0
    while counts["n"] < options.numbers and place < MOST:
        picture, numbers = compose(digits, np.random.default_rng([*form.values(), place]), **form)
        found = score(reader.read(picture), numbers)
        counts += found
        if options.save and found["right"] < found["n"]:
            name = "-".join(map(str, form.values()))
            file = f"{name}-{place}-{found['right']}-of-{found['n']}.png"
            cv2.imwrite(str(options.save / file), picture)
        place += 1
    return counts


def shown(c):
    wrong = "".join(f" {k[0]}{c[k]}" for k in ("wrong accepted", "false") if c[k])
    return f"{c['right'] / c['n']:.2f}{wrong}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--numbers", type=int, default=24, help="at least so many a cell, of 8 forms at most"
    )
    parser.add_argument("--only", choices=TABLES, help="a table")
    parser.add_argument("--number-model", type=Path, help="the one that shuzi carries if left out")
    parser.add_argument("--save", type=Path, help="write the forms that are misread here")
    parser.add_argument("--page-model", type=Path, help="the one that shuzi carries by default")
    options = parser.parse_args()
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
    digits = legible(shuzi.load_data(options.data / "mnist.npz"))
    reader = shuzi.Reader(number_model=options.number_model, page_model=options.page_model)
    scores = {}
    for table, (down, many, across, others) in TABLES.items():
        if options.only not in (None, table):
            continue
        rest = MIDDLE | ELSE.get(table, {})
        said = (f"{name} {value}" for name, value in rest.items() if name not in (down, across))
        print(f"{down} down, {across} across; {', '.join(said)}")
        print(f"{'':8}" + "".join(f"{value:<16}" for value in others))
        for first in many:
            row = []
            for second in others:
                counts = sweep(reader, digits, rest | {down: first, across: second}, options)
                scores[f"{table}: {down} {first}, {across} {second}"] = dict(counts)
                row.append(shown(counts))
            print(f"{first:<8}" + "".join(f"{text:<16}" for text in row), flush=True)
        print()
    shares = [c.get("right", 0) / c["n"] for c in scores.values()]
    print(f"lowest {min(shares):.3f}, mean {np.mean(shares):.3f}")
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

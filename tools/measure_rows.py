"""Rows of numbers with what stands on, beside or across them. Is any accepted that is not one?

    python tools/measure_rows.py DATA [--n 8] [--only KIND] [--fast] [--save FOLDER]

Pages of one kind each, in the digits, letters and signs of UNIPEN's writers that are held out of
training, laid out by this file alone. What is accepted must be what was written; of a row that a
line crosses out, and of exponents, nothing may be. A number in groups is right as one.

Prints a table, then one JSON line. `--save` keeps the pages on which something is accepted wrongly.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from measure_marks import Hand, digits

import shuzi
from shuzi.synth.unipen import Pens

ROWS, DOWN, ACROSS, EDGE = 7, 2.2, 6.0, 1.5
"""Rows of a page; and in heights of a digit, from one to the next, from one number to the next in a
row, and around all of them."""
WORDS = ("cm", "km", "RHM", "TAXE", "NXT")


class Page:
    """A sheet that a hand writes on, in heights of a digit."""

    def __init__(self, hand, rng):
        self.hand, self.rng = hand, rng
        self.high = float(rng.uniform(26, 46))
        self.set_out(int(rng.integers(2, 5)), ACROSS, DOWN)
        self.strokes, self.lines, self.items = [], [], []

    def set_out(self, columns, across, down):
        """So many numbers a row, and how far they are from each other."""
        self.columns, self.across, self.down = columns, across, down
        self.size = down * (ROWS - 1) + 2 * EDGE + 1, across * columns + EDGE

    def write(self, row, column, text, meant, parts=None):
        """The text in its place, or other strokes; `meant` is what may be accepted."""
        strokes, spans = parts or self.hand.text(text)
        at = np.array([EDGE + self.across * column, self.line(row)])
        self.strokes += [stroke + at for stroke in strokes]
        x, y = at
        self.items.append(
            (meant, (x + spans[0][0] - 0.3, y - 1.6, x + spans[-1][1] + 0.3, y + 0.5))
        )

    def line(self, row):
        """Where a row is written on."""
        return EDGE + 1 + self.down * row

    def rule(self, points, shade):
        """A line of the paper, or of a pen, darker with a lower shade, 0 to 1."""
        self.lines.append((np.array(points), shade))

    def picture(self):
        """uint8 (height, width)."""
        rng, fine = self.rng, 3
        size = [round(side * self.high) for side in self.size]
        pen = max(1.4, self.high * rng.uniform(0.05, 0.1))
        grey = np.full([side * fine for side in size], 255, np.uint8)

        def draw(points, shade, thick):
            path = np.round(points * self.high * fine * 8).astype(np.int32)
            own = np.full_like(grey, 255)
            pixels = max(1, round(thick * fine))
            cv2.polylines(own, [path], False, round(255 * shade), pixels, cv2.LINE_AA, 3)
            np.minimum(grey, own, out=grey)

        for points, shade in self.lines:
            draw(points, shade, 1.2 if shade > 0.5 else pen)
        dark = rng.uniform(0.15, 0.4)
        for stroke in self.strokes:
            draw(np.repeat(stroke, 1 + (len(stroke) == 1), axis=0), dark, pen)
        light = cv2.resize(grey, size[::-1], interpolation=cv2.INTER_AREA) / 255
        light = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.3, 0.9))
        noise = rng.normal(0, rng.uniform(1, 5), light.shape)
        return (rng.uniform(200, 245) * light + noise).clip(0, 255).astype(np.uint8)


def plain(page, sign=""):
    for row in range(ROWS):
        for column in range(page.columns):
            text = sign + digits(page.rng, int(page.rng.integers(1, 5)))
            page.write(row, column, text, text)


def minus_on_squares(page):
    plain(page, "-")
    (height, width), pitch = page.size, page.rng.uniform(0.5, 1.2)
    shade = page.rng.uniform(0.75, 0.9)
    for y in np.arange(page.rng.uniform(0, pitch), height, pitch):
        page.rule([(0, y), (width, y)], shade)
    for x in np.arange(page.rng.uniform(0, pitch), width, pitch):
        page.rule([(x, 0), (x, height)], shade)


def minus_on_lines(page):
    plain(page, "-")
    ruled(page, page.rng.uniform(-0.1, 0.15))


def across_lines(page):
    plain(page)
    ruled(page, page.rng.uniform(-0.7, -0.2))


def ruled(page, lower):
    shade = page.rng.uniform(0.6, 0.85)
    for row in range(ROWS):
        y = page.line(row) + lower
        page.rule([(0, y), (page.size[1], y)], shade)


def crossed_out(page):
    plain(page)
    for row in page.rng.choice(ROWS, int(page.rng.integers(1, 3)), replace=False):
        y = page.line(row) - page.rng.uniform(0.35, 0.65)
        ends = page.rng.uniform(0.1, 0.9), page.size[1] - page.rng.uniform(0.1, 0.5)
        page.rule(
            [(ends[0], y), (ends[1], y + page.rng.normal(0, 0.05))], page.rng.uniform(0.1, 0.4)
        )
        first = int(row) * page.columns
        for place in range(first, first + page.columns):
            page.items[place] = None, page.items[place][1]


def in_groups(page):
    page.columns = 1
    for row in range(ROWS):
        count = int(page.rng.integers(2, 4))
        groups = [str(group) for group in page.rng.integers(100, 1000, count)]
        strokes, spans, x = [], [], 0.0
        for group in groups:
            own, places = page.hand.text(group)
            strokes += [stroke + np.array([x, 0]) for stroke in own]
            spans += [(x + first, x + last) for first, last in places]
            x = spans[-1][1] + page.rng.uniform(0.35, 0.6)
        page.size = page.size[0], max(page.size[1], x + 2 * EDGE)
        page.write(row, 0, "", "".join(groups), (strokes, spans))


def exponents(page):
    for row in range(ROWS):
        for column in range(page.columns):
            strokes, spans = page.hand.text(str(page.rng.choice(WORDS)))
            raised, _ = page.hand.character(str(page.rng.integers(2, 10)), 0.5)
            at = np.array([spans[-1][1] + page.rng.uniform(0.05, 0.2), -page.rng.uniform(0.7, 0.9)])
            strokes = strokes + [stroke + at for stroke in raised]
            page.write(row, column, "", None, (strokes, [*spans, (at[0], at[0] + 0.4)]))


def ditto_marks(page):
    """Two strokes for what stands above, in half of the places below the first row."""
    rng = page.rng
    for row in range(ROWS):
        for column in range(page.columns):
            text = digits(rng, int(rng.integers(2, 5)))
            if row == 0 or rng.random() < 0.5:
                page.write(row, column, text, text)
                continue
            mark, wide = page.hand.character("'", rng.uniform(0.9, 1.6))
            low, gap = rng.uniform(0.0, 0.6), rng.uniform(0.2, 0.6)
            places = [np.array([x, low]) for x in (0.3, 0.3 + wide + gap)]
            strokes = [stroke + at for at in places for stroke in mark]
            page.write(row, column, "", None, (strokes, [(0.3, 0.3 + 2 * wide + gap)]))


def slashes(page):
    """A slash for nothing in a fifth of the places, and a single 1 in as many."""
    rng = page.rng
    for row in range(ROWS):
        for column in range(page.columns):
            kind = rng.random()
            if kind >= 0.2:
                text = "1" if kind < 0.4 else digits(rng, int(rng.integers(1, 5)))
                page.write(row, column, text, text)
                continue
            strokes, wide = page.hand.character("/", rng.uniform(1.0, 1.4))
            at = np.array([0.2, rng.uniform(-0.1, 0.2)])
            strokes = [stroke + at for stroke in strokes]
            page.write(row, column, "", None, (strokes, [(0.2, 0.2 + wide)]))


def cells(page, below=0.6):
    """Lines around each number; their places, from left to right and from top to bottom."""
    xs = [EDGE - 0.5 + page.across * column for column in range(page.columns + 1)]
    ys = [page.line(row) + below for row in range(-1, ROWS)]
    for x in xs:
        page.rule([(x, ys[0]), (x, ys[-1])], 0.55)
    for y in ys:
        page.rule([(xs[0], y), (xs[-1], y)], 0.55)
    return xs, ys


def minus_in_cells(page):
    """A table of cells that are hardly higher than their numbers, half of them with a minus."""
    rng = page.rng
    page.set_out(int(rng.integers(4, 8)), rng.uniform(3.0, 3.6), rng.uniform(1.15, 1.6))
    for row in range(ROWS):
        for column in range(page.columns):
            text = str(rng.choice(["", "-"])) + digits(rng, int(rng.integers(1, 3)))
            page.write(row, column, text, text)
    cells(page, below=(page.down - 1) / 2)


def times_in_cells(page):
    rng = page.rng
    page.set_out(int(rng.integers(2, 5)), rng.uniform(4.2, 5), rng.uniform(1.15, 1.6))
    for row in range(ROWS):
        for column in range(page.columns):
            text = f"{rng.integers(7, 24)}:{rng.integers(0, 60):02}"
            page.write(row, column, text, text)
    cells(page, below=(page.down - 1) / 2)


def struck_cells(page):
    """A table; an oblique line strikes a third of its cells from corner to corner."""
    plain(page)
    xs, ys = cells(page)
    for place, (_, box) in enumerate(page.items):
        if page.rng.random() < 0.33:
            row, column = divmod(place, page.columns)
            ends = ys[row : row + 2][:: int(page.rng.choice([1, -1]))]
            page.rule(list(zip(xs[column : column + 2], ends, strict=True)), 0.3)
            page.items[place] = None, box


KINDS = {
    "plain": plain,
    "minus on squared paper": minus_on_squares,
    "minus on ruled paper": minus_on_lines,
    "across ruled lines": across_lines,
    "rows crossed out": crossed_out,
    "in groups": in_groups,
    "exponents": exponents,
    "ditto marks": ditto_marks,
    "slashes": slashes,
    "struck cells": struck_cells,
    "minus in cells": minus_in_cells,
    "times in cells": times_in_cells,
}


def score(read, page):
    """Of one page: items, those accepted as they were meant, and wrong ones accepted."""
    right = wrong = 0
    for number in read.numbers:
        if number.decision != "accept":
            continue
        x, y = number.box.x + number.box.width / 2, number.box.y + number.box.height / 2
        x, y = x / page.high, y / page.high
        meant = [m for m, (a, b, c, d) in page.items if a <= x <= c and b <= y <= d]
        if number.text in meant:
            right += 1
        else:
            wrong += 1
    return {"n": len(page.items), "right": right, "wrong": wrong}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--n", type=int, default=8, help="pages of a kind")
    parser.add_argument("--only", default="", help="a kind, or the start of its name")
    parser.add_argument("--fast", action="store_true", help="without the second reader")
    parser.add_argument("--save", type=Path, help="a folder for pages with a wrong one accepted")
    options = parser.parse_args()
    pens = Pens.load(options.data / "unipen", held_out=True)
    reader = shuzi.Reader(fast=options.fast, rotate=0, threads=1)
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
    print(f"{'':26}{'n':>5}{'accepted rightly':>18}{'wrongly':>9}")
    scores = {}
    for place, (name, kind) in enumerate(KINDS.items()):
        if not name.startswith(options.only):
            continue
        total = dict.fromkeys(("n", "right", "wrong"), 0)
        for i in range(options.n):
            rng = np.random.default_rng([29, place, i])
            page = Page(Hand(pens, rng), rng)
            kind(page)
            picture = page.picture()
            found = score(reader.read(picture), page)
            total = {key: total[key] + found[key] for key in total}
            if options.save and found["wrong"]:
                file = f"{name.replace(' ', '_')}_{i}_{found['wrong']}.png"
                cv2.imwrite(str(options.save / file), picture)
        print(f"{name:26}{total['n']:5}{total['right']:18}{total['wrong']:9}", flush=True)
        scores[name] = total
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

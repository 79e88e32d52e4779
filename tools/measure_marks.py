"""What is no plain number: struck out, raised, behind a point, beside letters. Is any accepted?

    python tools/measure_marks.py DATA [--n 60] [--only KIND] [--fast] [--number-model M]
        [--save FOLDER]

Crops of one item each, in the digits, letters and signs of UNIPEN's writers that are held out of
training, laid out by this file alone. What is accepted must be what was written, and of most kinds
nothing may be, but in `digit struck` the digits that are left. A digit is not struck in a way that
another way of writing it looks like: a 0 or 1 by a slash, a 7 by a line.

Prints a table, then one JSON line. `--save` keeps the pictures of what is accepted wrongly.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

import shuzi
from shuzi.synth.unipen import Pens

STRIKES = ("line", "slash", "backslash")
LIKE_WRITTEN = {"0": "slash", "1": "slash", "7": "line"}
UNITS = ("kg", "cm", "km", "h", "min", "W", "A")
LETTERS = "ACDEFHKMNPRTVWX"
HEIGHTS = {"-": (0.5, 0.45), ".": (0.08, 0.0), ",": (0.3, -0.18), ":": (0.55, 0.1)}
HEIGHTS |= {"'": (0.35, 0.7), "/": (1.2, -0.1)}
"""Of a sign its larger side and its foot above the line, in heights of a digit."""


class Hand:
    """Someone who writes, in heights of a digit: strokes of x to the right and y down."""

    def __init__(self, pens, rng):
        self.pens, self.rng = pens, rng
        self.person = int(rng.choice(pens.people))
        self.gap = rng.uniform(0.1, 0.2)

    def character(self, c, high=1.0):
        """Its strokes, on the line at 0, from 0 to the right."""
        if c == "÷":
            (dash, wide), (point, _) = self.character("-", high), self.character(".", high)
            middles = [np.array([wide / 2, y * high]) for y in (-0.1, -0.7)]
            return [*dash, *(stroke + middle for middle in middles for stroke in point)], wide
        kind = "digits" if c.isdigit() else "letters" if c.isalpha() else "signs"
        _, strokes = self.pens.pick(kind, self.rng, c, self.person)
        points = np.concatenate(strokes)
        size, (side, foot) = np.ptp(points, axis=0), HEIGHTS.get(c, (None, 0.0))
        if c.isalpha():
            high *= 0.7 if c in "cmhn" else 1.0
        scale = high * side / max(*size, 1.0) if side else high / max(size[1], 1.0)
        low = points.min(axis=0) * [1, 0] + points.max(axis=0) * [0, 1]
        return [(s - low) * scale - [0, foot * high] for s in strokes], size[0] * scale

    def text(self, text, high=1.0):
        """Strokes, and where each character begins and ends."""
        x, strokes, spans = 0.0, [], []
        for c in text:
            own, wide = self.character(c, high)
            strokes += [stroke + np.array([x, 0]) for stroke in own]
            spans.append((x, x + wide))
            x += wide + high * self.gap * self.rng.uniform(0.6, 1.4)
        return strokes, spans

    def strike(self, first, last, way):
        rng, (left, right) = self.rng, (first - 0.15, max(last, first + 0.15) + 0.15)
        middle, bend = -0.5 + rng.normal(0, 0.06), rng.normal(0, 0.02)
        rise = {"line": rng.normal(0, 0.05), "slash": 0.58, "backslash": -0.58}[way]
        t = np.linspace(-1, 1, 20)
        x = (left + right) / 2 + t * (right - left) / 2
        return np.stack([x, middle - t * rise + bend * (1 - t * t)], axis=1)


def digits(rng, most=4):
    return str(int(10 ** rng.uniform(0, most)))


def plain(hand, rng):
    text = digits(rng)
    return hand.text(text)[0], text


def signs(hand, rng):
    text = f"{digits(rng, 3)}{rng.choice(list('.,:'))}{rng.integers(10, 100)}"
    return hand.text(text)[0], text


def struck(way):
    def kind(hand, rng):
        text = digits(rng)
        while len(text) == 1 and LIKE_WRITTEN.get(text) == way:
            text = digits(rng)
        strokes, spans = hand.text(text)
        return [*strokes, hand.strike(spans[0][0], spans[-1][1], way)], None

    return kind


def digit_struck(way):
    def kind(hand, rng):
        while True:
            text = digits(rng)
            place = int(rng.integers(len(text)))
            if len(text) > 1 and LIKE_WRITTEN.get(text[place]) != way:
                strokes, spans = hand.text(text)
                return [*strokes, hand.strike(*spans[place], way)], text[:place] + text[place + 1 :]

    return kind


def small(least, most):
    """Small digits behind a number, their foot so high above the line."""

    def kind(hand, rng):
        strokes, spans = hand.text(digits(rng, 3))
        power, _ = hand.text(str(rng.integers(2, 10)), rng.uniform(0.38, 0.55))
        away = np.array([spans[-1][1] + rng.uniform(0.06, 0.18), -rng.uniform(least, most)])
        return [*strokes, *(s + away for s in power)], None

    return kind


def around(before=(), after=()):
    """A number with one of these before or behind it."""

    def kind(hand, rng):
        text = digits(rng)
        text = str(rng.choice(before)) + text if before else text + str(rng.choice(after))
        return hand.text(text)[0], None

    return kind


def feet(hand, rng):
    return hand.text(f"{rng.integers(3, 10)}'{rng.integers(1, 12)}")[0], None


def minus_apart(hand, rng):
    """A minus with paper between it and its number."""
    text = digits(rng)
    minus, wide = hand.character("-")
    strokes, _ = hand.text(text)
    away = np.array([wide + rng.uniform(0.35, 1.1), 0])
    return [*minus, *(stroke + away for stroke in strokes)], f"-{text}"


def fraction(hand, rng, most=20, size=(0.7, 1.0)):
    """A number over a level bar over another."""
    above, below = (hand.text(str(rng.integers(1, most)), rng.uniform(*size)) for _ in range(2))
    wide = max(spans[-1][1] for _, spans in (above, below))
    bar = hand.strike(-0.05, wide + 0.05, "line") + np.array([0, 0.5])
    gap = rng.uniform(0.15, 0.3)
    lifts = -gap, gap + max(-np.concatenate(below[0])[:, 1].min(), 0.5)
    parts = [
        [stroke + np.array([(wide - spans[-1][1]) / 2, lift]) for stroke in strokes]
        for (strokes, spans), lift in zip((above, below), lifts, strict=True)
    ]
    return [*parts[0], bar, *parts[1]], None


def mixed(hand, rng):
    """A whole number, and a fraction half as high behind it."""
    strokes, spans = hand.text(digits(rng, 2))
    parts, _ = fraction(hand, rng, 10, (0.45, 0.65))
    left = min(stroke[:, 0].min() for stroke in parts)
    away = np.array([spans[-1][1] - left + rng.uniform(0.1, 0.3), -0.5])
    return [*strokes, *(part + away for part in parts)], None


def side_by_side(hand, parts, gaps):
    """Texts with so many heights of paper between them."""
    strokes, x = [], 0.0
    for text, gap in zip(parts, [0, *gaps], strict=True):
        own, spans = hand.text(text)
        strokes += [stroke + np.array([x + gap, 0]) for stroke in own]
        x += gap + spans[-1][1]
    return strokes


def hyphen_apart(hand, rng):
    """A hyphen nearer to the number behind it than to the one before."""
    first, second = digits(rng, 3), digits(rng, 4)
    strokes = side_by_side(hand, [first, f"-{second}"], [rng.uniform(0.25, 0.6)])
    return strokes, f"{first}-{second}"


def scores(hand, rng):
    """Two of a match, 6-0 6-0."""
    parts = ["-".join(map(str, rng.integers(0, 8, 2))) for _ in range(2)]
    return side_by_side(hand, parts, [rng.uniform(0.45, 0.8)]), parts


def whole_and_fraction(hand, rng):
    """6 1/2."""
    parts = [digits(rng, 2), f"{rng.integers(1, 4)}/{rng.choice([2, 3, 4, 8])}"]
    return side_by_side(hand, parts, [rng.uniform(0.35, 0.6)]), None


def item(hand, rng):
    """A list's dash, a number and a word."""
    text, dash = digits(rng, 2), float(rng.uniform(0.15, 0.6))
    word = "".join(rng.choice(list(LETTERS), rng.integers(3, 8)))
    return side_by_side(hand, ["-", text, word], [dash, rng.uniform(0.8, 2.0)]), text


def cells(hand, rng):
    """Two numbers in cells, a line between them drawn by hand."""
    parts = [digits(rng, 2), digits(rng, 3)]
    before, behind = rng.uniform(0.08, 0.3, 2)
    first, spans = hand.text(parts[0])
    second, _ = hand.text(parts[1])
    x = spans[-1][1] + before
    line = np.array([[x, 0.6], [x + rng.normal(0, 0.05), -1.6]])
    return [*first, line, *(stroke + np.array([x + behind, 0]) for stroke in second)], parts


def in_boxes(what=""):
    """A digit to a box; one of them struck out, a comma between two boxes or on the line of two, a
    blank box or one with a letter among them, a minus in the first one."""

    def kind(hand, rng):
        text, side = str(rng.integers(10, 100_000)), rng.uniform(1.35, 1.7)
        gap = {"comma": 0.35, "comma on a line": 0}.get(what, float(rng.choice([0, 0.25])))
        place = int(rng.integers(len(text) - 1))
        start, end = text[: place + 1], text[place + 1 :]
        cells = {
            "minus": f"-{text}",
            "blank": f"{start} {end}",
            "letter": f"{start}{rng.choice(list(LETTERS))}{end}",
        }.get(what, text)
        corners = side * np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
        strokes, lift = [], (side - 1) / 2
        for i, c in enumerate(cells):
            left = i * (side + gap)
            strokes += [np.add(corners, [left, -1 - lift])]
            own, wide = ([], 0.0) if c == " " else hand.character(c)
            first = left + (side - wide) / 2
            strokes += [np.add(stroke, [first, 0]) for stroke in own]
            if what == "digit struck" and i == place:
                ways = [way for way in STRIKES if LIKE_WRITTEN.get(c) != way]
                strokes.append(hand.strike(first, first + wide, str(rng.choice(ways))))
            if what.startswith("comma") and i == place:
                sign, wide = hand.character(",")
                away = left + side + (gap - wide) / 2, lift
                strokes += [np.add(stroke, away) for stroke in sign]
        meant = {"minus": cells, "blank": None, "letter": None, "digit struck": None}
        return strokes, f"{start},{end}" if what.startswith("comma") else meant.get(what, text)

    return kind


def beside(least, most, inks):
    """More digits behind a number, in one of these inks, and a little paper between."""

    def kind(hand, rng):
        text, other = digits(rng, 3), str(rng.choice(["1", str(rng.integers(10)), digits(rng, 2)]))
        strokes, spans = hand.text(text)
        away = np.array([spans[-1][1] + rng.uniform(0.12, 0.4), 0])
        ink = np.array(inks[int(rng.integers(len(inks)))]) * rng.uniform(least, most)
        return strokes, text, ([stroke + away for stroke in hand.text(other)[0]], ink)

    return kind


def several_signs(hand, rng):
    """A range, as 3..8, or two numbers, as 17,-6."""
    first, second = digits(rng, 2), digits(rng, 2)
    sign = str(rng.choice(["..", "...", "--", ",-", ".-", ":-"]))
    return hand.text(first + sign + second)[0], [first, second]


def division(hand, rng):
    first, second = digits(rng, 2), digits(rng, 2)
    return hand.text(f"{first}{rng.choice(['÷', '::'])}{second}")[0], [first, second]


def ring_before(hand, rng):
    """A list's bullet, a ring of a fourth to a half of a digit's height."""
    text, radius = digits(rng, 3), rng.uniform(0.12, 0.25)
    turn = rng.uniform(0, 6) + np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.08), 30)
    ring = np.stack([radius * (1 + np.cos(turn)), radius * np.sin(turn) - 0.45], axis=1)
    away = np.array([2 * radius + rng.uniform(0.25, 0.6), 0])
    return [ring, *(stroke + away for stroke in hand.text(text)[0])], text


RED, GREEN, BLUE = (0.2, 0.95, 0.9), (0.9, 0.4, 0.8), (0.9, 0.7, 0.2)
"""What an ink takes of red, green and blue light."""
KINDS = {"plain": plain, "signs": signs}
KINDS |= {f"struck: {way}": struck(way) for way in STRIKES}
KINDS |= {f"digit struck: {way}": digit_struck(way) for way in STRIKES}
KINDS |= {
    "raised": small(0.6, 0.8),
    "lowered": small(-0.3, -0.15),
    "point before": around(before=(".", ",")),
    "sign before": around(before=(":", "'", "$", "+")),
    "apostrophe within": feet,
    "letter before": around(before=list(LETTERS)),
    "letter behind": around(after=list(LETTERS)),
    "unit behind": around(after=UNITS),
    "minus apart": minus_apart,
    "fraction": fraction,
    "mixed fraction": mixed,
    "in boxes": in_boxes(),
    "in boxes: digit struck": in_boxes("digit struck"),
    "in boxes: comma": in_boxes("comma"),
    "in boxes: comma on a line": in_boxes("comma on a line"),
    "in boxes: minus": in_boxes("minus"),
    "in boxes: blank": in_boxes("blank"),
    "in boxes: letter": in_boxes("letter"),
    "hyphen apart": hyphen_apart,
    "scores of a match": scores,
    "whole number and fraction": whole_and_fraction,
    "item of a list": item,
    "in cells": cells,
    "in another ink": beside(0.7, 0.9, (RED, GREEN, BLUE)),
    "rubbed out": beside(0.08, 0.25, ((1, 1, 1),)),
    "several signs": several_signs,
    "division": division,
    "ring before": ring_before,
}


def on_paper(strokes, rng, added=None):
    """uint8 (height, width), the ink dark; with 3 channels if strokes of another ink are added."""
    points = np.concatenate(strokes + (added[0] if added else []))
    left, top = points.min(axis=0) - rng.uniform(0.15, 0.6, 2)
    right, bottom = points.max(axis=0) + rng.uniform(0.15, 0.6, 2)
    high, fine = float(rng.uniform(24, 60)), 4
    pen, slant = max(1.3, high * rng.uniform(0.05, 0.11)), rng.normal(0, 0.05)
    size = round((bottom - top) * high), round((right - left + 0.2) * high)
    blur = None

    def inked(strokes):
        nonlocal blur
        ink = np.zeros((size[0] * fine, size[1] * fine), np.uint8)
        for stroke in strokes:
            x = stroke[:, 0] - slant * (stroke[:, 1] + 0.5) - left + 0.1
            path = np.stack([x, stroke[:, 1] - top], axis=1) * high * fine * 8
            path = np.round(np.repeat(path, 1 + (len(path) == 1), axis=0)).astype(np.int32)
            cv2.polylines(ink, [path], False, 255, max(1, round(pen * fine)), cv2.LINE_AA, 3)
        ink = cv2.resize(ink, size[::-1], interpolation=cv2.INTER_AREA) / 255
        blur = blur or rng.uniform(0.3, 0.03 * high)
        return cv2.GaussianBlur(ink, (0, 0), blur)

    ink = inked(strokes)
    paper, dark = rng.uniform(170, 245), rng.uniform(0.5, 0.85)
    light = 1 - dark * ink
    if added:
        other, taken = added
        light = np.minimum(light[..., None], 1 - inked(other)[..., None] * taken)
    grey = paper * light + rng.normal(0, rng.uniform(1, 7), light.shape)
    return grey.clip(0, 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--n", type=int, default=60, help="pictures of a kind")
    parser.add_argument("--only", default="", help="a kind, or the start of its name")
    parser.add_argument("--fast", action="store_true", help="without the second reader")
    parser.add_argument("--number-model", type=Path, help="the one that shuzi carries by default")
    parser.add_argument("--save", type=Path, help="a folder for what is accepted wrongly")
    options = parser.parse_args()
    pens = Pens.load(options.data / "unipen", held_out=True)
    reader = shuzi.Reader(number_model=options.number_model, fast=options.fast, threads=1)
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
    print(f"{'':28}{'n':>5}{'accepted':>10}{'wrong':>7}")
    scores = {}
    for place, (name, kind) in enumerate(KINDS.items()):
        if not name.startswith(options.only):
            continue
        accepted = wrong = 0
        for i in range(options.n):
            rng = np.random.default_rng([23, place, i])
            strokes, text, *added = kind(Hand(pens, rng), rng)
            picture = on_paper(strokes, rng, *added)
            said = [n.text for n in reader.read(picture).numbers if n.decision == "accept"]
            accepted += bool(said)
            written = [text] if isinstance(text, str) else text or []
            if any(one not in written for one in said):
                wrong += 1
                if options.save:
                    file = f"{name.replace(': ', '_')}_{i}_{'_'.join(said)}.png".replace("/", "")
                    cv2.imwrite(str(options.save / file), picture[..., ::-1] if added else picture)
        print(f"{name:28}{options.n:5}{accepted:10}{wrong:7}", flush=True)
        scores[name] = {"n": options.n, "accepted": accepted, "wrong": wrong}
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

"""Minus signs, decimal points and commas: how many are reported, and how many where none is.

    python tools/measure_signs.py DATA [--part tune|report] [--n 500] [--fast] [--wrong DIR]

Composes numbers of MNIST's training digits with a mark in the same ink, and numbers without one.
The two parts share no picture: thresholds are chosen on one and reported on the other. Prints a
table, then one JSON line. DATA is a folder with mnist.npz.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

import shuzi
from shuzi.synth.blanks import no_number
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.hand import new_hand
from shuzi.synth.materials import Materials
from shuzi.synth.scene import add_ghost, add_neighbour, add_print, lay_out, photograph
from shuzi.synth.strings import compose
from shuzi.synth.texts import new_text
from shuzi.synth.writing import TALL, draw_way, write

PARTS = {"tune": 1, "report": 2}
KINDS = ("-", ".", ",", "-.", "-,")
REAL = 0.7
"""Share of the hands whose digits are all MNIST's."""
INK = 60


def compose_signed(kind, glyphs, rng, *, worn):
    """A grey picture of a number with marks, uint8 (height, width), and its text.

    Args:
        kind: of KINDS.
        worn: with rulings, boxes, neighbours' ink, ghosts, blur and JPEG, as `compose` has them.
    """
    line, text = write_signed(kind, glyphs, rng)
    if not worn:
        return clean(line, rng), text
    scene, hand = lay_out(line, rng), new_hand(rng)
    if rng.random() < 0.2:
        add_neighbour(scene, write(new_text(rng), hand, glyphs, rng)[0], rng)
    if rng.random() < 0.17:
        add_ghost(scene, no_number(new_text(rng), hand, glyphs, rng), rng)
    add_print(scene, rng)
    return photograph(scene, rng), text


def compose_plain(glyphs, rng, *, worn):
    """As `compose_signed`, without a mark."""
    while worn:
        one = compose(Materials(glyphs), rng)
        if one.text.isdigit():
            return one.picture, one.text
    text = new_text(rng)
    return clean(write(text, new_hand(rng, real=REAL), glyphs, rng)[0], rng), text


def clean(line, rng):
    """On white paper, as a good scanner sees it: digits 20 to 46 pixels high, none cut."""
    above, below, left, right = np.round(TALL * rng.uniform(0.1, 0.8, 4)).astype(int)
    ink = np.pad(line, ((above, below), (left, right))) / np.float32(255)
    scale = rng.uniform(20, 46) / TALL
    size = [max(8, round(side * scale)) for side in ink.shape[::-1]]
    dark = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    grain = rng.normal(0, rng.uniform(0, 4), dark.shape)
    return (235 - rng.uniform(110, 220) * dark + grain).clip(0, 255).astype(np.uint8)


def write_signed(kind, glyphs, rng):
    """The ink of a number with marks, and its text."""
    hand = new_hand(rng, real=REAL)
    # The number is set piece by piece, so what runs from digit to digit is left out.
    hand = replace(hand, pitch=0.0, swash=0.0)
    text = new_text(rng)[:4]
    line = write(text, hand, glyphs, rng)[0]
    hand = replace(hand, pen=pen_of(line) / TALL)
    if kind[-1] != "-":
        more = new_text(rng)[: int(rng.integers(1, 4))]
        line = with_fraction(line, write(more, hand, glyphs, rng)[0], kind[-1], hand, rng)
        text += kind[-1] + more
    if kind[0] == "-":
        line, text = with_minus(line, hand, rng), "-" + text
    return line, text


def pen_of(line):
    """About the width of its strokes: twice the area over the edge's length."""
    ink = (line > 100).astype(np.uint8)
    edge = ink - cv2.erode(ink, np.ones((3, 3), np.uint8), borderValue=0)
    return 2 * ink.sum() / max(edge.sum(), 1)


def with_minus(line, hand, rng):
    """A dash before the line, at about half the height of its first digit."""
    long, rise = rng.uniform(25, 60), rng.normal(0, 3)
    dash = draw_way(f"0,50! {long:.0f},{50 + rise:.0f}!", replace(hand, wide=1.0), rng)
    top = round(len(line) / 2 + TALL * rng.normal(0, 0.06) - len(dash) / 2)
    return joined(dash, line, max(0, top), TALL * rng.uniform(0.06, 0.3), first_below=True)


def with_fraction(line, more, mark, hand, rng):
    """The line, a point or comma on the ground line, and more digits."""
    hand = replace(hand, wide=1.0, pressure=0.0)
    if mark == ".":
        ink = draw_way(f"0,0! {rng.integers(1, 5)},{rng.integers(1, 5)}!", hand, rng)
        top = len(line) - len(ink) + round(TALL * rng.normal(0, 0.03))
    else:
        low, left = rng.uniform(18, 36), rng.uniform(2, 16)
        way = f"{left:.0f},0! {left - 1:.0f},{0.5 * low:.0f} 0,{low:.0f}!"
        ink = draw_way(way, hand, rng)
        top = len(line) - round(TALL * rng.uniform(0.08, 0.18))
    gaps = TALL * rng.uniform(0.05, 0.22, 2)
    ground = len(line)
    line = joined(line, ink, top, gaps[0])
    return joined(line, more, ground - len(more), gaps[1])


def joined(first, second, top, gap, *, first_below=False):
    """Both pieces, the second `gap` pixels after the nearest ink of the first.

    `top` is the second's first row in the first, or of the first in the second.
    """
    tops = (top, 0) if first_below else (0, top)
    up = -min(0, *tops)
    tops = [up + t for t in tops]
    high = max(t + len(piece) for t, piece in zip(tops, (first, second), strict=True))
    room = round(gap) + 2
    whole = np.zeros((high, first.shape[1] + second.shape[1] + room), np.uint8)
    whole[tops[0] : tops[0] + len(first), : first.shape[1]] = first
    left = place(whole, second, tops[1], gap)
    target = whole[tops[1] : tops[1] + len(second), left : left + second.shape[1]]
    np.maximum(target, second, out=target)
    return whole[:, : left + second.shape[1]]


def place(whole, piece, top, gap):
    """The column where the piece starts, given the ink before it in about its rows."""
    rows = cv2.dilate((whole > INK).astype(np.uint8), np.ones((9, 1)))[top : top + len(piece)] > 0
    width = whole.shape[1]
    ends = np.where(rows.any(axis=1), width - rows[:, ::-1].argmax(axis=1), -width)
    inked = piece > INK
    starts = np.where(inked.any(axis=1), inked.argmax(axis=1), width)
    nearest = int((ends - starts).max())
    ended = int(np.flatnonzero((whole > INK).any(axis=0))[-1]) + 1
    # No piece slips under more than half of the one before.
    nearest = max(nearest, ended - round(0.25 * TALL)) if nearest > -width // 2 else ended
    return int(np.clip(nearest + round(gap), 0, width - piece.shape[1]))


def measure(read, glyphs, part, n, wrong):
    """Shares of the marks that are reported, all as they are, and of false ones."""
    scores = {}
    for worn in (False, True):
        name = "worn" if worn else "clean"
        for kind in KINDS:
            pictures = [
                compose_signed(kind, glyphs, np.random.default_rng([part, worn, k, i]), worn=worn)
                for k in (KINDS.index(kind),)
                for i in range(n)
            ]
            scores[f"{name} {kind}"] = score(read, pictures, wrong, f"{name}{kind}")
        pictures = [
            compose_plain(glyphs, np.random.default_rng([part, worn, 9, i]), worn=worn)
            for i in range(4 * n)
        ]
        scores[f"{name} plain"] = score(read, pictures, wrong, f"{name}-plain")
    return scores


def score(read, pictures, wrong, name):
    said = [read(picture) for picture, _ in pictures]
    texts = [text for _, text in pictures]
    for i, (a, b) in enumerate(zip(said, texts, strict=True)):
        if wrong and marks(a) != marks(b):
            cv2.imwrite(str(wrong / f"{name}-{i}-{b}-as-{a}.png"), pictures[i][0])
    pairs = list(zip(said, texts, strict=True))
    read_right = [(a, b) for a, b in pairs if digits(a) == digits(b)]
    return {
        "n": len(pairs),
        "marks as they are": float(np.mean([marks(a) == marks(b) for a, b in pairs])),
        "of those with all digits right": float(np.mean([a == b for a, b in read_right])),
        "other marks": float(np.mean([marks(a) not in ("", marks(b)) for a, b in pairs])),
        "digits right": float(np.mean([digits(a) == digits(b) for a, b in pairs])),
        "all right": float(np.mean([a == b for a, b in pairs])),
    }


def marks(text):
    return "".join(c for c in text if c in "-.,")


def digits(text):
    return "".join(c for c in text if c.isdigit())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--part", choices=PARTS, default="report")
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--fast", action="store_true", help="without the second reader")
    parser.add_argument("--wrong", type=Path, help="a folder for pictures with other marks")
    options = parser.parse_args()
    if options.wrong:
        options.wrong.mkdir(parents=True, exist_ok=True)
    mnist = shuzi.load_data(options.data / "mnist.npz")
    glyphs = Glyphs(mnist.train_images, mnist.train_labels)
    reader = shuzi.Reader(threads=1, fast=options.fast)

    def read(picture):
        return " ".join(number.text for number in reader.read(picture).numbers)

    scores = measure(read, glyphs, PARTS[options.part], options.n, options.wrong)
    for name, found in scores.items():
        print(f"{name:12}", "  ".join(f"{key} {value:.4g}" for key, value in found.items()))
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

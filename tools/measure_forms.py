"""Reading forms, with the defaults: boxes, combs and tables composed of MNIST's training digits.

    python tools/measure_forms.py DATA [--part tune|report] [--only NAME] [--n 24] [--save DIR]

A number is right where just its text was read in its field; false ones are those beside, or more.
Prints a table, then one JSON line. DATA is the folder that tools/sets.py describes.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from measure_reading import count

import shuzi
from shuzi.synth.forms import KINDS, compose_form, cut_out
from shuzi.synth.glyphs import Glyphs

SHAPES = {"table": (14, 2), "cells": (14, 3), "digit": (6, 1)}
"""Rows and columns of a page; the other kinds have the default."""
SHAPE = (6, 2)
PARTS = {"tune": 11, "report": 12}
DPI = (100, 200, 300)


def pictures(kind, layout, n, glyphs, part):
    """The forms of one kind as pages, or as crops of one field; the true numbers with each."""
    for place in range(n):
        rng = np.random.default_rng([PARTS[part], KINDS.index(kind), place, layout == "page"])
        options = {"dpi": DPI[place % 3], "photo": place // 3 % 2 == 1}
        if layout == "crop":
            yield compose_form(kind, glyphs, rng, **options)
        elif layout == "page":
            yield compose_form(kind, glyphs, rng, SHAPES.get(kind, SHAPE), **options)
        else:
            page, truth = compose_form(kind, glyphs, rng, (5, 2), **options)
            for number in truth.numbers[:: max(1, len(truth.numbers) // 3)]:
                picture = cut_out(page, number.box, rng)
                yield (
                    picture,
                    shuzi.Page(source="", width=0, height=0, kind="number", numbers=(number,)),
                )


def measure(reader, layout, found):
    wanted = right = false = 0
    kinds, missed = [], []
    for place, (picture, truth) in enumerate(found):
        page = reader.read(picture)
        kinds.append(page.kind)
        if layout == "page":
            said = [n for n in page.numbers if n.decision != "reject"]
            inside = [[n for n in said if within(n.box, t.box)] for t in truth.numbers]
        else:
            said = list(page.numbers)
            inside = [said]
        texts = [[n.text for n in numbers] for numbers in inside]
        hits = [a == [t.text] for a, t in zip(texts, truth.numbers, strict=True)]
        wanted, right = wanted + len(hits), right + sum(hits)
        false += len(said) - sum(map(len, inside)) + sum(max(0, len(a) - 1) for a in texts)
        wrong = [
            (t.text, a) for t, a, hit in zip(truth.numbers, texts, hits, strict=True) if not hit
        ]
        missed.append((place, wrong))
    scores = {
        "n": wanted,
        "right": right / max(1, wanted),
        "false a picture": false / max(1, len(kinds)),
        "read as": count(kinds),
    }
    return scores, missed


def within(box, outer):
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return outer.x <= x < outer.right and outer.y <= y < outer.bottom


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--part", choices=PARTS, default="tune")
    parser.add_argument("--only", help="KIND LAYOUT, or the start of it.", default="")
    parser.add_argument("--n", type=int, default=24, help="forms of each kind")
    parser.add_argument("--save", type=Path, help="write the pictures that are misread here")
    parser.add_argument("--number-model", type=Path, help="the shipped one if left out")
    parser.add_argument("--page-model", type=Path, help="the one that shuzi carries by default")
    options = parser.parse_args()
    mnist = shuzi.load_data(options.data / "mnist.npz")
    glyphs = Glyphs(mnist.train_images[-5_000:], mnist.train_labels[-5_000:])
    reader = shuzi.Reader(number_model=options.number_model, page_model=options.page_model)
    scores = {}
    for layout in ("crop", "cut", "page"):
        for kind in KINDS:
            name = f"{kind} {layout}"
            if not name.startswith(options.only):
                continue
            n = options.n // 3 if layout == "page" else options.n
            found = list(pictures(kind, layout, n, glyphs, options.part))
            scores[name], missed = measure(reader, layout, found)
            s = scores[name]
            print(
                f"{name:12} {s['n']:4} {s['right']:.3f} {s['false a picture']:6.2f} {s['read as']}",
                flush=True,
            )
            for place, wrong in missed:
                if wrong and options.save:
                    options.save.mkdir(parents=True, exist_ok=True)
                    file = options.save / f"{name.replace(' ', '-')}-{place}.png"
                    cv2.imwrite(str(file), found[place][0])
                    print("  ", file.name, wrong[:8])
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

"""Reading from picture to page, with the defaults, on sets of real handwriting.

    python tools/measure_reading.py DATA [--only NAME] [--number-model number.onnx]

Prints a table, then one JSON line. DATA is the folder that tools/sets.py describes, with numbers/.
"""

import argparse
import csv
import json
import time
from pathlib import Path

import cv2
import numpy as np
from sets import MEASURING, held_out, load, numbers

import shuzi
from shuzi.evaluation.calibration import chance_error, expected_calibration_error
from shuzi.evaluation.sets import glyphs, read_set
from shuzi.image import load_grey
from shuzi.reading import read_files
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.pages import compose_page

SIDE = 9
PAGES = 20


def measure_crops(reader, folder, name):
    """Whole numbers right, with no number and several numbers counted as wrong."""
    files, labels = numbers(folder, name)
    start = time.perf_counter()
    pages = list(read_files(reader, [str(file) for file in files]))
    seconds = time.perf_counter() - start
    said = ["".join(n.text for n in page.numbers) for page in pages]
    right = np.array([a == b for a, b in zip(said, labels, strict=True)])
    found = [page.numbers[0] if page.numbers else None for page in pages]
    sure = np.array([number.confidence if number else 0.0 for number in found])
    accepted = np.array([bool(number) and number.decision == "accept" for number in found])
    return {
        "n": len(labels),
        "right": float(right.mean()),
        "read as": count(page.kind for page in pages),
        "accepted": float(accepted.mean()),
        "error of the accepted": float((~right[accepted]).mean()) if accepted.any() else None,
        "calibration error": expected_calibration_error(sure, right),
        "of which by chance": chance_error(sure),
        "ms a crop": 1000 * seconds / len(labels),
    }


def measure_singles(reader, folder, name):
    """Pictures of one digit against the digit model on the glyphs found in them."""
    if name == "mnist":
        data = shuzi.load_data(folder / "mnist.npz")
        images, labels = data.test_images, data.test_labels
    else:
        arrays = load(folder, name)
        images, labels = arrays["x"], arrays["y"]
    found, kept = glyphs(images)
    direct = (reader.recogniser.predict(found).argmax(axis=1) == labels[kept]).sum() / len(labels)
    pages = [reader.read(image) for image in images]
    right = [page.text() == str(label) for page, label in zip(pages, labels, strict=True)]
    said = [
        "".join(n.text for n in p.numbers) == str(d) for p, d in zip(pages, labels, strict=True)
    ]
    return {
        "n": len(labels),
        "digit model": float(direct),
        "read as pictures": float(np.mean(said)),
        "and not rejected": float(np.mean(right)),
        "read as": count(page.kind for page in pages),
    }


def measure_refusals(reader, folder, name):
    """Pictures of something else: how many are accepted as numbers, how many not rejected, and how
    many are accepted if they are said to be numbers.

    Letters that are drawn like digits are left out.
    """
    told = reader.with_options(kind="number", rotate=None, target_error=reader.target_error)
    images = read_set(folder / f"{name}.npz").images
    said, if_told = (
        [{number.decision for number in one.read(image).numbers} for image in images]
        for one in (reader, told)
    )
    return {
        "n": len(images),
        "accepted": float(np.mean(["accept" in d for d in said])),
        "accepted or for review": float(np.mean([bool(d - {"reject"}) for d in said])),
        "accepted --as number": float(np.mean(["accept" in d for d in if_told])),
    }


def measure_sudoku(reader, folder):
    """Photos of whole pages, of the puzzles held out: the digits of the grid's cells."""
    rows = held_out_photos(folder)
    tallies = {kind: [0, 0] for kind in "hp"}
    blanks, invented, seconds, kinds = 0, 0, [], []
    for row in rows:
        start = time.perf_counter()
        page = reader.read(folder / "sudoku" / "photos" / row["file"])
        seconds.append(time.perf_counter() - start)
        kinds.append(page.kind)
        cells = by_cell(page, row)
        for place, kind in enumerate(row["kind_81_rowmajor"]):
            here = [number for number in cells.get(place, []) if number.decision != "reject"]
            if kind in tallies:
                tallies[kind][0] += [n.text for n in here] == [row["grid_81_rowmajor"][place]]
                tallies[kind][1] += 1
            elif kind == ".":
                blanks += 1
                invented += bool(here)
    return {
        "photos": len(rows),
        "n": {"hand": tallies["h"][1], "printed": tallies["p"][1], "blank": blanks},
        "hand right": tallies["h"][0] / tallies["h"][1],
        "printed right": tallies["p"][0] / tallies["p"][1],
        "numbers in blank cells, a photo": invented / len(rows),
        "read as": count(kinds),
        "ms a page": 1000 * float(np.median(seconds)),
    }


def held_out_photos(folder):
    """The rows of the puzzles held out, in sudoku/labels.csv."""
    with (folder / "sudoku" / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    out = held_out([row["puzzle"] for row in rows])
    return [row for row, held in zip(rows, out, strict=True) if held]


def measure_pages(reader, folder):
    """Composed pages of MNIST's test digits: numbers found and right, and numbers invented.

    A number is found where the middle of one that was read lies in its box.
    """
    wanted, right, false, milliseconds = 0, 0, 0, []
    for picture, truth in composed_pages(folder, PAGES):
        start = time.perf_counter()
        page = reader.read(picture)
        milliseconds.append(1000 * (time.perf_counter() - start))
        said = [number for number in page.numbers if number.decision != "reject"]
        inside = [[n for n in said if _within(n.box, number.box)] for number in truth.numbers]
        wanted += len(inside)
        right += sum(
            [n.text for n in found] == [number.text]
            for found, number in zip(inside, truth.numbers, strict=True)
        )
        false += len(said) - sum(map(len, inside))
    return {
        "pages": PAGES,
        "n": wanted,
        "found and right": right / wanted,
        "false numbers a page": false / PAGES,
        "ms a page": float(np.median(milliseconds)),
    }


def composed_pages(folder, n):
    """Pages of MNIST's test digits, and their numbers with boxes."""
    mnist = shuzi.load_data(folder / "mnist.npz")
    test = Glyphs(mnist.test_images, mnist.test_labels)
    return (compose_page(test, np.random.default_rng([PAGES, place])) for place in range(n))


def _within(box, outer):
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return outer.x <= x < outer.right and outer.y <= y < outer.bottom


def measure_turns(reader, folder):
    """Of the sudoku photos, turned by each angle: how many are turned back."""
    photos = sorted((folder / "sudoku" / "photos").iterdir())
    right = dict.fromkeys((0, 90, 180, 270), 0)
    for photo in photos:
        grey = load_grey(photo)
        for degrees in right:
            page = reader.read(np.rot90(grey, degrees // 90))
            right[degrees] += page.rotated == degrees
    return {"photos": len(photos)} | {f"right at {d}": n / len(photos) for d, n in right.items()}


def by_cell(page, row):
    """The page's numbers by the cell (0 to 80) of the grid that their middle lies in."""
    cell, cells = cell_of(row), {}
    for number in page.numbers:
        box = number.box
        cells.setdefault(cell(box.x + box.width / 2, box.y + box.height / 2), []).append(number)
    return cells


def cell_of(row):
    """A function of a point x, y of the photo: its cell of the grid, 0 to 80, or 81 beside it."""
    corners = [[float(row[f"{axis}_{corner}"]) for axis in "xy"] for corner in CORNERS]
    square = np.array([[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]], np.float32)
    to_grid = cv2.getPerspectiveTransform(np.array(corners, np.float32), square)

    def cell(x, y):
        x, y, w = to_grid @ (x, y, 1)
        column, line = int(np.floor(x / w)), int(np.floor(y / w))
        inside = 0 <= column < SIDE and 0 <= line < SIDE
        return line * SIDE + column if inside else SIDE * SIDE

    return cell


CORNERS = ("tl", "tr", "br", "bl")


def count(values):
    values = list(values)
    return {value: values.count(value) for value in sorted(set(values))}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", help="A set's name, or the start of it.", default="")
    parser.add_argument("--number-model", type=Path, help="the one that shuzi carries by default")
    parser.add_argument("--page-model", type=Path, help="the one that shuzi carries by default")
    options = parser.parse_args()
    reader = shuzi.Reader(number_model=options.number_model, page_model=options.page_model)
    jobs = dict.fromkeys(("logbook", "register_years"), measure_crops)
    jobs |= dict.fromkeys(("mnist", *MEASURING, "digits/hwd1000"), measure_singles)
    nothing = ("not_digits/letters", "not_digits/fashion", "sudoku/blank_cells64")
    jobs |= dict.fromkeys(nothing, measure_refusals)
    scores = {
        name: measure(reader, options.data, name)
        for name, measure in jobs.items()
        if name.startswith(options.only)
    }
    if "sudoku".startswith(options.only):
        scores["sudoku photos, held-out puzzles"] = measure_sudoku(reader, options.data)
    if "pages".startswith(options.only):
        scores["pages composed of MNIST test digits"] = measure_pages(reader, options.data)
    if "turns".startswith(options.only) and options.only:
        scores["sudoku photos, turned"] = measure_turns(reader, options.data)
    for name, found in scores.items():
        print(name)
        for key, value in found.items():
            print(f"  {key:32} {value:.4f}" if isinstance(value, float) else f"  {key:32} {value}")
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

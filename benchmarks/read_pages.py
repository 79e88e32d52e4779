"""Whole pages, photos and forms: shuzi beside RapidOCR 3.10, each with its own way of finding.

    pip install -c constraints.txt . && pip install 'rapidocr>=3.10'
    python benchmarks/read_pages.py DATA [--only SET] [--n 20] [--no-peer] [--save FOLDER]

DATA is the folder that tools/sets.py describes, with pages/ (labels.csv: file,numbers,note). Sets:

    pages      the pictures of pages/, nobody's composition, in groups: tally, votes, lines of
               digits, drawn ones, others
    composed   A4 pages of MNIST's test digits
    sudoku     photos of the puzzles held out, at 1,600 and at 4,000 pixels, in four turns
    print      A4 pages of words, which hold no number
    desks      photos, 12 million pixels, of pages and forms that lie on a desk

A number is right where its text is as it was written. Where it stands is known in all sets but
`pages`: there a number is right where just its text was read at its place, and false where nothing
was to be read. In `pages` what was read is matched with what is written as two bags of texts: no
label says where a number stands, and its order has a column of its own (`order`, the mean of 1 -
edit distance / longer length over the pictures, of the whole text in reading order, a space between
two numbers). `wrong` are numbers that are not rejected and not right.

RapidOCR detects, turns and recognises with its defaults; of its words the runs of digits with the
signs in and before them count as numbers, where only digits are written the runs of digits. It
decides nothing, so none is accepted. Prints tables, then one JSON line. Times are medians of one
run, files decoded, both systems picture by picture in turn; the processor's time is a mean.
"""

import argparse
import csv
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from importlib.metadata import version
from importlib.resources import files
from itertools import compress
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import shuzi

sys.path.append(str(Path(__file__).parent.parent / "tools"))
import measure_photos
from measure_reading import cell_of, composed_pages, held_out_photos

from shuzi.image import load_grey
from shuzi.synth.desk import photograph_sheet
from shuzi.synth.glyphs import Glyphs

ROOT = Path(__file__).parent.parent
GROUPS = {"tally_": "tally", "votes_": "votes", "page_": "lines"}
DRAWN = {
    "date_drawn.png",
    "dollars.png",
    "field_3.75.png",
    "minus_5.png",
    "pen_14.jpg",
    "percent.png",
    "score_45_of_50.png",
    "thin_pencil.jpg",
    "three_lines.png",
    "times.png",
}
SIZES = (1600, 4000)
"""Pixels of a sudoku photo's longer side: its own, and that of 12 million pixels."""
FONTS = ("DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "DejaVuSans-Bold", "STIXGeneral", "cmr10")
COUNTS = ("n", "right", "accepted", "wrong accepted", "wrong", "false")
UNDECIDED = {"accepted": None, "wrong accepted": None}
KEYS = ("name", "n", "right", "accepted", "wrong accepted", "wrong", "order", "ms")
NUMBER = re.compile(r"[-$]?[0-9]+(?:[.,/x-][0-9]+)*%?")
DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Task:
    """A picture and what is to be read.

    `wanted` has the numbers in reading order, "" for a place where nothing is written and None for
    one that does not count. `place` gives the place in it of a point x, y of the picture; None
    where nobody knows. With `either`, one number may be read as several, if all of it is.
    """

    name: str
    group: str
    picture: Path | np.ndarray
    wanted: list[str | None]
    place: Callable[[float, float], int] | None = None
    either: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A number that was read; `corners` are four points of the picture as it was given."""

    text: str
    corners: np.ndarray
    decision: str


def pages(data, _):
    with (data / "pages" / "labels.csv").open() as file:
        for row in csv.DictReader(file):
            name = row["file"]
            starts = (group for start, group in GROUPS.items() if name.startswith(start))
            group = next(starts, "drawn" if name in DRAWN else "others")
            wanted = row["numbers"].replace("|", " ").split()
            either = "one number or" in row["note"]
            yield Task(name, group, data / "pages" / name, wanted, either=either)


def composed(data, n):
    for place, (picture, truth) in enumerate(composed_pages(data, n)):
        texts = [number.text for number in truth.numbers]
        boxes = [number.box for number in truth.numbers]
        yield Task(f"{place}", "composed", picture, [*texts, ""], place_in(boxes))


def sudoku(data, n):
    for row in held_out_photos(data)[:n]:
        stored = load_grey(data / "sudoku" / "photos" / row["file"])
        inside = cell_of(row)
        cells = zip(row["grid_81_rowmajor"], row["kind_81_rowmajor"], strict=True)
        # Of what stands beside the grid, and of cells with several small digits, nobody knows.
        wanted = [{"h": text, "p": text, ".": ""}.get(kind) for text, kind in cells] + [None]
        for size in SIZES:
            scale = size / max(stored.shape)
            photo = cv2.resize(stored, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
            for turn in range(4):
                turned = np.ascontiguousarray(np.rot90(photo, turn))

                def place(x, y, turn=turn, shape=turned.shape, scale=scale, inside=inside):
                    return inside(*(after_turns([(x, y)], shape, -turn)[0] / scale))

                group = f"{size} pixels, turned by {90 * turn}"
                yield Task(f"{row['file']} {group}", group, turned, wanted, place)


def print_pages(_, n):
    """At 200 dpi, of the words of a text without numbers, in letters of 7 to 14 points."""
    words = re.findall(r"[A-Za-z]+[.,;]?", (ROOT / "LICENSE").read_text())
    for place in range(n):
        rng = np.random.default_rng([200, place])
        name, size = FONTS[place % len(FONTS)], int(rng.integers(20, 40))
        path = files("matplotlib") / "mpl-data" / "fonts" / "ttf" / f"{name}.ttf"
        font, page = ImageFont.truetype(str(path), size), Image.new("L", (1654, 2339), 240)
        draw, at = ImageDraw.Draw(page), int(rng.integers(len(words)))
        for y in range(120, 2200, round(1.5 * size)):
            line = ""
            while draw.textlength(longer := f"{line} {words[at % len(words)]}", font) < 1400:
                line, at = longer, at + 1
            draw.text((120, y), line.strip(), font=font, fill=30)
        yield Task(f"{place} {name}", "print", np.asarray(page), [""], place_in([]))


def desks(data, n):
    mnist = shuzi.load_data(data / "mnist.npz")
    glyphs = Glyphs(mnist.train_images[-5_000:], mnist.train_labels[-5_000:])
    kinds = ("page", *measure_photos.SHAPES)
    for place in range(n):
        rng = np.random.default_rng([measure_photos.PARTS["report"], place])
        kind = kinds[place % len(kinds)]
        sheet, truth = measure_photos.compose(kind, glyphs, rng)
        photo, way = photograph_sheet(sheet, rng)
        boxes = [measure_photos.placed(number.box, way) for number in truth.numbers]
        texts = [number.text for number in truth.numbers]
        yield Task(f"{place} {kind}", kind, photo, [*texts, ""], place_in(boxes))


SETS = {
    "pages": pages,
    "composed": composed,
    "sudoku": sudoku,
    "print": print_pages,
    "desks": desks,
}


def place_in(boxes):
    """The first box that a point lies in, or after the last."""
    return lambda x, y: next(
        (i for i, b in enumerate(boxes) if b.x <= x < b.right and b.y <= y < b.bottom), len(boxes)
    )


def after_turns(points, shape, turns):
    """Points x, y of a picture (height, width), where np.rot90(picture, turns) has them."""
    points, (height, width) = np.asarray(points, float), shape[:2]
    for _ in range(turns % 4):
        points = np.stack([points[:, 1], width - points[:, 0]], axis=1)
        height, width = width, height
    return points


def by_shuzi(options):
    reader = shuzi.Reader(number_model=options.number_model, page_model=options.model)

    def read(task):
        page = reader.read(task.picture)
        for n in page.numbers:
            given = after_turns(n.quad, (page.height, page.width), page.rotated // 90)
            yield Said(n.text, given, n.decision)

    return read


def by_rapidocr(_):
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(task):
        picture = task.picture
        if isinstance(picture, np.ndarray):
            picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        found = engine(picture, return_word_box=True)
        pattern = NUMBER if task.place is None else DIGITS
        for line in found.word_results if found.txts else ():
            for word, _, corners in line:
                for run in pattern.findall(word):
                    yield Said(run, np.asarray(corners, float), "")

    return read


def judge(task, said):
    """Whether each number said is right, None where it does not count; of these also the places."""
    if task.place is None:
        if task.either and "".join(n.text for n in said) == "".join(task.wanted):
            return [True] * len(said), None
        # Those in reading order first: a 4 that is read of a -4 is not another 4 of the page.
        texts, right = [n.text for n in said], [False] * len(said)
        order = SequenceMatcher(None, task.wanted, texts, autojunk=False)
        for block in order.get_matching_blocks():
            right[block.b : block.b + block.size] = [True] * block.size
        left = Counter(task.wanted) - Counter(compress(texts, right))
        for i in sorted(range(len(said)), key=lambda i: said[i].decision != "accept"):
            if not right[i] and left[texts[i]] > 0:
                right[i] = True
                left[texts[i]] -= 1
        return right, None
    places = [task.place(*number.corners.mean(axis=0)) for number in said]
    wanted = [task.wanted[place] for place in places]
    alone = Counter(places)
    return [
        None if text is None else bool(text) and number.text == text and alone[place] == 1
        for number, text, place in zip(said, wanted, places, strict=True)
    ], places


def score(task, said):
    """Counts of one picture."""
    kept = [number for number in said if number.decision != "reject"]
    right, places = judge(task, kept)
    counted = [(n, r) for n, r in zip(kept, right, strict=True) if r is not None]
    texts = [text for text in task.wanted if text]
    accepted = [r for number, r in counted if number.decision == "accept"]
    written, read = " ".join(texts), " ".join(number.text for number, _ in counted)
    return {
        "n": len(texts),
        "right": min(len(texts), sum(r for _, r in counted)),
        "accepted": len(accepted),
        "wrong accepted": accepted.count(False),
        "wrong": sum(not r for _, r in counted),
        "false": None if places is None else sum(task.wanted[place] == "" for place in places),
        "order": 1 - distance(written, read) / max(1, len(written), len(read)),
    }


def distance(a, b):
    """Levenshtein's: the fewest characters to put in, leave out or change."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def timed(read, task):
    """What is said, milliseconds, and the processor's."""
    start, processor = time.perf_counter(), time.process_time()
    said = list(read(task))
    return said, {
        "ms": 1000 * (time.perf_counter() - start),
        "processor ms": 1000 * (time.process_time() - processor),
    }


def together(scores):
    """The scores of several pictures as one row; what one of them does not know is None."""
    known = [key for key in scores[0] if all(s[key] is not None for s in scores)]
    total = {key: sum(s[key] for s in scores) for key in known if key in COUNTS}
    n, pictures = total["n"], len(scores)
    return {
        "pictures": pictures,
        "n": n,
        "right": total["right"] / n if n else None,
        "accepted": total.get("accepted"),
        "wrong accepted": total.get("wrong accepted"),
        "wrong": total["wrong"],
        "false a picture": total["false"] / pictures if "false" in total else None,
        "order": statistics.mean(s["order"] for s in scores) if n else None,
        "ms": statistics.median(s["ms"] for s in scores),
        "processor ms": statistics.mean(s["processor ms"] for s in scores),
    }


def draw(task, said, file):
    """The picture with what was said: right ones green (blue if for review), wrong ones red."""
    picture = cv2.imread(str(task.picture)) if isinstance(task.picture, Path) else task.picture
    picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR) if picture.ndim == 2 else picture
    scale = max(1, round(600 / max(picture.shape)))
    shown = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    kept = [number for number in said if number.decision != "reject"]
    verdicts = dict(zip(map(id, kept), judge(task, kept)[0], strict=True))
    thick = max(1, round(max(shown.shape) / 900))
    for number in said:
        right = verdicts.get(id(number))
        colour = (150, 150, 150) if right is None else (0, 0, 230)
        if right:
            colour = (0, 160, 0) if number.decision != "review" else (230, 120, 0)
        corners = (number.corners * scale).round().astype(np.int32)
        cv2.polylines(shown, [corners], True, colour, thick)
        mark = number.text + {"reject": " rejected", "review": "?"}.get(number.decision, "")
        at = (int(corners[:, 0].min()), int(corners[:, 1].min()) - 3 * thick)
        cv2.putText(shown, mark, at, cv2.FONT_HERSHEY_SIMPLEX, 0.5 * thick, colour, thick)
    cv2.imwrite(str(file), shown)


def measure(tasks, systems, save):
    """Scores of each picture, by system, in the pictures' order."""
    found = {system: [] for system in systems}
    for task in tasks:
        for system, read in systems.items():
            said, times = timed(read, task)
            row = {"name": task.name, "group": task.group} | score(task, said) | times
            found[system].append(row | ({} if system == "shuzi" else UNDECIDED))
            if save:
                name = re.sub(r"\W+", "-", f"{task.name} {system}")
                draw(task, said, save / f"{name}.jpg")
    return found


def show(columns, rows):
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(cell(row.get(column)) for column in columns) + " |")
    print(flush=True)


def cell(value):
    if isinstance(value, float):
        return f"{value:.3f}" if value < 10 else f"{value:.0f}"
    return "" if value is None else str(value)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", choices=SETS, action="append", help="a set; may be repeated")
    parser.add_argument("--n", type=int, default=20, help="pictures of a composed set, photos")
    parser.add_argument("--model", type=Path, help="a page model; the one that shuzi carries")
    parser.add_argument("--number-model", type=Path, help="the one that shuzi carries if left out")
    parser.add_argument("--no-peer", action="store_true", help="leave RapidOCR out")
    parser.add_argument("--save", type=Path, help="pictures with what was read, wrong in red")
    options = parser.parse_args()
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
    systems = {"shuzi": by_shuzi(options)}
    if not options.no_peer:
        try:
            systems["RapidOCR"] = by_rapidocr(options)
        except ImportError:
            print("RapidOCR is left out: pip install 'rapidocr>=3.10'")
    results, each = [], {}
    for name in options.only or SETS:
        found = measure(SETS[name](options.data, options.n), systems, options.save)
        each[name] = found
        for system, scores in found.items():
            groups = list(dict.fromkeys(s["group"] for s in scores))
            for group in groups if len(groups) > 1 else ():
                of_group = together([s for s in scores if s["group"] == group])
                results.append({"set": name, "group": group, "system": system} | of_group)
            results.append({"set": name, "group": "all", "system": system} | together(scores))
        if name == "pages":
            show(("system", *KEYS), [{"system": s} | row for s in found for row in found[s]])
        show(tuple(results[-1]), [row for row in results if row["set"] == name])
    versions = {name: version(name) for name in ("onnxruntime", "opencv-python-headless")}
    versions |= {"shuzi": shuzi.__version__}
    versions |= {"rapidocr": version("rapidocr")} if "RapidOCR" in systems else {}
    print(json.dumps({"versions": versions, "results": results, "pictures": each}))


if __name__ == "__main__":
    main()

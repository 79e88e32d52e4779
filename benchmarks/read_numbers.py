"""Whole numbers and single digits read right, and how sure: shuzi beside RapidOCR and Tesseract.

    apt install tesseract-ocr
    pip install -c constraints.txt '.[train]'
    python benchmarks/read_numbers.py DATA [--only SET] [--n 300] [--no-peer] [--wrong]
    python benchmarks/read_numbers.py DATA --only register_years --expect 18dd --expect 19dd

Pictures of one number each, `n` at most of a set, evenly spaced:

    logbook, register_years, cheques    crops of numbers/; of cheques the digits count
    votes                               the rows of the vote forms of pages/, cut out
    strings, signs                      numbers of the fifth of UNIPEN's writers that is kept out of
                                        training, inked on clean paper; of strings the digits count,
                                        of numbers with signs the text as it was written
    mnist, digits/...                   single digits, read as such

All systems read the same pictures in one run, each with one thread: shuzi with both readers, with
--digits-only where the digits count, and with --fast, RapidOCR's recogniser as it is installed, and
by its probabilities of digits (and of `-.,/:` among the signs) alone, its likeliest at each column.
A peer that is not installed is left out. Tesseract reads them with `--psm 7`, digits only.

`right` is the share of the pictures whose text is right. `accepted` are those that shuzi accepts at
the wanted error, `error` is the share of these that are wrong, and `wrong` their number. `asked` is
the share of which the second reader was asked; it is part of the mean `ms`, which are the
processor's (Tesseract's and its start's, for all pictures together). Prints a table, then one JSON
line.
"""

import argparse
import csv
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

import shuzi

sys.path.append(str(Path(__file__).parent.parent / "tools"))
from sets import load, numbers

from shuzi.decide import TARGET_ERROR
from shuzi.image import load_grey
from shuzi.recognise.second import ALPHABET, HEIGHT, find_file
from shuzi.recognise.session import open_session
from shuzi.synth.unipen import Nib, Pens, ink_strokes

DIGITS = ("optdigits_tra", "optdigits_cv", "hwd1000", "usps_train", "semeion", "chars74k")
ROWS, COLUMNS = (13, 80, 148, 215, 283), (22, 127)
"""Where the rows of a vote form are, and their three boxes."""
SIGNED = re.compile(r"-?\d+([-.,/:]\d+)+|-\d+")
NO_SIGNS = "shuzi --digits-only"
"""Reads the sets of which the digits count."""
WIDTH = 320
"""Columns that RapidOCR pads a line to at least."""


def crops(name):
    def pictures(data):
        files, texts = numbers(data, name)
        return [load_grey(file) for file in files], texts

    return pictures


def votes(data):
    with (data / "pages" / "labels.csv").open() as file:
        forms = [row for row in csv.DictReader(file) if row["file"].startswith("votes_")]
    pictures, texts = [], []
    for form in forms:
        grey = load_grey(data / "pages" / form["file"])
        pictures += [grey[top:bottom, slice(*COLUMNS)] for top, bottom in pairwise(ROWS)]
        texts += form["numbers"].replace("|", " ").split()
    return pictures, texts


def written(belongs):
    """What held-out writers of UNIPEN wrote, 20 to 46 pixels high, on white paper."""

    def pictures(data):
        pens = Pens.load(data / "unipen", held_out=True)
        found = [(text, strokes) for text, _, strokes in pens.samples("strings") if belongs(text)]
        drawn = [on_paper(strokes, i) for i, (_, strokes) in enumerate(found)]
        return drawn, [text for text, _ in found]

    return pictures


def on_paper(strokes, place):
    rng = np.random.default_rng([19, place])
    high, points = rng.uniform(20, 46), np.concatenate(strokes)
    scale = high / max(np.ptp(points[:, 1]), 0.2 * np.ptp(points[:, 0]))
    ink = ink_strokes(strokes, scale, Nib(max(1.0, high * rng.uniform(0.05, 0.12))), rng)
    ink = np.pad(ink, np.round(high * rng.uniform(0.1, 0.8, (2, 2))).astype(int)) / 255
    grain = rng.normal(0, rng.uniform(0, 4), ink.shape)
    return (235 - rng.uniform(110, 220) * ink + grain).clip(0, 255).astype(np.uint8)


def mnist(data):
    found = shuzi.load_data(data / "mnist.npz")
    return found.test_images, list(map(str, found.test_labels))


def digits(name):
    def pictures(data):
        arrays = load(data, name)
        return arrays["x"], list(map(str, arrays["y"]))

    return pictures


SETS = {name: (crops(name), "digits") for name in ("logbook", "register_years", "cheques")}
SETS |= {
    "votes": (votes, "digits"),
    "strings": (written(str.isdigit), "digits"),
    "signs": (written(SIGNED.fullmatch), "text"),
    "mnist": (mnist, "digit"),
}
SETS |= {f"digits/{name}": (digits(f"digits/{name}"), "digit") for name in DIGITS}
"""The pictures and texts of each set, and what of a text counts: all of it, or its digits."""


def by_shuzi(options, *, fast=False, digits_only=False):
    reader = shuzi.Reader(
        options.model,
        number_model=options.number_model,
        page_model=options.page_model,
        fast=fast,
        target_error=options.target_error,
        threads=1,
    )

    def read(picture, kind):
        one = reader.with_options(
            kind="digit" if kind == "digit" else "number",
            rotate=0,
            target_error=options.target_error,
            digits_only=digits_only,
            expect=options.expect,
        )
        kept = [n for n in one.read(picture).numbers if n.decision != "reject"]
        sure = [n.decision == "accept" for n in kept]
        asked = any(n.readers for n in kept)
        return (
            "".join(n.text for n in kept),
            {"all": bool(sure) and all(sure), "any": any(sure)},
            asked,
        )

    return read


def by_rapidocr(_):
    from rapidocr import RapidOCR

    settings = {"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1}
    engine = RapidOCR(params=settings)

    def read(picture, _):
        colours = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        found = engine(colours, use_det=False, use_cls=False, use_rec=True)
        return "".join(found.txts or ()), None, False

    return read


def by_its_digits(_):
    session = open_session(find_file(), 1)
    characters = session.get_modelmeta().custom_metadata_map["character"].splitlines()

    def read(picture, kind):
        alphabet = ALPHABET if kind == "text" else "0123456789"
        height, width = picture.shape
        width = max(8, round(width * HEIGHT / height))
        line = np.zeros((HEIGHT, max(width, WIDTH)), np.float32)
        line[:, :width] = cv2.resize(picture, (width, HEIGHT)) / np.float32(127.5) - 1
        (table,) = session.run(None, {"x": np.repeat(line[None, None], 3, axis=1)})
        best = table[0][:, [0, *(characters.index(c) + 1 for c in alphabet)]].argmax(axis=1)
        changed = np.r_[True, best[1:] != best[:-1]] & (best > 0)
        return "".join(alphabet[c - 1] for c in best[changed]), None, False

    return read


def contestants(options):
    """What reads a picture, by name: its text, its decision, whether the second was asked."""
    found = {
        "shuzi": by_shuzi(options),
        NO_SIGNS: by_shuzi(options, digits_only=True),
        "shuzi --fast": by_shuzi(options, fast=True),
    }
    if options.no_peer:
        return found
    if find_file() is None:
        print("RapidOCR is left out: pip install 'rapidocr>=3.10'")
        return found
    return found | {
        "RapidOCR": by_rapidocr(options),
        "RapidOCR, digits only": by_its_digits(options),
    }


def counted(text, kind):
    return text if kind == "text" else "".join(c for c in text if c in "0123456789")


def score(said, texts, kind, seconds):
    """Figures of one system on one set; `said` as a contestant gives it."""
    right = np.array(
        [counted(s, kind) == counted(t, kind) for (s, *_), t in zip(said, texts, strict=True)]
    )
    row = {"right": float(right.mean()), "ms": 1000 * seconds / len(texts)}
    if all(decided is None for _, decided, _ in said):
        return row
    accepted = np.array(
        [decided["all" if r else "any"] for (_, decided, _), r in zip(said, right, strict=True)]
    )
    wrong = int((accepted & ~right).sum())
    return row | {
        "accepted": float(accepted.mean()),
        "error": wrong / max(1, int(accepted.sum())),
        "wrong": wrong,
        "asked": float(np.mean([asked for *_, asked in said])),
    }


def by_tesseract(pictures):
    """Its texts, in one process, and the processor's seconds."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{i}.png") for i in range(len(pictures))]
        for file, picture in zip(files, pictures, strict=True):
            cv2.imwrite(str(file), picture)
        names = Path(folder, "files.txt")
        names.write_text("".join(f"{file}\n" for file in files))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ["tesseract", str(names), "stdout", "--psm", "7"]
        command += ["-c", "tessedit_char_whitelist=0123456789"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    pages = ["".join(page.split()) for page in done.stdout.split("\f")[: len(files)]]
    return [(text, None, False) for text in pages], seconds


def measure(systems, pictures, texts, kind, *, wrong):
    """Figures of each system, picture by picture in turn."""
    said, seconds = {name: [] for name in systems}, dict.fromkeys(systems, 0.0)
    for read in systems.values():
        read(pictures[0], kind)
    for picture in pictures:
        for name, read in systems.items():
            start = time.process_time()
            said[name].append(read(picture, kind))
            seconds[name] += time.process_time() - start
    if wrong:
        for (text, decided, _), truth in zip(said["shuzi"], texts, strict=True):
            if counted(text, kind) != counted(truth, kind):
                print(f"  {truth} > {text or '-'}{' accepted' if decided['any'] else ''}")
    return {name: score(said[name], texts, kind, seconds[name]) for name in systems}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", choices=SETS, action="append", help="a set; may be repeated")
    parser.add_argument("--n", type=int, default=300, help="pictures of a set at most")
    parser.add_argument("--target-error", type=float, default=TARGET_ERROR)
    parser.add_argument("--expect", action="append", help="as shuzi read takes it")
    parser.add_argument("--model", type=Path, help="a digit model; the one that shuzi carries")
    parser.add_argument("--number-model", type=Path, help="the one that shuzi carries if left out")
    parser.add_argument("--page-model", type=Path, help="the one that shuzi carries if left out")
    parser.add_argument("--no-peer", action="store_true", help="leave the others out")
    parser.add_argument("--wrong", action="store_true", help="print what shuzi reads wrong")
    options = parser.parse_args()
    systems = contestants(options)
    tesseract = not options.no_peer and shutil.which("tesseract")
    if not options.no_peer and not tesseract:
        print("Tesseract is left out: apt install tesseract-ocr")
    results = []
    columns = ("set", "n", "system", "right", "accepted", "error", "wrong", "asked", "ms")
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    for name in options.only or SETS:
        pictures_of, kind = SETS[name]
        pictures, texts = pictures_of(options.data)
        chosen = np.linspace(0, len(texts) - 1, min(options.n, len(texts))).astype(int)
        pictures, texts = [pictures[i] for i in chosen], [texts[i] for i in chosen]
        asked = {one: read for one, read in systems.items() if kind == "digits" or one != NO_SIGNS}
        found = measure(asked, pictures, texts, kind, wrong=options.wrong)
        if tesseract:
            said, seconds = by_tesseract(pictures)
            found["Tesseract"] = score(said, texts, kind, seconds)
        for system, scores in found.items():
            row = {"set": name, "n": len(texts), "system": system} | scores
            results.append(row)
            print("| " + " | ".join(cell(row.get(column)) for column in columns) + " |", flush=True)
    versions = {name: version(name) for name in ("onnxruntime", "opencv-python-headless")}
    versions["shuzi"] = shuzi.__version__
    if "RapidOCR" in systems:
        versions["rapidocr"] = version("rapidocr")
    wanted = {"target error": options.target_error, "threads": 1}
    print(json.dumps({"versions": versions} | wanted | {"results": results}))


def cell(value):
    if isinstance(value, float):
        return f"{value:.3f}" if value < 1 else f"{value:.1f}"
    return "" if value is None else str(value)


if __name__ == "__main__":
    main()

"""Single digits and crops of one number, every set, read as `auto` and as what they are.

    python tools/measure_crops.py DATA [--n 1000] [--only SET] [--number-model number.onnx] [--fast]

A picture is right where all that is not rejected is its text; of cheques the digits count, as no
more is known. `accepted` are right ones of which every number is accepted, `wrong accepted` others
with an accepted number; of pictures of something else each is wrong. All are shares of the
pictures, `n` at most of a set, evenly spaced. Prints a table, then one JSON line.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from sets import load, numbers

import shuzi
from shuzi.evaluation.sets import read_set


def digits(folder, name):
    """Pictures and texts of a set of single digits."""
    if name == "mnist":
        data = shuzi.load_data(folder / "mnist.npz")
        return data.test_images, list(map(str, data.test_labels))
    arrays = load(folder, name)
    return arrays["x"], list(map(str, arrays["y"]))


def crops(folder, name):
    return numbers(folder, name.removeprefix("numbers/"))


def refused(folder, name):
    """Pictures of something else; letters that are drawn like digits are left out."""
    images = read_set(folder / f"{name}.npz").images
    return images, [""] * len(images)


DIGITS = ("optdigits_tra", "optdigits_cv", "hwd1000", "usps_train", "semeion", "chars74k")
SETS = dict.fromkeys(("mnist", *(f"digits/{name}" for name in DIGITS)), (digits, "digit"))
SETS |= dict.fromkeys(
    (f"numbers/{name}" for name in ("logbook", "register_years", "cheques")), (crops, "number")
)
SETS |= dict.fromkeys(("not_digits/letters", "not_digits/fashion"), (refused, "digit"))


def measure(reader, pictures, texts, *, digits_only=False):
    right, accepted = [], []
    start = time.process_time()
    for picture, text in zip(pictures, texts, strict=True):
        kept = [n for n in reader.read(picture).numbers if n.decision != "reject"]
        said = "".join(n.text for n in kept)
        said = "".join(filter(str.isdigit, said)) if digits_only else said
        right.append(said == text)
        decisions = [n.decision == "accept" for n in kept]
        accepted.append(bool(kept) and (all if right[-1] else any)(decisions))
    right, accepted = np.array(right), np.array(accepted)
    return {
        "n": len(texts),
        "right": float(right.mean()),
        "accepted": float((accepted & right).mean()),
        "wrong accepted": float((accepted & ~right).mean()),
        "processor ms": 1000 * (time.process_time() - start) / len(texts),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--n", type=int, default=1000, help="pictures of a set at most")
    parser.add_argument("--only", help="a set's name, or the start of it", default="")
    parser.add_argument("--number-model", type=Path, help="the one that shuzi carries by default")
    parser.add_argument("--page-model", type=Path, help="the one that shuzi carries by default")
    parser.add_argument("--fast", action="store_true", help="without the second reader")
    options = parser.parse_args()
    reader = shuzi.Reader(
        number_model=options.number_model, page_model=options.page_model, fast=options.fast
    )
    scores = {}
    print(
        f"{'':24} {'as':6} {'n':>5} {'right':>6} {'accepted':>9} {'wrong accepted':>15} {'ms':>6}"
    )
    for name, (pictures_of, own) in SETS.items():
        if not name.startswith(options.only):
            continue
        pictures, texts = pictures_of(options.data, name)
        chosen = np.linspace(0, len(texts) - 1, min(options.n, len(texts))).astype(int)
        pictures, texts = [pictures[i] for i in chosen], [texts[i] for i in chosen]
        for kind in ("auto", own):
            one = reader.with_options(
                kind=kind, rotate=reader.rotate, target_error=reader.target_error
            )
            found = measure(one, pictures, texts, digits_only=name == "numbers/cheques")
            scores[f"{name} as {kind}"] = found
            print(
                f"{name:24} {kind:6} {found['n']:5} {found['right']:6.3f} {found['accepted']:9.3f}"
                f" {found['wrong accepted']:15.4f} {found['processor ms']:6.1f}",
                flush=True,
            )
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

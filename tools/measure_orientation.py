"""How shuzi's digit model reads whole sets as they are, inverted, transposed, and both.

python tools/measure_orientation.py ../shared/data
"""

import argparse
import json
from pathlib import Path

import numpy as np

import shuzi
from shuzi.evaluation.orientation import look_at, paper_level, sample_of
from shuzi.evaluation.sets import find_sets, glyphs
from shuzi.form import Orientation

FORMS = [Orientation(invert, transpose) for transpose in (False, True) for invert in (False, True)]
TRIES = 3000


def load_sets(folder):
    """Name, images uint8 (n, 28, 28) in MNIST's form, labels or None."""
    mnist = shuzi.load_data(folder / "mnist.npz")
    yield "mnist test", mnist.test_images, mnist.test_labels
    for pictures in find_sets([folder / "digits", folder / "not_digits"]):
        images, where = glyphs(pictures.images)
        yield pictures.name, images, None if pictures.labels is None else pictures.labels[where]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    recogniser = shuzi.Recogniser()
    rng, rows = np.random.default_rng(0), []
    print("set: of 256, mean probability / share right as is, inverted, transposed, both; told")
    for name, images, labels in load_sets(options.data):
        chosen = sample_of(images)
        row = {"name": name, "paper": paper_level(images[chosen])}
        for form in FORMS:
            found = recogniser.predict(form.apply(images[chosen]))
            right = None
            if labels is not None:
                right = float((found.argmax(axis=1) == labels[chosen]).mean())
            row[str(tuple(map(int, form)))] = (float(found.max(1).mean()), right)
        looks = [look_at(form.apply(images)) for form in FORMS]
        row["told"] = [None if look is None else tuple(map(int, look.found)) for look in looks]
        if labels is not None:
            turned = FORMS[2].apply(images)
            a, b = (recogniser.predict(some).max(axis=1) for some in (images, turned))
            tens = rng.integers(0, len(a), (TRIES, 10))
            row["ten"] = float((b - a)[tens].mean(axis=1).max())
        rows.append(row)
        print(row, flush=True)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()

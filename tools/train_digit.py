"""Train the model that shuzi carries: src/shuzi/models/digit.onnx and its card digit.json.

    python tools/train_digit.py DATA

DATA is a folder of sets of real handwriting: see sets.py. The card's scores are of the last epoch;
no set that is measured chooses anything.
"""

import argparse
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
from measure_digit import measure
from sets import TRAINING, held_out, load

import shuzi
from shuzi.card import save_card
from shuzi.dataset import Dataset
from shuzi.evaluation.coverage import coverage_at, recommend_threshold
from shuzi.evaluation.sets import glyphs

MODELS = Path(shuzi.__file__).parent / "models"
REPEAT = 4
"""Of the other sets, so that MNIST's 60,000 do not drown them."""
HELD_OUT = 10
"""One image in so many of each set is kept from the weights, to fit the temperature."""

LIMITS = (
    "upright single digits, cut out before, in the middle of their picture",
    "learned from American, Turkish and a few other writers and from drawn digits; digits of "
    "other schools are read less well",
    "on other writers' digits its confidence is up to 1.5 % off, on small blurred cells of "
    "photos perhaps more; it reckons with one in twenty that is not a digit",
    "what is not a digit is recognised best where it is like the drawn marks",
)


def training_set(folder):
    """All that may train, what is held out last; and the share that is held out."""
    mnist = shuzi.load_data(folder / "mnist.npz")
    learn, keep = [], []
    for images, labels, repeat in [(mnist.train_images, mnist.train_labels, 1), *others(folder)]:
        kept = np.arange(len(images)) % HELD_OUT == HELD_OUT - 1
        learn += [(images[~kept], labels[~kept])] * repeat
        keep.append((images[kept], labels[kept]))
    images, labels = (np.concatenate(arrays) for arrays in zip(*learn, *keep, strict=True))
    dataset = Dataset(
        train_images=images,
        train_labels=labels,
        test_images=mnist.test_images,
        test_labels=mnist.test_labels,
        not_digits=candidates(folder),
        source="MNIST train, " + ", ".join(TRAINING),
    )
    return dataset, sum(len(part) for part, _ in keep) / len(images)


def others(folder):
    """Images, labels and repeats of each further set."""
    for name in TRAINING:
        arrays = load(folder, name)
        images, kept = glyphs(arrays["x"])
        labels = arrays["y"][kept].astype(np.uint8)
        if "puzzle" in arrays:
            own = ~held_out(arrays["puzzle"])[kept]
            images, labels = images[own], labels[own]
        yield images, labels, REPEAT if "printed" not in name else 1


def candidates(folder):
    """Sudoku cells with several small digits: not one digit."""
    arrays = load(folder, "sudoku/candidates_cells64")
    return glyphs(arrays["x"][~held_out(arrays["puzzle"])])[0]


def recommended(model, dataset, share):
    """A threshold of confidence from the held-out part, and what it does on MNIST's test set."""
    recogniser = shuzi.Recogniser(model)
    cut = int(len(dataset.train_labels) * (1 - share))
    held_out = recogniser.predict(dataset.train_images[cut:])
    chosen = recommend_threshold(held_out, dataset.train_labels[cut:])
    tests = recogniser.predict(dataset.test_images)
    return {
        "confidence": chosen,
        "chosen": "the lowest at which at most 0.05 % of the held-out training images are wrong",
        "MNIST test": asdict(coverage_at(tests, dataset.test_labels, chosen)),
    }


def card(run, folder, dataset, share):
    """What the model is: its data, recipe, seed, commit and scores."""
    record = json.loads((run / "run.json").read_text())
    return {
        "model": "digit.onnx",
        "input": "images: uint8 (n, 28, 28), ink bright, in MNIST's convention",
        "output": "probabilities: float32 (n, 10); what is missing to 1: that it is not a digit",
        "use": "single handwritten digits, found and normalised by shuzi; not for decisions about "
        "people without a person's check",
        "limits": list(LIMITS),
        "data": {
            "train": [
                "MNIST train (CC BY-SA 3.0)",
                "hwd1000 (MIT)",
                "optdigits_tra (UCI, CC BY 4.0)",
                "sudoku hand, printed and candidate cells, but every fifth puzzle (MIT)",
                "digits and marks that shuzi draws",
            ],
            "images": record["data"]["train"],
            "repeats of hwd1000, optdigits_tra and the sudoku's hand cells": REPEAT,
            "fingerprint": record["data"]["fingerprint"],
        },
        **{name: record[name] for name in ("recipe", "seed", "git_commit", "versions", "device")},
        "seconds": record["seconds"],
        **{name: record[name] for name in ("temperature", "shift")},
        "threshold": recommended(run / "model.onnx", dataset, share),
        "scores": measure(run / "model.onnx", folder),
        "command": "python tools/train_digit.py DATA",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="a new folder for the run, to keep it")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    parser.add_argument("--try", dest="only_try", action="store_true", help="replace nothing")
    options = parser.parse_args()
    dataset, share = training_set(options.data)
    settings = [f"validation_split={share}", *options.set]
    with tempfile.TemporaryDirectory() as folder:
        out = options.out or Path(folder) / "run"
        run = shuzi.train("digit", dataset=dataset, out=out, seed=options.seed, settings=settings)
        values = card(run.folder, options.data, dataset, share)
        if not options.only_try:
            shutil.copyfile(run.folder / "model.onnx", MODELS / "digit.onnx")
            save_card(MODELS / "digit.onnx", values)
    print(json.dumps(values, indent=2))


if __name__ == "__main__":
    main()

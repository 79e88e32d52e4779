"""A digit model on sets that it never learned from, and on what is not a digit.

    python tools/measure_digit.py DATA --model model.onnx

Prints a table, then one JSON line. Every picture goes the reader's way: found, normalised, read.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sets import LIKE_DIGITS, MEASURING, glyphs, held_out, load

import shuzi
from shuzi.evaluation.calibration import expected_calibration_error, roc_area
from shuzi.evaluation.corruptions import CORRUPTIONS, corrupt
from shuzi.glyph import normalise
from shuzi.training.marks import MARKS

DRAWN = 500
"""Marks of each kind."""


def measure(model, folder):
    """Scores by set."""
    recogniser = shuzi.Recogniser(model)
    mnist = shuzi.load_mnist(folder / "mnist.npz")
    images, labels = mnist.test_images, mnist.test_labels
    digits = recogniser.predict(images)
    scores = {"MNIST test": score(digits, labels, len(labels))}
    for name in MEASURING:
        arrays = load(folder, name)
        scores[name] = score_pictures(recogniser, arrays["x"], arrays["y"])
    arrays = load(folder, "sudoku/hand_cells64")
    out = held_out(arrays["puzzle"])
    held = score_pictures(recogniser, arrays["x"][out], arrays["y"][out])
    scores["sudoku hand cells, held-out puzzles"] = held
    corrupted = {
        name: float((recogniser.predict(corrupt(images, name)).argmax(axis=1) == labels).mean())
        for name in CORRUPTIONS
    }
    scores["corrupted MNIST test"] = corrupted | {"mean": float(np.mean(list(corrupted.values())))}
    scores["area under the ROC curve against MNIST test"] = refusals(recogniser, folder, digits)
    return scores


def score(probabilities, labels, n):
    """Accuracy over all n pictures, those without a glyph being wrong; calibration of the rest."""
    right = probabilities.argmax(axis=1) == labels
    return {
        "n": n,
        "accuracy": float(right.sum() / n),
        "calibration_error": expected_calibration_error(probabilities.max(axis=1), right),
    }


def score_pictures(recogniser, pictures, labels):
    images, kept = glyphs(pictures)
    return score(recogniser.predict(images), labels[kept], len(labels))


def refusals(recogniser, folder, digits):
    """How well confidence tells MNIST's digits from what is none, by kind."""
    letters = load(folder, "not_digits/letters")
    plain = ~np.isin(letters["y"], list(LIKE_DIGITS))
    kinds = {
        "letters": glyphs(letters["x"][plain])[0],
        "fashion": glyphs(load(folder, "not_digits/fashion")["x"])[0],
    }
    for place, (kind, draw) in enumerate(MARKS.items()):
        rng = np.random.default_rng([999, place])
        kinds[f"drawn: {kind}"] = np.stack([normalise(draw(rng)) for _ in range(DRAWN)])
    sure = digits.max(axis=1)
    return {k: roc_area(sure, recogniser.predict(v).max(axis=1)) for k, v in kinds.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args()
    scores = measure(options.model, options.data)
    for name, found in scores.items():
        print(name)
        for key, value in found.items():
            print(f"  {key:24} {value:.4f}" if isinstance(value, float) else f"  {key:24} {value}")
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

"""A digit model on sets that it never learned from, and on what is not a digit.

    python tools/measure_digit.py DATA --model model.onnx

What `shuzi evaluate` measures, with the sudoku cells of the puzzles that are held out and the marks
that shuzi draws. Prints a table, then one JSON line.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sets import MEASURING, held_out, load

import shuzi
from shuzi.evaluation.report import corrupted_accuracies
from shuzi.evaluation.sets import read_pictures, read_set, score_refusal, score_writers
from shuzi.recognise.glyph import normalise
from shuzi.synth.marks import MARKS

DRAWN = 500
"""Marks of each kind."""


def measure(model, folder):
    """Scores by set."""
    recogniser = shuzi.Recogniser(model)
    mnist = shuzi.load_data(folder / "mnist.npz")
    images, labels = mnist.test_images, mnist.test_labels
    digits = recogniser.predict(images)
    scores = {"MNIST test": shown(score_writers("MNIST test", digits, labels))}
    for name, pictures, truth in writers(folder):
        found = score_writers(name, read_pictures(recogniser, pictures), truth)
        scores[name] = shown(found)
    corrupted = corrupted_accuracies(recogniser, images, labels)
    scores["corrupted MNIST test"] = corrupted | {"mean": float(np.mean(list(corrupted.values())))}
    scores["area under the ROC curve against MNIST test"] = refusals(recogniser, folder, digits)
    return scores


def writers(folder):
    """Name, pictures and labels of each set of other writers."""
    for name in MEASURING:
        found = read_set(folder / f"{name}.npz")
        yield name, found.images, found.labels
    arrays = load(folder, "sudoku/hand_cells64")
    out = held_out(arrays["puzzle"])
    yield "sudoku hand cells, held-out puzzles", arrays["x"][out], arrays["y"][out]


def refusals(recogniser, folder, digits):
    """How well confidence tells MNIST's digits from what is none, by kind."""
    kinds = {
        kind: read_pictures(recogniser, read_set(folder / "not_digits" / f"{kind}.npz").images)
        for kind in ("letters", "fashion")
    }
    for place, (kind, draw) in enumerate(MARKS.items()):
        rng = np.random.default_rng([999, place])
        marks = np.stack([normalise(draw(rng)) for _ in range(DRAWN)])
        kinds[f"drawn: {kind}"] = recogniser.predict(marks)
    return {kind: score_refusal(kind, p, digits).roc_area for kind, p in kinds.items()}


def shown(found):
    names = ("n", "accuracy", "calibration_error", "answered", "wrong")
    return {name: getattr(found, name) for name in names}


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

"""The number model on whole numbers that it never learned from.

    python tools/measure_number.py DATA [--model number.onnx] [--wrong]

Prints a table, then one JSON line. Every picture goes the reader's way: a strip, then read.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from sets import numbers

from shuzi.evaluation.calibration import expected_calibration_error
from shuzi.recognise.decoding import digits_of, tidy
from shuzi.recognise.sequence import SequenceRecogniser
from shuzi.recognise.strip import normalise_strip
from shuzi.synth.materials import held_out
from shuzi.synth.strings import compose_strips

SETS = ("logbook", "register_years", "cheques")
COMPOSED = 2_000
SEED = 999
"""Of the composed strings, another one than training's."""


def measure(model, folder, *, wrong=False):
    """Scores by set."""
    recogniser = SequenceRecogniser(model)
    scores = {}
    for name, (crops, texts) in sets(folder).items():
        readings = recogniser.predict(crops)
        scores[name] = score(readings, texts)
        if wrong:
            print(name, errors(readings, texts))
    return scores


def sets(folder):
    """Strips and what they say, by name."""
    found = {f"numbers/{name}": strips(folder, name) for name in SETS}
    pairs = compose_strips(COMPOSED, held_out(folder), SEED)
    for name, chosen in (
        ("composed, digits", [(s, t) for s, t in pairs if t.isdigit()]),
        (
            "composed, signs and marks",
            [(s, t) for s, t in pairs if digits_of(t) and not t.isdigit()],
        ),
        ("composed, no number", [(s, t) for s, t in pairs if not digits_of(t)]),
    ):
        found[name] = tuple(zip(*chosen, strict=True))
    return found


def strips(folder, name):
    files, texts = numbers(folder, name)
    pictures = (cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in files)
    return [normalise_strip(picture) for picture in pictures], texts


def score(readings, texts):
    """Shares of whole numbers whose digits, and whose signs too, are right; how far confidence is
    from it; and of how many something else is said to be written."""
    digits = np.array([r.digits == digits_of(t) for r, t in zip(readings, texts, strict=True)])
    right = np.array([r.text == tidy(t) for r, t in zip(readings, texts, strict=True)])
    confidence = np.array([reading.confidence for reading in readings])
    return {
        "n": len(texts),
        "digits right": float(digits.mean()),
        "text right": float(right.mean()),
        "calibration_error": expected_calibration_error(confidence, right),
        "mean_confidence": float(confidence.mean()),
        "marked": float(np.mean([reading.marked > 0.5 for reading in readings])),
    }


def errors(readings, texts):
    """The pairs of text and reading that differ, most frequent first."""
    pairs = Counter((t, r.text) for r, t in zip(readings, texts, strict=True) if r.text != t)
    return ", ".join(
        f"{t}>{r or '-'}" + (f" x{n}" if n > 1 else "") for (t, r), n in pairs.most_common()
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", type=Path, help="the one that shuzi carries by default")
    parser.add_argument("--wrong", action="store_true", help="list what is read wrong")
    options = parser.parse_args()
    scores = measure(options.model, options.data, wrong=options.wrong)
    for name, found in scores.items():
        print(f"{name:40}", *(f"{key} {value:.4g}" for key, value in found.items()), sep="  ")
    print(json.dumps(scores))


if __name__ == "__main__":
    main()

"""Train the model that shuzi carries: src/shuzi/models/digit.onnx and its card digit.json.

    python tools/train_digit.py DATA

DATA is a folder with mnist.npz and, beside it, digits/hwd1000.npz, digits/optdigits_tra.npz and
sudoku/hand_cells64.npz: sets of real handwriting that may train a model that ships. The card's
scores are of the last epoch; MNIST's test set chooses nothing.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np

import shuzi
from shuzi.dataset import Dataset
from shuzi.glyph import normalise
from shuzi.ink import find_digit

MODELS = Path(shuzi.__file__).parent / "models"
OTHERS = ("digits/hwd1000.npz", "digits/optdigits_tra.npz", "sudoku/hand_cells64.npz")
REPEAT = 4
"""Of the other sets, so that MNIST's 60,000 do not drown them."""


def glyphs(path):
    """Images and labels of a set, each digit found and normalised as the reader does it."""
    with np.load(path, allow_pickle=False) as file:
        pairs = zip(file["x"], file["y"], strict=True)
        found = [(find_digit(image), label) for image, label in pairs]
    kept = [(normalise(ink.values), label) for ink, label in found if ink is not None]
    images, labels = zip(*kept, strict=True)
    return np.stack(images), np.array(labels, np.uint8)


def training_set(folder):
    """MNIST with the other sets in its training part."""
    mnist = shuzi.load_mnist(folder / "mnist.npz")
    images, labels = [mnist.train_images], [mnist.train_labels]
    for name in OTHERS:
        more = glyphs(folder / name)
        images += [more[0]] * REPEAT
        labels += [more[1]] * REPEAT
    return mnist, Dataset(
        train_images=np.concatenate(images),
        train_labels=np.concatenate(labels),
        test_images=mnist.test_images,
        test_labels=mnist.test_labels,
        source="MNIST train, " + ", ".join(OTHERS),
    )


def card(run, mnist):
    """What the model is: its data, recipe, seed, commit and scores."""
    record = json.loads((run / "run.json").read_text())
    found = shuzi.evaluate(run, mnist)
    return {
        "model": "digit.onnx",
        "input": "images: uint8 (n, 28, 28), ink bright, in MNIST's convention",
        "output": "probabilities: float32 (n, 10)",
        "data": {
            "train": [
                "MNIST train (CC BY-SA 3.0)",
                "hwd1000 (MIT)",
                "optdigits_tra (UCI, CC BY 4.0)",
                "sudoku hand cells (MIT)",
            ],
            "images": record["data"]["train"],
            "repeats of all but MNIST": REPEAT,
            "fingerprint": record["data"]["fingerprint"],
        },
        **{name: record[name] for name in ("recipe", "seed", "git_commit", "versions", "device")},
        "seconds": record["seconds"],
        "scores": {
            "MNIST test": {
                "n": found.n,
                "accuracy": found.accuracy,
                "interval_95": found.interval,
                "log_loss": found.loss,
            }
        },
        "calibration": "none: the probabilities are the network's softmax",
        "command": "python tools/train_digit.py DATA",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    mnist, dataset = training_set(options.data)
    with tempfile.TemporaryDirectory() as folder:
        run = shuzi.train("digit", dataset=dataset, out=Path(folder) / "run", seed=options.seed)
        MODELS.mkdir(exist_ok=True)
        shutil.copyfile(run.folder / "model.onnx", MODELS / "digit.onnx")
        text = json.dumps(card(run.folder, mnist), indent=2)
        (MODELS / "digit.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()

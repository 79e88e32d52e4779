"""Does a model learn from what people review? Sudoku cells, from the queue to a better model.

    python benchmarks/review_round_trip.py DATA [--sample 0.25] [--seeds 1]

DATA is a folder with mnist.npz and sudoku/hand_cells64.npz. For each seed a model that has seen
MNIST only reads the cells of four fifths of the puzzles; those that it does not accept, and a
sample of the others, come into a queue and get their true labels as a reviewer would give them; the
model is trained further with them. Both models then read the cells of the other puzzles.
"""

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

import shuzi
from shuzi.evaluation.sets import read_pictures
from shuzi.image import Pixels
from shuzi.review.intake import Intake
from shuzi.review.item import Verdict
from shuzi.review.store import open_store
from shuzi.training.corrections import count_right
from shuzi.training.finetune import FROZEN, finetune

sys.path.append(str(Path(__file__).parent.parent / "tools"))
from sets import held_out, load


def first_model(mnist, out, seed):
    """Trained on nine tenths of MNIST's training images, as the one that shuzi carries is."""
    own = np.arange(len(mnist.train_labels)) % FROZEN != FROZEN - 1
    part = replace(
        mnist, train_images=mnist.train_images[own], train_labels=mnist.train_labels[own]
    )
    return shuzi.train("fast", dataset=part, out=out, seed=seed, verbose=0).folder


def queue(store, model, images, puzzles, sample):
    """Read the cells into the queue, a puzzle's name for a file's, and give how many came in."""
    reader, intake = shuzi.Reader(model / "model.onnx", kind="digit"), Intake(store, sample)
    for place, (image, puzzle) in enumerate(zip(images, puzzles, strict=True)):
        intake.add(reader.look(Pixels(image), str(puzzle), place))
    return intake.count


def review(store, labels):
    """Say what each cell really is; an item's page is the cell's place."""
    while (lease := store.lease("benchmark", 100)).items:
        said = [Verdict(item.id, str(labels[item.page])) for item in lease.items]
        store.decide(lease.token, "benchmark", said)


def right(model, images, labels):
    return count_right(read_pictures(shuzi.Recogniser(model), images), labels)


def round_trip(mnist, cells, sample, seed, folder):
    other = held_out(cells["puzzle"])
    first = first_model(mnist, folder / "first", seed)
    with open_store(str(folder / "reviews.db")) as store:
        queued = queue(store, first, cells["x"][~other], cells["puzzle"][~other], sample)
        review(store, cells["y"][~other])
        outcome = finetune(store, mnist, model=first, out=folder / "second", seed=seed, verbose=0)
    second = folder / "second" / ("model.onnx" if outcome.is_better else "rejected.onnx")
    images, labels = cells["x"][other], cells["y"][other]
    return {
        "seed": seed,
        "queued": queued,
        "better": outcome.is_better,
        "scores": [asdict(score) for score in (outcome.corrections, *outcome.frozen)],
        "other puzzles": {
            "n": len(labels),
            "before": right(first / "model.onnx", images, labels),
            "after": right(second, images, labels),
        },
    }


def show(result):
    for score in (*result["scores"], {"name": "other puzzles"} | result["other puzzles"]):
        seen = f"{score['before']:6} -> {score['after']:6} of {score['n']}"
        print(f"{result['seed']}  {score['name']:32} {seen}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sample", type=float, default=0.25)
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    mnist = shuzi.load_data(options.data / "mnist.npz")
    cells = load(options.data, "sudoku/hand_cells64")
    results = []
    for seed in range(options.seeds):
        with tempfile.TemporaryDirectory() as folder:
            results.append(round_trip(mnist, cells, options.sample, seed, Path(folder)))
        show(results[-1])
    gains = [r["other puzzles"]["after"] - r["other puzzles"]["before"] for r in results]
    mean = {"seeds": len(gains), "mean gain on other puzzles": statistics.mean(gains)}
    print(json.dumps({"benchmark": "review_round_trip", "sample": options.sample} | mean))


if __name__ == "__main__":
    main()

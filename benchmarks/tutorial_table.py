"""The tutorial's table by shuzi, over several seeds.

    python benchmarks/tutorial_table.py --data mnist.npz --seeds 10

Prints a line a seed, then mean and deviation as one JSON line.
"""

import argparse
import json
import tempfile
from pathlib import Path

from keras_tutorial import EPOCHS, summarise

import shuzi


def run(dataset, recipe, seed, epochs, precision):
    """Train and test once; the tutorial's table as a dict."""
    with tempfile.TemporaryDirectory() as folder:
        trained = shuzi.train(
            recipe,
            dataset=dataset,
            out=Path(folder) / "run",
            seed=seed,
            settings=[f"epochs={epochs}"],
            precision=precision,
            verbose=0,
        )
        found = shuzi.evaluate(trained.folder, dataset)
    seconds = sum(epoch.seconds for epoch in trained.history)
    row = {"seed": seed, "seconds": seconds, "test_loss": found.loss, "accuracy": found.accuracy}
    for epoch in (epoch for epoch in EPOCHS if epoch <= epochs):
        row[f"loss_{epoch}"] = trained.history[epoch - 1].loss
        row[f"val_loss_{epoch}"] = trained.history[epoch - 1].val_loss
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    parser.add_argument("--recipe", default="tutorial")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--precision", default="auto")
    options = parser.parse_args()
    dataset = shuzi.load_data(options.data)
    rows = []
    for seed in range(options.first, options.first + options.seeds):
        rows.append(run(dataset, options.recipe, seed, options.epochs, options.precision))
        print(json.dumps(rows[-1]), flush=True)
    print(
        json.dumps(
            {"shuzi": shuzi.__version__, "recipe": options.recipe, "n": len(rows)} | summarise(rows)
        )
    )


if __name__ == "__main__":
    main()

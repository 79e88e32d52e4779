"""Recipes and the networks that people meet first, side by side: accuracy, seconds, size.

    pip install -c constraints.txt -e '.[bench]'
    python benchmarks/recipes_table.py mnist.npz --recipe fast --recipe tiny --seeds 10 --peers 1
    python benchmarks/recipes_table.py mnist.npz --recipe accurate --seeds 5 --ensemble

Every accuracy is of the last epoch on MNIST's test set. Prints a line a training, then a table,
then one JSON line.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

import torch
from peers import keras_convnet, pytorch_example
from torch.utils.flop_counter import FlopCounterMode

import shuzi
from shuzi.training.ensemble import export_ensemble
from shuzi.training.networks import build
from shuzi.training.recipes import find_recipe

PEERS = {"keras-io convnet": keras_convnet, "PyTorch example": pytorch_example}


def train_recipe(name, options, dataset, seed, out):
    """Seconds and test accuracy of one training."""
    given = {"seed": seed, "settings": options.set, "teacher": options.teacher}
    run = shuzi.train(name, dataset=dataset, out=out, verbose=0, **given)
    return sum(epoch.seconds for epoch in run.history), shuzi.evaluate(out, dataset).accuracy


def size(network, images):
    """Weights, and multiply-adds an image."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network.eval()(images)
    weights = sum(w.numel() for w in network.parameters() if w.requires_grad)
    return weights, counter.get_total_flops() // 2 // len(images)


def rows(options, dataset):
    """A dict a training."""
    for name in options.recipe:
        recipe = find_recipe(name).with_settings(options.set)
        network = build(recipe, 0, torch.Generator())
        sizes = size(network, torch.zeros((1, 28, 28), dtype=torch.uint8))
        with tempfile.TemporaryDirectory() as folder:
            runs = [Path(folder) / str(seed) for seed in range(options.seeds)]
            members = []
            for seed, out in enumerate(runs):
                found = train_recipe(name, options, dataset, seed, out)
                members.append(row(name, seed, *found, *sizes))
                yield members[-1]
            if options.ensemble:
                yield ensemble(runs, members, dataset)
    for name, train in PEERS.items():
        for seed in range(options.peers):
            network, seconds, accuracy = train(dataset, seed)
            shape = (1, 28, 28, 1) if "keras" in name else (1, 1, 28, 28)
            yield row(name, seed, seconds, accuracy, *size(network, torch.zeros(shape)))


def ensemble(runs, members, dataset):
    """The row of the members' mean."""
    model = runs[0] / "ensemble.onnx"
    export_ensemble(runs, model)
    accuracy = shuzi.evaluate(model=model, dataset=dataset, out=runs[0]).accuracy
    seconds, weights, products = (
        sum(member[key] for member in members) for key in ("seconds", "weights", "multiply_adds")
    )
    name = f"{len(runs)} of {members[0]['name']}"
    return row(name, None, seconds, accuracy, weights, products)


def row(name, seed, seconds, accuracy, weights, products):
    return {
        "name": name,
        "seed": seed,
        "seconds": round(seconds, 1),
        "accuracy": accuracy,
        "weights": weights,
        "multiply_adds": products,
    }


def summarise(trainings):
    """Mean, deviation and extent of one name's trainings."""
    accuracies = [training["accuracy"] for training in trainings]
    return {
        "n": len(trainings),
        "accuracy": statistics.mean(accuracies),
        "deviation": statistics.stdev(accuracies) if len(accuracies) > 1 else None,
        "seconds": statistics.median(training["seconds"] for training in trainings),
        "weights": trainings[0]["weights"],
        "multiply_adds": trainings[0]["multiply_adds"],
    }


def report(found):
    print(f"{'':18} {'n':>3} {'accuracy':>9} {'sd':>7} {'seconds':>8} {'weights':>10} {'MACs':>11}")
    for name, s in found.items():
        deviation = "" if s["deviation"] is None else f"{s['deviation']:.3%}"
        print(
            f"{name:18} {s['n']:3} {s['accuracy']:9.3%} {deviation:>7} {s['seconds']:8.1f} "
            f"{s['weights']:10,} {s['multiply_adds']:11,}"
        )
    print(json.dumps(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--recipe", action="append", default=[])
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--teacher", type=Path, help="a run or model.onnx, for the recipe student")
    parser.add_argument("--ensemble", action="store_true", help="all seeds as one model too")
    parser.add_argument("--peers", type=int, default=0, help="seeds of each peer")
    options = parser.parse_args()
    dataset = shuzi.load_data(options.data)
    found = {}
    for training in rows(options, dataset):
        print(json.dumps(training), flush=True)
        found.setdefault(training["name"], []).append(training)
    report({name: summarise(trainings) for name, trainings in found.items()})


if __name__ == "__main__":
    main()

"""Seconds an epoch of one Keras model: its own `fit` beside `shuzi train --keras`.

    pip install -c constraints.txt -e '.[bench]'
    python benchmarks/keras_bridge.py mnist.npz --rounds 5

The model is the convolutional network of keras-io's MNIST example, the optimiser the tutorial's
SGD, the images 10,000 of MNIST's training set. In each round each trains one epoch, in turn.
Prints a table, then one JSON line.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import torch
from peers import convnet

import shuzi
from shuzi.training.device import choose_device
from shuzi.training.keras_import import KerasModel
from shuzi.training.loop import Trainer, split_dataset
from shuzi.training.recipes import TUTORIAL

IMAGES = 10_000
RECIPE = replace(TUTORIAL, name="bridge", validation_split=0.0)


def model_with_its_pixels():
    return convnet(keras.layers.Rescaling(1 / 255))


def keras_epoch(dataset):
    """A function that trains one epoch by `fit`."""
    model = model_with_its_pixels()
    rate = keras.optimizers.schedules.InverseTimeDecay(RECIPE.lr, 1, RECIPE.decay)
    sgd = keras.optimizers.SGD(rate, momentum=RECIPE.momentum, nesterov=True)
    model.compile(loss="sparse_categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])
    images = dataset.train_images[..., None].astype("float32")
    return lambda: model.fit(images, dataset.train_labels, RECIPE.batch_size, verbose=0)


def shuzi_epoch(dataset, path, precision):
    """A function that trains one epoch by shuzi's loop."""
    model, device = KerasModel(path), choose_device(precision)
    trainer = Trainer(
        RECIPE,
        0,
        device,
        *split_dataset(dataset, RECIPE, device.torch),
        build=lambda recipe, seed, masks: model.network(recipe, masks),
    )
    return lambda: trainer.run_epoch(lambda seen: None)


def report(seconds):
    keras_median = statistics.median(seconds["Keras fit"])
    print(f"{'':12} {'median s':>9} {'min':>7} {'max':>7} {'against Keras':>14}")
    for name, values in seconds.items():
        median = statistics.median(values)
        span = f"{min(values):7.2f} {max(values):7.2f}"
        print(f"{name:12} {median:9.2f} {span} {keras_median / median:13.2f}x")
    print(json.dumps({"images": IMAGES, "threads": torch.get_num_threads(), "seconds": seconds}))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    whole = shuzi.load_data(options.data)
    dataset = replace(
        whole, train_images=whole.train_images[:IMAGES], train_labels=whole.train_labels[:IMAGES]
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "convnet.keras"
        model_with_its_pixels().save(path)
        epochs = {
            "shuzi, bf16": shuzi_epoch(dataset, path, "bf16"),
            "shuzi, fp32": shuzi_epoch(dataset, path, "fp32"),
            "Keras fit": keras_epoch(dataset),
        }
    seconds = {name: [] for name in epochs}
    for number in range(options.rounds + 1):
        for name, epoch in epochs.items():
            start = time.perf_counter()
            epoch()
            # The first round warms up.
            if number:
                seconds[name].append(time.perf_counter() - start)
    report(seconds)


if __name__ == "__main__":
    main()

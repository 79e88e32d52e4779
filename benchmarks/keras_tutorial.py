"""The tutorial's own code on Keras 3, changed only where Keras 3 demands it.

    KERAS_BACKEND=jax python benchmarks/keras_tutorial.py mnist.npz --seeds 10

Changed: `nb_epoch` is `epochs`; `SGD(lr=..., decay=...)` is an InverseTimeDecay schedule of one
step; the data comes from the file that is named; the accuracy is asked for.
Prints a line a seed, then mean and deviation as one JSON line.
"""

import argparse
import json
import os
import statistics
import time

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras.layers import Activation, Dense, Dropout, Input
from keras.models import Sequential
from keras.optimizers import SGD
from keras.optimizers.schedules import InverseTimeDecay

EPOCHS = (1, 10, 50, 100)


def load_data(path):
    """The tutorial's arrays: float pixels 0 to 255 (n, 784), one-hot labels (n, 10)."""
    with np.load(path, allow_pickle=False) as file:
        x_train, y_train = file["x_train"], file["y_train"]
        x_test, y_test = file["x_test"], file["y_test"]
    x_train, x_test = (x.reshape(len(x), 784).astype("float32") for x in (x_train, x_test))
    return x_train, np.eye(10)[y_train], x_test, np.eye(10)[y_test]


def build_model():
    """The tutorial's network, compiled."""
    model = Sequential()
    model.add(Input((784,)))
    model.add(Dense(500, kernel_initializer="glorot_uniform"))
    model.add(Activation("tanh"))
    model.add(Dropout(0.5))
    model.add(Dense(500, kernel_initializer="glorot_uniform"))
    model.add(Activation("tanh"))
    model.add(Dropout(0.5))
    model.add(Dense(10))
    model.add(Activation("softmax"))
    rate = InverseTimeDecay(0.01, decay_steps=1, decay_rate=1e-6)
    sgd = SGD(rate, momentum=0.9, nesterov=True)
    model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])
    return model


def run(data, seed, epochs):
    """Train and test once; the tutorial's table as a dict."""
    keras.utils.set_random_seed(seed)
    x_train, y_train, x_test, y_test = data
    model = build_model()
    start = time.perf_counter()
    history = model.fit(
        x_train,
        y_train,
        batch_size=200,
        epochs=epochs,
        shuffle=True,
        verbose=0,
        validation_split=0.3,
    ).history
    seconds = time.perf_counter() - start
    test_loss, accuracy = model.evaluate(x_test, y_test, batch_size=200, verbose=0)
    row = {"seed": seed, "seconds": seconds, "test_loss": test_loss, "accuracy": accuracy}
    for epoch in (epoch for epoch in EPOCHS if epoch <= epochs):
        row[f"loss_{epoch}"] = history["loss"][epoch - 1]
        row[f"val_loss_{epoch}"] = history["val_loss"][epoch - 1]
    return row


def summarise(rows):
    """Mean and sample deviation of each column."""
    columns = {name: [row[name] for row in rows] for name in rows[0] if name != "seed"}
    return {
        name: {"mean": statistics.mean(values), "sd": statistics.stdev(values)}
        if len(values) > 1
        else {"mean": values[0], "sd": None}
        for name, values in columns.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--epochs", type=int, default=100)
    options = parser.parse_args()
    data = load_data(options.data)
    rows = []
    for seed in range(options.first, options.first + options.seeds):
        rows.append(run(data, seed, options.epochs))
        print(json.dumps(rows[-1]), flush=True)
    summary = {"backend": keras.backend.backend(), "keras": keras.__version__, "n": len(rows)}
    print(json.dumps(summary | summarise(rows)))


if __name__ == "__main__":
    main()

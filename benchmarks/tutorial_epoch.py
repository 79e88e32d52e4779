"""Seconds an epoch of the tutorial: shuzi beside Keras 3's own `fit`, interleaved in one run.

    pip install -c constraints.txt -e '.[bench]'
    python benchmarks/tutorial_epoch.py mnist.npz --rounds 7

Each contestant lives in a process of its own and waits while the others run; in each round each
trains two epochs, of which the second counts. Prints a table, then one JSON line.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

CONTESTANTS = ("shuzi-bf16", "shuzi-fp32", "keras-jax", "keras-torch")
MULTIPLY_ADDS = {"first": 784 * 500, "rest": 500 * 500 + 500 * 10}
TRAIN, VALIDATION = 42_000, 18_000


def epoch_flops():
    """Of the matrix products: three a layer and training image (no gradient for the pixels)."""
    training = 2 * MULTIPLY_ADDS["first"] + 3 * MULTIPLY_ADDS["rest"]
    validation = sum(MULTIPLY_ADDS.values())
    return 2 * (TRAIN * training + VALIDATION * validation)


def shuzi_epoch(data, precision):
    """A function that trains one epoch and returns its seconds."""
    from shuzi.dataset import load_data
    from shuzi.training.device import choose_device
    from shuzi.training.loop import Trainer, split_dataset
    from shuzi.training.recipes import TUTORIAL

    device = choose_device(precision)
    parts = split_dataset(load_data(data), TUTORIAL, device.torch)
    trainer = Trainer(TUTORIAL, 0, device, *parts)
    return lambda: [trainer.run_epoch(lambda seen: None).seconds for _ in range(2)][-1]


def keras_epoch(data, backend):
    """A function that trains one epoch and returns its seconds, validation included."""
    os.environ["KERAS_BACKEND"] = backend
    import keras
    from keras_tutorial import build_model, load_data

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            self.seconds = time.perf_counter() - self.start

    x_train, y_train, _, _ = load_data(data)
    model, clock = build_model(), Clock()

    def epoch():
        model.fit(
            x_train,
            y_train,
            batch_size=200,
            epochs=2,
            shuffle=True,
            verbose=0,
            validation_split=0.3,
            callbacks=[clock],
        )
        return clock.seconds

    return epoch


def bf16_rate():
    """FLOP/s of a large bf16 matrix product on this machine: the best of several."""
    import torch

    n = 2048
    a, b = torch.randn(n, n).bfloat16(), torch.randn(n, n).bfloat16()
    seconds = []
    for _ in range(10):
        start = time.perf_counter()
        a @ b
        seconds.append(time.perf_counter() - start)
    return 2 * n**3 / min(seconds)


def work(name, data):
    """A contestant's process: for each line that comes in, an epoch's seconds go out."""
    system, _, variant = name.partition("-")
    epoch = (shuzi_epoch if system == "shuzi" else keras_epoch)(data, variant)
    epoch()
    print("ready", flush=True)
    for _ in sys.stdin:
        print(epoch(), flush=True)


def start(name, data):
    process = subprocess.Popen(
        [sys.executable, __file__, data, "--work", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    if process.stdout.readline() != "ready\n":
        raise SystemExit(f"{name} did not start")
    return process


def ask(process):
    process.stdin.write("\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def report(seconds, rate):
    """The table and the JSON line."""
    fastest = min(statistics.median(seconds[name]) for name in seconds if "keras" in name)
    rows = {}
    print(f"{'':12} {'median s':>9} {'min':>7} {'max':>7} {'against fastest Keras':>22}")
    for name, values in seconds.items():
        median = statistics.median(values)
        rows[name] = {"median": median, "min": min(values), "max": max(values)}
        span = f"{min(values):7.3f} {max(values):7.3f}"
        print(f"{name:12} {median:9.3f} {span} {fastest / median:21.2f}x")
    share = epoch_flops() / rows["shuzi-bf16"]["median"] / rate
    print(f"bf16 matrix products: {rate / 1e9:.0f} GFLOP/s here, of which shuzi-bf16 {share:.0%}")
    print(json.dumps({"epoch_seconds": rows, "bf16_gflops": rate / 1e9, "bf16_share": share}))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--work", choices=CONTESTANTS)
    options = parser.parse_args()
    if options.work:
        return work(options.work, options.data)
    processes = {name: start(name, options.data) for name in CONTESTANTS}
    seconds = {name: [] for name in CONTESTANTS}
    for _ in range(options.rounds):
        for name, process in processes.items():
            seconds[name].append(ask(process))
    for process in processes.values():
        process.stdin.close()
        process.wait()
    return report(seconds, bf16_rate())


if __name__ == "__main__":
    main()

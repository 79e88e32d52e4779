"""Seconds an epoch of the tutorial while other processes use the cores, by how OpenMP waits.

    pip install -c constraints.txt -e '.[train]'
    python benchmarks/busy_cores.py mnist.npz --rounds 3

Each contestant trains in a new process with other settings of OpenMP's; so many other processes
count in a loop meanwhile. In each round all are run once, in an order that changes; of an epoch's
seconds the first of each process does not count. Prints a table, then one JSON line.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
from contextlib import contextmanager

SETTINGS = {
    "usual": {},
    "spin 0": {"GOMP_SPINCOUNT": "0"},
    "spin 1000": {"GOMP_SPINCOUNT": "1000"},
    "spin 3000": {"GOMP_SPINCOUNT": "3000"},
    "spin 5000": {"GOMP_SPINCOUNT": "5000"},
    "spin 10000": {"GOMP_SPINCOUNT": "10000"},
    "spin 100000": {"GOMP_SPINCOUNT": "100000"},
    "passive": {"OMP_WAIT_POLICY": "PASSIVE"},
}
"""Read by GCC's OpenMP, which PyTorch brings on Linux, when it is loaded."""
CODE = """
import os, sys
import shuzi.training
for name in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"):
    os.environ.pop(name, None)
os.environ.update(zip(sys.argv[3::2], sys.argv[4::2]))
from shuzi.dataset import load_data
from shuzi.training.device import choose_device
from shuzi.training.loop import Trainer, split_dataset
from shuzi.training.recipes import TUTORIAL
device = choose_device()
parts = split_dataset(load_data(sys.argv[1]), TUTORIAL, device.torch)
trainer = Trainer(TUTORIAL, 0, device, *parts)
for _ in range(int(sys.argv[2]) + 1):
    print(trainer.run_epoch(lambda seen: None).seconds, flush=True)
"""


@contextmanager
def busy(count):
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def epochs(data, settings, count):
    words = [word for pair in settings.items() for word in pair]
    done = subprocess.run(
        [sys.executable, "-c", CODE, data, str(count), *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [float(line) for line in done.stdout.splitlines()][1:]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", help="mnist.npz")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3, help="of each process, in a round")
    parser.add_argument("--busy", type=int, nargs="+", default=[0, 1, 2], help="other processes")
    parser.add_argument("--only", nargs="+", default=list(SETTINGS), choices=list(SETTINGS))
    given = parser.parse_args()
    found = {name: {count: [] for count in given.busy} for name in given.only}
    for _ in range(given.rounds):
        for name in random.sample(given.only, len(given.only)):
            for count in given.busy:
                with busy(count):
                    found[name][count] += epochs(given.data, SETTINGS[name], given.epochs)
    print("setting      " + "".join(f"{f'{count} busy':>22}" for count in given.busy))
    for name, by_count in found.items():
        cells = (
            f"{statistics.median(s):8.2f} ({min(s):.2f} to {max(s):.2f})" for s in by_count.values()
        )
        print(f"{name:12} " + "".join(f"{cell:>22}" for cell in cells))
    print(json.dumps({"cores": os.cpu_count(), "seconds": found}))


if __name__ == "__main__":
    main()
